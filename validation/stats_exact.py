"""Inference for few people: is a number what enumeration, plain loops, other programs and print say it is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from nociscope.stats import effects, linear, power
from nociscope.stats.design import Design, several_groups, slope, two_groups
from nociscope.stats.joint import fit_joint
from nociscope.stats.permutation import permutation_test
from nociscope.stats.relabelling import distinct_relabellings, relabellings, relabellings_from_tree
from nociscope.stats.reliability import icc_interval, mean_squares, sem_from_icc
from tools.figures import Figure, Skipped
from validation.stats import Array, groups


def exact_steps() -> float:
    """Largest distance of 126 p from a whole number, 10,000 regions with ties and huge effects, 4 against 5."""
    rng = np.random.default_rng(6)
    design, first, _ = groups(4, 5, False)
    whole = rng.integers(0, 9, (9, 3000)).astype(float)
    y = np.hstack([rng.normal(size=(9, 4000)), np.round(rng.normal(size=(9, 3000)), 1), whole])
    y[:, ::3] += 50 * first[:, None]
    p = permutation_test(design, y, relabellings(design, 1, 20_000, 0), error="hc2").p
    off = float(np.abs(126 * p - np.round(126 * p)).max())
    return off if p.min() >= 1 / 126 - 1e-12 else math.inf


def exact_ties() -> float:
    """How many of 3,000 regions of whole numbers have another p than exact fractions give, 4 against 5, pooled."""
    rng = np.random.default_rng(16)
    design, _, _ = groups(4, 5, False)
    y = rng.integers(0, 9, (9, 3000))
    moves = relabellings(design, 1, 20_000, 0)
    # with one variance t orders labellings as the distance of the sum of four from its expectation, a whole number
    distance = np.abs(9 * y[moves.order[:, :4]].sum(axis=1) - 4 * y.sum(axis=0))
    wanted = (distance >= distance[0]).mean(axis=0)
    return float((np.abs(permutation_test(design, y.astype(float), moves).p - wanted) > 1e-12).sum())


def f_closed_forms() -> float:
    """Largest relative difference of F from Welch's and from two least-squares fits, 8, 4 and 5 people."""
    rng = np.random.default_rng(17)
    labels = np.repeat(["a", "b", "c"], [8, 4, 5])
    plain = several_groups(labels.tolist(), np.zeros((17, 0)), np.zeros(17, dtype=np.int64))
    y = rng.normal(size=(17, 200)) * np.where(labels == "b", 3.0, 1.0)[:, None]
    away = np.abs(fit_joint(plain, y).statistic / _welch_f(labels, y) - 1).max()
    held = several_groups(labels.tolist(), rng.normal(size=(17, 2)), np.zeros(17, dtype=np.int64))
    rss = [np.linalg.lstsq(x, y, rcond=None)[1] for x in (held.nuisance, held.matrix)]
    classical = ((rss[0] - rss[1]) / 2) / (rss[1] / 12)
    return float(max(away, np.abs(fit_joint(held, y).statistic_pooled / classical - 1).max()))


def _welch_f(labels: NDArray[np.str_], y: Array) -> Array:
    """Welch's (1951) F by statsmodels, shape (region,)."""
    try:
        from statsmodels.stats.oneway import anova_oneway
    except ImportError as error:
        raise Skipped("statsmodels is not installed") from error
    levels = np.unique(labels)
    return np.array([anova_oneway([c[labels == k] for k in levels], use_var="unequal").statistic for c in y.T])


def dekker_null() -> float:
    """Largest relative difference of Dekker's null from one least-squares fit per moved regressor."""
    rng = np.random.default_rng(18)
    design, _, binding = groups(4, 5, True)
    design = replace(design, method="dekker")
    y = rng.normal(size=(9, 20)) + 5 * binding
    moves = relabellings(design, 300, 100, 0)
    z = design.nuisance
    own = design.interest - z @ np.linalg.lstsq(z, design.interest, rcond=None)[0]
    brute = np.empty(moves.count)
    for k, order in enumerate(moves.order):
        moved = np.empty(9)
        moved[order] = own
        x = np.column_stack([moved, z])
        beta, rss, *_ = np.linalg.lstsq(x, y, rcond=None)
        brute[k] = np.abs(beta[0] / np.sqrt(np.linalg.inv(x.T @ x)[0, 0] * rss / 6)).max()
    return float(np.abs(permutation_test(design, y, moves).null_max / brute - 1).max())


def block_counts() -> float:
    """How many of six counts of block relabellings differ from the formulas of Winkler et al. (2015)."""
    n, f = 12, math.factorial
    people = slope(np.arange(float(n)) ** 2, np.zeros((n, 0)), np.zeros(n, dtype=np.int64))
    pairs = np.repeat(np.arange(6), 2)
    blocks = replace(people, blocks=pairs)
    halves = replace(blocks, strata=np.repeat([0, 1], 6))
    nested = np.column_stack([np.ones(n, dtype=np.int64), pairs + 1, np.tile([1, 2], 6)])
    wanted = [
        (distinct_relabellings(blocks), f(6)),
        (distinct_relabellings(replace(blocks, scheme="flip")), 2**6),
        (distinct_relabellings(replace(blocks, scheme="both")), 2**6 * f(6)),
        (distinct_relabellings(halves), f(3) ** 2),
        (relabellings_from_tree(people, nested, 1, 1, 0).distinct, f(6) * 2**6),
        (relabellings_from_tree(people, nested * [-1, 1, 1], 1, 1, 0).distinct, 2**6),
    ]
    return float(sum(mine != formula for mine, formula in wanted))


def max_null() -> float:
    """Largest relative difference of the maximum statistic from one least-squares fit per relabelling."""
    rng = np.random.default_rng(7)
    design, _, binding = groups(7, 7, True)
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
    _, first, binding = groups(4, 5, True)
    design = two_groups(first, np.column_stack([binding, rng.normal(size=9)]), np.zeros(9, dtype=np.int64))
    y = rng.normal(size=9) * np.where(first, 3.0, 1.0) + 5 * binding[:, 0]
    moves = relabellings(design, 300, 100, 0)
    mine = permutation_test(design, y[:, None], moves, error="hc2").null_max
    return float(np.abs(mine - _hc2_by_loops(design, y, moves.order)).max())


def _hc2_by_loops(design: Design, y: Array, orders: NDArray[np.int64]) -> Array:
    """Freedman–Lane with HC2 errors and Satterthwaite's degrees of freedom: one fit each, one term a person."""
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
    design, first, _ = groups(5, 8, False)
    y = rng.normal(size=(13, 500)) * np.where(first, 3.0, 1.0)[:, None]
    fitted = linear.fit(design, y)
    theirs = scipy_stats.ttest_ind(y[first], y[~first], equal_var=False).statistic
    return float(np.abs(fitted.estimate / fitted.se / theirs - 1).max())


FIGURES: list[Figure] = [
    Figure("stats.exact_4v5", "distance of 126 p from a whole number, 10,000 regions", "1", "<= 1e-9", exact_steps),
    Figure("stats.exact_ties", "p that exact whole-number sums contradict, of 3,000 regions", "1", "== 0", exact_ties),
    Figure(
        "stats.f_closed_forms", "F against Welch's and against two fits, relative", "1", "<= 1e-9", f_closed_forms,
        "statsmodels anova_oneway",
    ),
    Figure("stats.dekker_null", "Dekker's null against a fit per move", "1", "<= 1e-9", dekker_null, "numpy lstsq"),
    Figure("stats.block_counts", "counts of block relabellings unlike the formula, of 6", "1", "== 0", block_counts),
    Figure("stats.maxt_null", "max-T null against a fit per relabelling", "1", "<= 1e-9", max_null, "numpy lstsq"),
    Figure(
        "stats.hc2_null", "Welch-type deviates with covariates against plain loops", "1", "<= 1e-9", hc2_null,
        "numpy loops",
    ),
    Figure("stats.welch", "t without covariates against Welch's", "1", "<= 1e-12", welch, "scipy ttest_ind"),
    Figure("stats.published", "printed numbers that are missed, of 14", "1", "== 0", published),
    Figure("stats.icc_shrout_fleiss", "ICC(1,1) of Shrout and Fleiss, printed .17", "1", "0.165..0.175", shrout_fleiss),
]  # fmt: skip
