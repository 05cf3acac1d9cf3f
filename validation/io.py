"""Whether the door reads what is there, and stops what is broken."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from nociscope.core.errors import NociscopeError
from nociscope.core.status import FitStatus
from nociscope.core.study import PetSettings, Study
from nociscope.io.check import check_dataset
from nociscope.io.index import Index, index_dataset
from nociscope.io.load import LoadedScan, load_scan
from nociscope.io.people import read_people
from tools.figures import Figure, Measured, open_data

_FRONTAL = {"superior-frontal": ["ctx-lh-superiorfrontal", "ctx-rh-superiorfrontal"]}


def _scans(index: Index, study: Study) -> list[LoadedScan]:
    people = read_people(index.root, index)
    return [load_scan(index, key, people, study) for key in index.scans()]


def _late_ratio(session: str) -> float:
    """Mean over people of superior frontal to cerebellum, 90–120 min, volume-weighted regions."""
    study = Study(pet={"MC1": PetSettings(combine=_FRONTAL)})
    index = index_dataset(open_data("mc1-blocking"), sessions=[session])
    ratios = []
    for scan in _scans(index, study):
        late = scan.tacs.frames.start >= 90 - 1e-9
        weight = scan.tacs.frames.duration[late]
        target, reference = (scan.tacs.region(r)[late] @ weight for r in ("superior-frontal", "cerebellum"))
        ratios.append(target / reference)
    return float(np.mean(ratios))


def mc1_baseline() -> Measured:
    return _late_ratio("baseline"), 1.378


def mc1_blocked() -> Measured:
    return _late_ratio("blocked"), 1.043


def mc1_dose_stopped() -> float:
    scans = _scans(index_dataset(open_data("mc1-blocking")), Study())
    return float(sum(s.scan.dose_status is FitStatus.IMPLAUSIBLE_DOSE and "SUV" in _blocked(s) for s in scans))


def _blocked(scan: LoadedScan) -> set[str]:
    return {b for p in scan.problems for b in p.blocks}


def pbr28_blocked() -> float:
    return float(sum(bool(p.blocks) for p in check_dataset(index_dataset(open_data("pbr28")))))


def broken_inputs() -> float:
    """Share of broken inputs that end as the table says, %."""
    from tests.contract.test_broken_inputs import CASES

    return 100 * sum(_ends_as_stated(case) for case in CASES) / len(CASES)


def broken_inputs_count() -> float:
    from tests.contract.test_broken_inputs import CASES

    return float(len(CASES))


def _ends_as_stated(case: object) -> bool:
    from tests.broken import Case, Dataset

    assert isinstance(case, Case)
    with tempfile.TemporaryDirectory() as folder:
        dataset = Dataset(Path(folder) / "tiny")
        case.breaks(dataset)
        try:
            outcome = case.door(dataset)
        except NociscopeError as error:
            return isinstance(case.ends, type) and isinstance(error, case.ends)
    if isinstance(case.ends, FitStatus):
        return bool(outcome.status is case.ends)
    problems = outcome.problems if isinstance(outcome, LoadedScan) else outcome
    return case.ends in {p.code for p in problems}


FIGURES = [
    Figure("io.mc1_baseline", "late SUVR superior frontal/cerebellum, baseline, from files as they are", "1",
           "1.373..1.383", mc1_baseline, "data set's own note"),
    Figure("io.mc1_blocked", "the same after celecoxib", "1", "1.038..1.048", mc1_blocked, "data set's own note"),
    Figure("io.mc1_dose_stopped", "mc1 scans whose SUV is stopped because the dose contradicts itself or is impossible",
           "scans", "== 20", mc1_dose_stopped),
    Figure("io.pbr28_blocked", "problems that block anything in the pbr28 set", "problems", "== 0", pbr28_blocked),
    Figure("io.broken_inputs", "broken inputs that end in a named error, problem or status", "%", "== 100",
           broken_inputs),
    Figure("io.broken_inputs_count", "kinds of broken input tried", "1", ">= 30", broken_inputs_count),
]  # fmt: skip
