"""Bands and rules where something is unknown: every label that some completion of the answers would give.

Three-valued logic is not enough: joined conditions on one unknown input would name labels that no completion can
reach. Therefore unknown inputs are completed in every way, or, where these are too many, at the values at which a rule
can change its mind.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.core.instrument import Band, Instrument, Item, Rule
from nociscope.models.phenotype.expression import constants, evaluate, names
from nociscope.models.phenotype.scoring import scored

Table = NDArray[np.float64]

MOST_WORLDS = 4096
"""Completions of one person's unknown inputs that are looked at."""


@dataclass(frozen=True)
class Grading:
    """What a rule says of one person.

    Parameters
    ----------
    labels : reachable, in the order of the rule's cases.
    missing : unknown inputs that the rule looks at.
    deciding : those of them that, alone, could change the set of labels.
    path : the condition that gave the label, where it is settled.
    exact : whether every completion was looked at.
    """

    labels: tuple[str, ...]
    missing: tuple[str, ...] = ()
    deciding: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    exact: bool = True


def band_labels(band: Band, low: float, high: float) -> tuple[str, ...]:
    """Labels of the range between two bounds; one where they fall into the same."""
    if np.isnan(low) or np.isnan(high):
        return ()
    first, last = (int(np.searchsorted(band.edges, end, side="right")) - 1 for end in (low, high))
    return band.labels[max(0, first) : max(0, last) + 1]


def graded(instrument: Instrument, rule: Rule, answers: Mapping[str, float], optional: bool = False) -> Grading:
    """Labels of one rule for one person over all completions of what is unknown.

    Parameters
    ----------
    answers : column → number, nan where unknown.

    Raises
    ------
    InputError
        The rule names something that is neither an item nor a score.
    """
    used = _items_behind(instrument, rule)
    missing = tuple(c for c in used if np.isnan(answers[c]))
    choices = {c: _choices(instrument.item(c), rule) for c in missing}
    worlds, all_of_them = _worlds(choices)
    exact = all_of_them and all(instrument.item(c).levels == choices[c] for c in missing)
    found = _labels(instrument, rule, answers, missing, worlds, optional)
    labels = tuple(v for v, _ in rule.cases if v in set(found))
    deciding = tuple(c for i, c in enumerate(missing) if _decides(found, worlds[:, i]))
    path = tuple(when for value, when in rule.cases if (value,) == labels) if len(labels) == 1 else ()
    return Grading(tuple(dict.fromkeys(labels)), missing, deciding, path, exact)


def _worlds(choices: Mapping[str, tuple[float, ...]]) -> tuple[Table, bool]:
    """Completions, shape (completion, input), and whether these are all; of too many, the two extreme ones.

    Scores and rules are monotone, so that the extremes bound what lies between them.
    """
    count = math.prod(len(v) for v in choices.values())
    if count <= MOST_WORLDS:
        return np.array(list(product(*choices.values())), dtype=np.float64).reshape(count, len(choices)), True
    return np.array([[v[0] for v in choices.values()], [v[-1] for v in choices.values()]]), False


def _labels(
    instrument: Instrument,
    rule: Rule,
    answers: Mapping[str, float],
    missing: Sequence[str],
    worlds: object,
    optional: bool,
) -> list[str]:
    """Label of every completion."""
    table = np.asarray(worlds, dtype=np.float64)
    columns = {c: np.full(len(table), answers[c]) for c in instrument.columns}
    columns |= {c: table[:, i] for i, c in enumerate(missing)}
    values = {c: v for c, v in columns.items() if not np.isnan(v).any()}
    if instrument.scores:
        values |= {k: s.value for k, s in scored(instrument, columns, optional).items()}
    out = np.full(len(table), "", dtype=object)
    for value, when in rule.cases:
        if unknown := [n for n in names(when) if n not in values]:
            raise InputError(f"rule {rule.id!r} names what is not there", got=", ".join(unknown))
        holds = np.broadcast_to(evaluate(when, values), out.shape) != 0
        out[(out == "") & holds] = value
    return [str(v) for v in out]


def _items_behind(instrument: Instrument, rule: Rule) -> tuple[str, ...]:
    """Items that a rule looks at, directly or through scores, in the order of the file."""
    todo = [n for _, when in rule.cases for n in names(when)]
    found: set[str] = set()
    while todo:
        name = todo.pop()
        if name in instrument.columns:
            found.add(name)
        elif name in {s.id for s in instrument.scores}:
            todo += list(instrument.score(name).inputs)
        else:
            raise InputError(f"rule {rule.id!r} names what is not there", got=name)
    return tuple(c for c in instrument.columns if c in found)


def _choices(item: Item, rule: Rule) -> tuple[float, ...]:
    """Values with which an unknown input is completed: all, or those around each number that it is compared with."""
    if item.levels and len(item.levels) <= 12:
        return item.levels
    around = {item.low, item.high}
    step = 1.0 if item.integer else 1e-6
    for _, when in rule.cases:
        for c in constants(when, item.column):
            around |= {c - step, c, c + step}
    return tuple(sorted(v for v in around if item.low <= v <= item.high))


def _decides(found: Sequence[str], column: Table) -> bool:
    """Whether knowing this input could leave fewer labels."""
    everything = set(found)
    return any(
        {f for f, v in zip(found, column, strict=True) if v == value} != everything for value in np.unique(column)
    )
