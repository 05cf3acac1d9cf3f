"""Inference for few people: is 5 % five per cent, does 95 % cover, is a p what enumeration says.

Every simulation is seeded. A type I error is over `SIMULATIONS` data sets without an effect, so that two Monte Carlo
standard errors are ±0.97 percentage points; a coverage over `INTERVALS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from nociscope.stats import effects, intervals, linear, power
from nociscope.stats.design import Design, one_sample, slope, two_groups
from nociscope.stats.permutation import permutation_test
from nociscope.stats.relabelling import relabellings
from nociscope.stats.retest import icc_interval, mean_squares, sem_from_icc
from tools.figures import Figure

Array = NDArray[np.float64]

SIMULATIONS = 2000
INTERVALS = 2000
TWO_ERRORS = 2 * math.sqrt(0.05 * 0.95 / SIMULATIONS)
GOAL = f"{100 * (0.05 - TWO_ERRORS):.2f}..{100 * (0.05 + TWO_ERRORS):.2f}"

SIZES = {"n9": (4, 5), "n12": (6, 6), "n20": (8, 12)}


def _normal(n: int, first: NDArray[np.bool_], rng: np.random.Generator) -> Array:
    return rng.normal(size=(n, SIMULATIONS))


def _skewed(n: int, first: NDArray[np.bool_], rng: np.random.Generator) -> Array:
    return rng.exponential(size=(n, SIMULATIONS))


def _smaller_varies_more(n: int, first: NDArray[np.bool_], rng: np.random.Generator) -> Array:
    return rng.normal(size=(n, SIMULATIONS)) * np.where(first, 2.0, 1.0)[:, None]


def _larger_varies_more(n: int, first: NDArray[np.bool_], rng: np.random.Generator) -> Array:
    return rng.normal(size=(n, SIMULATIONS)) * np.where(first, 1.0, 2.0)[:, None]


NOISE: dict[str, tuple[str, Callable[[int, NDArray[np.bool_], np.random.Generator], Array]]] = {
    "normal": ("normal noise", _normal),
    "skewed": ("exponential noise", _skewed),
    "unequal_small": ("the smaller group has twice the SD", _smaller_varies_more),
    "unequal_large": ("the larger group has twice the SD", _larger_varies_more),
}


def _groups(n1: int, n2: int, genotype: bool) -> tuple[Design, NDArray[np.bool_], Array]:
    n = n1 + n2
    first = np.arange(n) < n1
    binding = np.r_[np.arange(n1) % 2, np.arange(n2) % 2].astype(float)[:, None]
    return two_groups(first, binding if genotype else np.zeros((n, 0)), np.zeros(n, dtype=np.int64)), first, binding


def type1(size: str, noise: str, genotype: bool) -> float:
    """Share of data sets without an effect that reach p ≤ 0.05, percent."""
    n1, n2 = SIZES[size]
    design, first, binding = _groups(n1, n2, genotype)
    y = NOISE[noise][1](n1 + n2, first, np.random.default_rng(11)) + (5.0 * binding if genotype else 0.0)
    moves = relabellings(design, 999, 1_000, 1)
    return float(100 * np.mean(permutation_test(design, y, moves, error="hc2").p <= 0.05))


def familywise() -> float:
    """Share of null families of 10 correlated regions in which any region reaches 0.05, 4 against 5, percent."""
    rng = np.random.default_rng(5)
    design, _, _ = _groups(4, 5, False)
    moves = relabellings(design, 1, 20_000, 0)
    hits = 0
    for _ in range(SIMULATIONS):
        y = rng.normal(size=(9, 1)) + rng.normal(size=(9, 10))
        hits += int(permutation_test(design, y, moves, error="hc2").p_max.min() <= 0.05)
    return 100 * hits / SIMULATIONS


def flips() -> float:
    """Type I error of sign flips, 9 pairs, percent."""
    design = one_sample(9, np.zeros((9, 0)))
    y = np.random.default_rng(3).normal(size=(9, SIMULATIONS))
    return float(100 * np.mean(permutation_test(design, y, relabellings(design, 1, 20_000, 0), error="hc2").p <= 0.05))


def cover_difference(n1: int, n2: int, ratio: float, genotype: bool) -> float:
    """Coverage of the 95 % interval of a difference, percent."""
    design, first, binding = _groups(n1, n2, genotype)
    rng = np.random.default_rng(21)
    y = (
        rng.normal(size=(n1 + n2, INTERVALS)) * np.where(first, ratio, 1.0)[:, None]
        + first[:, None]
        + 5 * binding * (1.0 if genotype else 0.0)
    )
    low, high = intervals.estimate_interval(linear.fit(design, y), 0.95)
    return float(100 * np.mean((low <= 1) & (high >= 1)))


def cover_g(n1: int, n2: int, truth: float) -> float:
    """Coverage of the 95 % interval of Hedges g, percent."""
    design, first, _ = _groups(n1, n2, False)
    y = np.random.default_rng(22).normal(size=(n1 + n2, INTERVALS)) + truth * first[:, None]
    boot = effects.Bootstrap(2000, 0, 0.95)
    found, _ = effects.standardised(design, y, linear.fit(design, y), boot, "hedges_g")
    return 100 * float(np.mean([e.ci_low <= truth <= e.ci_high for e in found]))


def cover_icc(n: int, truth: float) -> float:
    """Coverage of the 95 % interval of ICC(1,1), two sessions, percent."""
    rng = np.random.default_rng(23)
    hits = 0
    for _ in range(INTERVALS):
        values = math.sqrt(truth) * rng.normal(size=(n, 1)) + math.sqrt(1 - truth) * rng.normal(size=(n, 2))
        _, low, high = icc_interval(*mean_squares(values), n, 2, 0.95)
        hits += low <= truth <= high
    return 100 * hits / INTERVALS


def cover_slope(n: int) -> float:
    """Coverage of the 95 % interval of a slope on a normal predictor, percent."""
    return 100 * float(np.mean([_slope_and_r(n, 0.5, seed)[0] for seed in range(INTERVALS)]))


def cover_r(n: int) -> float:
    """Coverage of the 95 % interval of r = 0.5, percent."""
    return 100 * float(np.mean([_slope_and_r(n, 0.5, seed)[1] for seed in range(INTERVALS)]))


def _slope_and_r(n: int, truth: float, seed: int) -> tuple[bool, bool]:
    rng = np.random.default_rng([24, seed])
    x = rng.normal(size=n)
    y = (truth * x + math.sqrt(1 - truth**2) * rng.normal(size=n))[:, None]
    design = slope(x, np.zeros((n, 0)), np.zeros(n, dtype=np.int64))
    low, high = intervals.estimate_interval(linear.fit(design, y), 0.95)
    (r,), _ = effects.correlations(design, y, effects.Bootstrap(1000, 0, 0.95), rank=False)
    return bool(low[0] <= truth <= high[0]), r.ci_low <= truth <= r.ci_high


def cover_g_skewed(n1: int, n2: int, truth: float) -> float:
    """Coverage of the 95 % interval of Hedges g on exponential noise, percent."""
    design, first, _ = _groups(n1, n2, False)
    y = np.random.default_rng(25).exponential(size=(n1 + n2, INTERVALS)) + truth * first[:, None]
    found, _ = effects.standardised(design, y, linear.fit(design, y), effects.Bootstrap(1000, 0, 0.95), "hedges_g")
    return 100 * float(np.mean([e.ci_low <= truth <= e.ci_high for e in found]))


def cover_difference_skewed(n1: int, n2: int, truth: float) -> float:
    """Coverage of the 95 % interval of the difference on exponential noise, percent."""
    design, first, _ = _groups(n1, n2, False)
    y = np.random.default_rng(25).exponential(size=(n1 + n2, INTERVALS)) + truth * first[:, None]
    low, high = intervals.estimate_interval(linear.fit(design, y), 0.95)
    return float(100 * np.mean((low <= truth) & (high >= truth)))


def type1_within_genotype() -> float:
    """Type I error at 0.05, 4 v 5, exponential noise, people exchanged within their genotype only, percent."""
    _, first, binding = _groups(4, 5, True)
    design = two_groups(first, binding, binding[:, 0].astype(np.int64))
    y = np.random.default_rng(11).exponential(size=(9, SIMULATIONS)) + 5.0 * binding
    test = permutation_test(design, y, relabellings(design, 1, 20_000, 0), error="hc2")
    return float(100 * np.mean(test.p <= 0.05))


def exact_steps() -> float:
    """Largest distance of 126 p from a whole number, 10,000 regions with ties and huge effects, 4 against 5."""
    rng = np.random.default_rng(6)
    design, first, _ = _groups(4, 5, False)
    y = np.hstack([rng.normal(size=(9, 5000)), np.round(rng.normal(size=(9, 5000)), 1)])
    y[:, ::3] += 50 * first[:, None]
    p = permutation_test(design, y, relabellings(design, 1, 20_000, 0), error="hc2").p
    off = float(np.abs(126 * p - np.round(126 * p)).max())
    return off if p.min() >= 1 / 126 - 1e-12 else math.inf


def max_null() -> float:
    """Largest relative difference of the maximum statistic from one least-squares fit per relabelling."""
    rng = np.random.default_rng(7)
    design, _, binding = _groups(7, 7, True)
    y = rng.normal(size=(14, 30)) + 5 * binding
    moves = relabellings(design, 300, 100, 0)
    mine = permutation_test(design, y, moves).null_max
    x, z = design.matrix, design.nuisance
    fitted = z @ np.linalg.lstsq(z, y, rcond=None)[0]
    brute = np.empty(moves.count)
    for k in range(moves.count):
        star = fitted + (y - fitted)[moves.order[k]]
        beta, rss, *_ = np.linalg.lstsq(x, star, rcond=None)
        error = np.sqrt(np.linalg.inv(x.T @ x)[0, 0] * rss / (14 - x.shape[1]))
        brute[k] = np.abs(beta[0] / error).max()
    return float(np.abs(mine / brute - 1).max())


def hc2_null() -> float:
    """Largest difference of Welch-type deviates with genotype and age from plain loops, 300 relabellings."""
    rng = np.random.default_rng(9)
    _, first, binding = _groups(4, 5, True)
    design = two_groups(first, np.column_stack([binding, rng.normal(size=9)]), np.zeros(9, dtype=np.int64))
    y = rng.normal(size=9) * np.where(first, 3.0, 1.0) + 5 * binding[:, 0]
    moves = relabellings(design, 300, 100, 0)
    mine = permutation_test(design, y[:, None], moves, error="hc2").null_max
    return float(np.abs(mine - _hc2_by_loops(design, y, moves.order)).max())


def _hc2_by_loops(design: Design, y: Array, orders: NDArray[np.int64]) -> Array:
    """Freedman–Lane with HC2 errors and Satterthwaite's degrees of freedom: one fit a relabelling, one term a person."""
    x, z, n = design.matrix, design.nuisance, design.n
    inverse = np.linalg.inv(x.T @ x)
    maker = np.eye(n) - x @ inverse @ x.T
    share = np.array([(inverse[0] @ x[i]) ** 2 / maker[i, i] for i in range(n)])
    fitted = z @ np.linalg.lstsq(z, y, rcond=None)[0]
    out = np.empty(len(orders))
    for k, order in enumerate(orders):
        star = fitted + (y - fitted)[order]
        beta = inverse @ x.T @ star
        squared = [(star[i] - x[i] @ beta) ** 2 for i in range(n)]
        spread = np.zeros(n)
        for members in (np.flatnonzero(design.interest == level) for level in (0, 1)):
            spread[members] = sum(squared[i] for i in members) / sum(maker[i, i] for i in members)
        both = maker @ np.diag(share) @ maker @ np.diag(spread)
        dof = np.trace(both) ** 2 / np.trace(both @ both)
        t = abs(beta[0]) / math.sqrt(sum(share[i] * squared[i] for i in range(n)))
        out[k] = scipy_stats.norm.isf(scipy_stats.t.sf(t, dof))
    return out


def published() -> float:
    """How many of the printed numbers are missed by more than half of their last digit."""
    printed = [
        (power.minimal_detectable_d(4, 5), 2.19, 2), (power.minimal_detectable_d(9, 8), 1.46, 2),
        (power.minimal_detectable_d(9, 9), 1.41, 2), (power.minimal_detectable_d(16, 10), 1.18, 2),
        (power.minimal_detectable_d(25, 27), 0.79, 2), (power.minimal_detectable_d(26, 28), 0.78, 2),
        (power.minimal_detectable_d(28, 28), 0.76, 2), (power.minimal_detectable_d(31, 27), 0.75, 2),
        (power.minimal_detectable_d(11, 11), 1.26, 2),
        (sem_from_icc(math.sqrt((11.7**2 + 11.9**2) / 2), 0.618), 7.29, 2),
        (17 / math.sqrt((13**2 + 10**2) / 2), 1.466, 3),
        (17 / math.sqrt((13**2 + 10**2) / 2) * effects.small_sample_factor(88), 1.453, 3),
        (17 / math.sqrt((13**2 + 10**2) / 45), 6.95, 2),
        (power.minimal_detectable_d(5, 8), 1.75, 2),
    ]  # fmt: skip
    return float(sum(abs(value - shown) > 0.5 * 10**-digits for value, shown, digits in printed))


def shrout_fleiss() -> float:
    """ICC(1,1) of the table of Shrout and Fleiss (1979); printed as .17."""
    table = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7.0]])
    return icc_interval(*mean_squares(table), 6, 4, 0.95)[0]


def welch() -> float:
    """Largest relative difference of t from Welch's, 500 pairs of groups without covariates."""
    rng = np.random.default_rng(8)
    design, first, _ = _groups(5, 8, False)
    y = rng.normal(size=(13, 500)) * np.where(first, 3.0, 1.0)[:, None]
    fitted = linear.fit(design, y)
    theirs = scipy_stats.ttest_ind(y[first], y[~first], equal_var=False).statistic
    return float(np.abs(fitted.estimate / fitted.se / theirs - 1).max())


def _type1_figures() -> list[Figure]:
    out = []
    for size, (n1, n2) in SIZES.items():
        for noise, (words, _) in NOISE.items():
            if n1 == n2 and noise == "unequal_large":
                continue
            out.append(
                Figure(
                    f"stats.type1.{size}_{noise}", f"type I error at 0.05, {n1} v {n2}, {words}", "%", GOAL,
                    partial(type1, size, noise, False),
                )
            )  # fmt: skip
        for noise in ("normal", "skewed"):
            out.append(
                Figure(
                    f"stats.type1.{size}_genotype_{noise}",
                    f"type I error at 0.05, {n1} v {n2}, {NOISE[noise][0]}, genotype effect of 5 SD as covariate",
                    "%", GOAL, partial(type1, size, noise, True),
                )
            )  # fmt: skip
    return out


_COVER = "93..97"

FIGURES: list[Figure] = [
    *_type1_figures(),
    Figure("stats.type1.flips_9", "type I error at 0.05, sign flips of 9 pairs", "%", GOAL, flips),
    Figure(
        "stats.type1.n9_within_genotype_skewed",
        "type I error at 0.05, 4 v 5, exponential noise, people exchanged within genotype only", "%", GOAL,
        type1_within_genotype,
    ),
    Figure("stats.fwer_maxt_9", "family-wise error of max-T, 10 regions, 4 v 5", "%", GOAL, familywise),
    Figure(
        "stats.cover.difference_4v5", "coverage of a difference, 4 v 5", "%", _COVER,
        partial(cover_difference, 4, 5, 1.0, False),
    ),
    Figure(
        "stats.cover.difference_4v5_unequal", "the same, the smaller group has twice the SD", "%", _COVER,
        partial(cover_difference, 4, 5, 2.0, False),
    ),
    Figure(
        "stats.cover.difference_4v5_unequal_other", "the same, the larger group has twice the SD", "%", _COVER,
        partial(cover_difference, 4, 5, 0.5, False),
    ),
    Figure(
        "stats.cover.difference_6v6_genotype", "coverage of a difference, 6 v 6, genotype held constant", "%", _COVER,
        partial(cover_difference, 6, 6, 1.0, True),
    ),
    Figure(
        "stats.cover.difference_10v10_unequal", "coverage of a difference, 10 v 10, SD 2 and 1", "%", _COVER,
        partial(cover_difference, 10, 10, 2.0, False),
    ),
    Figure("stats.cover.slope_12", "coverage of a slope, 12 people", "%", _COVER, partial(cover_slope, 12)),
    Figure("stats.cover.r_12", "coverage of r, 12 people", "%", _COVER, partial(cover_r, 12)),
    Figure("stats.cover.g_4v5", "coverage of Hedges g = 1.5, 4 v 5", "%", _COVER, partial(cover_g, 4, 5, 1.5)),
    Figure("stats.cover.g_10v10", "coverage of Hedges g = 2, 10 v 10", "%", _COVER, partial(cover_g, 10, 10, 2.0)),
    Figure("stats.cover.g_25v27", "coverage of g = 0.8, 25 v 27 (BCa)", "%", _COVER, partial(cover_g, 25, 27, 0.8)),
    Figure(
        "stats.cover.g_skewed_4v5", "coverage of Hedges g = 1.5, 4 v 5, exponential noise", "%", _COVER,
        partial(cover_g_skewed, 4, 5, 1.5),
    ),
    Figure(
        "stats.cover.g_skewed_10v10", "coverage of Hedges g = 2, 10 v 10, exponential noise", "%", _COVER,
        partial(cover_g_skewed, 10, 10, 2.0),
    ),
    Figure(
        "stats.cover.g_skewed_25v27", "coverage of Hedges g = 0.8, 25 v 27, exponential noise (BCa)", "%", _COVER,
        partial(cover_g_skewed, 25, 27, 0.8),
    ),
    Figure(
        "stats.cover.difference_skewed_10v10", "coverage of a difference of 2, 10 v 10, exponential noise", "%",
        _COVER, partial(cover_difference_skewed, 10, 10, 2.0),
    ),
    Figure("stats.cover.icc_10", "coverage of ICC(1,1) = 0.8, 10 people", "%", _COVER, partial(cover_icc, 10, 0.8)),
    Figure("stats.exact_4v5", "distance of 126 p from a whole number, 10,000 regions", "1", "<= 1e-9", exact_steps),
    Figure("stats.maxt_null", "max-T null against a fit per relabelling", "1", "<= 1e-9", max_null, "numpy lstsq"),
    Figure(
        "stats.hc2_null", "Welch-type deviates with covariates against plain loops", "1", "<= 1e-9", hc2_null,
        "numpy loops",
    ),
    Figure("stats.welch", "t without covariates against Welch's", "1", "<= 1e-12", welch, "scipy ttest_ind"),
    Figure("stats.published", "printed numbers that are missed, of 14", "1", "== 0", published),
    Figure("stats.icc_shrout_fleiss", "ICC(1,1) of Shrout and Fleiss, printed .17", "1", "0.165..0.175", shrout_fleiss),
]  # fmt: skip
