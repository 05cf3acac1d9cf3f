"""What a score can be, whatever the unanswered items would have said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.instrument import ScoreRule
from nociscope.models.phenotype.expression import evaluate, names
from nociscope.models.phenotype.operations import operate, scaled, step

Column = NDArray[np.float64]
Ends = tuple[Column, Column]


@dataclass(frozen=True, eq=False)
class Interval:
    """A number of everybody with its bounds, shapes (person,); ``value`` is nan where it is not known."""

    value: Column
    low: Column
    high: Column

    def blank_as_zero(self) -> Interval:
        """The same where a blank is the answer zero."""
        blank = np.isnan(self.value)
        return Interval(*(np.where(blank, 0.0, part) for part in (self.value, self.low, self.high)))


def bounds(rule: ScoreRule, inputs: list[Interval]) -> Ends:
    """Least and most that the score can be; nan where an input is impossible.

    Every operation is monotone in every input, so that the corners are enough.
    """
    ends = [np.stack([getattr(i, side) for i in inputs], axis=1) for side in ("low", "high")]
    if rule.op == "expr":
        return _corners(rule, inputs)
    if rule.op in ("bin", "lookup"):
        return _over_steps(rule, ends[0][:, 0], ends[1][:, 0])
    if rule.op == "wsum":  # what counts against a score pulls it to the other end
        against = np.array(rule.weights) < 0
        ends = [np.where(against, ends[1], ends[0]), np.where(against, ends[0], ends[1])]
    at = [operate(rule, end) for end in ends]
    return np.minimum(*at), np.maximum(*at)


def _corners(rule: ScoreRule, inputs: list[Interval]) -> Ends:
    """The expression at every corner of what is unknown; its whole range where it is not monotone."""
    used = names(rule.expr)
    by_name = {n: i for n, i in zip(rule.inputs, inputs, strict=True) if n in used}
    people = len(inputs[0].low)
    unknown = {n: i.low != i.high for n, i in by_name.items()}
    open_ = [n for n in used if unknown[n].any()]
    if open_ and "hours_between" in rule.expr:  # a clock runs in a circle
        known = _at(rule, {n: i.low for n, i in by_name.items()}, people)
        some = np.any([unknown[n] for n in open_], axis=0)
        return np.where(some, rule.low, known), np.where(some, rule.high, known)
    found = []
    for bits in range(2 ** len(open_)):
        chosen = {n: i.low for n, i in by_name.items()}
        chosen |= {n: by_name[n].high for k, n in enumerate(open_) if bits >> k & 1}
        found.append(_at(rule, chosen, people))
    return np.min(found, axis=0), np.max(found, axis=0)


def _at(rule: ScoreRule, chosen: dict[str, Column], people: int) -> Column:
    with np.errstate(divide="ignore", invalid="ignore"):
        return scaled(rule, np.broadcast_to(evaluate(rule.expr, chosen), (people,)))


def _over_steps(rule: ScoreRule, low: Column, high: Column) -> Ends:
    """Least and most value of a step function or table between two ends."""
    if rule.op == "bin":
        steps = np.array(rule.values)
        first, last = (step(rule, end) for end in (low, high))
    else:
        places = np.array(sorted(rule.table))
        steps = np.array([rule.table[p] for p in places])
        first = np.searchsorted(places, low, side="left")
        last = np.searchsorted(places, high, side="right") - 1
    between = (np.arange(len(steps)) >= first[:, None]) & (np.arange(len(steps)) <= last[:, None])
    least = np.where(between, steps, np.inf).min(axis=1)
    most = np.where(between, steps, -np.inf).max(axis=1)
    possible = between.any(axis=1) & np.isfinite(low) & np.isfinite(high)
    ends = [scaled(rule, np.where(possible, end, np.nan)) for end in (least, most)]
    return np.minimum(*ends), np.maximum(*ends)
