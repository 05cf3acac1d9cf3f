"""Scores of an instrument for many people at once, each with the bounds that unanswered items leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.core.instrument import Instrument, Missing, ScoreRule
from nociscope.core.status import FitStatus
from nociscope.models.phenotype.expression import evaluate, names

Column = NDArray[np.float64]
Answers = Mapping[str, Column]


@dataclass(frozen=True, eq=False)
class Scored:
    """One score of everybody, shapes (person,).

    Parameters
    ----------
    value : nan where the status denies it. low, high : what it can be. se : where a table gives one, else nan.
    n_valid : answered inputs. n_asked : inputs there are.
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
class _Input:
    """An item or an earlier score, with its bounds; ``value`` is nan where it is not known."""

    value: Column
    low: Column
    high: Column


def scored(instrument: Instrument, answers: Answers, optional: bool = False) -> dict[str, Scored]:
    """Score everybody.

    Parameters
    ----------
    answers : column → shape (person,), numbers in the range of the item, nan where unanswered. Range and type are the
        business of whoever read them.
    optional : use the rules for missing items that are marked as not official.

    Returns
    -------
    dict
        Score id → `Scored`, in the order of the file, hidden ones included.

    Raises
    ------
    InputError
        A column of the instrument is absent.
    """
    if instrument.unavailable:
        raise InputError(f"{instrument.name} cannot be scored", got=instrument.unavailable)
    if absent := [c for c in instrument.columns if c not in answers]:
        raise InputError(f"{instrument.name}: columns are absent", expected=", ".join(absent))
    known = {item.column: _item(instrument, item.column, answers[item.column]) for item in instrument.items}
    out: dict[str, Scored] = {}
    for rule in instrument.scores:
        out[rule.id] = _score(rule, known, optional)
        known[rule.id] = _Input(out[rule.id].value, out[rule.id].low, out[rule.id].high)
    return out


def _item(instrument: Instrument, column: str, values: Column) -> _Input:
    """An item as it is scored, reversed where the file says so."""
    item = instrument.item(column)
    x = np.asarray(values, dtype=np.float64)
    if item.reverse:
        x = item.low + item.high - x
    gone = np.isnan(x)
    return _Input(x, np.where(gone, item.low, x), np.where(gone, item.high, x))


def _score(rule: ScoreRule, known: Mapping[str, _Input], optional: bool) -> Scored:
    inputs = [known[name] for name in rule.inputs]
    values = np.stack([i.value for i in inputs], axis=1)
    low, high = _bounds(rule, inputs)
    n_valid = np.isfinite(values).sum(axis=1)
    missing = rule.optional if optional and rule.optional is not None else rule.missing
    value, status = _filled(rule, values, n_valid, missing, (low, high))
    se = _looked_up(rule.se, values[:, 0]) if rule.se else np.full(len(value), np.nan)
    return Scored(rule, value, low, high, np.where(np.isfinite(value), se, np.nan), n_valid, len(inputs), status)


def _bounds(rule: ScoreRule, inputs: list[_Input]) -> tuple[Column, Column]:
    """Least and most that the score can be: every operation is monotone, so the corners are enough."""
    ends = [np.stack([getattr(i, side) for i in inputs], axis=1) for side in ("low", "high")]
    if rule.op == "expr":
        corners = _corners(rule, inputs)
        return corners.min(axis=0), corners.max(axis=0)
    if rule.op in ("bin", "lookup"):
        return _over_steps(rule, ends[0][:, 0], ends[1][:, 0])
    at = [_operate(rule, end) for end in ends]
    return np.minimum(*at), np.maximum(*at)


def _corners(rule: ScoreRule, inputs: list[_Input]) -> Column:
    """The expression at every corner of what is unknown, shape (corner, person)."""
    used = names(rule.expr)
    by_name = dict(zip(rule.inputs, inputs, strict=True))
    open_ = [n for n in used if (by_name[n].low != by_name[n].high).any()]
    found = []
    for bits in range(2 ** len(open_)):
        chosen = {n: by_name[n].low for n in used}
        chosen |= {n: by_name[n].high for k, n in enumerate(open_) if bits >> k & 1}
        found.append(_scaled(rule, np.broadcast_to(evaluate(rule.expr, chosen), by_name[used[0]].low.shape)))
    return np.stack(found)


def _over_steps(rule: ScoreRule, low: Column, high: Column) -> tuple[Column, Column]:
    """Least and most value of a step function or table between two ends."""
    if rule.op == "bin":
        steps = np.array(rule.values)
        first, last = (_step(rule, end) for end in (low, high))
    else:
        places = np.array(sorted(rule.table))
        steps = np.array([rule.table[p] for p in places])
        first = np.searchsorted(places, low, side="left")
        last = np.searchsorted(places, high, side="right") - 1
    between = (np.arange(len(steps)) >= first[:, None]) & (np.arange(len(steps)) <= last[:, None])
    least = np.where(between, steps, np.inf).min(axis=1)
    most = np.where(between, steps, -np.inf).max(axis=1)
    least, most = (np.where(between.any(axis=1), end, np.nan) for end in (least, most))
    ends = _scaled(rule, least), _scaled(rule, most)
    return np.minimum(*ends), np.maximum(*ends)


def _filled(
    rule: ScoreRule, values: Column, n_valid: NDArray[np.int64], missing: Missing, bounds: tuple[Column, Column]
) -> tuple[Column, NDArray[np.str_]]:
    """Value and status under the rule for unanswered items."""
    n = values.shape[1]
    complete = n_valid == n
    status = np.where(complete, str(FitStatus.OK), str(FitStatus.MISSING_DATA)).astype("<U24")
    if rule.op in ("expr", "bin", "lookup"):
        value = np.where(complete, _operate(rule, np.where(np.isfinite(values), values, 0.0)), np.nan)
    else:
        value, status = _FILL[missing.rule](rule, values, n_valid, missing, status)
    settled = ~complete & (bounds[0] == bounds[1])
    if missing.rule == "bounded":
        value, status = np.where(settled, bounds[0], value), np.where(settled, str(FitStatus.OK), status)
    return value, np.where(np.isnan(value) & (status == FitStatus.OK), str(FitStatus.MISSING_DATA), status)


def _complete(
    rule: ScoreRule, values: Column, n_valid: NDArray[np.int64], missing: Missing, status: NDArray[np.str_]
) -> tuple[Column, NDArray[np.str_]]:
    return _operate(rule, values), status


def _bounded(
    rule: ScoreRule, values: Column, n_valid: NDArray[np.int64], missing: Missing, status: NDArray[np.str_]
) -> tuple[Column, NDArray[np.str_]]:
    some = (n_valid > 0) & (n_valid < values.shape[1])
    return _operate(rule, values), np.where(some, str(FitStatus.INDETERMINATE), status)


def _prorated(
    rule: ScoreRule, values: Column, n_valid: NDArray[np.int64], missing: Missing, status: NDArray[np.str_]
) -> tuple[Column, NDArray[np.str_]]:
    """Fill what is missing with the mean of what is not, where enough is there."""
    mean = np.divide(np.nansum(values, axis=1), n_valid, out=np.full(len(values), np.nan), where=n_valid > 0)
    full = _operate(rule, np.where(np.isnan(values), mean[:, None], values))
    return _where_enough(full, values, n_valid, missing, status)


def _percent(
    rule: ScoreRule, values: Column, n_valid: NDArray[np.int64], missing: Missing, status: NDArray[np.str_]
) -> tuple[Column, NDArray[np.str_]]:
    """The range of the score, in proportion to what was reached of what was answered."""
    return _prorated(rule, values, n_valid, missing, status)


def _unticked(
    rule: ScoreRule, values: Column, n_valid: NDArray[np.int64], missing: Missing, status: NDArray[np.str_]
) -> tuple[Column, NDArray[np.str_]]:
    full = _operate(rule, np.nan_to_num(values))
    return _where_enough(full, values, n_valid, missing, status)


def _where_enough(
    full: Column, values: Column, n_valid: NDArray[np.int64], missing: Missing, status: NDArray[np.str_]
) -> tuple[Column, NDArray[np.str_]]:
    complete, enough = n_valid == values.shape[1], n_valid >= max(1, missing.min_valid)
    status = np.where(~complete & enough, str(FitStatus.PRORATED), status)
    status = np.where(~enough & (n_valid > 0), str(FitStatus.TOO_FEW_TRIALS), status)
    return np.where(enough, full, np.nan), status


_FILL: dict[str, Callable[..., tuple[Column, NDArray[np.str_]]]] = {
    "complete": _complete, "bounded": _bounded, "prorate": _prorated, "percent_of_answered": _percent,
    "unticked": _unticked,
}  # fmt: skip


def _operate(rule: ScoreRule, x: Column) -> Column:
    """The operation itself on complete inputs, shape (person, input); nan where one is missing."""
    if rule.op == "expr":
        return _scaled(rule, evaluate(rule.expr, dict(zip(rule.inputs, x.T, strict=True))))
    return _scaled(rule, _OPERATIONS[rule.op](rule, x))


def _percent_of_max(rule: ScoreRule, x: Column) -> Column:
    return np.asarray(100 * x.sum(axis=1) / (x.shape[1] * rule.item_max))


def _count_ge(rule: ScoreRule, x: Column) -> Column:
    return np.where(np.isnan(x).any(axis=1), np.nan, (x >= rule.at_least).sum(axis=1))


def _bin(rule: ScoreRule, x: Column) -> Column:
    return np.where(np.isnan(x[:, 0]), np.nan, np.array(rule.values)[_step(rule, x[:, 0])])


_OPERATIONS: dict[str, Callable[[ScoreRule, Column], Column]] = {
    "sum": lambda rule, x: x.sum(axis=1),
    "mean": lambda rule, x: x.mean(axis=1),
    "wsum": lambda rule, x: x @ np.array(rule.weights),
    "max": lambda rule, x: x.max(axis=1),
    "percent_of_max": _percent_of_max,
    "count_ge": _count_ge,
    "bin": _bin,
    "lookup": lambda rule, x: _looked_up(rule.table, x[:, 0]),
}


def _step(rule: ScoreRule, x: Column) -> NDArray[np.int64]:
    """Which step of a ``bin``; ``closed`` says whether an edge belongs to the values below it (right) or above."""
    edges = np.array(rule.edges)
    found = (
        np.searchsorted(edges, x, side="left") if rule.closed == "right" else np.searchsorted(edges, x, side="right")
    )
    return found.astype(np.int64)


def _looked_up(table: Mapping[float, float], x: Column) -> Column:
    places = np.array(sorted(table))
    steps = np.array([table[p] for p in places])
    at = np.clip(np.searchsorted(places, x), 0, len(places) - 1)
    return np.where(np.isclose(places[at], x), steps[at], np.nan)


def _scaled(rule: ScoreRule, x: Column) -> Column:
    return np.asarray(rule.scale * x + rule.offset)
