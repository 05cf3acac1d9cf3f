"""Strict readers of TSV and JSON: what is not what its name says is named with line and column."""

from __future__ import annotations

import gzip
import json
import math
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import MalformedFile, MissingFile, MissingMetadata

MISSING_CELLS = frozenset({"n/a", "", "nan", "NaN", "NA", "N/A"})


@dataclass(frozen=True)
class Table:
    """A TSV as text: one tuple a row; line numbers are those of the file."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self, column: str) -> list[str | None]:
        """One column as text, ``None`` where missing.

        Raises
        ------
        MissingMetadata
            There is no such column; the message lists those that exist.
        """
        if column not in self.columns:
            raise MissingMetadata(
                f"no column {column!r}", expected=column, got=", ".join(self.columns), where=str(self.path),
                do="rename the column as BIDS has it",
            )  # fmt: skip
        i = self.columns.index(column)
        return [None if row[i] in MISSING_CELLS else row[i] for row in self.rows]

    def numbers(self, column: str) -> NDArray[np.float64]:
        """One column as floats, ``nan`` where missing.

        Raises
        ------
        MalformedFile
            A cell is neither a number nor missing; the message names line and column.
        """
        values = [math.nan if v is None else self._number(v, i, column) for i, v in enumerate(self.text(column))]
        return np.array(values, dtype=np.float64)

    def _number(self, text: str, row: int, column: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise MalformedFile(
                "a cell is not a number", expected="a number with a decimal point, or n/a", got=repr(text),
                where=f"{self.path}, line {row + 2}, column {column!r}", do="mend the cell",
            ) from None  # fmt: skip


def read_bytes(path: Path) -> bytes:
    """Read a file, unpacking ``.gz``.

    Raises
    ------
    MissingFile
        It is not there.
    MalformedFile
        It is a folder, or its compression is broken or cut short.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise MissingFile("no such file", where=str(path), do="check the path, or fetch the file's content") from None
    except (IsADirectoryError, PermissionError) as error:
        raise MalformedFile("the file cannot be read", got=error.strerror, where=str(path)) from None
    if path.suffix != ".gz":
        return raw
    try:
        return gzip.decompress(raw)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise MalformedFile(
            "the compressed file is broken or cut short", got=str(error), where=str(path), do="copy it again"
        ) from None


def read_text(path: Path) -> str:
    """Read UTF-8 text.

    Raises
    ------
    MalformedFile
        The bytes are not UTF-8.
    """
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise MalformedFile(
            "the file is not UTF-8", got=f"byte 0x{data[error.start]:02x}", where=f"{path}, line {line}",
            do="save it as UTF-8",
        ) from None  # fmt: skip


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    MalformedFile
        It is not JSON, names a key twice, or is not an object.
    """
    text = read_text(path)
    try:
        content = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, path))
    except json.JSONDecodeError as error:
        raise MalformedFile(
            f"not valid JSON: {error.msg}", where=f"{path}, line {error.lineno}, column {error.colno}",
            do="mend the file; a trailing comma is the usual cause",
        ) from None  # fmt: skip
    except RecursionError:
        raise MalformedFile("JSON is nested too deeply", where=str(path), do="mend the file") from None
    if not isinstance(content, dict):
        raise MalformedFile("not a JSON object", expected="{…}", got=type(content).__name__, where=str(path))
    return content


def _unique(pairs: list[tuple[str, Any]], path: Path) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, value in pairs:
        if key in content and content[key] != value:
            raise MalformedFile(
                f"key {key!r} stands twice with different values", where=str(path), do="keep the right one"
            )
        content[key] = value
    return content


def read_tsv(path: Path, required: tuple[str, ...] = ()) -> Table:
    """Read a tab-separated table with a header.

    Raises
    ------
    MalformedFile
        No header, a column that stands twice, or a row with more or fewer cells than the header.
    MissingMetadata
        A required column is absent.
    """
    lines = re.split(r"\r\n|\n|\r", read_text(path))  # not splitlines: it breaks cells at rarer separators
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise MalformedFile("the table is empty", expected="a header line", where=str(path))
    header = tuple(name.strip() for name in lines[0].split("\t"))
    _check_header(header, path)
    table = Table(path, header, tuple(_row(line, i, header, path) for i, line in enumerate(lines[1:], start=2)))
    for column in required:
        table.text(column)
    return table


def _check_header(header: tuple[str, ...], path: Path) -> None:
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise MalformedFile(
            "a column stands twice", got=", ".join(twice), where=f"{path}, line 1", do="rename or drop one"
        )
    if "" in header:
        raise MalformedFile("a column has no name", where=f"{path}, line 1, column {header.index('') + 1}")
    if len(header) == 1 and "," in header[0]:
        raise MalformedFile(
            "commas where tabs are needed", got=header[0], where=f"{path}, line 1", do="save it tab-separated"
        )


def _row(line: str, number: int, header: tuple[str, ...], path: Path) -> tuple[str, ...]:
    cells = tuple(c.strip() for c in line.split("\t"))
    if len(cells) != len(header):
        raise MalformedFile(
            "a row does not fit the header", expected=f"{len(header)} cells", got=len(cells),
            where=f"{path}, line {number}", do="write n/a where a value is missing",
        )  # fmt: skip
    return cells
