"""A step: what it needs, what it makes, and one function from records to records.

A step never sees a path. Its needs say which files become which record, its makes say which record becomes which
file; these two tables are the whole graph.

    def run(records, params):
        fits = fit(records["tacs"], records["input"], **params)
        return {"kinpar": fits}

    STEP = Step(
        name="fit-kinetics",
        version="1",
        level="scan",
        needs={
            "tacs": Need(Query(suffix="tacs", extension=".tsv"), read_tacs),
            "input": Need(Output("model-blood", "inputfunction"), read_input_function, optional=True),
            "person": Need(Table("participants.tsv", own_row=True), read_person),
        },
        makes={"kinpar": Make(names.kinetic_parameters, write_kinpar)},
        params=lambda context: {"models": context.study.pet["PBR28"].models},
        run=run,
    )
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from nociscope.core.errors import InputError
from nociscope.core.problem import Problem
from nociscope.core.study import Study
from nociscope.io.file import File
from nociscope.io.index import SCAN_ENTITIES as SCAN_ENTITIES  # noqa: PLC0414  steps find it here
from nociscope.io.index import Index

Level = Literal["scan", "participant", "group"]
Params = Mapping[str, Any]


@dataclass(frozen=True)
class Query:
    """Files of the index, chosen by name. Those of the task's own scan or participant are handed over.

    Parameters
    ----------
    suffix, datatype, extension, dataset : as in `nociscope.io.index.Index.find`; None: any.
    entities : further entities that must be so, such as ``{"desc": "preproc"}``.
    many : hand over a tuple of all files; otherwise exactly one is needed, and a second one blocks the task.
    sidecars_only : the reader looks at the sidecars, not at the file: an image is not hashed for what stands beside it.
        A JSON file that stands alone counts as its own sidecar.
    """

    suffix: str | None = None
    datatype: str | None = None
    extension: str | None = None
    dataset: str | None = None
    entities: Mapping[str, str] = field(default_factory=dict)
    many: bool = False
    sidecars_only: bool = False

    def where(self) -> dict[str, str]:
        """Keyword arguments for ``Index.find``."""
        named = {k: getattr(self, k) for k in ("suffix", "datatype", "extension", "dataset")}
        return {k: v for k, v in named.items() if v is not None} | dict(self.entities)

    def __str__(self) -> str:
        return " ".join(f"{k}={v}" for k, v in self.where().items())


@dataclass(frozen=True)
class Table:
    """A file of the raw dataset at a fixed place, such as ``participants.tsv``.

    Parameters
    ----------
    path : relative to the dataset; may hold ``{sub}`` and ``{ses}``: ``"sub-{sub}/sub-{sub}_sessions.tsv"``.
    own_row : only the header and the rows of the task's own participant count as input, so that an edit of one
        row redoes one participant.
    beside : patterns of further files that the reader looks at; they count as input in the same way.
    """

    path: str
    own_row: bool = False
    beside: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True)
class Output:
    """What an earlier step made for the same scan or participant; in a coarser step, for all of them.

    Parameters
    ----------
    step : name of the earlier step.
    make : key of its ``makes``; ``*`` stands for any run of letters (``kinpar-*``).
    many : hand over a tuple. A coarser step, or a pattern, needs this.
    """

    step: str
    make: str
    many: bool = False

    def __str__(self) -> str:
        return f"{self.make} of step {self.step}"


@dataclass(frozen=True)
class Logs:
    """The records that earlier steps left: done, failed or blocked, with problems and methods sentences.

    Handed over as a tuple of `Source`, whose paths are the JSON records; `nociscope.pipeline.log.read_logs` reads
    them. Times and hosts in them do not count as input.

    Parameters
    ----------
    step : name, or ``*`` for all.
    """

    step: str = "*"

    def __str__(self) -> str:
        return f"logs of step {self.step}"


@dataclass(frozen=True)
class Chosen:
    """Files that the study file names, such as the maps of a hypothesis; handed over as a tuple, to the group only.

    Parameters
    ----------
    choose : study and index → files. what : in words, for messages.
    """

    choose: Callable[[Study, Index], list[File]]
    what: str
    many: bool = True

    def __str__(self) -> str:
        return self.what


Select = Query | Table | Output | Logs | Chosen


@dataclass(frozen=True)
class Source:
    """One input file as a reader gets it.

    Parameters
    ----------
    dataset : name of the dataset (``raw``, ``out`` for our own output, or the derivative's name).
    name : path relative to that dataset, with forward slashes.
    path : absolute.
    entities : BIDS entities of the file, or of the scan for which an earlier step made it.
    sidecars : JSON files that describe it, nearest last (inheritance); they count as input.
    make : for an `Output`: the key of the make.
    companions : what else the same make left beside the file, or the files `Table.beside`; they count as input.
    """

    dataset: str
    name: str
    path: Path
    entities: Mapping[str, str] = field(default_factory=dict)
    sidecars: tuple[Path, ...] = ()
    make: str = ""
    companions: tuple[Path, ...] = ()

    @property
    def uri(self) -> str:
        """BIDS URI, for ``Sources`` of a sidecar."""
        return f"bids::{self.name}" if self.dataset == "out" else f"bids:{self.dataset}:{self.name}"


@dataclass(frozen=True)
class Need:
    """One input of a step.

    Parameters
    ----------
    select : which files; a tuple of queries means the first that finds anything.
    read : one `Source` (a tuple of them for ``many`` and `Logs`) → record.
    optional : without a file the role is absent from ``records`` (an empty tuple for ``many``) instead of blocking.
    with_params, with_records : tell the reader more, in this order: the task's parameters, and the records of the
        roles that stand before this one.
    """

    select: Select | tuple[Query, ...]
    read: Callable[..., Any]
    optional: bool = False
    with_params: bool = False
    with_records: bool = False

    @property
    def choices(self) -> tuple[Select, ...]:
        """The selections in order of preference."""
        return self.select if isinstance(self.select, tuple) else (self.select,)

    @property
    def many(self) -> bool:
        """Whether the reader gets a tuple."""
        first = self.choices[0]
        return isinstance(first, Logs) or bool(getattr(first, "many", False))

    def counts(self, source: Source) -> bool:
        """Whether the file itself is an input, not only its sidecars."""
        spared = any(isinstance(s, Query) and s.sidecars_only for s in self.choices)
        return not spared or source.path.suffix == ".json"


@dataclass(frozen=True)
class Provenance:
    """What a writer puts into the sidecar: no clock, no host, so that the same key gives the same bytes."""

    step: str
    version: str
    software: str
    params: Params
    sources: tuple[str, ...]
    entities: Mapping[str, str]


@dataclass(frozen=True)
class Make:
    """One output of a step.

    Parameters
    ----------
    name : entities of the task → path relative to the output folder (or the path itself).
    write : ``write(path, record, provenance)``; the folder exists. Everything it leaves in that folder (the sidecar
        beside the table) is published together; nothing appears before all is written. ``path`` may become a folder.
    optional : ``run`` may leave it out; the log says so.
    """

    name: str | Callable[[Mapping[str, str]], str]
    write: Callable[[Path, Any, Provenance], object]
    optional: bool = False

    def path(self, entities: Mapping[str, str]) -> str:
        """Relative path for these entities."""
        return self.name if isinstance(self.name, str) else self.name(entities)


@dataclass(frozen=True)
class Context:
    """What parameters may depend on, while planning.

    Parameters
    ----------
    study : the study file. seed : of the run. entities : of the task.
    inputs : role → files found in the index (outputs of earlier steps are not there yet).
    index : for a look into sidecars.
    """

    study: Study
    seed: int
    entities: Mapping[str, str]
    inputs: Mapping[str, tuple[Source, ...]]
    index: Any


@dataclass(frozen=True)
class Produced:
    """What ``run`` may return instead of a bare mapping.

    Parameters
    ----------
    records : make → record.
    problems : trouble with the data that a reader of the report must know.
    methods : sentences for the methods section, with the numbers of this run; they replace the step's own.
    cites : keys of the citation table, for what this run used; they stand beside the step's own.
    """

    records: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    methods: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()


def _no_params(context: Context) -> Params:
    return {}


@dataclass(frozen=True)
class Step:
    """One kind of work.

    Parameters
    ----------
    name : verb-noun, such as ``fit-kinetics``.
    version : raise it when the meaning changes in a way that the code does not show.
    level : done once per scan, per participant, or for the group.
    needs : role → `Need`. Required queries together say which scans or participants there are.
    makes : key → `Make`, or a function from params to that.
    run : ``(records, params)`` → make → record, or `Produced`. It sees records, never paths.
    params : `Context` → plain data (JSON); an error raised here blocks the task and is shown.
    methods : a sentence for the methods section; ``{name}`` is filled from params.
    cites : keys of the citation table.
    """

    name: str
    version: str
    level: Level
    needs: Mapping[str, Need]
    makes: Mapping[str, Make] | Callable[[Params], Mapping[str, Make]]
    run: Callable[[Mapping[str, Any], Params], Mapping[str, Any] | Produced]
    params: Callable[[Context], Params] = _no_params
    methods: str = ""
    cites: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for role, need in self.needs.items():
            pattern = any(isinstance(s, Output) and "*" in s.make for s in need.choices)
            if pattern and not need.many:
                raise InputError(f"step {self.name}, need {role}: a pattern can match several", do="set many=True")

    def made(self, params: Params) -> Mapping[str, Make]:
        """Outputs under these parameters."""
        return self.makes(params) if callable(self.makes) else self.makes


StepTable = tuple[Step, ...]
"""Steps in an order in which each stands after those whose output it needs."""
