"""Bands and rules where something is unknown: every label that some completion of the answers would give.

Three-valued logic is not enough: joined conditions on one unknown input would name labels that no completion can
reach. Therefore unknown inputs are completed in every way, or, where these are too many, at the values at which a rule
can change its mind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.core.instrument import Instrument, Rule, ScoreRule
from nociscope.models.phenotype.completion import by_input, completions, deciding
from nociscope.models.phenotype.expression import evaluate, names
from nociscope.models.phenotype.reasons import path
from nociscope.models.phenotype.scoring import scored

Table = NDArray[np.float64]


@dataclass(frozen=True)
class Grading:
    """What a rule says of one person.

    Parameters
    ----------
    labels : reachable, in the order of the rule's cases.
    missing : unknown inputs that the rule looks at.
    deciding : those of them that, alone, could change the set of labels.
    path : in words, why each label that is out of reach fails, and what gave the label where it is settled.
    exact : whether everything that the rule can tell apart was looked at.
    """

    labels: tuple[str, ...]
    missing: tuple[str, ...] = ()
    deciding: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    exact: bool = True


def grades(
    instrument: Instrument, rule: Rule, answers: Mapping[str, Table], optional: bool = False
) -> NDArray[np.str_]:
    """Grade of everybody; people of whom nothing is missing are graded at once.

    Parameters
    ----------
    answers : column → shape (person,), nan where unknown.
    """
    used = _items_behind(instrument, rule)
    gone = np.any([np.isnan(answers[c]) for c in used], axis=0)
    out = np.full(len(gone), "", dtype=object)
    if not gone.all():
        columns = {c: np.where(np.isnan(v), np.nan, v)[~gone] for c, v in answers.items()}
        out[~gone] = _named(instrument, rule, columns, optional)
    same: dict[bytes, str] = {}  # people who answered alike are graded alike
    table = np.stack([answers[c] for c in used], axis=1)
    for i in np.flatnonzero(gone):
        key = table[i].tobytes()
        if key not in same:
            found = graded(instrument, rule, {c: float(v[i]) for c, v in answers.items()}, optional)
            same[key] = "|".join(found.labels)
        out[i] = same[key]
    return out.astype(np.str_)


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
    chain = [*_earlier(instrument, rule), rule]
    worlds = completions(
        instrument, [when for r in chain for _, when in r.cases], _scores_behind(instrument, chain), missing
    )
    columns = {c: np.full(len(worlds.table), answers[c]) for c in instrument.columns} | dict(by_input(worlds))
    values = _values(instrument, columns, optional)
    said: list[str] = []
    for one in chain:
        values[one.id] = _first_match(one, values)
        labels = tuple(dict.fromkeys(v for v, _ in one.cases if v in set(values[one.id])))
        own = path(instrument, one, labels, values)
        said += own if one is rule else [f"{one.id}, {line}" for line in own]
    return Grading(labels, missing, deciding(worlds, values[rule.id]), tuple(said), worlds.exact)


def _named(instrument: Instrument, rule: Rule, columns: Mapping[str, Table], optional: bool) -> list[str]:
    """First case that holds, for everybody; nothing that the rule looks at may be missing."""
    values = _values(instrument, columns, optional)
    for one in (*_earlier(instrument, rule), rule):
        values[one.id] = _first_match(one, values)
    return [str(v) for v in values[rule.id]]


def _values(instrument: Instrument, columns: Mapping[str, Table], optional: bool) -> dict[str, Any]:
    """Items and scores of which nothing is missing, shapes (completion,)."""
    values: dict[str, Any] = {c: v for c, v in columns.items() if not np.isnan(v).any()}
    if instrument.scores:
        values |= {k: s.value for k, s in scored(instrument, columns, optional).items()}
    return values


def _first_match(rule: Rule, values: Mapping[str, Any]) -> NDArray[np.str_]:
    length = max((np.size(v) for v in values.values()), default=1)
    out = np.full(length, "", dtype=object)
    for value, when in rule.cases:
        if unknown := [n for n in names(when) if n not in values]:
            raise InputError(f"rule {rule.id!r} names what is not there", got=", ".join(unknown))
        holds = np.broadcast_to(evaluate(when, values), out.shape) != 0
        out[(out == "") & holds] = value
    return out.astype(np.str_)


def _earlier(instrument: Instrument, rule: Rule) -> tuple[Rule, ...]:
    """Rules before this one whose labels it names, directly or through one another, in the order of the file."""
    before = list(instrument.rules[: [r.id for r in instrument.rules].index(rule.id)])
    needed = {n for _, when in rule.cases for n in names(when)}
    for one in reversed(before):
        if one.id in needed:
            needed |= {n for _, when in one.cases for n in names(when)}
    return tuple(one for one in before if one.id in needed)


def _items_behind(instrument: Instrument, rule: Rule) -> tuple[str, ...]:
    """Items that a rule looks at, directly or through scores and earlier rules, in the order of the file."""
    found: set[str] = set()
    todo = [n for one in (*_earlier(instrument, rule), rule) for _, when in one.cases for n in names(when)]
    scores, rules = {s.id: s for s in instrument.scores}, {r.id for r in instrument.rules}
    while todo:
        name = todo.pop()
        if name in instrument.columns:
            found.add(name)
        elif name in scores:
            todo += list(scores[name].inputs)
        elif name not in rules:
            raise InputError(f"rule {rule.id!r} names what is not there", got=name)
    return tuple(c for c in instrument.columns if c in found)


def _scores_behind(instrument: Instrument, rules: Sequence[Rule]) -> tuple[ScoreRule, ...]:
    """Scores that rules look at, directly or through one another."""
    todo = [n for rule in rules for _, when in rule.cases for n in names(when)]
    scores = {s.id: s for s in instrument.scores}
    found: set[str] = set()
    while todo:
        if (name := todo.pop()) in scores and name not in found:
            found.add(name)
            todo += list(scores[name].inputs)
    return tuple(s for s in instrument.scores if s.id in found)
