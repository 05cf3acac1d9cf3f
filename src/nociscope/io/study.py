"""The study file: TOML in, a checked `Study` out, every fault with its line."""

from __future__ import annotations

import difflib
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from nociscope.core.errors import StudyError
from nociscope.core.study import RESERVED_SECTIONS, PetSettings, Study
from nociscope.io.index import Index
from nociscope.io.table import read_text
from nociscope.io.tracers import key

Loc = tuple[str | int, ...]
_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^.\"'\s]+)")


def read_study(path: Path | str) -> Study:
    """Read and check a study file.

    Raises
    ------
    MissingFile
        It is not there.
    StudyError
        Not TOML, an unknown key, a wrong value, or a section that is not built yet; ``where`` is ``file:line``.
    """
    file = Path(path)
    text = read_text(file)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        where = f"{file}:{found[1]}" if found else str(file)
        raise StudyError(f"not valid TOML: {error}", where=where, do="mend the line") from None
    for section in RESERVED_SECTIONS:
        if section in raw and section not in Study.model_fields:
            raise StudyError(
                f"section [{section}] is not built yet", where=f"{file}:{line_of(text, (section,))}",
                expected=", ".join(f"[{s}]" for s in Study.model_fields), do="remove it for now",
            )  # fmt: skip
    try:
        return Study.model_validate(raw)
    except ValidationError as error:
        raise _fault(error, raw, text, file) from None


def pet_settings(study: Study, tracer: str) -> PetSettings:
    """Return the settings of one tracer, matched as generously as in sidecars; defaults where the file has none.

    Raises
    ------
    StudyError
        Two sections name the same tracer.
    """
    names = [name for name in study.pet if name == tracer or key(name) == key(tracer)]
    if len(names) > 1:
        raise StudyError("two sections name the same tracer", got=", ".join(names), do="merge them")
    return study.pet[names[0]] if names else PetSettings()


def write_study_template(index: Index, path: Path) -> Path:
    """Write a commented study file from what a dataset holds; see `nociscope.io.template`."""
    from nociscope.io import template

    return template.write_study_template(index, path)


def _fault(error: ValidationError, raw: Mapping[str, Any], text: str, file: Path) -> StudyError:
    """The first fault, in the order of the file, as a sentence; the others are counted."""
    faults: dict[Loc, list[Any]] = {}
    for fault in error.errors(include_url=False):
        faults.setdefault(_written(fault["loc"], raw, fault["type"]), []).append(fault)
    # an unknown key comes first: where one is mistyped, another is reported missing
    loc = min(faults, key=lambda at: (faults[at][0]["type"] != "extra_forbidden", line_of(text, at)))
    first, dotted = faults[loc][0], ".".join(map(str, loc)) or "study"
    where, more = f"{file}:{line_of(text, loc)}", f" ({len(faults) - 1} more after it)" if len(faults) > 1 else ""
    if first["type"] == "extra_forbidden":
        known = _keys_at(loc)
        near = difflib.get_close_matches(str(loc[-1]), known, n=1)
        return StudyError(
            f"unknown key {dotted!r}{more}", where=where, expected=", ".join(known) or None, got=str(loc[-1]),
            do=f"did you mean {near[0]!r}?" if near else "remove it",
        )  # fmt: skip
    if first["type"] == "missing":
        return StudyError(f"key {dotted!r} is missing{more}", where=where, do=f"add {loc[-1]} = …")
    said = (f["msg"].removeprefix("Value error, ").removeprefix("Input should be ") for f in faults[loc])
    return StudyError(
        f"{dotted} cannot be that{more}", where=where, expected=" or ".join(said), got=repr(first["input"])[:80],
        do="mend the value",
    )  # fmt: skip


def _written(loc: Loc, raw: Any, kind: str) -> Loc:
    """The part of a fault's path that stands in the file: pydantic adds the branch of a union that failed."""
    for i, part in enumerate(loc):
        inside = part in raw if isinstance(raw, Mapping) else isinstance(raw, list) and part in range(len(raw))
        if not inside:
            return loc if kind == "missing" else loc[:i]
        raw = raw[part]
    return loc


def _keys_at(loc: Loc) -> list[str]:
    """Keys that the schema allows where the unknown one stands."""
    kind: Any = Study
    for part in loc[:-1]:
        if isinstance(part, str) and isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(part)
            kind = _inner(field.annotation) if field else None
        elif isinstance(kind, tuple):
            kind = kind[0]
    kind = kind[0] if isinstance(kind, tuple) else kind
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _inner(annotation: Any) -> Any:
    """The model of an annotation; in a tuple where one more step of the path (an index, a name) leads to it."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation
    models = [a for a in typing.get_args(annotation) if isinstance(a, type) and issubclass(a, BaseModel)]
    return (models[0],) if models else None


def line_of(text: str, loc: Loc) -> int:
    """Line (from 1) of a key, or of the nearest section above it."""
    best, depth = 1, 0
    current: Loc = ()
    counts: dict[Loc, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            current = _section(_parts(header[2]), header[1] == "[[", counts)
            here = current
        elif assigned := _KEY.match(line):
            here = (*current, *_parts(assigned[1]))
        else:
            continue
        agreed = _agreement(here, loc)
        if agreed == len(here) and agreed > depth:
            best, depth = number, agreed
    return best


def _section(names: Loc, is_array: bool, counts: dict[Loc, int]) -> Loc:
    """Path of a header, with the index of every array of tables on the way."""
    path: Loc = ()
    for i, name in enumerate(names):
        path = (*path, name)
        if i == len(names) - 1 and is_array:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _parts(dotted: str) -> Loc:
    return tuple(a or b or c for a, b, c in _PART.findall(dotted))


def _agreement(here: Loc, loc: Loc) -> int:
    n = 0
    while n < min(len(here), len(loc)) and here[n] == loc[n]:
        n += 1
    return n
