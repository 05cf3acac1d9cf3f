"""What a task leaves behind: one JSON record, written last, and never half.

``logs/<unit>/<scan>_<step>.json`` stands for a task that was done; ``….crash.json`` for one that failed and
``….blocked.json`` for one that could not run. The latter two go as soon as the task succeeds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from nociscope.core.errors import MalformedFile
from nociscope.core.problem import Problem
from nociscope.pipeline.step import Source

State = Literal["done", "failed", "blocked", "skipped"]
ENDINGS: dict[str, str] = {
    "done": ".json",
    "failed": ".crash.json",
    "blocked": ".blocked.json",
    "skipped": ".blocked.json",
}
_VOLATILE = ("seconds", "cpu_seconds", "peak_mb", "host", "started", "pid", "job", "argv", "traceback")


@dataclass(frozen=True)
class InputFile:
    """An input as it was when the task ran; ``name`` is relative to ``dataset``."""

    role: str
    dataset: str
    name: str
    sha256: str
    size: int = -1
    mtime_ns: int = -1


@dataclass(frozen=True)
class OutputFile:
    """An output as it was written: size and time spare reading it again.

    ``main`` is the file that the make declares; its sidecar and what else the writer left are not.
    """

    make: str
    name: str
    sha256: str
    size: int = -1
    mtime_ns: int = -1
    main: bool = True


@dataclass(frozen=True)
class StepLog:
    """The record of one task.

    Parameters
    ----------
    step, version, unit, level, entities : which task.
    state : ``done``, ``failed``, ``blocked`` (an input is missing) or ``skipped`` (an earlier step failed).
    reason : why it is not done.
    key : what the outputs stand for; ``code``, ``params`` and ``inputs`` are its parts.
    inputs, outputs : files with their hashes. absent : optional makes that were left out.
    problems, methods, cites : for the report. warnings : what libraries said while it ran.
    seconds, cpu_seconds : of the step. peak_mb : of the process so far. started : ISO time, UTC.
    versions : of nociscope, Python and the libraries that compute.
    """

    step: str
    version: str
    unit: str
    level: str
    entities: Mapping[str, str]
    state: State
    reason: str = ""
    key: str = ""
    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[InputFile, ...] = ()
    outputs: tuple[OutputFile, ...] = ()
    absent: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    methods: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    host: str = ""
    started: str = ""
    pid: int = 0
    job: str = ""
    argv: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    traceback: str = ""

    def stable(self) -> dict[str, Any]:
        """The part that does not depend on when and where it ran."""
        kept = {k: v for k, v in asdict(self).items() if k not in _VOLATILE}
        for file in (*kept["inputs"], *kept["outputs"]):
            del file["mtime_ns"], file["size"]
        return kept


def read_log(path: Path) -> StepLog:
    """Read one record.

    Raises
    ------
    MalformedFile
        It is not a record of ours.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        data["inputs"] = tuple(InputFile(**i) for i in data["inputs"])
        data["outputs"] = tuple(OutputFile(**o) for o in data["outputs"])
        data["problems"] = tuple(Problem(**{**p, "blocks": tuple(p["blocks"])}) for p in data["problems"])
        for name in ("absent", "methods", "cites", "warnings", "argv"):
            data[name] = tuple(data[name])
        return StepLog(**data)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MalformedFile(
            "not a record of a step", got=f"{type(error).__name__}: {error}", where=str(path), do="delete it"
        ) from error


def read_logs(sources: Iterable[Source]) -> tuple[StepLog, ...]:
    """Read the records that a `Logs` need hands over; a reader for ``Need(Logs(…), read_logs)``."""
    return tuple(read_log(source.path) for source in sources)
