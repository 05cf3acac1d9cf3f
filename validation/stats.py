"""Inference for few people: is 5 % five per cent.

Every simulation is seeded. A type I error is over `SIMULATIONS` data sets without an effect, so that two Monte Carlo
standard errors are ±0.97 percentage points; the rows called *long* are over `MANY`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from nociscope.stats.design import Design, one_sample, several_groups, two_groups
from nociscope.stats.permutation import permutation_test
from nociscope.stats.relabelling import relabellings
from tools.figures import Figure

Array = NDArray[np.float64]

SIMULATIONS = 2000
MANY = 20_000


def _goal(simulations: int, size: float = 0.05) -> str:
    """Five per cent, or the size that a design can attain, give or take two Monte Carlo standard errors."""
    reach = 2 * math.sqrt(size * (1 - size) / simulations)
    return f"{100 * (size - reach):.2f}..{100 * (size + reach):.2f}"


ATTAINABLE = 6 / 126
"""Size of an exact test at 0.05 with 126 relabellings that never tie: 7/126 would be more than 0.05."""


GOAL = _goal(SIMULATIONS)

SIZES = {"n9": (4, 5), "n12": (6, 6), "n20": (8, 12)}


def _normal(n: int, first: NDArray[np.bool_], rng: np.random.Generator, count: int) -> Array:
    return rng.normal(size=(n, count))


def _skewed(n: int, first: NDArray[np.bool_], rng: np.random.Generator, count: int) -> Array:
    return rng.exponential(size=(n, count))


def _smaller_varies_more(n: int, first: NDArray[np.bool_], rng: np.random.Generator, count: int) -> Array:
    return rng.normal(size=(n, count)) * np.where(first, 2.0, 1.0)[:, None]


def _larger_varies_more(n: int, first: NDArray[np.bool_], rng: np.random.Generator, count: int) -> Array:
    return rng.normal(size=(n, count)) * np.where(first, 1.0, 2.0)[:, None]


NOISE: dict[str, tuple[str, Callable[[int, NDArray[np.bool_], np.random.Generator, int], Array]]] = {
    "normal": ("normal noise", _normal),
    "skewed": ("exponential noise", _skewed),
    "unequal_small": ("the smaller group has twice the SD", _smaller_varies_more),
    "unequal_large": ("the larger group has twice the SD", _larger_varies_more),
}


def groups(n1: int, n2: int, genotype: bool) -> tuple[Design, NDArray[np.bool_], Array]:
    """Two groups with half of each of one genotype: design, who is in the first, and genotype as a column."""
    n = n1 + n2
    first = np.arange(n) < n1
    binding = np.r_[np.arange(n1) % 2, np.arange(n2) % 2].astype(float)[:, None]
    return two_groups(first, binding if genotype else np.zeros((n, 0)), np.zeros(n, dtype=np.int64)), first, binding


def type1(size: str, noise: str, genotype: bool) -> float:
    """Share of data sets without an effect that reach p ≤ 0.05, percent."""
    n1, n2 = SIZES[size]
    design, first, binding = groups(n1, n2, genotype)
    y = NOISE[noise][1](n1 + n2, first, np.random.default_rng(11), SIMULATIONS) + (5.0 * binding if genotype else 0.0)
    moves = relabellings(design, 999, 1_000, 1)
    return float(100 * np.mean(permutation_test(design, y, moves, error="hc2").p <= 0.05))


def type1_long(noise: str) -> tuple[float, float]:
    """Type I error of 4 against 5 over many data sets, and of Welch's t on the same, percent."""
    design, first, _ = groups(4, 5, False)
    y = NOISE[noise][1](9, first, np.random.default_rng(99), MANY)
    mine = permutation_test(design, y, relabellings(design, 1, 20_000, 0), error="hc2").p
    theirs = scipy_stats.ttest_ind(y[first], y[~first], equal_var=False).pvalue
    return float(100 * np.mean(mine <= 0.05)), float(100 * np.mean(theirs <= 0.05))


def type1_within_genotype() -> float:
    """Type I error at 0.05, 4 v 5, exponential noise, people exchanged within their genotype only, percent."""
    _, first, binding = groups(4, 5, True)
    design = two_groups(first, binding, binding[:, 0].astype(np.int64))
    y = np.random.default_rng(11).exponential(size=(9, SIMULATIONS)) + 5.0 * binding
    test = permutation_test(design, y, relabellings(design, 1, 20_000, 0), error="hc2")
    return float(100 * np.mean(test.p <= 0.05))


def familywise() -> float:
    """Share of null families of 10 correlated regions in which any region reaches 0.05, 4 against 5, percent."""
    rng = np.random.default_rng(5)
    design, _, _ = groups(4, 5, False)
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


def type1_method(method: str, noise: str) -> float:
    """Type I error, 4 v 5, genotype effect of 5 SD as covariate, one variance, by a method of permutation, percent."""
    design, first, binding = groups(4, 5, True)
    design = replace(design, method=method, spread=np.zeros(9, dtype=np.int64))
    y = NOISE[noise][1](9, first, np.random.default_rng(11), SIMULATIONS) + 5.0 * binding
    return float(100 * np.mean(permutation_test(design, y, relabellings(design, 999, 1_000, 1)).p <= 0.05))


def type1_f(noise: str) -> tuple[float, float]:
    """Type I error of F with 8, 4 and 5 people, and of the permuted classical F on the same data, percent."""
    labels = np.repeat(["a", "b", "c"], [8, 4, 5])
    design = several_groups(labels.tolist(), np.zeros((17, 0)), np.zeros(17, dtype=np.int64))
    spread = {"unequal_small": labels == "b", "unequal_large": labels == "a"}.get(noise, np.zeros(17, dtype=bool))
    rng = np.random.default_rng(7)
    y = rng.exponential(size=(17, SIMULATIONS)) if noise == "skewed" else rng.normal(size=(17, SIMULATIONS))
    y *= np.where(spread, 2.0, 1.0)[:, None]
    moves = relabellings(design, 999, 1_000, 1)
    p = [permutation_test(design, y, moves, error=error).p for error in ("hc2", "pooled")]
    return float(100 * np.mean(p[0] <= 0.05)), float(100 * np.mean(p[1] <= 0.05))


def step_down() -> float:
    """Share of families with 2 true effects of 3 SD in which any of 8 null regions reaches 0.05, 4 v 5, percent."""
    rng = np.random.default_rng(15)
    design, first, _ = groups(4, 5, False)
    moves = relabellings(design, 1, 20_000, 0)
    hits = 0
    for _ in range(SIMULATIONS):
        y = rng.normal(size=(9, 1)) + rng.normal(size=(9, 10))
        y[:, :2] += 3 * math.sqrt(2) * first[:, None]
        hits += int(permutation_test(design, y, moves, error="hc2").p_step_down[2:].min() <= 0.05)
    return 100 * hits / SIMULATIONS


_F_NOISE = {
    "normal": "normal noise", "skewed": "exponential noise", "unequal_small": "the smallest group has twice the SD",
    "unequal_large": "the largest group has twice the SD",
}  # fmt: skip


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


FIGURES: list[Figure] = [
    *_type1_figures(),
    Figure("stats.type1.flips_9", "type I error at 0.05, sign flips of 9 pairs", "%", GOAL, flips),
    Figure(
        "stats.type1.n9_within_genotype_skewed",
        "type I error at 0.05, 4 v 5, exponential noise, people exchanged within genotype only", "%", GOAL,
        type1_within_genotype,
    ),
    Figure("stats.fwer_maxt_9", "family-wise error of max-T, 10 regions, 4 v 5", "%", GOAL, familywise),
    *(
        Figure(
            f"stats.type1.n9_{noise}_long", f"type I error at 0.05, 4 v 5, {NOISE[noise][0]}, {MANY:,} data sets", "%",
            _goal(MANY), partial(type1_long, noise), "scipy Welch t",
        )
        for noise in ("unequal_small", "skewed")
    ),
    *(
        Figure(
            f"stats.type1.n9_{noise}_attainable",
            f"type I error at 0.05 against the attainable 6/126, 4 v 5, {NOISE[noise][0]}, {MANY:,} data sets", "%",
            _goal(MANY, ATTAINABLE), partial(type1_long, noise), "scipy Welch t",
        )
        for noise in ("normal", "skewed")
    ),
    *(
        Figure(
            f"stats.type1.f_8v4v5_{noise}", f"type I error of F at 0.05, 8 v 4 v 5, {words}", "%", GOAL,
            partial(type1_f, noise), "classical F, permuted",
        )
        for noise, words in _F_NOISE.items()
    ),
    *(
        Figure(
            f"stats.type1.n9_genotype_{noise}_{method.replace('-', '_')}",
            f"type I error at 0.05, 4 v 5, {NOISE[noise][0]}, genotype effect of 5 SD as covariate, {method}",
            "%", GOAL, partial(type1_method, method, noise),
        )
        for method in ("dekker", "huh-jhun")
        for noise in ("normal", "skewed")
    ),
    Figure(
        "stats.fwer_step_down_9", "family-wise error of step-down max-T, 8 null regions beside 2 effects, 4 v 5", "%",
        GOAL, step_down,
    ),
]  # fmt: skip
