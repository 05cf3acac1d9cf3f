"""Answers as people or files give them, checked and scored: what `noci.score` and the phenotype step both do."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, RangeError
from nociscope.core.instrument import CLOCK, YES_NO, Instrument, Item
from nociscope.core.scores import Decision, Score
from nociscope.core.status import FitStatus
from nociscope.io.instruments import find_instrument
from nociscope.models.phenotype.grading import band_labels, graded
from nociscope.models.phenotype.scoring import Scored, scored

_MISSING = frozenset({"", "n/a", "na", "nan", "none"})
_TRUE, _FALSE = frozenset({"1", "yes", "y", "true"}), frozenset({"0", "no", "n", "false"})
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")

Numbers = dict[str, NDArray[np.float64]]


def score(
    name: str, answers: Mapping[str, Any] | Sequence[Any], *, optional: bool = False, preset: str = ""
) -> tuple[Score, ...]:
    """Score one person's answers.

    Parameters
    ----------
    name : of the instrument, such as ``painDETECT``; ``nociscope instruments`` lists them.
    answers : column → answer, or the answers in the order of the items. Nothing, ``n/a`` and nan are unanswered.
    optional : use rules for unanswered items that nobody has validated, where the instrument has one.
    preset : of bands, where an instrument has several published ones.

    Raises
    ------
    InputError
        No such instrument, an unknown column, too many answers.
    RangeError
        An answer that is not possible; the message names column and value.

    Examples
    --------
    >>> [s.value for s in score("FIQR", [5] * 9 + [6, 4] + [7] * 10) if s.part == "total"]
    [60.0]
    """
    instrument = find_instrument(name)
    given = answers if isinstance(answers, Mapping) else dict(zip(instrument.columns, answers, strict=False))
    if not isinstance(answers, Mapping) and len(answers) != len(instrument.columns):
        raise InputError(
            f"{instrument.name} has {len(instrument.columns)} items", got=f"{len(answers)} answers",
            do="give one for each, n/a where there is none",
        )  # fmt: skip
    if unknown := [c for c in given if c not in instrument.columns]:
        raise InputError(f"{instrument.name} has no item {', '.join(unknown)}", expected=", ".join(instrument.columns))
    entered = numbers(instrument, {c: [given.get(c)] for c in instrument.columns}, ["the person"])
    return scores(instrument, entered, optional, preset)[0]


def numbers(
    instrument: Instrument, columns: Mapping[str, Sequence[Any]], people: Sequence[str], on_range_error: str = "raise"
) -> Numbers:
    """Answers as numbers, nan where unanswered.

    Parameters
    ----------
    columns : column → shape (person,), as entered. people : who, for messages.
    on_range_error : ``raise``, or ``na``: an impossible answer counts as unanswered.

    Raises
    ------
    RangeError
        An answer out of range, a decimal on an integer scale, or text where a number is expected.
    """
    out: Numbers = {}
    for item in instrument.items:
        column = columns.get(item.column, [None] * len(people))
        values = np.full(len(people), np.nan)
        for i, (who, answer) in enumerate(zip(people, column, strict=True)):
            try:
                values[i] = _number(item, answer)
            except ValueError as error:
                if on_range_error == "raise":
                    raise RangeError(
                        f"{instrument.name}, {item.column}: {error}", expected=_possible(item), got=repr(answer),
                        where=who, do="mend the table, or leave the answer out as n/a",
                    ) from None  # fmt: skip
        out[item.column] = values
    return out


def scores(
    instrument: Instrument, entered: Numbers, optional: bool = False, preset: str = ""
) -> tuple[tuple[Score, ...], ...]:
    """Scores of everybody, in the order of people; hidden intermediates are left out."""
    found = scored(instrument, entered, optional)
    shown = [s for s in found.values() if not s.rule.hidden]
    count = len(next(iter(entered.values())))
    bands = {b.score: b for b in instrument.bands if b.preset == preset}
    return tuple(
        tuple(_as_score(instrument, s, i, bands.get(s.rule.id), optional) for s in shown) for i in range(count)
    )


def decisions(instrument: Instrument, entered: Numbers, person: int) -> tuple[Decision, ...]:
    """What each rule of an instrument says of one person."""
    answers = {c: float(v[person]) for c, v in entered.items()}
    out = []
    for rule in instrument.rules:
        found = graded(instrument, rule, answers)
        out.append(
            Decision(
                f"{instrument.id} {instrument.version}", rule.id, found.labels, found.path, found.missing,
                found.deciding, {c: f"{v:g}" for c, v in answers.items() if not math.isnan(v)},
            )
        )  # fmt: skip
    return tuple(out)


def _as_score(instrument: Instrument, found: Scored, i: int, band: Any, optional: bool) -> Score:
    rule = found.rule
    low, high = float(found.low[i]), float(found.high[i])
    value = float(found.value[i])
    ends = (value, value) if math.isfinite(value) else (low, high)
    return Score(
        measure=instrument.name, part=rule.id, value=value, unit=rule.unit, status=FitStatus(str(found.status[i])),
        method=f"{instrument.name} {instrument.version}{' (not official: missing items)' if optional else ''}",
        se=float(found.se[i]), low=low, high=high, n_valid=int(found.n_valid[i]), n_asked=found.n_asked,
        band="|".join(band_labels(band, *ends)) if band is not None and found.n_valid[i] else "",
    )  # fmt: skip


def _number(item: Item, answer: Any) -> float:
    """One answer; raises ValueError with what is wrong."""
    if answer is None or str(answer).strip().lower() in _MISSING:
        return math.nan
    text = str(answer).strip()
    if text in item.recode:
        return float(item.recode[text])
    if item.kind == YES_NO and text.lower() in _TRUE | _FALSE:
        return float(text.lower() in _TRUE)
    if item.kind == CLOCK:
        match = _CLOCK.fullmatch(text)
        if match is None:
            raise ValueError("not a time of day")
        return int(match[1]) + int(match[2]) / 60
    try:
        value = float(text)
    except ValueError:
        raise ValueError("not a number") from None
    if not item.low <= value <= item.high:
        raise ValueError("out of range")
    if item.integer and value != int(value):
        raise ValueError("a decimal on a scale of whole numbers")
    if item.allowed and value not in item.allowed:
        raise ValueError("not one of the possible answers")
    return value


def _possible(item: Item) -> str:
    if item.recode:
        return ", ".join(item.recode)
    if item.kind == CLOCK:
        return "a time such as 23:10"
    if item.allowed:
        return ", ".join(f"{v:g}" for v in item.allowed)
    return f"{item.low:g} to {item.high:g}{', whole numbers' if item.integer else ''}"
