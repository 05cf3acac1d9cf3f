"""Sums of one site as a JSON file, and back; strict about what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nociscope.core.errors import MalformedFile, NociscopeError
from nociscope.io.table import read_json
from nociscope.io.write import write_json
from nociscope.stats.design import Array
from nociscope.stats.sites.federated import SiteSums

FORMAT = "nociscope site sums"
VERSION = 1

LEAKS = (
    "What this file tells: how many people there are in each group and level, the mean of every column and region, and "
    "how they vary together.",
    "It holds no value of a single person. Whoever gets two files about nearly the same people can subtract them: send "
    "one file for a question, and do not send another after one person was added or removed.",
)


def write_site_sums(path: Path, sums: SiteSums, software: str = "") -> None:
    """Write one site's sums."""
    content: dict[str, Any] = {
        "Format": FORMAT,
        "Version": VERSION,
        "Software": software,
        "Note": list(LEAKS),
        "Site": sums.site,
        "Question": dict(sums.language),
        "QuestionKey": sums.key,
        "N": sums.n,
        "Cells": dict(sums.cells),
        "LeftOut": dict(sums.left_out),
        "Columns": [{"Name": c, "Unit": u} for c, u in zip(sums.columns, sums.units, strict=True)],
        "Regions": list(sums.regions),
        "Means": sums.means,
        "Cross": sums.cross,
        "RegionMeans": sums.region_means,
        "ColumnByRegion": sums.column_region,
        "Squares": sums.squares,
    }
    write_json(path, content)


def read_site_sums(path: Path) -> SiteSums:
    """Read what `write_site_sums` wrote.

    Raises
    ------
    MalformedFile
        Not such a file, another version, changed by hand, or numbers that no people can have.
    """
    data = read_json(path)
    if data.get("Format") != FORMAT or data.get("Version") != VERSION:
        raise MalformedFile(
            "not a file of site sums", expected=f"{FORMAT}, version {VERSION}",
            got=f"{data.get('Format')}, version {data.get('Version')}", where=str(path), do="export it again",
        )  # fmt: skip
    try:
        sums = _sums(data)
    except (KeyError, TypeError, ValueError) as error:
        what = error.message if isinstance(error, NociscopeError) else f"{type(error).__name__}: {error}"
        raise MalformedFile("sums of a site cannot be read", got=what, where=str(path), do="export it again") from None
    _check(sums, data, path)
    return sums


def _sums(data: Mapping[str, Any]) -> SiteSums:
    return SiteSums(
        site=str(data["Site"]),
        language=dict(data["Question"]),
        columns=tuple(str(c["Name"]) for c in data["Columns"]),
        units=tuple(str(c["Unit"]) for c in data["Columns"]),
        regions=tuple(str(r) for r in data["Regions"]),
        n=int(data["N"]),
        cells={str(k): int(v) for k, v in data["Cells"].items()},
        left_out={str(k): int(v) for k, v in data["LeftOut"].items()},
        means=_array(data["Means"], 1),
        cross=_array(data["Cross"], 2),
        region_means=_array(data["RegionMeans"], 1),
        column_region=_array(data["ColumnByRegion"], 2),
        squares=_array(data["Squares"], 1),
    )


def _array(values: Any, axes: int) -> Array:
    array = np.array(values, dtype=np.float64)
    if array.ndim != axes:
        raise ValueError(f"expected {axes} axes, got {array.ndim}")
    return array


def _check(sums: SiteSums, data: Mapping[str, Any], path: Path) -> None:
    where = str(path)
    if sums.key != data["QuestionKey"]:
        raise MalformedFile("the question was changed by hand", where=where, do="export it again")
    if sums.n < 1 or not sums.regions or not sums.columns:
        raise MalformedFile("sums of nobody", got=f"{sums.n} people", where=where, do="export it again")
    whole = np.block([[sums.cross, sums.column_region], [sums.column_region.T, np.diag(sums.squares)]])
    spread = np.sqrt(np.diag(whole))
    if (np.diag(whole) < 0).any() or not all(map(math.isfinite, spread)):
        raise MalformedFile("sums of squares below zero", where=where, do="export it again")
    for region in range(len(sums.regions)):
        gram = np.block([
            [sums.cross, sums.column_region[:, [region]]],
            [sums.column_region[:, [region]].T, sums.squares[region]],
        ])  # fmt: skip
        length = np.sqrt(np.diag(gram))
        unit = gram / np.outer(np.where(length > 0, length, 1), np.where(length > 0, length, 1))
        if np.linalg.eigvalsh(unit)[0] < -1e-8:
            raise MalformedFile(
                f"cross-products that no people can have, in region {sums.regions[region]!r}", where=where,
                do="export it again",
            )  # fmt: skip
