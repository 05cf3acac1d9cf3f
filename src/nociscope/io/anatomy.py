"""Volumes and thicknesses that other programs computed: tables of FreeSurfer, FastSurfer and SynthSeg.

Every number carries the protocol that made it (program, version, atlas), read from the file, so that volumes of two
protocols cannot meet in one test.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from pathlib import Path

from nociscope.core.errors import MalformedFile, RangeError, UnitError
from nociscope.core.scores import Score
from nociscope.core.status import FitStatus
from nociscope.io.regions import sided
from nociscope.io.stats_table import StatsTable, number, read_stats_table

HEAD = "head"
"""Region of the intracranial volume, which a hypothesis names ``eTIV.head``."""

_UNITS = {"volume": "mm3", "cortical_volume": "mm3", "eTIV": "mm3", "surface_area": "mm2", "thickness": "mm"}
_CORTICAL = {"ThickAvg": "thickness", "SurfArea": "surface_area", "GrayVol": "cortical_volume"}
_DEEP = ("caudate", "putamen", "pallidum", "hippocampus", "amygdala", "accumbens-area", "thalamus")
_MAY_BE_EMPTY = re.compile(r".*(hypointensities|vessel|5th-ventricle|choroid-plexus).*")
_DKT = (
    "caudalanteriorcingulate", "caudalmiddlefrontal", "cuneus", "entorhinal", "fusiform", "inferiorparietal",
    "inferiortemporal", "isthmuscingulate", "lateraloccipital", "lateralorbitofrontal", "lingual",
    "medialorbitofrontal", "middletemporal", "parahippocampal", "paracentral", "parsopercularis", "parsorbitalis",
    "parstriangularis", "pericalcarine", "postcentral", "posteriorcingulate", "precentral", "precuneus",
    "rostralanteriorcingulate", "rostralmiddlefrontal", "superiorfrontal", "superiorparietal", "superiortemporal",
    "supramarginal", "transversetemporal", "insula",
)  # fmt: skip
_EXPECTED = {
    "aparc": (*_DKT, "bankssts", "frontalpole", "temporalpole"),
    "aparc.DKTatlas": _DKT,
    "BA_exvivo": ("BA1", "BA2", "BA3a", "BA3b", "BA4a", "BA4p", "BA6", "BA44", "BA45", "V1", "V2", "MT"),
}
"""Atlas to regions that every cortex has; a table without one of them was cut off."""


def read_anatomy(path: Path) -> tuple[Score, ...]:
    """Every number of one table.

    Parameters
    ----------
    path : ``aseg.stats``, ``aseg+DKT.stats``, ``?h.aparc*.stats``, ``?h.BA_exvivo.stats`` or ``synthseg.vol.csv``.

    Returns
    -------
    tuple of Score
        ``volume`` (mm3), ``eTIV`` (mm3, region ``head``), ``thickness`` (mm), ``surface_area`` (mm2) and
        ``cortical_volume`` (mm3). A structure of which nothing was found has a status and no value.

    Raises
    ------
    MalformedFile
        The file is cut off, lacks a region that every brain has, or holds what is not a number.
    MissingMetadata
        The header does not say which version wrote it.
    UnitError
        A unit is absent or another than the program documents.
    RangeError
        A volume, area or thickness is negative.
    """
    if path.name.endswith(".csv"):
        return _synthseg(path)
    table = read_stats_table(path)
    hemisphere, _, atlas = path.name.removesuffix(".stats").partition(".")
    if hemisphere in ("lh", "rh"):
        return _cortex(table, hemisphere, atlas)
    return _segmentation(table, path.name.removesuffix(".stats"))


def _segmentation(table: StatsTable, atlas: str) -> tuple[Score, ...]:
    """Volumes of segmented structures and, where the header states it, of the head."""
    _same_unit(table.units.get("Volume_mm3", "mm^3"), "mm^3", "Volume_mm3", table.path)
    method = f"{table.version}-{atlas}"
    volumes = dict(zip(table.column("StructName"), table.numbers("Volume_mm3"), strict=True))
    found = _volumes({k: v for k, v in volumes.items() if not k.startswith("ctx-")}, method, table.path)
    if (head := table.measures.get("eTIV")) is not None:
        _same_unit(head[1], "mm^3", "eTIV", table.path)
        found += (_score("eTIV", HEAD, "n/a", head[0], method, table.path),)
    return found


def _cortex(table: StatsTable, hemisphere: str, atlas: str) -> tuple[Score, ...]:
    """Thickness, area and volume of the parts of one hemisphere."""
    if (stated := table.header.get("hemi", hemisphere)) != hemisphere:
        raise MalformedFile(
            "header and name disagree on the hemisphere", expected=hemisphere, got=stated, where=str(table.path),
            do="give the file the name that it had",
        )  # fmt: skip
    names = [n.removesuffix("_exvivo") for n in table.column("StructName")]
    _complete(_EXPECTED[atlas.removesuffix(".mapped")], names, table.path)
    side = "left" if hemisphere == "lh" else "right"
    rows = []
    for column, measure in _CORTICAL.items():
        _same_unit(table.units.get(column, ""), _UNITS[measure].replace("mm2", "mm^2").replace("mm3", "mm^3"), column,
                   table.path)  # fmt: skip
        for name, value in zip(names, table.numbers(column), strict=True):
            method = f"{table.version}-{atlas}"
            rows.append(_score(measure, f"{name}-{side}", side[0].upper(), value, method, table.path))
    return tuple(rows)


def _synthseg(path: Path) -> tuple[Score, ...]:
    """Volumes of SynthSeg, whose table states neither unit nor version: mm3 by its documentation."""
    text = path.read_text(encoding="utf-8")
    rows = [r for r in csv.reader(text.splitlines()) if r]
    if not text.endswith("\n") or len(rows) != 2 or len(rows[0]) != len(rows[1]) or rows[0][0] != "subject":
        raise MalformedFile(
            "not a table of one person by SynthSeg", expected="a header that begins with subject, and one row",
            got=f"{len(rows)} rows", where=str(path), do="run mri_synthseg --vol for each image",
        )  # fmt: skip
    values = {k: number(v, path) for k, v in zip(rows[0][1:], rows[1][1:], strict=True)}
    if "total intracranial" not in values:
        raise MalformedFile("lacks a volume", expected="total intracranial", where=str(path), do="run it again")
    method = "synthseg-unversioned"
    head = _score("eTIV", HEAD, "n/a", values.pop("total intracranial"), method, path)
    return (*_volumes({k: v for k, v in values.items() if not k.startswith("ctx-")}, method, path), head)


def _volumes(volumes: Mapping[str, float], method: str, path: Path) -> tuple[Score, ...]:
    regions = {name: sided(name) for name in volumes}
    _complete([f"{d}-{s}" for d in _DEEP for s in ("left", "right")], [r for r, _ in regions.values()], path)
    return tuple(_score("volume", *regions[name], value, method, path) for name, value in volumes.items())


def _complete(expected: tuple[str, ...] | list[str], found: list[str], path: Path) -> None:
    if absent := [r for r in expected if r not in found]:
        raise MalformedFile(
            "regions are missing: the table was cut off or its program did not end", expected=", ".join(absent[:6]),
            got=f"{len(found)} regions", where=str(path), do="run the program again, or leave this file out",
        )  # fmt: skip
    if len(set(found)) != len(found):
        twice = sorted({r for r in found if found.count(r) > 1})
        raise MalformedFile("a region stands twice", got=", ".join(twice), where=str(path), do="keep one row")


def _score(measure: str, region: str, side: str, value: float, method: str, path: Path) -> Score:
    if value < 0:
        raise RangeError(f"{measure} of {region} is negative", expected="≥ 0", got=value, where=str(path))
    status = FitStatus.OK
    if not math.isfinite(value):
        status, value = FitStatus.NOT_FINITE, math.nan
    elif value == 0 and not _MAY_BE_EMPTY.fullmatch(region):
        status, value = FitStatus.MISSING_REGION, math.nan
    return Score(measure, region, value, _UNITS[measure], status, method, side, low=value, high=value)


def _same_unit(got: str, expected: str, what: str, path: Path) -> None:
    if got != expected:
        raise UnitError(f"unit of {what}", expected=expected, got=got or "none", where=str(path), do="mend the table")
