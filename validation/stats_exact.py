"""Inference for few people: is a number what enumeration, plain loops, other programs and print say it is."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from nociscope.stats import effects, linear, power
from nociscope.stats.design import Design, two_groups
from nociscope.stats.permutation import permutation_test
from nociscope.stats.relabelling import relabellings
from nociscope.stats.retest import icc_interval, mean_squares, sem_from_icc
from tools.figures import Figure
from validation.stats import Array, groups


def exact_steps() -> float:
    """Largest distance of 126 p from a whole number, 10,000 regions with ties and huge effects, 4 against 5."""
    rng = np.random.default_rng(6)
    design, first, _ = groups(4, 5, False)
    y = np.hstack([rng.normal(size=(9, 5000)), np.round(rng.normal(size=(9, 5000)), 1)])
    y[:, ::3] += 50 * first[:, None]
    p = permutation_test(design, y, relabellings(design, 1, 20_000, 0), error="hc2").p
    off = float(np.abs(126 * p - np.round(126 * p)).max())
    return off if p.min() >= 1 / 126 - 1e-12 else math.inf


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
    Figure("stats.maxt_null", "max-T null against a fit per relabelling", "1", "<= 1e-9", max_null, "numpy lstsq"),
    Figure(
        "stats.hc2_null", "Welch-type deviates with covariates against plain loops", "1", "<= 1e-9", hc2_null,
        "numpy loops",
    ),
    Figure("stats.welch", "t without covariates against Welch's", "1", "<= 1e-12", welch, "scipy ttest_ind"),
    Figure("stats.published", "printed numbers that are missed, of 14", "1", "== 0", published),
    Figure("stats.icc_shrout_fleiss", "ICC(1,1) of Shrout and Fleiss, printed .17", "1", "0.165..0.175", shrout_fleiss),
]  # fmt: skip
