"""Kinetic parameters on disk: one row a region, and beside it the curves, so that a fit reads back whole."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, MalformedFile
from nociscope.core.estimate import Estimate
from nociscope.core.records import Array, Frames, KineticFit, LinearPlot
from nociscope.core.status import FitStatus
from nociscope.core.vocabulary import VOCABULARY
from nociscope.io.table import Table, read_json, read_tsv
from nociscope.io.tacs import frame_columns
from nociscope.io.write import write_json, write_tsv

CRITERIA = ("n", "k", "wrss", "AIC", "AICc", "BIC")


def write_kinpar(path: Path, fits: Sequence[KineticFit], sidecar: Mapping[str, Any]) -> tuple[Path, ...]:
    """Write ``_kinpar.tsv|json`` and the curves ``_desc-fit_tacs.tsv|json`` of one model.

    Parameters
    ----------
    path : of the TSV.
    fits : one a region, all of the same model and frames.
    sidecar : sources, parameters, version: added to what describes the columns.

    Returns
    -------
    Every file written.

    Raises
    ------
    InputError
        No fit, more than one model, or a region twice.
    """
    if len({f.model for f in fits}) != 1 or len({f.region for f in fits}) != len(fits):
        raise InputError("not the fits of one model", got=[(f.model, f.region) for f in fits])
    symbols = _symbols(fits)
    write_tsv(path, kinpar_columns(fits))
    described: dict[str, Any] = {"Model": fits[0].model, "Columns": {s: _describe(s, fits) for s in symbols}}
    described["Plots"] = {f.region: _plot(f.plot) for f in fits if f.plot}
    write_json(path.with_suffix(".json"), described | dict(sidecar))
    curves = curves_path(path)
    write_tsv(curves, _curves(fits))
    write_json(curves.with_suffix(".json"), {"Units": "kBq/mL", "TimeUnits": "s", "TimeOrigin": "injection",
                                             "Model": fits[0].model} | dict(sidecar))  # fmt: skip
    return path, path.with_suffix(".json"), curves, curves.with_suffix(".json")


def curves_path(path: Path) -> Path:
    """Where the fitted curves of a ``_kinpar.tsv`` stand."""
    return path.with_name(path.name.replace("_kinpar.tsv", "_desc-fit_tacs.tsv"))


def _symbols(fits: Sequence[KineticFit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s for f in fits for s in f.estimates))


def kinpar_columns(fits: Sequence[KineticFit]) -> dict[str, Sequence[Any]]:
    """Return fits of one model as columns, one row a region: values, errors, statuses, criteria."""
    symbols = _symbols(fits)
    columns: dict[str, Sequence[Any]] = {"region": [f.region for f in fits]}
    for symbol in symbols:
        found = [f.estimates.get(symbol) for f in fits]
        columns[symbol] = [e.value if e else math.nan for e in found]
        columns[f"{symbol}-se"] = [e.se if e else math.nan for e in found]
        columns[f"{symbol}-error"] = [e.error if e else "absent" for e in found]
        columns[f"{symbol}-status"] = [e.status.value if e else "absent" for e in found]
    columns["status"] = [f.status.value for f in fits]
    columns["agreement"] = [f.agreement for f in fits]
    columns |= {c: [f.criteria.get(c, math.nan) for f in fits] for c in CRITERIA}
    columns["note"] = [" ".join(f.note.split()) for f in fits]
    return _thin(columns, symbols, fits)


def _thin(
    columns: dict[str, Sequence[Any]], symbols: Sequence[str], fits: Sequence[KineticFit]
) -> dict[str, Sequence[Any]]:
    """Leave out status and error columns that say nothing beyond the fit's status and the sidecar."""
    for symbol in symbols:
        if list(columns[f"{symbol}-status"]) == [f.status.value for f in fits]:
            del columns[f"{symbol}-status"]
        if len(set(columns[f"{symbol}-error"])) == 1:
            del columns[f"{symbol}-error"]
    return columns


def _describe(symbol: str, fits: Sequence[KineticFit]) -> dict[str, str]:
    estimates = [f.estimates[symbol] for f in fits if symbol in f.estimates]
    named = VOCABULARY.get(symbol)
    errors = {e.error for e in estimates}
    return {
        "Description": named.name if named else symbol,
        "Units": estimates[0].unit,
        "ErrorMethod": errors.pop() if len(errors) == 1 else "see column",
    }


def _curves(fits: Sequence[KineticFit]) -> dict[str, Any]:
    columns: dict[str, Any] = frame_columns(fits[0].frames)
    for f in fits:
        columns[f.region] = f.fitted
    for f in fits:
        columns[f"{f.region}-measured"] = f.measured
        columns[f"{f.region}-weight"] = f.weights
        columns[f"{f.region}-used"] = f.used.astype(int)
    return columns


def _plot(plot: LinearPlot) -> dict[str, Any]:
    return {
        "x": plot.x, "y": plot.y, "used": plot.used.astype(int), "slope": plot.slope, "intercept": plot.intercept,
        "tstar_min": plot.tstar_min, "deviation": plot.deviation, "x_label": plot.x_label, "y_label": plot.y_label,
    }  # fmt: skip


def read_kinpar(path: Path) -> tuple[KineticFit, ...]:
    """Read the fits of one model back, with their curves and plots.

    Raises
    ------
    MissingFile, MalformedFile, MissingMetadata
        A file of the set is not there or does not fit the others.
    """
    table, described = read_tsv(path, ("region", "status")), read_json(path.with_suffix(".json"))
    curves = read_tsv(curves_path(path), ("frame_start", "frame_end"))
    frames = Frames(curves.numbers("frame_start") / 60, curves.numbers("frame_end") / 60)
    columns = {name: table.text(name) for name in table.columns}
    rows = [{name: values[i] for name, values in columns.items()} for i in range(len(table.rows))]
    plots = described.get("Plots", {})
    try:
        return tuple(_fit(row, described, curves, frames, plots.get(row["region"])) for row in rows)
    except (KeyError, ValueError) as error:
        raise MalformedFile("not a table of kinetic parameters", got=str(error), where=str(path)) from error


def _fit(
    row: Mapping[str, str | None], described: Mapping[str, Any], curves: Table, frames: Frames,
    plot: Mapping[str, Any] | None,
) -> KineticFit:  # fmt: skip
    region = str(row["region"])
    measured, weight, used = (curves.numbers(f"{region}-{kind}") for kind in ("measured", "weight", "used"))
    criteria = {c: float(v) for c in CRITERIA if (v := row.get(c)) is not None}
    return KineticFit(
        model=str(described["Model"]),
        region=region,
        status=FitStatus(str(row["status"])),
        estimates=_estimates(row, described["Columns"]),
        frames=frames,
        measured=measured,
        fitted=curves.numbers(region),
        weights=weight,
        used=used.astype(bool),
        criteria=criteria,
        agreement=_number(row.get("agreement")),
        plot=_read_plot(plot) if plot else None,
        note=row.get("note") or "",
    )


def _estimates(row: Mapping[str, str | None], columns: Mapping[str, Mapping[str, str]]) -> dict[str, Estimate]:
    estimates = {}
    for symbol, about in columns.items():
        error = row.get(f"{symbol}-error") or about["ErrorMethod"]
        status = row.get(f"{symbol}-status") or row["status"]
        if error == "absent" or status == "absent":
            continue
        value, se = _number(row[symbol]), _number(row[f"{symbol}-se"])
        estimates[symbol] = Estimate(value, se, about["Units"], error, FitStatus(str(status)))
    return estimates


def _read_plot(raw: Mapping[str, Any]) -> LinearPlot:
    return LinearPlot(
        x=_array(raw["x"]),
        y=_array(raw["y"]),
        used=_array(raw["used"]).astype(bool),
        slope=_number(raw["slope"]),
        intercept=_number(raw["intercept"]),
        tstar_min=_number(raw["tstar_min"]),
        deviation=_number(raw["deviation"]),
        x_label=raw["x_label"],
        y_label=raw["y_label"],
    )


def _array(values: Sequence[Any]) -> Array:
    numbers: NDArray[np.float64] = np.array([_number(v) for v in values], dtype=np.float64)
    return numbers


def _number(value: Any) -> float:
    return math.nan if value is None or value == "n/a" else float(value)
