"""Permutation tests that hold for a handful of people: Freedman–Lane, sign flips, max-statistic, safe ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from nociscope.stats.design import Array, Design
from nociscope.stats.linear import Algebra, algebra
from nociscope.stats.relabelling import Relabellings

TIE_TOLERANCE = 1e-9
"""Statistics closer than this, relative, are the same number: round-off must not make a p too small."""

_BLOCK_ELEMENTS = 1_500_000
"""People × regions × relabellings held at a time (12 MB)."""

_SMALLEST_TAIL = 1e-300

_NO_SPREAD = 1e-10
"""Smallest residual as a fraction of all, so that perfectly separated groups tie with their mirror."""


@dataclass(frozen=True, eq=False)
class PermutationTest:
    """Result of one test in every region.

    Parameters
    ----------
    statistic : shape (region,), what was compared: t, or the normal deviate of a Welch-type t.
    p : shape (region,).
    p_max : shape (region,), family-wise over these regions by the maximum statistic.
    null_max : shape (relabelling,), maximum over regions, the observed one first.
    """

    statistic: Array
    p: Array
    p_max: Array
    null_max: Array


def permutation_test(
    design: Design, y: Array, moves: Relabellings, alternative: str = "two-sided", error: str = "pooled"
) -> PermutationTest:
    """Test the contrast of a design by relabelling the residuals of the nuisance model (Freedman & Lane 1983).

    Parameters
    ----------
    y : shape (person, region), without missing values.
    error : ``pooled``, the classical t; or ``hc2``, the t of each group's own spread (Welch's, without covariates),
        expressed as the normal deviate of the same tail probability under its Satterthwaite degrees of freedom.
        Permuting such a nearly pivotal number keeps the error rate where spreads differ (DiCiccio & Romano 2017).
    """
    a = algebra(design)
    residuals = a.nuisance_residual_maker @ y
    signed = _statistics(a, residuals, error, _part(moves, 0, 1))[0]
    observed = oriented(signed, alternative)
    threshold = observed - TIE_TOLERANCE * np.abs(observed) - 1e-12
    reached = np.zeros(y.shape[1])
    null_max = np.empty(moves.count)
    block = max(1, _BLOCK_ELEMENTS // max(1, y.size))
    for start in range(0, moves.count, block):
        part = _part(moves, start, start + block)
        values = oriented(_statistics(a, residuals, error, part), alternative)
        reached += (values >= threshold).sum(axis=0)
        null_max[start : start + part.count] = values.max(axis=1)
    p_max = (null_max[:, None] >= threshold).mean(axis=0)
    return PermutationTest(signed, reached / moves.count, p_max, null_max)


def oriented(statistic: Array, alternative: str) -> Array:
    """Turn a statistic so that large means far from the null."""
    if alternative == "two-sided":
        return np.abs(statistic)
    return statistic if alternative == "greater" else -statistic


def smallest_attainable_p(design: Design, moves: Relabellings, alternative: str = "two-sided") -> float:
    """Smallest p that these relabellings can give, whatever the data: a property of the design alone.

    Labellings whose statistic has the same size for every conceivable data set (such as the mirror image of two
    equal groups) are found on made-up numbers, fixed once.
    """
    probe = np.random.default_rng(20240229).normal(size=(design.n, 3))
    a = algebra(design)
    part_count = 0
    block = max(1, _BLOCK_ELEMENTS // probe.size)
    residuals = a.nuisance_residual_maker @ probe
    first = oriented(_statistics(a, residuals, "pooled", _part(moves, 0, 1))[0], alternative)
    if not moves.exact:
        return 1.0 / moves.count
    for start in range(0, moves.count, block):
        part = _part(moves, start, start + block)
        values = oriented(_statistics(a, residuals, "pooled", part), alternative)
        part_count += int(np.isclose(values, first, rtol=TIE_TOLERANCE, atol=1e-12).all(axis=1).sum())
    return part_count / moves.count


def _part(moves: Relabellings, start: int, stop: int) -> Relabellings:
    return Relabellings(moves.order[start:stop], moves.signs[start:stop], moves.exact, moves.distinct)


def _statistics(a: Algebra, residuals: Array, error: str, moves: Relabellings) -> Array:
    """Studentised estimates, shape (relabelling, region)."""
    n, regions = residuals.shape
    moved = residuals[moves.order.T] * moves.signs.T[:, :, None]
    flat = moved.reshape(n, -1)
    estimate = a.weights @ flat
    floor = _NO_SPREAD * np.linalg.norm(flat, axis=0)
    squared = (a.residual_maker @ flat) ** 2 + floor**2
    variance = (a.hc2_weights if error == "hc2" else a.pooled_weights) @ squared
    se = np.sqrt(variance)
    values: Array = np.divide(estimate, se, out=np.zeros_like(estimate), where=se > 0)
    if error == "hc2":
        values = _normal_deviate(values, a.hc2_dof(squared))
    return values.reshape(moves.count, regions)


def _normal_deviate(t: Array, dof: Array) -> Array:
    """Normal deviate with the tail probability of t; at most 37, where probabilities end."""
    tail = np.maximum(special.stdtr(dof, -np.abs(t)), _SMALLEST_TAIL)
    return np.asarray(np.copysign(special.ndtri(tail), t))
