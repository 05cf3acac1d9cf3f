"""Assay results as ``phenotype/biosamples.tsv`` has them: one row for each sample, analyte and replicate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nociscope.core.errors import MalformedFile, RangeError, UnitError
from nociscope.io import long_tables as rows
from nociscope.io.table import Table, read_tsv

PG_PER_ML: Mapping[str, float] = {
    "pg/mL": 1.0, "pg/ml": 1.0, "ng/L": 1.0, "ng/mL": 1e3, "ng/ml": 1e3, "ug/L": 1e3, "µg/L": 1e3, "fg/mL": 1e-3,
    "ug/mL": 1e6, "µg/mL": 1e6, "mg/L": 1e6,
}  # fmt: skip
"""Unit as written → factor to pg/mL."""

_SIDES = {"none": 0, "left": -1, "right": 1}


@dataclass(frozen=True)
class Assayed:
    """One result; concentrations and limits in pg/mL.

    Parameters
    ----------
    value : nan where the assay printed none. lloq, uloq : limits of quantification of its plate, nan where not given.
    censored : −1, 0 or 1 as the table says; None where it says nothing.
    """

    participant: str
    session: str
    sample: str
    analyte: str
    replicate: str
    plate: str
    matrix: str
    assay: str
    value: float
    lloq: float
    uloq: float
    censored: int | None
    where: str


def read_biosamples(path: Path) -> tuple[Assayed, ...]:
    """Read the table.

    Raises
    ------
    MalformedFile
        Text where a number belongs, mixed units of one analyte, a replicate that stands twice, no value and no limit,
        or a value that contradicts its own limits.
    RangeError
        A negative concentration.
    UnitError
        An unknown unit.
    """
    table = read_tsv(path, ("participant_id", "sample_id", "analyte", "value", "unit"))
    people = rows.keys(table)
    names = [rows.required(table, i, "analyte", v) for i, v in enumerate(table.text("analyte"))]
    units = [rows.required(table, i, "unit", v) for i, v in enumerate(table.text("unit"))]
    for i, unit in enumerate(units):
        if unit not in PG_PER_ML:
            raise UnitError(
                "unknown unit of a concentration", expected=", ".join(PG_PER_ML), got=unit, where=rows.line(table, i)
            )
    rows.one_unit(table, names, units, "analyte")
    text = {c: rows.optional(table, c) for c in ("sample_id", "replicate", "plate", "matrix", "assay")}
    out = [
        _result(table, i, people[i], names[i], PG_PER_ML[units[i]], {c: v[i] or "n/a" for c, v in text.items()})
        for i in range(len(table.rows))
    ]
    rows.once(table, [(r.sample, r.analyte, r.plate, r.replicate) for r in out], "a replicate")
    return tuple(out)


def _result(
    table: Table, i: int, key: tuple[str, str], analyte: str, factor: float, text: Mapping[str, str]
) -> Assayed:
    value, lloq, uloq = (rows.numbers(table, c)[i] for c in ("value", "lloq", "uloq"))
    where = rows.line(table, i)
    if value < 0 or lloq < 0 or uloq < 0:
        raise RangeError(
            "negative concentration", expected="zero or more", got=min(v for v in (value, lloq, uloq) if v < 0),
            where=where, do="mend the table; below the limit is n/a with its lloq",
        )  # fmt: skip
    side = _side(rows.optional(table, "censored")[i], where)
    _consistent(value, lloq, uloq, side, where)
    return Assayed(
        *key, text["sample_id"], analyte, text["replicate"], text["plate"], text["matrix"], text["assay"],
        value * factor, lloq * factor, uloq * factor, side, where,
    )  # fmt: skip


def _side(text: str | None, where: str) -> int | None:
    if text is None:
        return None
    if text not in _SIDES:
        raise MalformedFile("unknown kind of censoring", expected=", ".join(_SIDES), got=text, where=where)
    return _SIDES[text]


def _consistent(value: float, lloq: float, uloq: float, side: int | None, where: str) -> None:
    """Hold a value against its limits and its own flag."""
    if math.isnan(value) and math.isnan(lloq):
        raise MalformedFile("neither a value nor a limit", where=where, do="give the lloq, or leave the row out")
    if lloq >= uloq:
        raise MalformedFile("limits cross", expected="lloq below uloq", got=f"{lloq:g} and {uloq:g}", where=where)
    if value > uloq and side != 1:
        raise MalformedFile(
            "a value above the upper limit that is not marked", expected="censored = right",
            got=f"{value:g} > {uloq:g}", where=where, do="mark it, or mend the limit",
        )  # fmt: skip
    if side == -1 and value > lloq:
        raise MalformedFile(
            "marked as below a limit that it is above", expected=f"at most {lloq:g}", got=f"{value:g}", where=where
        )
    if side == 0 and math.isnan(value):
        raise MalformedFile("marked as measured, without a value", where=where, do="mark it left, or give the value")


def analytes(results: Sequence[Assayed]) -> tuple[str, ...]:
    """Analytes in order of first mention."""
    return tuple(dict.fromkeys(r.analyte for r in results))
