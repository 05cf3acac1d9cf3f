"""Scores and grades of the cohort by group: how many, the middle, and why numbers are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from nociscope.core.records import Measure
from nociscope.core.vocabulary import VOCABULARY
from nociscope.report.model import Grade
from nociscope.report.numbers import status_words
from nociscope.viz.numbers import short, unit_text

TITLES = {
    "qst": "Sensory testing", "tms": "Stimulation", "phenotype": "Questionnaires", "outcome": "Outcomes",
    "biosample": "Biosamples",
}  # fmt: skip
"""Modality of rows that are summarised by group → heading."""
UNGROUPED = "no group"
_SIDES = {"L": ", left", "R": ", right", "M": ", middle"}
_FEWEST = 4
"""People from which on quartiles say more than all numbers would."""


@dataclass(frozen=True)
class GroupLine:
    """One measure at one place: a cell for each group, and statuses of missing numbers with their count."""

    head: str
    symbol: str
    place: str
    unit: str
    cells: tuple[str, ...]
    missing: str


@dataclass(frozen=True)
class GroupTable:
    """Measures of one kind of testing; columns are the groups."""

    title: str
    groups: tuple[str, ...]
    lines: tuple[GroupLine, ...]

    @property
    def placed(self) -> bool:
        """Whether any line has a place: scales of questionnaires have none."""
        return any(line.place for line in self.lines)

    @property
    def united(self) -> bool:
        """Whether any line has a unit."""
        return any(line.unit for line in self.lines)


@dataclass(frozen=True)
class GradeTable:
    """How many of each group have which grade; ``open`` counts people whose grade unknown inputs leave open."""

    title: str
    groups: tuple[str, ...]
    lines: tuple[tuple[str, tuple[int, ...]], ...]
    open: int


def group_tables(measures: Sequence[Measure], groups: Mapping[str, str]) -> tuple[GroupTable, ...]:
    """One table for each kind of testing.

    Parameters
    ----------
    groups : participant → group; whoever is not there stands under ``no group``.
    """
    names = _groups((r.participant_id for r in measures if r.modality in TITLES), groups)
    out = []
    for modality, title in TITLES.items():
        own: dict[tuple[str, str, str, str, str], list[Measure]] = {}
        for row in measures:
            if row.modality == modality:
                key = (row.measure, row.region, row.hemisphere, row.session_id, row.unit)
                own.setdefault(key, []).append(row)
        lines = tuple(_line(key, rows, names, groups, modality) for key, rows in own.items())
        if lines:
            out.append(GroupTable(title, names, lines))
    return tuple(out)


def _groups(people: Iterable[str], groups: Mapping[str, str]) -> tuple[str, ...]:
    present = {groups.get(p, UNGROUPED) for p in people}
    return tuple(g for g in dict.fromkeys((*groups.values(), UNGROUPED)) if g in present)


def _line(
    key: tuple[str, str, str, str, str], rows: Sequence[Measure], names: Sequence[str], groups: Mapping[str, str],
    modality: str,
) -> GroupLine:  # fmt: skip
    measure, region, side, session, unit = key
    cells = [[r for r in rows if groups.get(r.participant_id, UNGROUPED) == name] for name in names]
    lost = Counter(status_words(r.status) for r in rows if not r.status.keeps_value)
    head, place = _named(measure, region, modality)
    where = f"{place}{_SIDES.get(side, '')}" + (f", {session}" if session not in ("", "n/a") else "")
    told = ", ".join(f"{n} {words}" for words, n in lost.items())
    return GroupLine(head, measure, where.removeprefix(", "), unit_text(unit), tuple(map(_cell, cells)), told)


def _named(measure: str, region: str, modality: str) -> tuple[str, str]:
    place = region.replace("_", " ")
    if modality == "phenotype":
        return (measure if region == "total" else f"{measure}, {place}"), ""
    return (VOCABULARY[measure].name if measure in VOCABULARY else measure.replace("_", " ")), place


def _cell(rows: Sequence[Measure]) -> str:
    """Median with quartiles and n; of very few people the numbers themselves would be told by the file."""
    values = [r.value for r in rows if r.status.keeps_value and r.value == r.value]
    if not values:
        return "n = 0"
    middle = _number(median(values))
    if len(values) < _FEWEST:
        return f"{middle}; n = {len(values)}"
    low, _, high = quantiles(values, n=4, method="inclusive")
    return f"{middle} [{_number(low)} to {_number(high)}]; n = {len(values)}"


def _number(value: float) -> str:
    return short(float(f"{value:.3g}")) if abs(value) < 100 else short(value)


def grade_tables(grades: Sequence[Grade], groups: Mapping[str, str]) -> tuple[GradeTable, ...]:
    """One table for each rule of each set of criteria."""
    names = _groups((g.participant for g in grades), groups)
    own: dict[str, list[Grade]] = {}
    for grade in grades:
        own.setdefault(grade.title, []).append(grade)
    return tuple(_grades(title, found, names, groups) for title, found in own.items())


def _grades(title: str, found: Sequence[Grade], names: Sequence[str], groups: Mapping[str, str]) -> GradeTable:
    words = {g: " or ".join(g.grades).replace("_", " ") for g in found}
    order = sorted(dict.fromkeys((len(g.grades), words[g]) for g in found))
    lines = tuple(
        (text, tuple(sum(words[g] == text and groups.get(g.participant, UNGROUPED) == n for g in found) for n in names))
        for _, text in order
    )
    return GradeTable(title, tuple(names), lines, sum(len(g.grades) > 1 for g in found))
