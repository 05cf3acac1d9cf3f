"""Far tails from few relabellings, held against many: 20 v 20, the maximum over 30 regions; seeded."""

from __future__ import annotations

from functools import cache, partial

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.stats.design import two_groups
from nociscope.stats.permutation import permutation_test
from nociscope.stats.relabelling import relabellings
from nociscope.stats.tail_fit import pareto_fit, pareto_gof
from nociscope.stats.tails import tail_p
from tools.figures import Figure

Array = NDArray[np.float64]

MANY = 100_000
REPEATS = 500


@cache
def _truth() -> Array:
    first = np.arange(40) < 20
    design = two_groups(first, np.zeros((40, 0)), np.zeros(40, dtype=np.int64))
    y = np.random.default_rng(60).normal(size=(40, 30))
    return permutation_test(design, y, relabellings(design, MANY, 1, 0)).null_max[1:]


@cache
def ratios(method: str, few: int, p: float) -> Array:
    """Log10 of the p from few relabellings over the p of 100,000, each p as it would be reported."""
    null, rng = _truth(), np.random.default_rng(61)
    x = float(np.quantile(null, 1 - p))
    found = [tail_p([x], np.r_[x, rng.choice(null, few, replace=False)], method).p[0] for _ in range(REPEATS)]
    return np.asarray(np.log10(np.array(found) / p))


def off(method: str, few: int, p: float) -> float:
    """Median of the absolute log10 ratio."""
    return float(np.median(np.abs(ratios(method, few, p))))


def near(method: str) -> tuple[float, float]:
    """Median of the absolute log10 ratio at p = 0.002 from 500 relabellings, fitted and counted."""
    null, rng = _truth(), np.random.default_rng(61)
    x = float(np.quantile(null, 1 - 0.002))
    counted = [(1 + (rng.choice(null, 500, replace=False) >= x).sum()) / 501 for _ in range(REPEATS)]
    return off(method, 500, 0.002), float(np.median(np.abs(np.log10(np.array(counted) / 0.002))))


def leaning(method: str, few: int, p: float) -> float:
    """Median of the log10 ratio: below zero the p is too small."""
    return float(np.median(ratios(method, few, p)))


def spread(method: str, few: int, p: float) -> float:
    """Range that holds nine of ten log10 ratios."""
    return float(np.ptp(np.quantile(ratios(method, few, p), [0.05, 0.95])))


def rejected_where_true(shape: float) -> float:
    """Pareto tails of 125 excesses that the gate rejects at 0.05, percent."""
    rng = np.random.default_rng(62)
    rows = np.sort(stats.genpareto.rvs(shape, size=(2000, 125), random_state=rng), axis=1)
    return 100 * float(np.mean([pareto_gof(row, *pareto_fit(row)) <= 0.05 for row in rows]))


def type1(method: str) -> float:
    """Nulls whose own extreme value, among 500, gets p <= 0.002 by the tail, percent; 0.2 is exact."""
    rng, null = np.random.default_rng(63), _truth()
    drawn = (rng.choice(null, 501, replace=False) for _ in range(5000))
    hits = [tail_p([q[0]], q, method).p[0] <= 0.002 for q in drawn]
    return 100 * float(np.mean(hits))


_P = "p = 1e-4 from 500 relabellings"

FIGURES: list[Figure] = [
    Figure(
        "stats.gpd_tail", f"Pareto tail, {_P}: median absolute log10 ratio", "1", "<= 0.1",
        partial(off, "gpd", 500, 1e-4),
    ),
    Figure(
        "stats.gpd_tail_leaning", f"Pareto tail, {_P}: median log10 ratio", "1", "",
        partial(leaning, "gpd", 500, 1e-4),
    ),
    Figure(
        "stats.gpd_tail_spread", f"Pareto tail, {_P}: nine of ten ratios within", "1", "",
        partial(spread, "gpd", 500, 1e-4),
    ),
    Figure(
        "stats.gpd_tail_5000", "Pareto tail, p = 1e-4 from 5,000 relabellings: median absolute log10 ratio", "1",
        "",
        partial(off, "gpd", 5000, 1e-4),
    ),
    Figure(
        "stats.gpd_tail_near", "Pareto tail, p = 0.002 from 500 relabellings: median absolute log10 ratio", "1",
        "",
        partial(near, "gpd"), "counting",
    ),
    Figure(
        "stats.gamma_tail", f"gamma tail, {_P}: median absolute log10 ratio", "1", "",
        partial(off, "gamma", 500, 1e-4),
    ),
    Figure(
        "stats.gamma_tail_leaning", f"gamma tail, {_P}: median log10 ratio", "1", "",
        partial(leaning, "gamma", 500, 1e-4),
    ),
    Figure(
        "stats.gamma_tail_near", "gamma tail, p = 0.002 from 500 relabellings: median absolute log10 ratio", "1",
        "",
        partial(near, "gamma"), "counting",
    ),
    Figure(
        "stats.gpd_gate", "true Pareto tails of shape -0.1 that the gate rejects", "%", "3..8",
        partial(rejected_where_true, -0.1),
    ),
    Figure(
        "stats.gpd_type1", "nulls with p <= 0.002 by the Pareto tail (exact: 0.2)", "%", "<= 0.4",
        partial(type1, "gpd"),
    ),
]  # fmt: skip
