"""Whether genotypes stand in the proportions that random mating would give; far from it, look at the assay first."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from nociscope.core.errors import InputError


@dataclass(frozen=True)
class HardyWeinberg:
    """Test of Hardy–Weinberg proportions.

    Parameters
    ----------
    frequency : of the high-affinity allele.
    expected : people with two, one and no copies of it.
    chi2, p : of one degree of freedom, without continuity correction; nan where only one allele occurs.
    p_exact : over all counts with the same alleles (Wigginton 2005, 10.1086/429864), for few people.
    """

    frequency: float
    expected: tuple[float, float, float]
    chi2: float
    p: float
    p_exact: float


def hardy_weinberg(hab: int, mab: int, lab: int) -> HardyWeinberg:
    """Test the counts of high-, mixed- and low-affinity binders.

    Raises
    ------
    InputError
        Nobody, or a negative count.
    """
    counts = (hab, mab, lab)
    n = sum(counts)
    if n < 1 or min(counts) < 0 or any(c != int(c) for c in counts):
        raise InputError("genotype counts", expected="whole numbers, at least one person", got=counts)
    p = (2 * hab + mab) / (2 * n)
    expected = (n * p**2, 2 * n * p * (1 - p), n * (1 - p) ** 2)
    if p in (0.0, 1.0):
        return HardyWeinberg(p, expected, math.nan, math.nan, 1.0)
    chi2 = sum((o - e) ** 2 / e for o, e in zip(counts, expected, strict=True))
    return HardyWeinberg(p, expected, chi2, float(special.chdtrc(1, chi2)), _exact(hab, mab, lab))


def _exact(hab: int, mab: int, lab: int) -> float:
    """Sum of the probabilities of all counts of heterozygotes that are no likelier than the observed one."""
    n, rare = hab + mab + lab, min(2 * hab + mab, 2 * lab + mab)
    mixed = np.arange(rare % 2, rare + 1, 2)
    few, many = (rare - mixed) // 2, n - (rare + mixed) // 2
    log = mixed * math.log(2) - special.gammaln(few + 1) - special.gammaln(mixed + 1) - special.gammaln(many + 1)
    chance = np.exp(log - special.logsumexp(log))
    observed = chance[np.flatnonzero(mixed == mab)[0]]
    return float(min(1.0, chance[chance <= observed * (1 + 1e-9)].sum()))
