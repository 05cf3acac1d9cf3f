"""Why a task would run: never run, what changed, what is missing; or that it is up to date."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nociscope.core.errors import DatasetError
from nociscope.core.problem import Problem
from nociscope.pipeline.log import InputFile, OutputFile, StepLog
from nociscope.pipeline.step import Logs, Need, Source, Step
from nociscope.pipeline.store import Store, key
from nociscope.pipeline.task import Reference, Task

_SHOWN = 2
UP_TO_DATE = ""


@dataclass(frozen=True)
class Assessment:
    """What is known about a task before it runs.

    Parameters
    ----------
    reason : why it would run; empty where it is up to date.
    sources : role → files. inputs : the same with hashes. key : what the outputs would stand for.
    problems : inputs from others that are not there, although the task can do without.
    log : the record of the last time, with fresh times.
    """

    reason: str
    sources: Mapping[str, tuple[Source, ...]]
    inputs: tuple[InputFile, ...]
    key: str
    problems: tuple[Problem, ...] = ()
    log: StepLog | None = None


def assess(task: Task, step: Step, store: Store) -> Assessment:
    """Compare a task with its record.

    Raises
    ------
    DatasetError
        An output of an earlier step that is needed is not there; the message says why.
    """
    log = store.record(task.log)
    sources, problems = resolved(task, step, store)
    known: dict[Any, InputFile] = {(i.role, i.dataset, i.name): i for i in log.inputs} if log else {}
    inputs = tuple(
        file
        for role, found in sources.items()
        for source in found
        for file in store.input_files(role, step.needs[role], source, known)
    )
    wanted = key(task, step, inputs)
    if log is None:
        return Assessment(_no_record(task, store), sources, inputs, wanted, problems)
    if log.key != wanted:
        return Assessment(_difference(task, step, inputs, log), sources, inputs, wanted, problems, log)
    reason, fresh = store.outputs_stand(log)
    return Assessment(reason, sources, inputs, wanted, problems, replace(fresh, inputs=inputs))


def resolved(task: Task, step: Step, store: Store) -> tuple[dict[str, tuple[Source, ...]], tuple[Problem, ...]]:
    """Files for every role, outputs of earlier steps included.

    Raises
    ------
    DatasetError
        A role that the task needs has no file; the message tells what became of the earlier step.
    """
    sources = dict(task.inputs)
    problems: list[Problem] = []
    for role, references in task.references.items():
        need = step.needs[role]
        found: list[Source] = []
        for reference in references:
            here = _outputs(reference, need, store)
            found += here
            if not here and (absent := _absent(reference, role, store)):
                problems.append(absent)
        if not found and not need.optional:
            raise DatasetError(f"step cannot run without {role}", got=_told([p.message for p in problems]))
        sources[role] = tuple(found)
    return sources, tuple(problems)


def _outputs(reference: Reference, need: Need, store: Store) -> list[Source]:
    if isinstance(need.choices[0], Logs):
        found = store.any_record(reference.log)
        if found is None:
            return []
        name = found[0].relative_to(store.root).as_posix()
        return [Source("out", name, found[0], reference.entities)]
    log = store.record(reference.log)
    outputs = [o for o in log.outputs if fnmatch.fnmatchcase(o.make, reference.make)] if log else []
    return [
        Source("out", o.name, store.root / o.name, reference.entities, *_beside(o, outputs, store))
        for o in outputs
        if o.main
    ]


def _beside(
    main: OutputFile, outputs: list[OutputFile], store: Store
) -> tuple[tuple[Path, ...], str, tuple[Path, ...]]:
    """Sidecar of a file, the make that left it, and the other files of that make."""
    others = [o.name for o in outputs if o.make == main.make and not o.main]
    path = Path(main.name)
    own = path.with_name(f"{path.name.split('.')[0]}.json").as_posix()
    sidecars = tuple(store.root / n for n in others if n == own)
    return sidecars, main.make, tuple(store.root / n for n in others if n != own)


def _told(messages: list[str]) -> str:
    """A few messages; the rest is counted, because their cause is in the log of the step that failed."""
    shown = "; ".join(messages[:_SHOWN])
    return f"{shown}; and {len(messages) - _SHOWN} more" if len(messages) > _SHOWN else shown or "nothing"


def _absent(reference: Reference, role: str, store: Store) -> Problem | None:
    """Why an earlier step left nothing; None where it was done and had nothing to leave."""
    found = store.any_record(reference.log)
    if found is None:
        message = f"{reference.task} was never run"
    elif found[1].state == "done":
        return None
    elif found[1].state == "failed":
        message = f"{reference.task} failed: {found[1].reason}"
    else:
        message = f"{reference.task} could not run"
    return Problem("input-absent", reference.task, message, (role,), "see the log of that step")


def _no_record(task: Task, store: Store) -> str:
    found = store.any_record(task.log)
    if found is None:
        return "never run"
    return f"{'failed' if found[1].state == 'failed' else 'could not run'} last time: {found[1].reason}"


def _difference(task: Task, step: Step, inputs: tuple[InputFile, ...], log: StepLog) -> str:
    """What makes the key another one, the most telling first."""
    before = {(i.role, i.name): i.sha256 for i in log.inputs}
    now = {(i.role, i.name): i.sha256 for i in inputs}
    said = [
        f"input {name} changed"
        for (role, name) in now
        if (role, name) in before and now[role, name] != before[role, name]
    ]
    said += [f"input {name} is new" for (role, name) in now if (role, name) not in before]
    said += [f"input {name} is gone" for (role, name) in before if (role, name) not in now]
    said += [f"parameter {name} changed" for name in changed_params(log.params, task.params)]
    if log.version != step.version:
        said.append(f"step version {log.version} → {step.version}")
    if log.code != task.code:
        said.append("code changed")
    return ", ".join(dict.fromkeys(said)) or "names of outputs changed"


def changed_params(before: Mapping[str, Any], now: Mapping[str, Any], path: str = "") -> list[str]:
    """Dotted names of the parameters that differ."""
    names: list[str] = []
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            names += changed_params(old, new, f"{path}{name}.")
        elif old != new or (name in before) != (name in now):
            names.append(f"{path}{name}")
    return names
