"""What tables with many rows a person have in common: keys, texts, days, and errors that name the line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nociscope.core.errors import MalformedFile
from nociscope.io.file import safe_label
from nociscope.io.table import Table

LONG_TABLES = ("biosamples", "genotype", "outcomes_long")
"""Tables of ``phenotype/`` with several rows for each person and session, which readers of their own read."""


def long_table(root: Path, name: str) -> Path:
    """Where one of `LONG_TABLES` stands in a dataset."""
    return root / "phenotype" / f"{name}.tsv"


def keys(table: Table) -> list[tuple[str, str]]:
    """(participant, session) of each row, ``n/a`` without session."""
    people = table.text("participant_id")
    sessions = optional(table, "session_id")
    return [
        (f"sub-{safe_label(p or '', 'sub')}", f"ses-{safe_label(s, 'ses')}" if s else "n/a")
        for p, s in zip(people, sessions, strict=True)
    ]


def optional(table: Table, column: str) -> Sequence[str | None]:
    """A column as text, all missing where the file does not have it."""
    return table.text(column) if column in table.columns else [None] * len(table.rows)


def numbers(table: Table, column: str) -> list[float]:
    """A column as numbers, nan where missing or where the file does not have it."""
    return [float(v) for v in table.numbers(column)] if column in table.columns else [float("nan")] * len(table.rows)


def line(table: Table, row: int) -> str:
    """Place of a row, for messages."""
    return f"{table.path}, line {row + 2}"


def required(table: Table, row: int, column: str, value: str | None) -> str:
    """A cell that must not be empty.

    Raises
    ------
    MalformedFile
        It is.
    """
    if value is None:
        raise MalformedFile(f"{column} is missing", where=line(table, row), do=f"write the {column} in every row")
    return value


def once(table: Table, found: Sequence[tuple[str, ...]], what: str) -> None:
    """Hold that no key stands twice.

    Raises
    ------
    MalformedFile
        One does; the message names both lines.
    """
    first: dict[tuple[str, ...], int] = {}
    for i, key in enumerate(found):
        if key in first:
            raise MalformedFile(
                f"{what} stands twice", expected="one row for each", got=" ".join(key),
                where=f"{line(table, i)} (first on line {first[key] + 2})", do="keep the right row",
            )  # fmt: skip
        first[key] = i


def one_unit(table: Table, names: Sequence[str], units: Sequence[str], what: str) -> None:
    """Hold that each analyte or outcome stands in one unit throughout.

    Raises
    ------
    MalformedFile
        Two units; nothing is converted, because a wrong unit looks the same as a different one.
    """
    seen: dict[str, str] = {}
    for i, (name, unit) in enumerate(zip(names, units, strict=True)):
        if seen.setdefault(name, unit) != unit:
            raise MalformedFile(
                f"mixed units of {what} {name}", expected=seen[name], got=unit, where=line(table, i),
                do="give all of it in one unit",
            )  # fmt: skip
