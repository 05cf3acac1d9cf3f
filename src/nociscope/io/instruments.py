"""Instruments and criteria from their TOML files: one file each, closed vocabulary, no item text."""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from nociscope.core.errors import InputError, MalformedFile
from nociscope.core.instrument import (
    Band,
    Instrument,
    Item,
    Missing,
    Reference,
    Rule,
    ScoreRule,
    Vector,
)
from nociscope.io.linked_criteria import linked

_FOLDER = "instrument_files"
_ABOUT = ("id", "name", "version", "construct", "licence", "recall", "direction", "respondent", "unavailable")
_TABLES = {"instrument", "criteria", "items", "item", "score", "band", "rule", "test"}
_LIST_KEYS = {"weights", "edges", "values"}


@cache
def instruments() -> dict[str, Instrument]:
    """Every instrument and set of criteria that ships, by id.

    Raises
    ------
    MalformedFile
        A file does not say what it must.
    """
    found = (parse(path.read_bytes(), path.name) for path in sorted(_files(), key=lambda p: p.name))
    return linked({instrument.id: instrument for instrument in found})


def find_instrument(name: str) -> Instrument:
    """One instrument by id or name, whatever the case.

    Raises
    ------
    InputError
        There is none.
    """
    known = instruments()
    for instrument in known.values():
        if name.lower() in (instrument.id, instrument.name.lower()):
            return instrument
    raise InputError(f"no instrument {name!r}", expected=", ".join(known), do="look at `nociscope instruments`")


def _files() -> Iterable[Any]:
    folder = resources.files(__package__) / _FOLDER
    return (f for f in folder.iterdir() if f.name.endswith(".toml"))


def parse(content: bytes, where: str) -> Instrument:
    """Read one file.

    Parameters
    ----------
    content : of the file. where : its name, for messages.

    Raises
    ------
    MalformedFile
        Not TOML, an unknown table or key, or an input that nothing defines.
    """
    try:
        data = tomllib.loads(content.decode("utf-8"))
        return _instrument(data, hashlib.sha256(content).hexdigest())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise MalformedFile("not an instrument", got=f"{type(error).__name__}: {error}", where=where) from error


def _instrument(data: Mapping[str, Any], digest: str) -> Instrument:
    if unknown := set(data) - _TABLES:
        raise InputError("unknown tables", got=", ".join(sorted(unknown)), expected=", ".join(sorted(_TABLES)))
    about = dict(data.get("instrument") or data["criteria"])
    if about.pop("item_text", None) != "not_shipped":
        raise InputError("no file ships item text", expected='item_text = "not_shipped"')
    references = tuple(Reference(**_tuples(r)) for r in about.pop("reference", ()))
    languages = tuple(about.pop("languages_validated", ()))
    about["uses"] = tuple(about.get("uses", ()))
    items = _items(data.get("items", {}), data.get("item", ()))
    columns = tuple(i.column for i in items)
    scores: list[ScoreRule] = []
    for entry in data.get("score", ()):
        scores.append(_score(entry, columns, {s.id: s for s in scores}, items))
    return Instrument(
        **{key: about.pop(key, "") for key in _ABOUT}, **about, items=items, scores=tuple(scores),
        bands=tuple(Band(**_tuples(b)) for b in data.get("band", ())),
        rules=tuple(_rule(r) for r in data.get("rule", ())),
        references=references, languages=languages, sha256=digest,
        vectors=tuple(_vector(v, columns) for v in data.get("test", ())),
    )  # fmt: skip


def _items(shared: Mapping[str, Any], single: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Numbered items that are alike, then items described one by one (which may describe a numbered one again)."""
    shared = dict(shared)
    prefix, n, width = shared.pop("prefix", ""), shared.pop("n", 0), shared.pop("width", 2)
    columns = shared.pop("columns", [f"{prefix}{i:0{width}d}" for i in range(1, n + 1)])
    reverse = {columns[i - 1] for i in shared.pop("reverse", ())}
    low, high = shared.pop("range", (0, 1))
    common = {"integer": shared.pop("integer", True), "kind": shared.pop("kind", "number")}
    if shared:
        raise InputError("unknown keys of [items]", got=", ".join(shared))
    found = {c: Item(c, float(low), float(high), reverse=c in reverse, **common) for c in columns}
    for entry in single:
        own = dict(entry)
        column = own.pop("column")
        low, high = own.pop("range", (0, 1))
        if "allowed" in own:
            own["allowed"] = tuple(float(v) for v in own["allowed"])
        if "recode" in own:
            own["recode"] = dict(
                zip(map(str.lower, own["recode"]["from"]), map(float, own["recode"]["to"]), strict=True)
            )
        found[column] = Item(column, float(low), float(high), **own)
    return tuple(found.values())


def _score(
    entry: Mapping[str, Any], columns: tuple[str, ...], known: Mapping[str, ScoreRule], items: tuple[Item, ...]
) -> ScoreRule:
    own = dict(entry)
    named = own.pop("of", None)
    inputs = tuple(named) if named is not None else _chosen(own.pop("items", "all"), columns)
    if absent := [name for name in inputs if name not in (*columns, *known)]:
        raise InputError(f"score {own['id']!r} uses what nothing defines", got=", ".join(absent))
    low, high = own.pop("range")
    for key in ("table", "se"):
        if key in own:
            own[key] = dict(zip(map(float, own[key]["from"]), map(float, own[key]["to"]), strict=True))
    own["scale"] = _fraction(own.get("scale", 1))
    for key in ("missing", "optional"):
        if key in own:
            own[key] = Missing(**own[key])
    own |= {key: tuple(float(v) for v in own[key]) for key in _LIST_KEYS & set(own)}
    if own["op"] == "percent_of_max":
        own["item_max"] = next(i.high for i in items if i.column == inputs[0])
    return ScoreRule(inputs=inputs, low=float(low), high=float(high), **own)


def _chosen(items: str | list[int], columns: tuple[str, ...]) -> tuple[str, ...]:
    """``all``, ``1-9`` (with commas) or a list of numbers, as columns."""
    if items == "all":
        return columns
    if isinstance(items, list):
        return tuple(columns[i - 1] for i in items)
    ends = [part.split("-") for part in items.split(",")]
    return tuple(columns[i - 1] for part in ends for i in range(int(part[0]), int(part[-1]) + 1))


def _fraction(value: float | str) -> float:
    if isinstance(value, str):
        top, _, bottom = value.partition("/")
        return float(top) / float(bottom or 1)
    return float(value)


def _rule(entry: Mapping[str, Any]) -> Rule:
    cases = tuple((case["value"], case["when"]) for case in entry["first_match"])
    return Rule(entry["id"], cases, tuple(entry.get("inputs", ())))


def _vector(entry: Mapping[str, Any], columns: tuple[str, ...]) -> Vector:
    """A test: ``items`` in order, or by column with ``fill`` for those that are not named."""
    own = dict(entry)
    answers, fill = own.pop("items", {}), own.pop("fill", "")
    if isinstance(answers, list):
        answers = dict(zip(columns, answers, strict=True))
    answers = {c: answers.get(c, fill) for c in columns} | {k: v for k, v in answers.items() if k not in columns}
    own = {k.removeprefix("expect_"): v for k, v in own.items()}
    own["fill"] = math.nan if fill == "" else float(fill)
    return Vector(answers={k: math.nan if v == "" else v for k, v in answers.items()}, **own)


def _tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Lists of TOML as tuples, whole numbers of edges as floats."""
    out = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    if "edges" in out:
        out["edges"] = tuple(float(e) for e in out["edges"])
    return out
