"""Answers as people or files give them, read as numbers: every impossible one is named."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import RangeError
from nociscope.core.instrument import CLOCK, YES_NO, Instrument, Item
from nociscope.core.problem import Problem

_MISSING = frozenset({"", "n/a", "na", "nan", "none"})
_TRUE, _FALSE = frozenset({"1", "yes", "y", "true"}), frozenset({"0", "no", "n", "false"})
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(:00)?")

Numbers = dict[str, NDArray[np.float64]]
Column = Sequence[Any] | NDArray[Any]


def numbers(
    instrument: Instrument, columns: Mapping[str, Column], people: Sequence[str], on_range_error: str = "raise"
) -> Numbers:
    """Answers as numbers, nan where unanswered.

    Parameters
    ----------
    columns : column → shape (person,), as entered; a column that is not there is unanswered by everybody.
    people : who, for messages.
    on_range_error : ``raise``, or ``na``: an impossible answer counts as unanswered.

    Raises
    ------
    RangeError
        An answer out of range, a decimal on an integer scale, or text where a number is expected.
    """
    out: Numbers = {}
    for item in instrument.items:
        column = columns.get(item.column)
        if column is None:
            out[item.column] = np.full(len(people), np.nan)
        elif (possible := _all_possible(item, column)) is not None:
            out[item.column] = possible
        else:
            out[item.column] = _one_by_one(instrument, item, column, people, on_range_error)
    return out


def impossible(instrument: Instrument, columns: Mapping[str, Column], people: Sequence[str]) -> tuple[Problem, ...]:
    """Every answer that `numbers` refuses, with person, column and value; it leaves them out under ``na``."""
    found = []
    for item in instrument.items:
        for who, answer in zip(people, columns.get(item.column, ()), strict=False):
            try:
                _number(item, answer)
            except ValueError as error:
                said = _refusal(instrument, item, who, answer, error)
                where = f"{instrument.id}: {who}, {item.column}"
                message = f"{error}: expected {said.expected}, got {said.got}"
                found.append(Problem("answer-impossible", where, message, (), said.do or ""))
    return tuple(found)


def _all_possible(item: Item, column: Column) -> NDArray[np.float64] | None:
    """The column itself where it holds numbers that are all possible; the quick way for large tables."""
    if not isinstance(column, np.ndarray) or column.dtype.kind not in "fiu" or item.kind == CLOCK:
        return None
    x = column.astype(np.float64)
    there = x[~np.isnan(x)]
    fine = (there >= item.low) & (there <= item.high)
    if item.integer:
        fine &= there == np.round(there)
    if item.allowed:
        fine &= np.isin(there, item.allowed)
    return x if fine.all() else None


def _one_by_one(
    instrument: Instrument, item: Item, column: Column, people: Sequence[str], on_range_error: str
) -> NDArray[np.float64]:
    values = np.full(len(people), np.nan)
    for i, (who, answer) in enumerate(zip(people, column, strict=True)):
        try:
            values[i] = _number(item, answer)
        except ValueError as error:
            if on_range_error == "raise":
                raise _refusal(instrument, item, who, answer, error) from None
    return values


def _refusal(instrument: Instrument, item: Item, who: str, answer: Any, error: ValueError) -> RangeError:
    return RangeError(
        f"{instrument.name}, {item.column}: {error}", expected=_possible(item), got=repr(answer), where=who,
        do=_mend(item, answer),
    )  # fmt: skip


def _number(item: Item, answer: Any) -> float:
    """One answer; raises ValueError with what is wrong."""
    text = "" if answer is None else str(answer).strip().lower()
    if text in _MISSING:
        return math.nan
    if text in item.recode:
        return float(item.recode[text])
    if item.kind == YES_NO and text in _TRUE | _FALSE:
        return float(text in _TRUE)
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


def _mend(item: Item, answer: Any) -> str:
    """What to do, which for a rating of 70 on 0 to 10 is something else."""
    try:
        value = float(answer)
    except (TypeError, ValueError):
        value = math.nan
    if item.high == 10 and 10 < value <= 100:
        return "the column may hold ratings of 0 to 100: divide all of it by 10, or leave out what is wrong as n/a"
    return "mend the table, or leave the answer out as n/a"


def _possible(item: Item) -> str:
    if item.kind == CLOCK:
        return "a time such as 23:10"
    numbers_ = ", ".join(f"{v:g}" for v in item.allowed) or f"{item.low:g} to {item.high:g}"
    whole = ", whole numbers" if item.integer and not item.allowed else ""
    return f"{numbers_}{whole}{', or ' + ', '.join(item.recode) if item.recode else ''}"
