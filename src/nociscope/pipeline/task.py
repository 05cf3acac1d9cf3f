"""A task: one step for one scan, one participant, or the group."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from nociscope.pipeline.step import Level, Source

GROUP = "group"
"""Unit of the tasks that see everybody."""


@dataclass(frozen=True)
class Reference:
    """What a task takes from an earlier one.

    Parameters
    ----------
    task : id of the earlier task. make : key, or a pattern of keys; empty for its log.
    log : where the record of that task is, relative to the output folder.
    entities : of that task.
    """

    task: str
    make: str
    log: str
    entities: Mapping[str, str]


@dataclass(frozen=True)
class Task:
    """One step for one scan, participant or group.

    Parameters
    ----------
    step, level : as in `nociscope.pipeline.step.Step`.
    unit : ``sub-X`` or ``group``: what runs in one process.
    entities : of the scan; only ``sub`` for a participant, nothing for the group.
    inputs : role → files of the datasets.
    references : role → outputs of earlier tasks.
    outputs : make → path relative to the output folder.
    params : plain data.
    code : hash of the code behind the step.
    after : ids of tasks that must have been dealt with before.
    blocked : why it cannot run; empty where it can.
    """

    step: str
    level: Level
    unit: str
    entities: Mapping[str, str]
    inputs: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    references: Mapping[str, tuple[Reference, ...]] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    after: tuple[str, ...] = ()
    blocked: str = ""

    @property
    def label(self) -> str:
        """``sub-X_ses-Y…``, or ``group``."""
        return label(self.entities)

    @property
    def id(self) -> str:
        """Unique in a plan: ``sub-X_ses-Y…_step-name``."""
        return f"{self.label}_{self.step}"

    @property
    def log(self) -> str:
        """Where its record goes, relative to the output folder."""
        return f"logs/{self.unit}/{self.id}.json"


def label(entities: Mapping[str, str]) -> str:
    """Entities as they stand in a file name; ``group`` where there are none."""
    return "_".join(f"{k}-{v}" for k, v in entities.items()) or GROUP


@dataclass(frozen=True)
class Plan:
    """All tasks, in an order in which each stands after those it needs."""

    tasks: tuple[Task, ...]

    def units(self) -> dict[str, tuple[Task, ...]]:
        """Tasks by unit, in order; the group last."""
        names = dict.fromkeys(t.unit for t in self.tasks if t.unit != GROUP)
        units = {name: tuple(t for t in self.tasks if t.unit == name) for name in names}
        group = tuple(t for t in self.tasks if t.unit == GROUP)
        return units | ({GROUP: group} if group else {})

    def only(self, tasks: Iterable[Task]) -> Plan:
        """The plan with these tasks only."""
        return replace(self, tasks=tuple(tasks))


def to_json(task: Task) -> dict[str, Any]:
    """Plain data that `from_json` turns back."""
    return json.loads(json.dumps(asdict(task), default=str))  # type: ignore[no-any-return]


def from_json(data: Mapping[str, Any]) -> Task:
    """Turn plain data into the task it came from."""
    inputs = {role: tuple(_source(s) for s in sources) for role, sources in data["inputs"].items()}
    references = {role: tuple(Reference(**r) for r in found) for role, found in data["references"].items()}
    return Task(**{**data, "inputs": inputs, "references": references, "after": tuple(data["after"])})


def _source(data: Mapping[str, Any]) -> Source:
    files = {name: tuple(Path(p) for p in data[name]) for name in ("sidecars", "companions")}
    return Source(**{**data, **files, "path": Path(data["path"])})
