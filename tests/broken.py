"""A tiny sound dataset, and every way that we know to break it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nociscope.core.errors import NociscopeError
from nociscope.core.problem import Problem
from nociscope.core.status import FitStatus
from nociscope.core.study import PetSettings, Study
from nociscope.io.check import check_dataset
from nociscope.io.index import index_dataset
from nociscope.io.load import LoadedScan, load_scan
from nociscope.io.people import read_people
from nociscope.io.study import read_study

DURATION = [30, 30, 60, 60, 120, 180, 300, 300, 600, 600, 600, 600, 600, 600]
START = [int(t) for t in np.cumsum([0, *DURATION[:-1]])]
REGIONS = {"THA": 2.0, "FC": 1.5, "CBL": 1.2, "WB": 1.5}
SCANS = (("01", "a"), ("01", "b"), ("02", "a"), ("02", "b"))


def write_json(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def write_tsv(path: Path, columns: dict[str, list[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = ["\t".join(columns), *("\t".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


class Dataset:
    """A dataset on disk, with handles on its parts; ``sub-01_ses-a`` is the scan that gets broken."""

    def __init__(self, root: Path) -> None:
        self.root = root
        write_json(root / "dataset_description.json", {"Name": "tiny", "BIDSVersion": "1.10.0"})
        write_tsv(
            root / "participants.tsv",
            {"participant_id": ["sub-01", "sub-02"], "body_weight": [70, 80], "rs6971": ["HAB", "MAB"]},
        )
        for sub, ses in SCANS:
            self._scan(sub, ses)

    def _scan(self, sub: str, ses: str) -> None:
        write_json(self.path("pet.json", sub, ses), sidecar())
        write_tsv(self.path("recording-manual_blood.tsv", sub, ses), manual())
        write_json(self.path("recording-manual_blood.json", sub, ses), blood_json())
        write_tsv(self.path("recording-autosampler_blood.tsv", sub, ses), autosampler())
        write_json(
            self.path("recording-autosampler_blood.json", sub, ses),
            {**blood_json(), "DispersionCorrected": False, "DispersionConstant": 2.6, "DispersionConstantUnits": "s"},
        )
        write_tsv(self.path("desc-preproc_tacs.tsv", sub, ses), curves())
        write_json(self.path("desc-preproc_tacs.json", sub, ses), {"Units": "kBq/mL"})

    def path(self, name: str, sub: str = "01", ses: str = "a") -> Path:
        """A file of a scan; curves stand in the derivative."""
        base = self.root / "derivatives" / "petprep" if "tacs" in name else self.root
        return base / f"sub-{sub}" / f"ses-{ses}" / "pet" / f"sub-{sub}_ses-{ses}_{name}"

    def edit(self, name: str, **changes: Any) -> None:
        """Change keys of a sidecar; None takes a key away."""
        content = json.loads(self.path(name).read_text()) | changes
        write_json(self.path(name), {k: v for k, v in content.items() if v is not None})

    def table(self, name: str, change: Callable[[dict[str, list[Any]]], None]) -> None:
        """Change columns of a table."""
        lines = [line.split("\t") for line in self.path(name).read_text().splitlines()]
        columns = {c: [row[i] for row in lines[1:]] for i, c in enumerate(lines[0])}
        change(columns)
        write_tsv(self.path(name), columns)

    def load(self, study: Study | None = None, sub: str = "01", ses: str = "a") -> LoadedScan:
        """Bring ``sub-01_ses-a`` through the door."""
        index = index_dataset(self.root)
        people = read_people(self.root, index)
        key = next(k for k in index.scans() if (k.sub, k.ses) == (sub, ses))
        return load_scan(index, key, people, study or Study())


def sidecar() -> dict[str, Any]:
    return {
        "TracerName": "PBR28",
        "TracerRadionuclide": "C11",
        "Units": "kBq/mL",
        "InjectedRadioactivity": 400.0,
        "InjectedRadioactivityUnits": "MBq",
        "TimeZero": "12:00:00",
        "ScanStart": 0,
        "InjectionStart": 0,
        "FrameTimesStart": START,
        "FrameDuration": DURATION,
        "ImageDecayCorrected": True,
        "ImageDecayCorrectionTime": 0,
    }


def curves() -> dict[str, list[Any]]:
    mid = np.array(START) + np.array(DURATION) / 2
    shape = 12 * (1 - np.exp(-mid / 60)) * np.exp(-mid / 3000)
    frames = {"frame_start": START, "frame_end": [s + d for s, d in zip(START, DURATION, strict=True)]}
    return frames | {r: [round(float(v), 6) for v in k * shape] for r, k in REGIONS.items()}


def manual() -> dict[str, list[Any]]:
    time = [0, 60, 120, 300, 600, 1200, 2400, 3600, 4500]
    return {
        "time": time,
        "plasma_radioactivity": [0, 90, 40, 20, 15, 12, 10, 9, 8.5],
        "metabolite_parent_fraction": [1, 0.98, 0.9, 0.7, 0.4, 0.25, 0.15, 0.1, 0.08],
        "whole_blood_radioactivity": [0, 80, 35, 17, 12, 10, 9, 8, 7.5],
    }


def autosampler() -> dict[str, list[Any]]:
    time = list(range(1, 301))
    return {"time": time, "whole_blood_radioactivity": [round(100 * t / 40 * np.exp(1 - t / 40), 4) for t in time]}


def blood_json() -> dict[str, Any]:
    return {
        "time": {"Units": "s"},
        "plasma_radioactivity": {"Units": "kBq/mL"},
        "whole_blood_radioactivity": {"Units": "kBq/mL"},
        "metabolite_parent_fraction": {"Units": "unitless"},
    }


Outcome = type[NociscopeError] | str | FitStatus


@dataclass(frozen=True)
class Case:
    """One way to break a dataset, and how it must end.

    ``ends`` is an error class (raised), the code of a problem, or a fit status. ``blocks`` must stand among what the
    problem blocks; ``says`` must stand in what the user reads.
    """

    name: str
    breaks: Callable[[Dataset], None]
    ends: Outcome
    says: str = ""
    blocks: str = ""
    door: Callable[[Dataset], Any] = Dataset.load


def problems_of(dataset: Dataset) -> list[Problem]:
    """What ``nociscope check`` finds."""
    return check_dataset(index_dataset(dataset.root))


def with_study(text: str) -> Callable[[Dataset], LoadedScan]:
    """A door that reads a study file first."""

    def door(dataset: Dataset) -> LoadedScan:
        path = dataset.root / "code" / "nociscope.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return dataset.load(read_study(path))

    return door


def with_settings(**settings: Any) -> Callable[[Dataset], LoadedScan]:
    """A door with ``[pet.PBR28]`` settings."""
    return lambda dataset: dataset.load(Study(pet={"PBR28": PetSettings(**settings)}))


def gz_cut_short(dataset: Dataset) -> None:
    """Replace the autosampler's table by a compressed one that ends too early."""
    path = dataset.path("recording-autosampler_blood.tsv")
    packed = gzip.compress(path.read_bytes())
    path.unlink()
    path.with_name(path.name + ".gz").write_bytes(packed[: len(packed) // 2])


def replaced(name: str, old: str, new: str) -> Callable[[Dataset], None]:
    """Replace text in a file."""

    def change(dataset: Dataset) -> None:
        text = dataset.path(name).read_text()
        assert old in text, "the case would change nothing"
        dataset.path(name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def edited(name: str, **changes: Any) -> Callable[[Dataset], None]:
    """Edit a sidecar."""
    return lambda dataset: dataset.edit(name, **changes)


def column(name: str, which: str, change: Callable[[list[str]], list[Any]]) -> Callable[[Dataset], None]:
    """Change one column of a table."""

    def edit(columns: dict[str, list[Any]]) -> None:
        before = list(columns[which])
        columns[which] = change(before)
        assert columns[which] != before, "the case would change nothing"

    return lambda dataset: dataset.table(name, edit)


def scaled(by: float) -> Callable[[list[str]], list[Any]]:
    """Multiply a column."""
    return lambda values: [float(v) * by for v in values]


def constant(value: Any) -> Callable[[list[str]], list[Any]]:
    """One value everywhere."""
    return lambda values: [value] * len(values)
