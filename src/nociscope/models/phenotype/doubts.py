"""What a table of answers shows that no single answer can: items turned round already, ratings on another scale."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nociscope.core.instrument import RAW, SCORED, Instrument, Item
from nociscope.core.problem import Problem

Column = NDArray[np.float64]

FEWEST = 10
"""People below whom a correlation says nothing."""

CERTAIN = 1.96
"""Standard errors of Fisher's z by which a correlation must lie on the wrong side."""


def doubts(instrument: Instrument, answers: Mapping[str, Column], coding: str = RAW) -> tuple[Problem, ...]:
    """What is doubtful about a whole table; nothing is changed.

    Parameters
    ----------
    answers : column → shape (person,), nan where unanswered. coding : how reversed items are said to stand in it.
    """
    return (*_reversed_already(instrument, answers, coding), *_other_scale(instrument, answers))


def _reversed_already(instrument: Instrument, answers: Mapping[str, Column], coding: str) -> list[Problem]:
    """Reversed items that run with the others although people ticked them, or against them although turned round."""
    sign = {RAW: 1.0, SCORED: -1.0}[coding]
    out = []
    for rule in instrument.score_rules():
        items = [instrument.item(c) for c in rule.inputs if c in instrument.columns]
        back, straight = ([i for i in items if i.reverse is turned] for turned in (True, False))
        if not back or not straight or rule.hidden:
            continue
        r, n = correlation(_mean(back, answers), _mean(straight, answers))
        if n >= FEWEST and sign * np.arctanh(np.clip(r, -0.999999, 0.999999)) * np.sqrt(n - 3) > CERTAIN:
            out.append(_reversal(instrument, rule.id, back, r, n, coding))
    return out


def _reversal(instrument: Instrument, score: str, back: list[Item], r: float, n: int, coding: str) -> Problem:
    other = SCORED if coding == RAW else RAW
    return Problem(
        "items-reversed-already" if coding == RAW else "items-not-reversed",
        f"{instrument.id}: {', '.join(i.column for i in back)}",
        f"read as {coding}, but the reversed items of {score!r} and the others correlate by {r:+.2f} in {n} people",
        (),
        f'if the table holds them the other way round, say coding = "{other}"',
    )


def correlation(a: Column, b: Column) -> tuple[float, int]:
    """Pearson's r of people who have both, and how many they are; nan where one does not vary."""
    both = np.isfinite(a) & np.isfinite(b)
    x, y = (v[both] - v[both].sum() / max(1, both.sum()) for v in (a, b))
    scale = np.sqrt((x**2).sum() * (y**2).sum())
    return (float((x * y).sum() / scale) if scale > 0 else np.nan), int(both.sum())


def _mean(items: list[Item], answers: Mapping[str, Column]) -> Column:
    """Mean of items, each in its own range from 0 to 1; nan where one is missing."""
    parts = [(np.asarray(answers[i.column]) - i.low) / (i.high - i.low) for i in items]
    return np.asarray(np.mean(parts, axis=0), dtype=np.float64)


def _other_scale(instrument: Instrument, answers: Mapping[str, Column]) -> list[Problem]:
    """Ratings of 0 to 10 in a column of 0 to 100."""
    out = []
    for item in instrument.items:
        x = answers[item.column]
        x = x[np.isfinite(x)]
        if item.low == 0 and item.high == 100 and len(x) >= FEWEST and 0 < x.max() <= 10:
            message = f"{len(x)} people rate at most {x.max():g} on a scale of 0 to 100"
            mend = "if they rated on 0 to 10, multiply the column by 10"
            out.append(Problem("rating-scale", f"{instrument.id}: {item.column}", message, (), mend))
    return out
