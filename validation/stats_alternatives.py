"""Inference for few people: what other denominators of the permuted t would have done.

The rows have no goal. They are the evidence for the statistic that is used: each is the share of null data sets that
reach p ≤ 0.05, 4 against 5, over the data sets of the rows that are called long (two Monte Carlo standard errors are
±0.31 points).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from nociscope.stats.linear import Algebra, algebra
from nociscope.stats.relabelling import relabellings
from nociscope.stats.statistic import normal_deviate
from tools.figures import Figure
from validation.stats import MANY, NOISE, Array, groups

_BLOCK = 100


def _pooled(a: Algebra, estimate: Array, squared: Array) -> Array:
    return estimate / np.sqrt(a.pooled_weights @ squared)


def _welch(a: Algebra, estimate: Array, squared: Array) -> Array:
    return estimate / np.sqrt(a.hc2_weights @ squared)


def _used(a: Algebra, estimate: Array, squared: Array) -> Array:
    return normal_deviate(_welch(a, estimate, squared), a.hc2_dof(squared))


def _one_less(a: Algebra, estimate: Array, squared: Array) -> Array:
    return normal_deviate(_welch(a, estimate, squared), np.maximum(a.hc2_dof(squared) - 1, 1))


def _two_less(a: Algebra, estimate: Array, squared: Array) -> Array:
    return normal_deviate(_welch(a, estimate, squared), np.maximum(a.hc2_dof(squared) - 2, 0.7))


def _hc3(a: Algebra, estimate: Array, squared: Array) -> Array:
    return normal_deviate(estimate / np.sqrt(a.hc3_weights @ squared), a.hc2_dof(squared))


STATISTICS: dict[str, tuple[str, Callable[[Algebra, Array, Array], Array]]] = {
    "pooled": ("classical t", _pooled),
    "hc2": ("Welch-type t as it is", _welch),
    "used": ("Welch-type t as a normal deviate, the statistic in use", _used),
    "hc3": ("the same with HC3", _hc3),
    "one_less": ("the same with one degree of freedom less", _one_less),
    "two_less": ("the same with two degrees of freedom less", _two_less),
}

CONDITIONS = {
    "normal": ("normal", False), "skewed": ("skewed", False), "unequal_small": ("unequal_small", False),
    "unequal_large": ("unequal_large", False), "genotype_skewed": ("skewed", True),
}  # fmt: skip


def size(name: str, condition: str) -> float:
    """Share of null data sets with p ≤ 0.05, percent."""
    noise, genotype = CONDITIONS[condition]
    design, first, binding = groups(4, 5, genotype)
    y = NOISE[noise][1](9, first, np.random.default_rng(99), MANY) + (5.0 * binding if genotype else 0.0)
    moves = relabellings(design, 499, 1_000, 1)
    a = algebra(design)
    hits = 0
    for start in range(0, MANY, _BLOCK):
        residuals = a.nuisance_residual_maker @ y[:, start : start + _BLOCK]
        moved = residuals[moves.order.T].reshape(9, -1)
        squared = (a.residual_maker @ moved) ** 2
        value = np.abs(STATISTICS[name][1](a, a.weights @ moved, squared)).reshape(moves.count, -1)
        hits += int(((value >= value[0] * (1 - 1e-9)).mean(axis=0) <= 0.05).sum())
    return 100 * hits / MANY


FIGURES: list[Figure] = [
    Figure(
        f"stats.alternatives.{name}_{condition}", f"type I error at 0.05, 4 v 5, {words}, {condition}", "%", "",
        partial(size, name, condition),
    )
    for condition in CONDITIONS
    for name, (words, _) in STATISTICS.items()
]  # fmt: skip
