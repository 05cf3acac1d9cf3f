"""Atomic writers: a file is either the old one or the whole new one, also after a power cut."""

from __future__ import annotations

import json
import math
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nociscope.core.errors import ShapeError

MISSING = "n/a"


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to a temporary file beside ``path``, flush it to disk and rename it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp"
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the file system lets a folder be opened."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text, see `write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a sidecar; ``nan`` becomes ``"n/a"`` because JSON has no word for it."""
    write_text(path, json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_tsv(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write a table of equally long columns; missing is ``n/a``, floats keep every digit.

    Raises
    ------
    ShapeError
        Columns differ in length, or a name or text cell holds a tab or a line break.
    """
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise ShapeError("columns differ in length", got=sorted(lengths), where=str(path))
    rows = zip(*(map(cell, values) for values in columns.values()), strict=True)
    lines = ["\t".join(map(cell, columns)), *("\t".join(row) for row in rows)]
    write_text(path, "\n".join(lines) + "\n")


def cell(value: Any) -> str:
    """One TSV cell: the shortest text that reads back as the same number.

    Raises
    ------
    ShapeError
        The text holds a tab or a line break.
    """
    if value is None or (isinstance(value, float | np.floating) and math.isnan(value)):
        return MISSING
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return repr(float(value))
    text = str(value)
    if any(c in text for c in "\t\r\n"):
        raise ShapeError("a cell holds a tab or a line break", got=repr(text), do="remove it")
    return text or MISSING


def plain(value: Any) -> Any:
    """Reduce records, arrays and paths to what JSON can hold."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.tolist()]
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return MISSING if math.isnan(value) else str(value)
    return str(value) if isinstance(value, Path) else value
