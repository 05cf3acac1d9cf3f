"""How fast a dataset is found and read."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nociscope.core.study import Study
from nociscope.io.index import Index, index_dataset
from nociscope.io.load import load_scan
from nociscope.io.people import read_people
from tools.figures import Figure, Measured, open_data

PEOPLE, SESSIONS = 50, ("a", "b")
_SESSION = (
    "anat/{p}_T1w.nii.gz", "anat/{p}_T1w.json", "anat/{p}_T2w.nii.gz", "anat/{p}_T2w.json",
    "pet/{p}_trc-PBR28_rec-osem_pet.nii.gz", "pet/{p}_trc-PBR28_rec-osem_pet.json",
    "pet/{p}_trc-PBR28_recording-manual_blood.tsv", "pet/{p}_trc-PBR28_recording-manual_blood.json",
    "pet/{p}_trc-PBR28_recording-autosampler_blood.tsv", "pet/{p}_trc-PBR28_recording-autosampler_blood.json",
    *(f"func/{{p}}_task-rest_run-{r}_{kind}" for r in (1, 2, 3) for kind in ("bold.nii.gz", "bold.json", "events.tsv")),
    "func/{p}_task-rest_sbref.nii.gz", "func/{p}_task-rest_sbref.json",
)  # fmt: skip
_ROOT = (
    "dataset_description.json", "participants.tsv", "participants.json", "task-rest_bold.json",
    "phenotype/pcs.tsv", "phenotype/pcs.json",
)  # fmt: skip

PYBIDS_CPU_S = 3.35
"""pybids 0.22.0 on a set of the same size and kind (one run, Python 3.11); measured anew where
``NOCISCOPE_PYBIDS_PYTHON`` names an interpreter that has pybids."""

_PYBIDS = """
import sys, time
from bids import BIDSLayout
start = time.process_time()
BIDSLayout(sys.argv[1])
print(time.process_time() - start)
"""


def _dataset(root: Path) -> None:
    """Write 2,106 files: 50 people, 2 sessions, structure, function, PET with blood, inheritance, phenotype."""
    for name in _ROOT:
        _file(root / name)
    for person in range(1, PEOPLE + 1):
        for session in SESSIONS:
            stem = f"sub-{person:02}_ses-{session}"
            for name in _SESSION:
                _file(root / f"sub-{person:02}" / f"ses-{session}" / name.format(p=stem))


def _file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    json = '{"Name": "x", "BIDSVersion": "1.10.0", "DatasetType": "raw"}'
    path.write_text(json if path.suffix == ".json" else "participant_id\n", encoding="utf-8")


def _cpu(work: Callable[[], object], times: int = 3) -> float:
    """Smallest processor time of a few runs: what disturbs a measurement only adds to it."""

    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return min(once() for _ in range(times))


def index_2106() -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "bids"
        _dataset(root)
        assert sum(p.is_file() for p in root.rglob("*")) == 2106
        index_dataset(root)  # imports
        ours = _cpu(lambda: index_dataset(root))
        return ours, _pybids(root)


def _pybids(root: Path) -> float:
    python = os.environ.get("NOCISCOPE_PYBIDS_PYTHON")
    if not python:
        return PYBIDS_CPU_S
    done = subprocess.run([python, "-c", _PYBIDS, str(root)], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def metadata_200() -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "bids"
        _dataset(root)
        index = index_dataset(root)
        files = index.find(suffix="bold")[:200]
        return _cpu(lambda: [index.sidecar(f) for f in files])


def load_scan_ms() -> float:
    """Sidecar, curves of 110 regions, blood, people: one mc1 scan through the door."""
    index: Index = index_dataset(open_data("mc1-blocking"))
    people, key = read_people(index.root, index), index.scans()[0]
    return 1000 * _cpu(lambda: load_scan(index, key, people, Study()))


FIGURES = [
    Figure("io.index_2106", "CPU to index 2,106 files", "s", "<= 0.335", index_2106, "pybids 0.22.0"),
    Figure("io.metadata_200", "CPU for the metadata of 200 files with inheritance", "s", "<= 0.19", metadata_200),
    Figure("io.load_scan", "CPU to read one scan of 110 regions with blood", "ms", "<= 50", load_scan_ms),
]
