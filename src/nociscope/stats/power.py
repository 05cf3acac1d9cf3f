"""What a design could have shown: the minimal detectable effect."""

from __future__ import annotations

import math
from functools import lru_cache

from scipy import optimize, special

from nociscope.stats.design import Design
from nociscope.stats.linear import algebra
from nociscope.stats.noncentral import cdf


def power_of_t(noncentrality: float, dof: float, alpha: float = 0.05, alternative: str = "two-sided") -> float:
    """Power of a t test when the truth has this noncentrality."""
    two = alternative == "two-sided"
    critical = float(special.stdtrit(dof, 1 - alpha / (2 if two else 1)))
    above = 1 - cdf(critical, dof, noncentrality)
    return above + (cdf(-critical, dof, noncentrality) if two else 0.0)


@lru_cache(maxsize=256)
def minimal_detectable_noncentrality(
    dof: float, power: float = 0.8, alpha: float = 0.05, alternative: str = "two-sided"
) -> float:
    """Noncentrality that a t test with `dof` finds with this power."""

    def lacking(delta: float) -> float:
        return power_of_t(delta, dof, alpha, alternative) - power

    high = 4.0
    while lacking(high) < 0:
        high *= 2
    return float(optimize.brentq(lacking, 0.0, high, xtol=1e-9))


def minimal_detectable_d(
    n1: int, n2: int = 0, power: float = 0.8, alpha: float = 0.05, alternative: str = "two-sided"
) -> float:
    """Smallest standardised difference found with this power: of two groups, or of one set of pairs (n2 = 0)."""
    scale = math.sqrt(1 / n1 + 1 / n2) if n2 else math.sqrt(1 / n1)
    dof = n1 + n2 - 2 if n2 else n1 - 1
    return scale * minimal_detectable_noncentrality(dof, power, alpha, alternative)


def minimal_detectable_effect(
    design: Design, power: float = 0.8, alpha: float = 0.05, alternative: str = "two-sided"
) -> float:
    """Smallest effect that a design, covariates included, finds: in residual SDs per unit of the interest column.

    For two groups that is d; for a slope multiply by the residual SD of the measure.
    """
    a = algebra(design)
    scale = math.sqrt(float(a.weights @ a.weights))
    return scale * minimal_detectable_noncentrality(a.dof, power, alpha, alternative)


def minimal_detectable_correlation(
    n: int, held: int = 0, power: float = 0.8, alpha: float = 0.05, alternative: str = "two-sided"
) -> float:
    """Smallest (partial) correlation found with this power, the predictor taken as fixed: r = δ/√(δ² + n − held)."""
    delta = minimal_detectable_noncentrality(n - 2 - held, power, alpha, alternative)
    return delta / math.sqrt(delta**2 + n - held)
