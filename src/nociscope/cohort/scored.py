"""Scores of people as rows of the cohort table, and their grades as columns beside the tables about people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from nociscope.core.records import Measure
from nociscope.core.scores import PersonScores
from nociscope.io.file import safe_label
from nociscope.io.people import Key, People, Value


def score_rows(found: PersonScores, modality: str, site: str, source: str) -> tuple[Measure, ...]:
    """Every score as a row, bounds included.

    Parameters
    ----------
    modality : ``qst``, ``tms``, ``phenotype``, ``biosample`` or ``outcome``. source : file that holds the scores.
    """
    return tuple(
        Measure(
            participant_id=found.participant, session_id=session, site=site, modality=modality, measure=s.measure,
            region=s.part, hemisphere=s.side, value=s.value, se=s.se, unit=s.unit, method=s.method, status=s.status,
            source_file=source, low=s.low, high=s.high,
        )
        for session, s in found.rows
    )  # fmt: skip


def with_grades(people: People, found: Iterable[PersonScores]) -> People:
    """Tables about people with a column for every rule of every set of criteria, such as ``neupsig.grade``.

    A grade that unknown inputs leave open is ``possible|probable`` and so a level of its own, never one of the two.
    """
    rows: dict[Key, dict[str, Value]] = {key: dict(row) for key, row in people.rows.items()}
    sources: dict[str, str] = dict(people.sources)
    for person in found:
        bare = safe_label(person.participant, "sub")
        for session, decision in person.decisions:
            column = f"{decision.criteria.split()[0]}.{decision.rule}"
            key = (bare, "" if session == "n/a" else safe_label(session, "ses"))
            rows.setdefault((bare, ""), {})
            rows.setdefault(key, {})[column] = decision.grade
            sources.setdefault(column, "criteria")
    return replace(people, rows=rows, sources=sources)


def with_sides(rows: Iterable[Measure]) -> tuple[Measure, ...]:
    """Rows in which a place that was tested on several sides is one place a side, such as ``lumbar L``.

    Otherwise the sides of a person would be taken for one another.
    """
    rows = tuple(rows)
    sides: dict[tuple[str, str, str, str], set[str]] = {}
    for r in rows:
        sides.setdefault((r.modality, r.method, r.measure, r.region), set()).add(r.hemisphere)
    several = {key for key, found in sides.items() if len(found) > 1}
    return tuple(
        replace(r, region=f"{r.region} {r.hemisphere}")
        if (r.modality, r.method, r.measure, r.region) in several and r.hemisphere != "n/a"
        else r
        for r in rows
    )


def answers_of(people: People, participant: str, session: str, columns: Mapping[str, str]) -> dict[str, Value | None]:
    """Inputs of criteria from tables about people.

    Parameters
    ----------
    columns : input → column; a column of a phenotype table may be named bare where only one table has it.
    """
    row = people.row(participant, "" if session == "n/a" else session)
    out: dict[str, Value | None] = {}
    for name, column in columns.items():
        named = [c for c in row if c == column or c.endswith(f".{column}")]
        out[name] = row[named[0]] if len(named) == 1 else None
    return out
