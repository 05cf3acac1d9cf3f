"""The operations that a score may name, on complete inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from nociscope.core.instrument import ScoreRule
from nociscope.models.phenotype.expression import evaluate

Column = NDArray[np.float64]


def operate(rule: ScoreRule, x: Column) -> Column:
    """Value of a score, shape (person,), of inputs with shape (person, input); nan where one of them is missing."""
    if rule.op == "expr":
        with np.errstate(divide="ignore", invalid="ignore"):
            return scaled(rule, evaluate(rule.expr, dict(zip(rule.inputs, x.T, strict=True))))
    return scaled(rule, _OPERATIONS[rule.op](rule, x))


def scaled(rule: ScoreRule, x: Column) -> Column:
    """Last step of every score."""
    return np.asarray(rule.scale * x + rule.offset)


def step(rule: ScoreRule, x: Column) -> NDArray[np.int64]:
    """Which step of a ``bin``; ``closed`` says whether an edge belongs to the values below it (right) or above."""
    return np.searchsorted(np.array(rule.edges), x, side="left" if rule.closed == "right" else "right").astype(np.int64)


def looked_up(table: Mapping[float, float], x: Column) -> Column:
    """Entry of a table at exactly these places, nan elsewhere."""
    places = np.array(sorted(table))
    steps = np.array([table[p] for p in places])
    at = np.clip(np.searchsorted(places, x), 0, len(places) - 1)
    return np.where(np.isclose(places[at], x), steps[at], np.nan)


def _percent_of_max(rule: ScoreRule, x: Column) -> Column:
    return np.asarray(100 * x.sum(axis=1) / (x.shape[1] * rule.item_max))


def _count_ge(rule: ScoreRule, x: Column) -> Column:
    return np.where(np.isnan(x).any(axis=1), np.nan, (x >= rule.at_least).sum(axis=1))


def _bin(rule: ScoreRule, x: Column) -> Column:
    return np.where(np.isnan(x[:, 0]), np.nan, np.array(rule.values)[step(rule, x[:, 0])])


_OPERATIONS: dict[str, Callable[[ScoreRule, Column], Column]] = {
    "sum": lambda rule, x: x.sum(axis=1),
    "mean": lambda rule, x: x.mean(axis=1),
    "wsum": lambda rule, x: x @ np.array(rule.weights),
    "max": lambda rule, x: x.max(axis=1),
    "percent_of_max": _percent_of_max,
    "count_ge": _count_ge,
    "bin": _bin,
    "lookup": lambda rule, x: looked_up(rule.table, x[:, 0]),
}
