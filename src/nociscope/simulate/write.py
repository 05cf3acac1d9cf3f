"""A virtual cohort on disk: raw PET-BIDS, petprep-style curves, and the truth beside them as a derivative."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nociscope import __version__
from nociscope.core.records import Array
from nociscope.io.write import write_bytes, write_json, write_text, write_tsv
from nociscope.simulate import sidecars
from nociscope.simulate.cohort import Person
from nociscope.simulate.image import one_voxel_a_region
from nociscope.simulate.scan import VirtualScan
from nociscope.simulate.spec import Simulation
from nociscope.simulate.truth import effect_columns, truth_columns

BIDS_VERSION = "1.10.0"
SEGMENTATION = "virtual"


def write_dataset(folder: Path, spec: Simulation, people: Sequence[Person], scans: Sequence[VirtualScan]) -> None:
    """Write participants, scans, curves and truth."""
    _write_people(folder, spec, people)
    for scan in scans:
        _write_scan(folder, spec, scan)
        _write_blood(folder, scan)
        _write_curves(folder / "derivatives" / "petprep", spec, scan)
    generated = [{"Name": "nociscope simulate", "Version": __version__}]
    for name, title in (
        ("petprep", "petprep-style curves of a virtual cohort"),
        ("truth", "What is true in a virtual cohort"),
    ):
        description = {
            "Name": title,
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "derivative",
            "GeneratedBy": generated,
        }
        write_json(folder / "derivatives" / name / "dataset_description.json", description)
    write_tsv(folder / "derivatives" / "truth" / "truth.tsv", truth_columns(scans))
    write_json(folder / "derivatives" / "truth" / "truth.json", sidecars.TRUTH)
    write_tsv(folder / "derivatives" / "truth" / "effects.tsv", effect_columns(spec, scans))
    write_json(folder / "derivatives" / "truth" / "effects.json", sidecars.EFFECTS)
    write_text(folder / "README", sidecars.readme(spec))
    write_json(
        folder / "dataset_description.json",
        {
            "Name": spec.title,
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "raw",
            "License": "CC0",
            "GeneratedBy": generated,
        },
    )


def scan_stem(scan: VirtualScan) -> tuple[str, str]:
    """Folder and name stem of a scan, such as ``("sub-01/ses-a", "sub-01_ses-a")``."""
    parts = [f"sub-{scan.person.label}"] + ([f"ses-{scan.session}"] if scan.session else [])
    return "/".join(parts), "_".join(parts)


def rounded(values: Array) -> list[float]:
    """Six significant digits: what a scanner or a counter would report."""
    return [float(f"{v:.6g}") for v in values]


def _write_people(folder: Path, spec: Simulation, people: Sequence[Person]) -> None:
    columns: dict[str, list[object]] = {"participant_id": [f"sub-{p.label}" for p in people]}
    for name in ("age", "sex", "body_weight", "rs6971", "group", *(["site"] if spec.cohort.sites else [])):
        columns[name] = [getattr(p, name) for p in people]
    write_tsv(folder / "participants.tsv", columns)
    write_json(folder / "participants.json", sidecars.participants(spec))


def _write_scan(folder: Path, spec: Simulation, scan: VirtualScan) -> None:
    where, stem = scan_stem(scan)
    write_json(folder / where / "pet" / f"{stem}_pet.json", sidecars.pet(spec, scan))
    write_bytes(folder / where / "pet" / f"{stem}_pet.nii.gz", one_voxel_a_region(scan.tacs.activity * 1000))


def _write_blood(folder: Path, scan: VirtualScan) -> None:
    blood = scan.blood
    if blood is None or blood.whole_blood is None or blood.plasma is None or blood.parent_fraction is None:
        return
    where, stem = scan_stem(scan)
    base = folder / where / "pet" / f"{stem}_recording"
    drawn, parents = blood.whole_blood.time, blood.parent_fraction.time
    times = np.union1d(drawn, parents)
    table = {"time": rounded(times * 60)}
    for name, samples in (
        ("plasma_radioactivity", blood.plasma),
        ("metabolite_parent_fraction", blood.parent_fraction),
        ("whole_blood_radioactivity", blood.whole_blood),
    ):
        column = np.full(times.size, np.nan)
        column[np.searchsorted(times, samples.time)] = samples.value
        table[name] = rounded(column)
    write_tsv(base.with_name(f"{base.name}-manual_blood.tsv"), table)
    write_json(base.with_name(f"{base.name}-manual_blood.json"), sidecars.MANUAL)
    if blood.autosampler is not None:
        line = {
            "time": rounded(blood.autosampler.time * 60),
            "whole_blood_radioactivity": rounded(blood.autosampler.value),
        }
        write_tsv(base.with_name(f"{base.name}-autosampler_blood.tsv"), line)
        write_json(base.with_name(f"{base.name}-autosampler_blood.json"), sidecars.autosampler(blood))


def _write_curves(folder: Path, spec: Simulation, scan: VirtualScan) -> None:
    where, stem = scan_stem(scan)
    base = f"{stem}_desc-preproc_seg-{SEGMENTATION}"
    frames = scan.tacs.frames
    table = {"frame_start": rounded(frames.start * 60), "frame_end": rounded(frames.end * 60)}
    table |= {name: rounded(curve * 1000) for name, curve in zip(scan.tacs.regions, scan.tacs.activity, strict=True)}
    write_tsv(folder / where / "pet" / f"{base}_tacs.tsv", table)
    write_json(folder / where / "pet" / f"{base}_tacs.json", sidecars.tacs(spec, scan))
    numbers = list(range(1, len(scan.tacs.regions) + 1))
    anat = folder / where / "anat"
    write_tsv(anat / f"{base}_dseg.tsv", {"index": numbers, "name": scan.tacs.regions})
    volumes = [spec.region[name].volume_cm3 * 1000 for name in scan.tacs.regions]
    write_tsv(anat / f"{base}_morph.tsv", {"index": numbers, "name": scan.tacs.regions, "volume-mm3": volumes})
