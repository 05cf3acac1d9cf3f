"""Everything that unknown inputs could be, as far as a rule can tell it apart.

Inputs that enter a rule only through the same sums or maxima cannot be told apart: how many of them hold is enough.
Numbers are tried at both ends and around whatever they are compared with.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, product

import numpy as np
from numpy.typing import NDArray

from nociscope.core.instrument import Instrument, Item, ScoreRule
from nociscope.models.phenotype.expression import constants, names, only_compared

Table = NDArray[np.float64]
Pattern = tuple[float, ...]

MOST_WORLDS = 65_536
"""Completions of one person's unknown inputs that are looked at."""

_ALIKE = ("sum", "mean", "wsum", "percent_of_max", "count_ge", "max")
"""Operations that do not care in which order their inputs come (weights aside)."""

_MOST_LEVELS = 12
_STEPS = 21
"""Even steps at which a number is tried where it is computed with, not only compared."""


@dataclass(frozen=True, eq=False)
class Completions:
    """Ways to complete what is unknown.

    Parameters
    ----------
    inputs : unknown ones. table : shape (completion, input).
    alike : for each input, the columns of those that the rule cannot tell from it.
    exact : whether nothing that the rule could tell apart was left out.
    """

    inputs: tuple[str, ...]
    table: Table
    alike: tuple[tuple[int, ...], ...]
    exact: bool

    def with_input(self, i: int) -> Iterator[NDArray[np.bool_]]:
        """For each value of an input, which completions there are if it is known to have that value."""
        for value in np.unique(self.table[:, list(self.alike[i])]):
            yield (self.table[:, list(self.alike[i])] == value).any(axis=1)


def completions(
    instrument: Instrument, conditions: Sequence[str], scores: Sequence[ScoreRule], missing: Sequence[str]
) -> Completions:
    """Every completion that conditions on scores and items can tell apart, or, of too many, the extreme ones.

    Scores are monotone, so that of a rule that is monotone in them and has two labels the extremes are enough; where
    they are taken, ``exact`` is false.

    Parameters
    ----------
    conditions : of the rule and the earlier ones that it names. scores : behind them. missing : unknown items.
    """
    groups = _groups(instrument, conditions, scores, missing)
    patterns = [_patterns(instrument, conditions, scores, group) for group in groups]
    order = [c for group in groups for c in group]
    place = {c: i for i, c in enumerate(order)}
    alike = tuple(tuple(place[c] for c in group) for group in groups for _ in group)
    count = math.prod(len(p) for p in patterns)
    if count <= MOST_WORLDS:
        table = np.array([sum(row, ()) for row in product(*patterns)], dtype=np.float64).reshape(count, len(order))
        return Completions(tuple(order), table, alike, all(_told(instrument, conditions, scores, c) for c in order))
    ends = np.array([_ends(instrument.item(c)) for c in order]).T
    return Completions(tuple(order), _extremes(ends), tuple((i,) for i in range(len(order))), False)


def _groups(
    instrument: Instrument, conditions: Sequence[str], scores: Sequence[ScoreRule], missing: Sequence[str]
) -> list[tuple[str, ...]]:
    named = {n for when in conditions for n in names(when)}
    found: dict[object, list[str]] = {}
    for column in missing:
        users = [s for s in scores if column in s.inputs]
        single = column in named or any(s.op not in _ALIKE for s in users)
        found.setdefault(column if single else _signature(instrument.item(column), users), []).append(column)
    return [tuple(group) for group in found.values()]


def _signature(item: Item, users: Sequence[ScoreRule]) -> object:
    """What an item and another must share to be exchanged without any score changing."""
    weights = tuple(s.weights[s.inputs.index(item.column)] if s.weights else 1.0 for s in users)
    return (item.levels, item.low, item.high, item.reverse, tuple(s.id for s in users), weights)


def _patterns(
    instrument: Instrument, conditions: Sequence[str], scores: Sequence[ScoreRule], group: Sequence[str]
) -> list[Pattern]:
    """What a group of exchangeable inputs can be."""
    values = _choices(instrument.item(group[0]), conditions)
    users = [s for s in scores if group[0] in s.inputs]
    if len(group) > 1 and all(s.op == "max" for s in users) and not instrument.item(group[0]).reverse:
        return [(v, *[values[0]] * (len(group) - 1)) for v in values]
    return list(combinations_with_replacement(values, len(group)))


def _choices(item: Item, conditions: Sequence[str]) -> Pattern:
    """Values to try of one input, rising: all, or those around each number that it is compared with."""
    if item.levels and len(item.levels) <= _MOST_LEVELS:
        return tuple(sorted(item.levels))
    around = {item.low, item.high}
    step = 1.0 if item.integer else 1e-6 * max(1.0, item.high - item.low)
    for when in conditions:
        for c in constants(when, item.column):
            around |= {c - step, c, c + step}
        if not only_compared(when, item.column):
            steps = np.linspace(item.low, item.high, _STEPS)
            around |= set(map(float, np.round(steps) if item.integer else steps))
    return tuple(sorted(v for v in around if item.low <= v <= item.high))


def _told(instrument: Instrument, conditions: Sequence[str], scores: Sequence[ScoreRule], column: str) -> bool:
    """Whether all that the rule can tell apart of an input was tried."""
    levels = instrument.item(column).levels
    if levels and len(levels) <= _MOST_LEVELS:
        return True
    return not any(column in s.inputs for s in scores) and all(only_compared(when, column) for when in conditions)


def _ends(item: Item) -> tuple[float, float]:
    return (min(item.levels), max(item.levels)) if item.levels else (item.low, item.high)


def _extremes(ends: Table) -> Table:
    """Everything low, everything high, and both with each single input at each of its ends."""
    rows = [ends[0], ends[1]]
    for i in range(ends.shape[1]):
        for side in (0, 1):
            for base in (0, 1):
                row = ends[base].copy()
                row[i] = ends[side, i]
                rows.append(row)
    return np.unique(np.array(rows), axis=0)


def deciding(found: Completions, labels: Sequence[str]) -> tuple[str, ...]:
    """Inputs of which some value would leave fewer labels than there are now."""
    column, everything = np.asarray(labels, dtype=object), set(labels)
    return tuple(
        name
        for i, name in enumerate(found.inputs)
        if any(set(column[there]) != everything for there in found.with_input(i))
    )


def by_input(found: Completions) -> Mapping[str, Table]:
    """Input → its value in every completion."""
    return {name: found.table[:, i] for i, name in enumerate(found.inputs)}
