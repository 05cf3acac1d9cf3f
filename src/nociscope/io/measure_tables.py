"""Numbers that another program made, as rows of the cohort table: a ``[[table]]`` of the study file."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nociscope.core.errors import MalformedFile, MissingFile
from nociscope.core.records import Measure
from nociscope.core.status import FitStatus
from nociscope.core.study import MeasureTable
from nociscope.io.file import File, safe_label
from nociscope.io.index import RAW, Index
from nociscope.io.table import Table, read_tsv

_IDS = ("participant_id", "session_id")


def table_file(index: Index, settings: MeasureTable) -> File:
    """Where the table is.

    Raises
    ------
    MissingFile
        In none of the data sets.
    """
    labels = [settings.derivative] if settings.derivative else [RAW, *(k for k in index.datasets if k != RAW)]
    for label in labels:
        folder = index.datasets.get(label)
        if folder is not None and (folder / settings.file).is_file():
            return File(folder / settings.file, label, "", "", ".tsv", {})
    raise MissingFile(
        f"no table {settings.file!r}", expected=f"in {', '.join(labels)}", do="mend [[table]] in the study file"
    )


def table_rows(path: Path, settings: MeasureTable, source: str) -> tuple[Measure, ...]:
    """Every cell as a row; a missing cell is a row that says so.

    Parameters
    ----------
    source : file as the cohort table names it.

    Raises
    ------
    MalformedFile
        A cell is not a number; a person (and session) stands twice.
    MissingMetadata
        No participant_id, or a column that was asked for is not there.
    """
    table = read_tsv(path, ("participant_id",))
    keys = list(_keys(table))
    if twice := sorted({k for k, count in Counter(keys).items() if count > 1}):
        raise MalformedFile(
            "a person stands twice", expected="one row for each person and session", got=" ".join(twice[0]),
            where=str(path), do="keep one row",
        )  # fmt: skip
    rows = []
    for column in settings.columns or _numeric(table):
        for (participant, session), value in zip(keys, table.numbers(column), strict=True):
            status = FitStatus.OK if math.isfinite(value) else FitStatus.MISSING_DATA
            rows.append(
                Measure(
                    participant, session, "n/a", settings.modality, settings.measure, column, "n/a", float(value),
                    math.nan, settings.unit, settings.method, status, source,
                )
            )  # fmt: skip
    return tuple(rows)


def _keys(table: Table) -> Iterator[tuple[str, str]]:
    people = table.text("participant_id")
    sessions = table.text("session_id") if "session_id" in table.columns else [None] * len(people)
    for person, session in zip(people, sessions, strict=True):
        yield f"sub-{safe_label(person or '', 'sub')}", f"ses-{safe_label(session, 'ses')}" if session else "n/a"


def _numeric(table: Table) -> list[str]:
    """Columns that hold numbers and gaps only, with at least one number."""
    return [c for c in table.columns if c not in _IDS and _is_numeric(table.text(c))]


def _is_numeric(cells: list[str | None]) -> bool:
    known = [c for c in cells if c is not None]
    try:
        return bool([float(c) for c in known])
    except ValueError:
        return False
