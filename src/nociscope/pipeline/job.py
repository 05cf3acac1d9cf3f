"""A job: the tasks of one unit, as a file that another process can read."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nociscope.core.errors import InputError
from nociscope.io.write import write_json
from nociscope.pipeline.step import Step
from nociscope.pipeline.store import Store
from nociscope.pipeline.task import Task, from_json, to_json


@dataclass(frozen=True)
class Job:
    """What a process needs to run one unit.

    Parameters
    ----------
    unit : ``sub-X`` or ``group``. tasks : in order.
    table : where the step table is, ``package.module:NAME``.
    output_dir, rehash : of the store.
    mem_mb, timeout_s : limits of the process that runs it; None: none.
    """

    unit: str
    tasks: tuple[Task, ...]
    table: str
    output_dir: Path
    rehash: bool = False
    mem_mb: float | None = None
    timeout_s: float | None = None

    @property
    def store(self) -> Store:
        """Where results go."""
        return Store(self.output_dir, self.rehash)


def write_job(path: Path, job: Job) -> Path:
    """Write a job; return the path."""
    plain = {k: getattr(job, k) for k in ("unit", "table", "rehash", "mem_mb", "timeout_s")}
    write_json(path, plain | {"output_dir": str(job.output_dir), "tasks": [to_json(t) for t in job.tasks]})
    return path


def read_job(path: Path) -> Job:
    """Read a job back."""
    data = json.loads(path.read_text(encoding="utf-8"))
    tasks = tuple(from_json(t) for t in data.pop("tasks"))
    return Job(tasks=tasks, output_dir=Path(data.pop("output_dir")), **data)


def step_table(reference: str) -> Mapping[str, Step]:
    """Steps by name, from ``package.module:NAME``.

    Raises
    ------
    InputError
        There is no such module or name.
    """
    module, _, name = reference.partition(":")
    try:
        steps: Iterable[Step] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise InputError(
            "no such table of steps", expected="package.module:NAME", got=f"{reference} ({error})"
        ) from error
    return {step.name: step for step in steps}
