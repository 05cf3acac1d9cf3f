"""Run the tasks of one unit in order. Failure is a record, not an exception: what does not depend on it goes on."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
import socket
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from nociscope import __version__
from nociscope.core.errors import DatasetError, InputError, StepFailed
from nociscope.pipeline.assess import UP_TO_DATE, Assessment, assess
from nociscope.pipeline.log import OutputFile, StepLog
from nociscope.pipeline.memory import peak_mb, reset_peak
from nociscope.pipeline.step import Make, Need, Produced, Provenance, Source, Step
from nociscope.pipeline.store import Store
from nociscope.pipeline.task import Task

Ending = Literal["done", "current", "failed", "blocked", "skipped"]
LIBRARIES = ("numpy", "scipy", "numba", "pandas", "nibabel")


@dataclass(frozen=True)
class Outcome:
    """How one task ended. ``current``: nothing had to be done. ``log`` is relative to the output folder."""

    task: str
    unit: str
    step: str
    state: Ending
    reason: str = ""
    seconds: float = 0.0
    peak_mb: float = 0.0
    log: str = ""


def run_tasks(
    tasks: Iterable[Task],
    steps: Mapping[str, Step],
    store: Store,
    started: Callable[[Task], None] = lambda task: None,
    ended: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Run tasks in order and say how each began and ended."""
    outcomes = []
    for task in tasks:
        started(task)
        outcome = run_task(task, steps[task.step], store)
        ended(outcome)
        outcomes.append(outcome)
    return outcomes


def run_task(task: Task, step: Step, store: Store) -> Outcome:
    """Bring one task up to date, or leave a record that says why not."""
    clock, cpu = time.perf_counter(), time.process_time()
    reset_peak()
    log = blank(task, step)
    try:
        if task.blocked:
            raise DatasetError(task.blocked)
        found = assess(task, step, store)
    except DatasetError as error:
        state: Literal["blocked", "skipped"] = "blocked" if task.blocked else "skipped"
        return finish(task, replace(log, state=state, reason=task.blocked or str(error)), store)
    except Exception as error:  # a file that vanished or cannot be read: the participant's trouble, not ours
        return finish(task, failure(log, error), store)
    if found.reason == UP_TO_DATE and found.log is not None:
        return current(task, found.log, store)
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("default")
            log = _work(task, step, found, store, log)
        log = replace(log, warnings=tuple(dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in heard)))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also SystemExit of a library: one step must not take the others with it
        log = failure(replace(log, key=found.key, inputs=found.inputs), error)
    log = replace(
        log,
        seconds=round(time.perf_counter() - clock, 4),
        cpu_seconds=round(time.process_time() - cpu, 4),
        peak_mb=round(peak_mb(), 1),
    )
    return finish(task, log, store)


def current(task: Task, log: StepLog, store: Store) -> Outcome:
    """The outcome of a task that is up to date; its record learns new file times."""
    if log != store.record(task.log):
        store.keep(task, log)
    return Outcome(task.id, task.unit, task.step, "current", log=task.log)


def blank(task: Task, step: Step) -> StepLog:
    """A record with all that is known before the work."""
    return StepLog(
        step=step.name, version=step.version, unit=task.unit, level=task.level, entities=dict(task.entities),
        state="done", code=task.code, params=task.params, cites=step.cites, host=socket.gethostname(),
        started=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), pid=os.getpid(),
        job=os.environ.get("SLURM_JOB_ID", ""), argv=tuple(sys.argv), versions=versions(),
    )  # fmt: skip


def failure(log: StepLog, error: BaseException) -> StepLog:
    """The record of a failure."""
    what = "out of memory" if isinstance(error, MemoryError) else f"{type(error).__name__}: {error}"
    return replace(log, state="failed", reason=what, traceback="".join(traceback.format_exception(error)))


def finish(task: Task, log: StepLog, store: Store) -> Outcome:
    """Keep the record, add a line to the unit's journal, return the outcome."""
    store.keep(task, log)
    journal(store.root / "logs" / task.unit / "journal.jsonl", task, log)
    ending = {"failed": ".crash.json", "blocked": ".blocked.json", "skipped": ".blocked.json"}.get(log.state, ".json")
    where = task.log.replace(".json", ending)
    return Outcome(task.id, task.unit, task.step, log.state, log.reason, log.seconds, log.peak_mb, where)


def journal(path: Path, task: Task, log: StepLog) -> None:
    """Append one line of JSON; a line is written in one go, so that two runs do not mix theirs."""
    kept = ("started", "step", "version", "state", "reason", "seconds", "cpu_seconds", "peak_mb", "params")
    line = {"task": task.id} | {k: getattr(log, k) for k in (*kept, "versions", "host", "key")}
    with path.open("ab", buffering=0) as stream:
        stream.write((json.dumps(line, ensure_ascii=False) + "\n").encode())


def _work(task: Task, step: Step, found: Assessment, store: Store, log: StepLog) -> StepLog:
    """Read, run, write, publish; the record of success."""
    records: dict[str, Any] = {}
    for role, need in step.needs.items():
        if sources := found.sources.get(role):
            records[role] = _read(need, sources, task.params, records)
        elif need.many:
            records[role] = ()
    produced = step.run(records, task.params)
    if not isinstance(produced, Produced):
        produced = Produced(produced)
    makes = step.made(task.params)
    _check_made(step, makes, produced.records)
    outputs = _write(task, step, found, makes, produced.records, store)
    return replace(
        log,
        key=found.key,
        inputs=found.inputs,
        outputs=tuple(outputs),
        absent=tuple(k for k in makes if k not in produced.records),
        problems=(*found.problems, *produced.problems),
        methods=produced.methods or _sentence(step, task.params),
        cites=tuple(dict.fromkeys((*log.cites, *produced.cites))),
    )


def _read(need: Need, sources: tuple[Source, ...], params: Mapping[str, Any], before: Mapping[str, Any]) -> Any:
    what = sources if need.many else sources[0]
    also = ([params] if need.with_params else []) + ([before] if need.with_records else [])
    return need.read(what, *also)


def _sentence(step: Step, params: Mapping[str, Any]) -> tuple[str, ...]:
    return (step.methods.format_map(params),) if step.methods else ()


def _check_made(step: Step, makes: Mapping[str, Make], records: Mapping[str, Any]) -> None:
    if surplus := sorted(set(records) - set(makes)):
        raise InputError(f"step {step.name} returned what it does not declare", got=", ".join(surplus))
    if lacking := sorted(k for k, make in makes.items() if not make.optional and k not in records):
        raise StepFailed(f"step {step.name} did not make {', '.join(lacking)}")


def _write(
    task: Task, step: Step, found: Assessment, makes: Mapping[str, Make], records: Mapping[str, Any], store: Store
) -> list[OutputFile]:
    """Write every record into a folder of its own, then move all files into place."""
    uris = tuple(dict.fromkeys(s.uri for sources in found.sources.values() for s in sources))
    software = f"nociscope {__version__}"
    provenance = Provenance(step.name, step.version, software, task.params, uris, task.entities)
    outputs: list[OutputFile] = []
    with store.staging() as folder:
        for make, record in records.items():
            path = folder / make / task.outputs[make]
            path.parent.mkdir(parents=True, exist_ok=True)
            makes[make].write(path, record, provenance)
        for make in records:
            outputs += store.publish(folder / make, make, task.outputs[make])
    return outputs


@cache
def versions() -> dict[str, str]:
    """Versions of nociscope, Python and the libraries that compute."""
    found = {"nociscope": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome as plain data."""
    return asdict(outcome)
