"""Frozen records as JSON and back, by their annotations: one reader and writer for all of them."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from nociscope.core.errors import MalformedFile
from nociscope.io.table import read_json
from nociscope.io.write import MISSING, write_json

Record = TypeVar("Record")


def write_record(path: Path, record: object, **beside: object) -> None:
    """Write a record as a JSON object; ``beside`` are further keys (sources, version), capitalised as BIDS has them."""
    write_json(path, {**beside, "Record": to_plain(record)})


def read_record(path: Path, kind: type[Record]) -> Record:
    """Read what `write_record` wrote.

    Raises
    ------
    MalformedFile
        The file does not hold such a record.
    """
    data = read_json(path)
    try:
        record: Record = from_plain(kind, data["Record"])
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedFile(
            f"does not hold a {kind.__name__}", got=f"{type(error).__name__}: {error}", where=str(path),
            do="delete it and run again",
        ) from error  # fmt: skip
    return record


def to_plain(value: object) -> Any:
    """Reduce a record to objects, lists, numbers and text; ``write_json`` does the rest."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): to_plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(v) for v in value]
    return str(value) if isinstance(value, Enum) else value


def from_plain(kind: Any, value: Any) -> Any:  # noqa: PLR0911  one line a kind
    """Rebuild what ``kind`` describes: records, tuples, mappings, arrays, enumerations, optional values."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        options = [k for k in inside if k is not type(None)]
        return None if value is None and len(options) < len(inside) else from_plain(_meant(options, value), value)
    if origin is np.ndarray:
        return np.array(_numbers(value), dtype=get_args(inside[1])[0] if len(inside) > 1 else np.float64)
    if origin is tuple:
        kinds = [inside[0]] * len(value) if inside[-1] is Ellipsis else inside
        return tuple(from_plain(k, v) for k, v in zip(kinds, value, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {k: from_plain(inside[1], v) for k, v in value.items()}
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]
        return kind(**{k: from_plain(hints[k], v) for k, v in value.items()})  # type: ignore[operator]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind is float:
        return float(_numbers(value))
    return np.nan if kind is object and value == MISSING else value


def _meant(options: list[Any], value: Any) -> Any:
    """Which of several kinds a value is: texts are no numbers, even where they look like it; else the first."""
    if tuple[str, ...] in options and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple[str, ...]
    return options[0]


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _numbers(value: Any) -> Any:
    """Put nan back where JSON had to say n/a."""
    if isinstance(value, list):
        return [_numbers(v) for v in value]
    return np.nan if value == MISSING else float(value) if isinstance(value, str) else value
