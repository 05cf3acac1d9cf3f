"""From an index of files, a study and a table of steps to a list of tasks. Nothing is run and nothing is written."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nociscope.core.errors import DatasetError, InputError, NociscopeError
from nociscope.core.study import Study
from nociscope.io.index import SCAN_ENTITIES
from nociscope.pipeline.sources import Finder
from nociscope.pipeline.step import Chosen, Context, Logs, Need, Output, Query, Source, Step, Table
from nociscope.pipeline.task import GROUP, Plan, Reference, Task, label

Entities = dict[str, str]


@dataclass(frozen=True)
class Selection:
    """Which steps are wanted (empty: all), and the seed. Participants and sessions are chosen by the index."""

    steps: tuple[str, ...] = ()
    seed: int = 0


@dataclass
class _Draft:
    """What planning has found so far."""

    finder: Finder
    study: Study
    selection: Selection
    codes: Mapping[str, str]
    tasks: list[Task] = field(default_factory=list)

    def of(self, pattern: str) -> list[Task]:
        return [t for t in self.tasks if fnmatch.fnmatchcase(t.step, pattern)]


def plan(
    finder: Finder, study: Study, steps: Iterable[Step], codes: Mapping[str, str], selection: Selection = Selection()
) -> Plan:
    """List the tasks.

    Parameters
    ----------
    finder : files of the datasets.
    study : the study file.
    steps : the step table; every step stands after those whose output it needs.
    codes : step name → hash of the code behind it.
    selection : steps and seed.

    Raises
    ------
    InputError
        A step that does not exist or stands before what it needs; two tasks that make the same file.
    """
    steps = tuple(steps)
    _check_order(steps)
    draft = _Draft(finder, study, selection, codes)
    wanted = needed(steps, selection.steps)
    for step in steps:
        if step.name in wanted:
            for entities in _targets(step, draft):
                draft.tasks.append(_task(step, entities, draft))
    _check_outputs(draft.tasks)
    return Plan(tuple(draft.tasks))


def needed(steps: tuple[Step, ...], names: tuple[str, ...]) -> set[str]:
    """Names of the steps asked for and of all that they need.

    Raises
    ------
    InputError
        There is no such step.
    """
    table = {s.name: s for s in steps}
    if unknown := sorted(set(names) - set(table)):
        raise InputError(
            f"no step {', '.join(unknown)}", expected=f"of {', '.join(table)}", do="look at --dry-run for the names"
        )
    found: set[str] = set()
    todo = list(names or table)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [s for s in _upstream(table[name]) if s in table]
    return found


def _upstream(step: Step) -> list[str]:
    selects = [s for need in step.needs.values() for s in need.choices]
    return [s.step for s in selects if isinstance(s, Output | Logs)]


def _check_order(steps: tuple[Step, ...]) -> None:
    before: set[str] = set()
    for step in steps:
        if step.name in before:
            raise InputError(f"step {step.name} stands twice in the table")
        if late := sorted(s for s in _upstream(step) if "*" not in s and s not in before):
            raise InputError(
                f"step {step.name} needs {', '.join(late)}", expected="an earlier step", do="mend the step table"
            )
        before.add(step.name)


def _check_outputs(tasks: list[Task]) -> None:
    makers: dict[str, str] = {}
    for task in tasks:
        for name in task.outputs.values():
            if name in makers:
                raise InputError(f"two tasks make {name}", got=f"{makers[name]} and {task.id}", do="mend the names")
            makers[name] = task.id


def _targets(step: Step, draft: _Draft) -> list[Entities]:
    """Scans, participants or the group for which the step is to be done."""
    if step.level == "group":
        return [{}]
    keys = SCAN_ENTITIES if step.level == "scan" else SCAN_ENTITIES[:1]
    found: list[Entities] = []
    required = [need for need in step.needs.values() if not need.optional]
    of_files = any(isinstance(choice, Query) for need in required for choice in need.choices)
    for need in required:
        for choice in need.choices:
            if isinstance(choice, Query):
                found += [_part(s.entities, keys) for s in draft.finder.files(choice)]
            elif isinstance(choice, Output):
                found += [_part(t.entities, keys) for t in draft.of(choice.step)]
    if not found and step.level == "participant" and not of_files:
        found = [{"sub": sub} for sub in draft.finder.index.participants()]
    return sorted(_maximal(found), key=lambda e: tuple(e.get(k, "") for k in SCAN_ENTITIES))


def _part(entities: Mapping[str, str], keys: tuple[str, ...]) -> Entities:
    return {k: entities[k] for k in keys if k in entities}


def _maximal(found: list[Entities]) -> list[Entities]:
    """Each target once, without those that another one says more precisely."""
    once = [dict(items) for items in dict.fromkeys(tuple(e.items()) for e in found if "sub" in e)]
    by_sub: dict[str, list[Entities]] = {}
    for entities in once:
        by_sub.setdefault(entities["sub"], []).append(entities)
    return [e for near in by_sub.values() for e in near if not any(e != o and e.items() <= o.items() for o in near)]


def _task(step: Step, entities: Entities, draft: _Draft) -> Task:
    inputs: dict[str, tuple[Source, ...]] = {}
    references: dict[str, tuple[Reference, ...]] = {}
    trouble: list[str] = []
    for role, need in step.needs.items():
        try:
            found = _find(need, entities, draft)
        except DatasetError as error:
            trouble.append(f"{role}: {error}")
            continue
        if found and isinstance(found[0], Reference):
            references[role] = tuple(f for f in found if isinstance(f, Reference))
        else:
            inputs[role] = tuple(f for f in found if isinstance(f, Source))
    params: dict[str, Any] = {}
    outputs: dict[str, str] = {}
    if not trouble:
        try:
            params, outputs = _params(
                step, Context(draft.study, draft.selection.seed, entities, inputs, draft.finder.index)
            )
        except NociscopeError as error:
            trouble.append(str(error))
        except Exception as error:  # an odd value in one sidecar must not stop the others
            trouble.append(f"parameters cannot be settled: {type(error).__name__}: {error}")
    return Task(
        step=step.name, level=step.level, unit=f"sub-{entities['sub']}" if entities else GROUP, entities=entities,
        inputs=inputs, references=references, outputs=outputs, params=params, code=draft.codes.get(step.name, ""),
        after=tuple(dict.fromkeys(r.task for refs in references.values() for r in refs)), blocked="; ".join(trouble),
    )  # fmt: skip


def _params(step: Step, context: Context) -> tuple[dict[str, Any], dict[str, str]]:
    """Parameters as plain data, and the names of the outputs under them."""
    params = json.loads(json.dumps(step.params(context), sort_keys=True))
    return params, {key: make.path(context.entities) for key, make in step.made(params).items()}


def _find(need: Need, entities: Entities, draft: _Draft) -> tuple[Source, ...] | tuple[Reference, ...]:
    """Files or outputs for one role; empty where an optional one is absent.

    Raises
    ------
    DatasetError
        Nothing where something is needed, or several where one is needed.
    """
    found: list[Any] = []
    for choice in need.choices:
        if isinstance(choice, Query):
            found = draft.finder.files(choice, entities)
        elif isinstance(choice, Table):
            found = draft.finder.table(choice, entities)
        elif isinstance(choice, Chosen):
            found = [draft.finder.source(file) for file in choice.choose(draft.study, draft.finder.index)]
        else:
            found = _references(choice, need, entities, draft)
        if found:
            break
    wanted = " or ".join(str(c) for c in need.choices)
    if not found and not need.optional:
        raise DatasetError("nothing there", expected=wanted, where=label(entities))
    if len(found) > 1 and not need.many:
        names = ", ".join(getattr(f, "name", None) or f.task for f in found)
        raise DatasetError("several files where one is needed", expected=wanted, got=names)
    return tuple(found)


def _references(choice: Output | Logs, need: Need, entities: Entities, draft: _Draft) -> list[Reference]:
    tasks = [t for t in draft.of(choice.step) if _together(t.entities, entities)]
    if isinstance(choice, Logs):
        return [Reference(t.id, "", t.log, t.entities) for t in tasks]
    able = [t for t in tasks if not t.blocked]
    if tasks and not able and not need.optional:
        raise DatasetError(f"step {choice.step} cannot run", got=tasks[0].blocked)
    return [Reference(t.id, choice.make, t.log, t.entities) for t in able]


def _together(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether nothing that both name differs."""
    return all(other[k] == v for k, v in one.items() if k in other)
