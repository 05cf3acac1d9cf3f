"""Virtual cohorts with known truth, written as BIDS.

Generation is pure (`generate`, `cohort`, `scan`, `input`, `tacs`: a spec and a seed in, records out); only `write`
touches files.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from nociscope.core.errors import InputError, MissingFile
from nociscope.io.write import write_text
from nociscope.simulate.generate import virtual_people, virtual_scans
from nociscope.simulate.spec import Simulation, read_simulation
from nociscope.simulate.write import write_dataset
from nociscope.studies import SIMULATION, shipped

__all__ = ["Simulated", "Simulation", "read_simulation", "simulate", "virtual_people", "virtual_scans"]


@dataclass(frozen=True)
class Simulated:
    """What `simulate` wrote."""

    people: int
    scans: int
    truth: Path


def simulate(study: str, folder: Path, *, n: int | None = None, seed: int | None = None) -> Simulated:
    """Write a virtual cohort, with its study file in ``code/nociscope.toml``; all of it or nothing.

    Parameters
    ----------
    study : name of a shipped study, or path of a ``*.simulate.toml``, or of a study file that has one beside it.
    folder : where the dataset goes; must not hold one yet.
    n, seed : instead of the truth file's.

    Raises
    ------
    InputError
        The folder holds something already.
    MissingFile
        There is no truth file of that name.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError(
            "the folder is not empty", where=str(folder), expected="a new or empty folder", do="choose another folder"
        )
    path = truth_file(study)
    spec = read_simulation(path)
    spec = spec.model_copy(update={k: v for k, v in (("people", n), ("seed", seed)) if v is not None})
    people, scans = virtual_people(spec), tuple(virtual_scans(spec))
    analysis = study_file(path, spec)
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    if analysis is not None:
        write_text(partial / "code" / "nociscope.toml", analysis.read_text(encoding="utf-8"))
    write_dataset(partial, spec, people, scans)
    if folder.exists():
        folder.rmdir()
    partial.rename(folder)
    return Simulated(len(people), len(scans), folder / "derivatives" / "truth" / "truth.tsv")


def truth_file(study: str) -> Path:
    """The ``*.simulate.toml`` of a name or a path."""
    path = Path(study)
    if path.name.endswith(SIMULATION):
        return path
    beside = path.with_name(path.name.removesuffix(".toml") + SIMULATION)
    return beside if path.suffix == ".toml" and beside.is_file() else shipped(study, SIMULATION)


def study_file(path: Path, spec: Simulation) -> Path | None:
    """The study file that belongs to a truth file; None where there is none.

    Raises
    ------
    MissingFile
        The truth file names one that is not there.
    """
    if spec.study:
        named = path.parent / spec.study
        if not named.is_file():
            raise MissingFile("the truth file names a study file that is not there", where=str(path), got=spec.study)
        return named
    beside = path.with_name(path.name.removesuffix(SIMULATION) + ".toml")
    return beside if beside.is_file() else None
