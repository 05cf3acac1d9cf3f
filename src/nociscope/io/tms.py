"""Tables of single pulses: ``sub-*/[ses-*/]beh|nibs/*_task-tms_events.tsv`` to records in µV, ms and cm.

Units are converted here or refused here. A name that says µV over numbers that can only be mV is an error, not a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import MalformedFile, MissingMetadata, RangeError, UnitError
from nociscope.core.tms import Pulses
from nociscope.io.table import Table, read_json, read_tsv

Array = NDArray[np.float64]

TO_UV = {"uv": 1.0, "mv": 1000.0}
TO_CM = {"cm": 1.0, "mm": 0.1}
INTENSITY_UNITS = ("%MSO", "%RMT", "%AMT")
CONDITIONS = ("single", "SICI", "ICF", "LICI", "SAI", "map", "io", "thr", "baseline", "interblock", "post")

_PLAIN = ("isi_ms", "mep_latency_ms", "csp_ms", "cs_intensity", "ts_intensity")
_KEY = ("participant_id", "session_id", "muscle", "hemisphere")
_BLOCK = ("run", "condition", "isi_ms", "ts_intensity", "site_id", "site_x", "site_y")
_TEXT = (*_KEY, "pulse_id", "condition", "site_id", "ts_intensity_unit", "invalid_reason")
_SMALLEST_UV = 20.0
"""A table whose largest potential is below this holds mV, or no potential at all."""
_RANGES = {
    "mep_p2p_uv": (0, 50_000), "pre_rms_uv": (0, 10_000), "mep_latency_ms": (0, 500), "csp_ms": (0, 2000),
    "isi_ms": (0, 1000), "cs_intensity": (0, 300), "ts_intensity": (0, 300), "site_x": (-30, 30), "site_y": (-30, 30),
}  # fmt: skip


def tms_tables(root: Path) -> Iterator[Path]:
    """Every table of pulses of a dataset, in order of name."""
    for folder in ("beh", "nibs"):
        for depth in (f"sub-*/{folder}", f"sub-*/ses-*/{folder}"):
            yield from sorted(root.glob(f"{depth}/*_task-tms*_events.tsv"))


def read_pulses(path: Path) -> list[Pulses]:
    """Read one table.

    Returns
    -------
    One record a participant, session, muscle and hemisphere, in order of appearance.

    Raises
    ------
    UnitError
        A unit that is unknown, or a sidecar that contradicts the column's name.
    RangeError
        A number that cannot be, with participant, column and value.
    MalformedFile
        ``valid`` is neither 0 nor 1, a condition is unknown, or a pulse stands twice.
    """
    table = read_tsv(path, required=("participant_id", "muscle", "condition", "valid"))
    if not table.rows:
        raise MalformedFile("the table has no pulses", where=str(path))
    _check_sidecar(path)
    columns = _columns(table)
    text = {name: _words(table, name) for name in _TEXT}
    _check(table, text, columns)
    valid = _valid(table)
    keys = list(zip(*(text[k] for k in _KEY), strict=True))
    _check_twice(table, keys, text["pulse_id"])
    found = []
    for key in dict.fromkeys(keys):
        rows = [i for i, k in enumerate(keys) if k == key]
        words = {name: tuple(text[name][i] for i in rows) for name in _TEXT}
        own = {name: values[rows] for name, values in columns.items()}
        found.append(Pulses(
            participant=key[0], session=key[1], muscle=key[2], hemisphere=key[3], pulse_id=words["pulse_id"],
            condition=words["condition"], site_id=words["site_id"], intensity_unit=words["ts_intensity_unit"],
            invalid_reason=words["invalid_reason"], valid=valid[rows], columns=own, where=str(path),
        ))  # fmt: skip
    return found


def _words(table: Table, name: str) -> list[str]:
    return [v or "" for v in table.text(name)] if name in table.columns else [""] * len(table.rows)


def _numbers(table: Table, name: str) -> Array:
    return table.numbers(name) if name in table.columns else np.full(len(table.rows), np.nan)


def _columns(table: Table) -> dict[str, Array]:
    columns = {name: _numbers(table, name) for name in _PLAIN}
    for stem, unit in (("mep_p2p", ""), ("pre_rms", ""), ("mep_area", "ms")):
        columns[f"{stem}_uv{unit}"] = _potential(table, stem, unit)
    scale = np.array([_coordinate(u, i, table) for i, u in enumerate(_words(table, "coord_unit"))])
    for axis in "xyz":
        columns[f"site_{axis}"] = _numbers(table, f"site_{axis}") * scale
    return columns


def _potential(table: Table, stem: str, unit: str) -> Array:
    """The column in whichever unit its name holds."""
    named = [(n, TO_UV[u]) for u in TO_UV for n in table.columns if n == f"{stem}_{u}{unit}"]
    if len(named) > 1:
        raise UnitError(f"{stem} stands in two units", got=" and ".join(n for n, _ in named), where=str(table.path),
                        do="keep one column")  # fmt: skip
    if not named:
        if stem == "mep_p2p":
            raise MissingMetadata("no sizes of potentials", expected="mep_p2p_uv or mep_p2p_mv",
                                  got=", ".join(table.columns), where=str(table.path))  # fmt: skip
        return np.full(len(table.rows), np.nan)
    return table.numbers(named[0][0]) * named[0][1]


def _coordinate(unit: str, row: int, table: Table) -> float:
    if unit == "":
        x = _words(table, "site_x")[row]
        if x == "":
            return 1.0
    if unit not in TO_CM:
        raise UnitError(f"coord_unit {unit!r}", expected="cm or mm", where=f"{table.path}, line {row + 2}",
                        do="name the unit of site_x and site_y in coord_unit")  # fmt: skip
    return TO_CM[unit]


def _valid(table: Table) -> NDArray[np.bool_]:
    words = table.text("valid")
    for i, word in enumerate(words):
        if word not in ("0", "1"):
            raise MalformedFile("valid is neither 0 nor 1", got=repr(word), do="say of every pulse whether it enters",
                                where=f"{table.path}, line {i + 2}, column 'valid'")  # fmt: skip
    return np.array([w == "1" for w in words])


def _check(table: Table, text: dict[str, list[str]], columns: dict[str, Array]) -> None:
    for i, (condition, unit) in enumerate(zip(text["condition"], text["ts_intensity_unit"], strict=True)):
        where = f"{table.path}, line {i + 2}"
        if condition not in CONDITIONS:
            raise MalformedFile(f"unknown condition {condition!r}", expected=", ".join(CONDITIONS), where=where)
        if np.isfinite(columns["ts_intensity"][i]) and unit not in INTENSITY_UNITS:
            raise UnitError(f"ts_intensity_unit {unit!r}", expected=", ".join(INTENSITY_UNITS), where=where,
                            do="name the unit of ts_intensity")  # fmt: skip
    for name, (low, high) in _RANGES.items():
        values = columns[name]
        for i in np.flatnonzero((values < low) | (values > high) | np.isinf(values)).tolist():
            raise RangeError(f"{text['participant_id'][i]}: {name}", expected=f"{low} to {high}", got=float(values[i]),
                             where=f"{table.path}, line {i + 2}", do="mend the number or its unit")  # fmt: skip
    largest = np.nanmax(columns["mep_p2p_uv"], initial=-np.inf)
    if "mep_p2p_uv" in table.columns and 0 < largest < _SMALLEST_UV:
        raise UnitError(
            "mep_p2p_uv holds no number that a muscle could have given in µV", expected="up to thousands",
            got=f"at most {largest:g}", where=str(table.path), do="rename the column mep_p2p_mv",
        )  # fmt: skip


def _check_twice(table: Table, keys: list[tuple[str, ...]], pulse_ids: list[str]) -> None:
    """A pulse that is named stands once for each muscle; a copy would count twice in every mean.

    Numbers may start anew with each condition, intensity or site.
    """
    blocks = zip(*(_words(table, name) for name in _BLOCK), strict=True)
    seen: dict[tuple[str, ...], int] = {}
    for i, (key, block, pulse) in enumerate(zip(keys, blocks, pulse_ids, strict=True)):
        if pulse and seen.setdefault((*key, *block, pulse), i) != i:
            raise MalformedFile(
                f"{key[0]}: a pulse stands twice", expected="each pulse once for a muscle",
                got=f"pulse_id {pulse} of {key[2]}, first on line {seen[*key, *block, pulse] + 2}",
                where=f"{table.path}, line {i + 2}, column 'pulse_id'", do="drop the copy, or number the pulses anew",
            )  # fmt: skip


def _check_sidecar(path: Path) -> None:
    """Hold the units of the sidecar against those in the names."""
    sidecar = path.with_suffix(".json")
    if not sidecar.exists():
        return
    for column, entry in read_json(sidecar).items():
        unit = entry.get("Units") if isinstance(entry, dict) else None
        ending = next((u for u in ("uvms", "uv", "mv", "ms") if column.endswith(f"_{u}")), None)
        if unit is None or ending is None:
            continue
        plain = str(unit).lower().replace("µ", "u").replace("μ", "u").replace("*", "").replace("·", "").replace(" ", "")
        if plain != ending:
            raise UnitError(f"{column} says {ending}, its sidecar {unit!r}", where=str(sidecar),
                            do="rename the column or mend Units")  # fmt: skip
