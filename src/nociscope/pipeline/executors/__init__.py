"""Where units run. One table, no registration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nociscope.core.errors import InputError
from nociscope.pipeline.execute import Outcome
from nociscope.pipeline.job import Job


@dataclass(frozen=True)
class Fleet:
    """How many units at a time, where, and who wants to know.

    Parameters
    ----------
    jobs : units at a time. work_dir : for job files and states. fail_fast : start no unit after the first failure.
    ended : told of every outcome as it comes. address : of a Dask scheduler; empty: a cluster of our own.
    wait : stay until a submitted array has ended.
    """

    jobs: int
    work_dir: Path
    fail_fast: bool = False
    ended: Callable[[Outcome], None] = lambda outcome: None
    address: str = ""
    wait: bool = False


@dataclass(frozen=True)
class Harvest:
    """What came of the units: outcomes, units still queued or running, and words for the user."""

    outcomes: tuple[Outcome, ...]
    pending: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Execute(Protocol):
    """Run units."""

    def __call__(self, jobs: Sequence[Job], fleet: Fleet) -> Harvest:
        """Run the jobs, or hand them over, and say what came of them."""


def executor(name: str) -> Execute:
    """The executor of that name; it is imported only when asked for.

    Raises
    ------
    InputError
        There is none.
    """
    if name == "local":
        from nociscope.pipeline.executors.local import execute as local

        return local
    if name == "slurm":
        from nociscope.pipeline.executors.slurm import execute as slurm

        return slurm
    if name == "dask":
        from nociscope.pipeline.executors.dask import execute as dask

        return dask
    raise InputError(f"no executor {name!r}", expected="local, slurm or dask", do="mend --executor")
