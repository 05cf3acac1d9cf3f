"""Two groups of people on one analyte: their ratio where enough was measured, else who had any at all."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.core.errors import InputError, ShapeError
from nociscope.core.status import FitStatus
from nociscope.models.biosample.censored import MANY_CENSORED, MOST_CENSORED, censored_fit

Array = NDArray[np.float64]

RATIO, DETECTED = "ratio of geometric means", "detected or not"


@dataclass(frozen=True)
class GroupComparison:
    """First group against second.

    Parameters
    ----------
    analysis : `RATIO` (censored regression on the log scale) or `DETECTED` (Fisher's exact test).
    value, low, high : ratio of geometric means with its profile-likelihood interval, or odds ratio of being detected
        with its exact conditional one; infinite where one group has none or all.
    p : two-sided, of the likelihood ratio (F with the measured samples as denominator) or of Fisher's test.
    n, detected : people and those between the limits, of each group.
    plates : columns beside the group. status, flags : what to know of it.
    """

    analysis: str
    value: float
    low: float
    high: float
    p: float
    n: tuple[int, int]
    detected: tuple[int, int]
    plates: int
    status: FitStatus
    flags: tuple[str, ...]


def group_comparison(
    values: Array,
    censored: NDArray[np.int8],
    first: NDArray[np.bool_],
    plates: tuple[str, ...] | None = None,
    level: float = 0.95,
) -> GroupComparison:
    """Compare two groups.

    Plates are columns of the design: a few of them cannot tell how much plates vary, so they are no random effect. A
    plate that holds one group only says nothing of the groups; where all do, nothing can be said.

    Parameters
    ----------
    values, censored : shape (sample,), as `censored_fit` takes them.
    first : shape (sample,), who is in the first group. plates : shape (sample,).

    Raises
    ------
    InputError
        A group is empty.
    """
    y, side, one = np.asarray(values, float), np.asarray(censored, np.int8), np.asarray(first, bool)
    if y.shape != one.shape or (plates is not None and len(plates) != y.size):
        raise ShapeError("values, groups and plates", expected=y.shape, got=f"{one.shape}, {plates and len(plates)}")
    if one.all() or not one.any():
        raise InputError("two groups", expected="people in both", got=int(one.sum()))
    share = float((side != 0).mean())
    design = _design(one, plates)
    counts = (int(one.sum()), int((~one).sum()))
    found = (int((one & (side == 0)).sum()), int((~one & (side == 0)).sum()))
    flags = ("many_below_limit",) if share > MANY_CENSORED else ()
    if share > MOST_CENSORED:
        return _detected(side, one, level, counts, design.shape[1] - 2)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return _denied(
            counts, found, design.shape[1] - 2, FitStatus.NOT_IDENTIFIABLE, (*flags, "plates_hold_one_group")
        )
    fit = censored_fit(y, side, design, level)
    if not fit.status.keeps_value:
        return _denied(counts, found, design.shape[1] - 2, fit.status, flags)
    p = _p(y, side, design, fit.log_likelihood)
    ends = (math.exp(fit.coefficients[1]), math.exp(fit.low[1]), math.exp(fit.high[1]))
    return GroupComparison(RATIO, *ends, p, counts, found, design.shape[1] - 2, fit.status, flags)


def _design(first: NDArray[np.bool_], plates: tuple[str, ...] | None) -> Array:
    """Intercept, first group, then a column for each plate but one."""
    names = sorted(set(plates or ()))[1:]
    held = [np.array([p == name for p in plates or ()], dtype=np.float64) for name in names]
    return np.column_stack([np.ones(first.size), first.astype(np.float64), *held])


def _p(y: Array, side: NDArray[np.int8], design: Array, with_group: float) -> float:
    without = censored_fit(y, side, np.delete(design, 1, axis=1)).log_likelihood
    free = int((side == 0).sum()) - design.shape[1]
    n = int((side == 0).sum())
    ratio = math.expm1(2 * max(0.0, with_group - without) / n) * max(1, free)
    return float(stats.f.sf(ratio, 1, max(1, free)))


def _detected(
    side: NDArray[np.int8], first: NDArray[np.bool_], level: float, counts: tuple[int, int], plates: int
) -> GroupComparison:
    """Fisher's exact test of who is above the lower limit."""
    up = side >= 0
    table = [[int((up & g).sum()), int((~up & g).sum())] for g in (first, ~first)]
    odds = stats.contingency.odds_ratio(table)
    ends = odds.confidence_interval(level)
    flags = ("detect_only", *(("plates_ignored",) if plates else ()))
    p = float(stats.fisher_exact(np.array(table)).pvalue)
    return GroupComparison(
        DETECTED, float(odds.statistic), float(ends.low), float(ends.high), p, counts,
        (table[0][0], table[1][0]), 0, FitStatus.FEW_TRIALS, flags,
    )  # fmt: skip


def _denied(
    counts: tuple[int, int], found: tuple[int, int], plates: int, status: FitStatus, flags: tuple[str, ...]
) -> GroupComparison:
    nan = math.nan
    return GroupComparison(RATIO, nan, nan, nan, nan, counts, found, plates, FitStatus(status), flags)
