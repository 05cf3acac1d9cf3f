"""Tables in FreeSurfer's ``.stats`` form: comments that describe the columns, then rows parted by spaces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nociscope.core.errors import MalformedFile, MissingMetadata

_UNIT = re.compile(r"TableCol\s+(\d+)\s+Units\s+(\S+)")
_MEASURE = re.compile(r"Measure\s+[^,]+,\s*([^,]+),[^,]*,\s*([^,]+),\s*(\S+)")
_RELEASE = re.compile(r"\d[\w.+-]*")
_REVISION = re.compile(r"\$?Id: (\w+)\.c(?:pp)?,v ([\d.]+) .*")


@dataclass(frozen=True)
class StatsTable:
    """One table.

    Parameters
    ----------
    path : of the file. header : first word of a comment → the rest of its line.
    measures : short name → value and unit, from the header. units : column → unit.
    columns : names of columns, in order. rows : cells as text.
    """

    path: Path
    header: Mapping[str, str]
    measures: Mapping[str, tuple[float, str]]
    units: Mapping[str, str]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> list[str]:
        """Cells of a column.

        Raises
        ------
        MalformedFile
            There is none of this name.
        """
        if name not in self.columns:
            raise MalformedFile(
                "lacks a column", expected=name, got=", ".join(self.columns), where=str(self.path), do="write it again"
            )
        return [row[self.columns.index(name)] for row in self.rows]

    def numbers(self, name: str) -> list[float]:
        """Cells of a column as numbers.

        Raises
        ------
        MalformedFile
            There is none of this name, or a cell is not a number.
        """
        return [number(cell, self.path) for cell in self.column(name)]

    @property
    def version(self) -> str:
        """Program and version, such as ``freesurfer-7.4.1``.

        Before version 7 FreeSurfer stated the revision of the one program that wrote the table; that is kept as it is
        (``freesurfer-mri_segstats.1.121``), because several releases may share it.

        Raises
        ------
        MissingMetadata
            The header does not say.
        """
        fast, release = self.header.get("FastSurfer_version", ""), self.header.get("cvs_version", "")
        if found := _RELEASE.match(fast):
            return f"fastsurfer-{found[0]}"
        if found := _RELEASE.fullmatch(release):
            return f"freesurfer-{found[0]}"
        if found := _REVISION.match(release):
            return f"freesurfer-{found[1]}.{found[2]}"
        raise MissingMetadata(
            "does not say which version wrote it", expected="cvs_version or FastSurfer_version in the header",
            got=release or fast or "neither", where=str(self.path), do="write the table with a released version",
        )  # fmt: skip


def read_stats_table(path: Path) -> StatsTable:
    """Read a table.

    Raises
    ------
    MalformedFile
        The file is cut off, has no line ``ColHeaders``, or a row with another number of cells than that line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise MalformedFile("not text", expected="UTF-8", got=str(error), where=str(path)) from error
    lines = text.splitlines()
    comments = [line[1:].strip() for line in lines if line.startswith("#")]
    header = {k: v.strip() for k, _, v in (c.partition(" ") for c in comments if c)}
    columns = tuple(header.get("ColHeaders", "").split())
    rows = tuple(tuple(line.split()) for line in lines if line.strip() and not line.startswith("#"))
    _whole(path, text, columns, rows, header.get("NRows", ""))
    units = {columns[int(n) - 1]: unit for c in comments for n, unit in _UNIT.findall(c) if 0 < int(n) <= len(columns)}
    stated = [m for c in comments if (m := _MEASURE.fullmatch(c))]
    measures = {m[1].strip(): (number(m[2], path), m[3]) for m in stated}
    return StatsTable(path, header, measures, units, columns, rows)


def _whole(path: Path, text: str, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...], stated: str) -> None:
    """A file that was cut off ends in the middle of a line, of a row or of the rows that its header counts."""
    ragged = next((row[0] for row in rows if len(row) != len(columns)), "")
    counted = int(stated) if stated.isdigit() else len(rows)
    if text.endswith("\n") and columns and rows and not ragged and counted == len(rows):
        return
    raise MalformedFile(
        "the table is cut off", expected=f"{stated or 'some'} rows of {len(columns)} cells",
        got=f"{len(rows)} rows" + (f", {ragged} is short" if ragged else ""), where=str(path),
        do="run the program again: it did not end, or the copy was not complete",
    )  # fmt: skip


def number(text: str, path: Path) -> float:
    """One cell.

    Raises
    ------
    MalformedFile
        It is not a number.
    """
    try:
        return float(text)
    except ValueError:
        raise MalformedFile("not a number", got=repr(text), where=str(path), do="write the table again") from None
