"""Scores of an instrument for many people at once, each with the bounds that unanswered items leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.core.instrument import RAW, SCORED, Instrument, Item, ScoreRule
from nociscope.core.status import FitStatus
from nociscope.models.phenotype.bounds import Interval, bounds
from nociscope.models.phenotype.missing import filled
from nociscope.models.phenotype.operations import looked_up

Column = NDArray[np.float64]
Answers = Mapping[str, Column]


@dataclass(frozen=True, eq=False)
class Scored:
    """One score of everybody, shapes (person,).

    Parameters
    ----------
    value : nan where the status denies it. low, high : what it can be. se : where a table gives one, else nan.
    n_valid : answered items behind it. n_asked : items there are.
    status : `FitStatus` as text.
    """

    rule: ScoreRule
    value: Column
    low: Column
    high: Column
    se: Column
    n_valid: NDArray[np.int64]
    n_asked: int
    status: NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class _Known:
    """An item or an earlier score: its interval, why it is as it is, and the items behind it."""

    interval: Interval
    answered: Mapping[str, NDArray[np.bool_]]
    status: NDArray[np.str_] | None = None


def scored(
    instrument: Instrument, answers: Answers, optional: bool = False, preset: str = "", coding: str = RAW
) -> dict[str, Scored]:
    """Score everybody.

    Parameters
    ----------
    answers : column → shape (person,), numbers in the range of the item, nan where unanswered. Range and type are the
        business of whoever read them.
    optional : use the rules for missing items that are marked as not official.
    preset : name of a published variant.
    coding : ``raw``, or ``scored`` where reversed items were turned round before.

    Returns
    -------
    dict
        Score id → `Scored`, in the order of the file, hidden ones included.

    Raises
    ------
    InputError
        A column of the instrument is absent, it cannot be scored, or a preset or coding is unknown.
    """
    if instrument.unavailable:
        raise InputError(f"{instrument.name} cannot be scored", got=instrument.unavailable)
    if coding not in (RAW, SCORED):
        raise InputError("unknown coding", expected=f"{RAW} or {SCORED}", got=coding)
    if absent := [c for c in instrument.columns if c not in answers]:
        raise InputError(f"{instrument.name}: columns are absent", expected=", ".join(absent))
    known = {i.column: _item(i, answers[i.column], coding) for i in instrument.items}
    out: dict[str, Scored] = {}
    for rule in instrument.score_rules(preset):
        out[rule.id], known[rule.id] = _score(rule, known, optional)
    return out


def _item(item: Item, values: Column, coding: str) -> _Known:
    """An item as it is scored, reversed where the file says so and nobody did it before."""
    x = np.asarray(values, dtype=np.float64)
    if item.reverse and coding == RAW:
        x = item.low + item.high - x
    there = np.isfinite(x)
    return _Known(
        Interval(x, np.where(there, x, item.low), np.where(there, x, item.high)), {item.column: there}
    )  # fmt: skip


def _score(rule: ScoreRule, known: Mapping[str, _Known], optional: bool) -> tuple[Scored, _Known]:
    inputs = [known[name] for name in rule.inputs]
    missing = rule.optional if optional and rule.optional is not None else rule.missing
    intervals = [i.interval for i in inputs]
    if missing.rule == "unticked" and not missing.min_valid:
        intervals = [i.blank_as_zero() for i in intervals]
    values = np.stack([i.value for i in intervals], axis=1)
    low, high = bounds(rule, intervals)
    value, status = filled(rule, values, missing, (low, high))
    status = _inherited(status, [i.status for i in inputs if i.status is not None])
    value = np.where(status == FitStatus.OUT_OF_RANGE, np.nan, value)
    low, high = (np.where(status == FitStatus.OUT_OF_RANGE, np.nan, end) for end in (low, high))
    answered = {c: there for i in inputs for c, there in i.answered.items()}
    n_valid = np.stack(list(answered.values())).sum(axis=0, dtype=np.int64)
    se = looked_up(rule.se, values[:, 0]) if rule.se else np.full(len(value), np.nan)
    se = np.where(np.isfinite(value), se, np.nan)
    found = Scored(rule, value, low, high, se, n_valid, len(answered), status)
    return found, _Known(Interval(value, low, high), answered, status)


def _inherited(status: NDArray[np.str_], earlier: list[NDArray[np.str_]]) -> NDArray[np.str_]:
    """A score made of scores is as doubtful as they are."""
    for one in earlier:
        status = np.where((one == FitStatus.PRORATED) & (status == FitStatus.OK), str(FitStatus.PRORATED), status)
        status = np.where(one == FitStatus.OUT_OF_RANGE, str(FitStatus.OUT_OF_RANGE), status)
    return status
