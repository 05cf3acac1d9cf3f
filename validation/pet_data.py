"""Open PET data as records, read without the package's own readers so that figures about models stand alone."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np

from nociscope.core.records import Frames, InputFunction, Tacs
from tools.figures import ROOT, Skipped

DATA = Path(os.environ.get("NOCISCOPE_TEST_DATA", ROOT.parent / "shared" / "data"))
SESSIONS = {"1": "test", "2": "retest"}


def folder(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        raise Skipped(f"open data {name!r} not found; set NOCISCOPE_TEST_DATA to the folder that holds it")
    return path


def table(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def scan(pet: str) -> tuple[Tacs, InputFunction]:
    """Curves and input of one scan, named as in the reference table, such as ``cgyu_1``."""
    person, number = pet.split("_")
    root = folder("pbr28") / "derivatives"
    inner = f"sub-{person}/ses-{SESSIONS[number]}/pet"
    curves = next((root / "petprep" / inner).glob("*_tacs.tsv"))
    side = json.loads(curves.with_suffix(".json").read_text())
    rows = table(curves, "\t")
    names = tuple(k for k in rows[0] if not k.startswith("frame_"))
    frames = Frames([float(r["frame_start"]) / 60 for r in rows], [float(r["frame_end"]) / 60 for r in rows])
    activity = np.array([[float(r[n]) for r in rows] for n in names])
    tacs = Tacs(activity, frames, names, weights=np.array(side["FrameWeights"], float))
    blood = table(next((root / "bloodstream" / inner).glob("*_inputfunction.tsv")), "\t")
    time = np.array([float(r["time"]) for r in blood]) / 60
    aif = np.array([float(r["AIF"]) for r in blood])
    whole = np.array([float(r["whole_blood_radioactivity"]) for r in blood])
    return tacs, InputFunction(time, aif, whole)


def first_frames(tacs: Tacs, count: int) -> Tacs:
    weights = None if tacs.weights is None else tacs.weights[:count]
    return Tacs(
        tacs.activity[:, :count], Frames(tacs.frames.start[:count], tacs.frames.end[:count]), tacs.regions, weights
    )


def reference_set(name: str) -> Tacs:
    """One simulated reference-tissue set; the row of duration zero is left out."""
    rows = [r for r in table(folder("srtm-simulated") / f"{name}_tacs.tsv", "\t") if float(r["frame_duration_min"]) > 0]
    start = np.array([float(r["frame_start_min"]) for r in rows])
    duration = np.array([float(r["frame_duration_min"]) for r in rows])
    names = ("Reference", "ROI1", "ROI2", "ROI3")
    activity = np.array([[float(r[n]) for r in rows] for n in names])
    return Tacs(activity, Frames(start, start + duration), names, weights=np.array([float(r["weight"]) for r in rows]))
