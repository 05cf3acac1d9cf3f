"""Outcomes of visits as ``phenotype/outcomes_long.tsv`` has them: one row for each person, outcome and visit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nociscope.core.errors import MalformedFile, MissingMetadata, RangeError, UnitError
from nociscope.io import long_tables as rows
from nociscope.io.table import Table, read_tsv

SCALES: dict[str, tuple[float, float]] = {
    "0-10": (0, 10), "0-100": (0, 100), "mm": (0, 100), "percent": (0, 100), "%": (0, 100),
    "points": (-math.inf, math.inf), "days": (0, math.inf), "yes_no": (0, 1), "category": (-math.inf, math.inf),
}  # fmt: skip
"""Unit as written → least and most. Ratings say which scale they are on: percentages compare only the same one."""

_YES_NO = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}


@dataclass(frozen=True)
class OutcomeVisit:
    """One outcome at one visit.

    Parameters
    ----------
    days : from the index date, nan where unknown. value : nan where missing.
    rescue, concomitant : rescue medication, other treatments changed; None where nobody says.
    """

    participant: str
    visit: str
    days: float
    outcome: str
    value: float
    unit: str
    rescue: bool | None
    concomitant: bool | None
    rater: str
    where: str


def read_outcomes(path: Path) -> tuple[OutcomeVisit, ...]:
    """Read the table.

    Raises
    ------
    MalformedFile
        Text where a number belongs, an outcome in two units, a visit that stands twice.
    RangeError
        A value outside its scale.
    UnitError
        An unknown unit.
    """
    table = read_tsv(path, ("participant_id", "visit", "outcome", "value", "unit"))
    people, values, days = rows.keys(table), rows.numbers(table, "value"), rows.numbers(table, "days_from_index")
    text = {c: rows.optional(table, c) for c in ("visit", "outcome", "unit", "rater")}
    needed = {c: [rows.required(table, i, c, v) for i, v in enumerate(text[c])] for c in ("visit", "outcome", "unit")}
    rows.one_unit(table, needed["outcome"], needed["unit"], "outcome")
    out = []
    for i, (person, _) in enumerate(people):
        _scale(table, i, needed["unit"][i], values[i], f"{person} {needed['outcome'][i]}")
        out.append(
            OutcomeVisit(
                person, needed["visit"][i], days[i], needed["outcome"][i], values[i], needed["unit"][i],
                _yes_no(table, i, "rescue_medication"), _yes_no(table, i, "concomitant_change"),
                text["rater"][i] or "", rows.line(table, i),
            )
        )  # fmt: skip
    rows.once(table, [(r.participant, r.outcome, r.visit) for r in out], "a visit")
    return tuple(out)


def _scale(table: Table, i: int, unit: str, value: float, what: str) -> None:
    if unit not in SCALES:
        raise UnitError("unknown unit of an outcome", expected=", ".join(SCALES), got=unit, where=rows.line(table, i))
    low, high = SCALES[unit]
    if not math.isnan(value) and not low <= value <= high:
        raise RangeError(
            f"{what} is outside its scale", expected=f"{low:g} to {high:g}", got=value, where=rows.line(table, i),
            do="mend the value, or the unit of this outcome",
        )  # fmt: skip


def _yes_no(table: Table, i: int, column: str) -> bool | None:
    text = rows.optional(table, column)[i]
    if text is None:
        return None
    if text.lower() not in _YES_NO:
        raise MalformedFile(
            f"{column} is neither yes nor no", expected="1, 0, yes, no", got=text, where=rows.line(table, i)
        )
    return _YES_NO[text.lower()]


def at_visits(
    found: Sequence[OutcomeVisit], outcome: str, baseline: str, follow_up: str
) -> dict[str, tuple[float, float]]:
    """Person → value at two visits, nan where there is none; everybody who has the outcome at any visit.

    Raises
    ------
    MissingMetadata
        There is no such outcome or visit.
    """
    own = [r for r in found if r.outcome == outcome]
    visits = {r.visit for r in own}
    if not own or not {baseline, follow_up} <= visits:
        raise MissingMetadata(
            f"no {outcome!r} at {baseline!r} and {follow_up!r}", expected=", ".join(sorted(visits)) or
            ", ".join(sorted({r.outcome for r in found})), do="name an outcome and two visits of the table",
        )  # fmt: skip
    at = {(r.participant, r.visit): r.value for r in own}
    people = dict.fromkeys(r.participant for r in own)
    return {p: (at.get((p, baseline), math.nan), at.get((p, follow_up), math.nan)) for p in people}
