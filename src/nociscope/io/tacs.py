"""Regional curves on disk: petprep's ``_tacs.tsv`` as it is, and ours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nociscope.core.errors import InputError, MissingMetadata, TimingError, UnitError
from nociscope.core.problem import Problem
from nociscope.core.records import Array, Frames, Scan, Tacs
from nociscope.io import units
from nociscope.io.index import Sidecar
from nociscope.io.table import Table, read_tsv
from nociscope.io.timing import GAP_S, check_frames
from nociscope.io.write import write_json, write_tsv

FRAME_COLUMNS = ("frame_start", "frame_end")
PEAK_SUV = (0.02, 100.0)
"""Peak of the median region, g/mL: wide, because only a mistaken unit is meant to be caught."""


def read_tacs(
    path: Path, sidecar: Sidecar, scan: Scan, volumes: Mapping[str, float] | None = None
) -> tuple[Tacs, list[Problem]]:
    """Read curves into kBq/mL at injection, min after injection.

    Parameters
    ----------
    path : TSV with ``frame_start``, ``frame_end`` (s after TimeZero) and one column a region.
    sidecar : ``Units`` is needed; ``FrameWeights`` are taken where they are.
    scan : for the time of injection and the decay reference.
    volumes : region → mm³, see `read_volumes`.

    Raises
    ------
    MalformedFile, MissingMetadata, UnitError
        Not a table of curves, or no unit, or one under which the activity is impossible.
    TimingError
        Frames overlap, run backwards, or look like minutes.
    """
    if sidecar.data.get("TimeOrigin") == "injection":  # our own curves: nothing left to move
        scan = replace(scan, injection_start_min=0.0, decay_reference_min=0.0, decay_corrected=True)
    table = read_tsv(path, FRAME_COLUMNS)
    regions = tuple(c for c in table.columns if c not in FRAME_COLUMNS)
    if not regions:
        raise MissingMetadata("no region in the curves", expected="one column a region", where=str(path))
    frames, problems = _frames(table, scan, str(path))
    _agree(table, sidecar, str(path))
    factor, moved = decay_factor(scan, frames, path.name)
    activity = np.array([table.numbers(r) for r in regions]) * (_unit(sidecar, path) * factor)
    weights, unfit = _weights(sidecar.data.get("FrameWeights"), len(frames), path.name)
    known = volumes or {}
    tacs = Tacs(
        activity=activity,
        frames=frames,
        regions=regions,
        weights=weights,
        volumes_mm3=np.array([known.get(r, math.nan) for r in regions]) if known else None,
        entities=scan.entities,
    )
    _check_unit(tacs, scan, str(path))
    return tacs, [*problems, *moved, *unfit, *look_at_curves(tacs, path.name)]


def _frames(table: Table, scan: Scan, where: str) -> tuple[Frames, list[Problem]]:
    start, end = table.numbers("frame_start"), table.numbers("frame_end")
    found = check_frames(list(start), list(end), scan.half_life_min, where) if len(start) else []
    for problem in found:
        if problem.severity == "error":
            raise TimingError(problem.message, where=where, do=problem.mend)
    if not len(start):
        raise TimingError("no frames", where=where, expected="one row a frame", do="check the file")
    shift = scan.injection_start_min
    return Frames(start / 60 - shift, end / 60 - shift), found


def _agree(table: Table, sidecar: Sidecar, where: str) -> None:
    """Frame times of the table and of the JSON beside it must be the same, where both have them."""
    stated, start = sidecar.data.get("FrameTimesStart"), table.numbers("frame_start")
    if not isinstance(stated, list) or not all(isinstance(v, int | float) for v in stated):
        return
    if len(stated) != start.size or (np.abs(np.array(stated) - start) > GAP_S).any():
        raise TimingError(
            "frame times of the table and of its JSON disagree", where=where, do="mend whichever is wrong",
            expected=f"{len(stated)} frames from {stated[0] if stated else '–'} s",
            got=f"{start.size} frames from {start[0]:g} s",
        )  # fmt: skip


def _check_unit(tacs: Tacs, scan: Scan, where: str) -> None:
    """Compare the peak with what dose and weight allow: Bq and kBq mistaken for one another differ a thousandfold."""
    peak = float(np.median(np.max(tacs.activity, axis=1, initial=0.0, where=np.isfinite(tacs.activity))))
    suv = peak * scan.weight_kg / scan.dose_MBq
    if math.isfinite(suv) and suv > 0 and not PEAK_SUV[0] <= suv <= PEAK_SUV[1]:
        raise UnitError(
            f"the peak of the curves is impossible: {peak:g} kBq/mL after {scan.dose_MBq:g} MBq", where=where,
            expected=f"an SUV of {PEAK_SUV[0]:g} to {PEAK_SUV[1]:g}", got=f"an SUV of {suv:.3g}",
            do="check Units of the curves",
        )  # fmt: skip


def _unit(sidecar: Sidecar, path: Path) -> float:
    unit = sidecar.data.get("Units")
    if not isinstance(unit, str):
        raise MissingMetadata(
            "the curves have no unit", expected="Units in the JSON beside them", got=unit, where=str(path),
            do="add Units, such as Bq/mL",
        )  # fmt: skip
    return units.concentration(unit, str(path))


def decay_factor(scan: Scan, frames: Frames, where: str) -> tuple[Array, list[Problem]]:
    """Factor a frame that moves activity to the time of injection, (frame,).

    An image corrected to another time is moved by ``exp(λ t_ref)``; one that is not corrected by
    ``λ Δ / (exp(-λ s) - exp(-λ e))``, the mean decay over the frame.

    Raises
    ------
    InputError
        A factor is needed and the half-life is not known.
    """
    one = np.ones(len(frames))
    if scan.decay_corrected and (math.isnan(scan.decay_reference_min) or abs(scan.decay_reference_min) <= 1 / 60):
        return one, []
    if math.isnan(scan.half_life_min):
        raise InputError("decay cannot be corrected without a half-life", where=where, do="add TracerRadionuclide")
    rate = units.decay_constant(scan.half_life_min)
    if scan.decay_corrected:
        factor = one * math.exp(rate * scan.decay_reference_min)
    else:
        factor = rate * frames.duration / (np.exp(-rate * frames.start) - np.exp(-rate * frames.end))
    message = f"activity multiplied by {factor.min():.4g} to {factor.max():.4g} to stand at injection"
    return factor, [Problem("decay-moved", where, message, severity="note")]


def _weights(stated: Any, n: int, where: str) -> tuple[Array | None, list[Problem]]:
    if stated is None:
        return None, []
    try:
        weights = np.array(stated, dtype=np.float64)
    except (TypeError, ValueError):
        weights = np.array([math.nan])
    if weights.shape == (n,) and np.isfinite(weights).all() and (weights >= 0).all() and (weights > 0).any():
        return weights, []
    message = f"FrameWeights are not {n} numbers of 0 or more; expected 1/variance a frame, and they are not used"
    return None, [Problem("weights-unusable", where, message, (), "mend FrameWeights, or remove them")]


def look_at_curves(tacs: Tacs, where: str) -> list[Problem]:
    """Say which curves cannot be fitted; none is changed."""
    problems = []
    kinds = {
        "curve-not-finite": (~np.isfinite(tacs.activity).all(axis=1), "hold missing or infinite values"),
        "curve-zero": ((tacs.activity == tacs.activity[:, :1]).all(axis=1), "are zero or constant"),
        "curve-negative": (np.nansum(tacs.activity * tacs.frames.duration, axis=1) < 0, "are negative on the whole"),
    }
    for code, (bad, what) in kinds.items():
        names = [r for r, b in zip(tacs.regions, bad, strict=True) if b]
        if names:
            message = f"curves that {what}: {', '.join(names[:10])}{' …' if len(names) > 10 else ''}"
            problems.append(Problem(code, where, message, tuple(names), "check the segmentation of these regions"))
    return problems


def read_volumes(path: Path) -> dict[str, float]:
    """Read region volumes, mm³, from petprep's ``_morph.tsv`` (columns ``name`` and ``volume-mm3``)."""
    table = read_tsv(path, ("name", "volume-mm3"))
    pairs = zip(table.text("name"), table.numbers("volume-mm3"), strict=True)
    return {name: float(volume) for name, volume in pairs if name is not None}


def combine_regions(tacs: Tacs, combine: Mapping[str, Sequence[str]], where: str = "") -> tuple[Tacs, list[Problem]]:
    """Add regions that are the mean of others, weighted by volume where every volume is known.

    A new region whose parts are not all there is not made, and that is said.

    Raises
    ------
    InputError
        A new region has no parts or carries the name of one that exists.
    """
    problems = []
    for name, parts in combine.items():
        if not parts or name in tacs.regions:
            raise InputError(
                f"cannot make region {name!r}", expected="a new name and at least one part", got=list(parts),
                where=where or None, do="rename it in [pet.<tracer>] combine",
            )  # fmt: skip
        if absent := [p for p in parts if p not in tacs.regions]:
            message = f"{name} needs {', '.join(absent)}, not in the curves"
            problems.append(Problem("region-missing", where, message, (name,), "mend combine in the study file"))
            continue
        tacs, how = _with_mean(tacs, name, list(dict.fromkeys(parts)))
        problems.append(
            Problem("region-combined", where, f"{name} is the {how} of {len(parts)} regions", severity="note")
        )
    return tacs, problems


def _with_mean(tacs: Tacs, name: str, parts: Sequence[str]) -> tuple[Tacs, str]:
    rows = [tacs.regions.index(p) for p in parts]
    volumes = None if tacs.volumes_mm3 is None else np.asarray(tacs.volumes_mm3)[rows]
    weighted = volumes is not None and bool(np.isfinite(volumes).all()) and bool((volumes > 0).all())
    share = volumes / volumes.sum() if weighted and volumes is not None else np.full(len(rows), 1 / len(rows))
    total = float(volumes.sum()) if weighted and volumes is not None else math.nan
    combined = Tacs(
        activity=np.vstack([tacs.activity, share @ tacs.activity[rows]]),
        frames=tacs.frames,
        regions=(*tacs.regions, name),
        weights=tacs.weights,
        volumes_mm3=None if tacs.volumes_mm3 is None else np.append(tacs.volumes_mm3, total),
        entities=tacs.entities,
    )
    return combined, "volume-weighted mean" if weighted else "plain mean (volumes are not known)"


def write_tacs(path: Path, tacs: Tacs, sidecar: Mapping[str, Any]) -> None:
    """Write curves as ``_tacs.tsv|json``: times in s after injection, kBq/mL at injection."""
    columns: dict[str, Any] = frame_columns(tacs.frames)
    columns |= dict(zip(tacs.regions, tacs.activity, strict=True))
    write_tsv(path, columns)
    described: dict[str, Any] = {
        "Units": "kBq/mL",
        "TimeUnits": "s",
        "TimeOrigin": "injection",
        "ImageDecayCorrected": True,
        "ImageDecayCorrectionTime": 0,
    }
    if tacs.weights is not None:
        described["FrameWeights"] = tacs.weights
    if tacs.volumes_mm3 is not None:
        described["VolumesMm3"] = dict(zip(tacs.regions, tacs.volumes_mm3, strict=True))
    write_json(path.with_suffix(".json"), described | dict(sidecar))


def frame_columns(frames: Frames) -> dict[str, Any]:
    """``frame_start`` and ``frame_end``, s after injection, rounded to the nanosecond against round-off."""
    return {"frame_start": np.round(frames.start * 60, 9), "frame_end": np.round(frames.end * 60, 9)}
