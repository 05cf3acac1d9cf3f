"""From files, as the engine hands them over, to records: adapters between `nociscope.pipeline.step` and the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nociscope.core.problem import Problem
from nociscope.core.records import InputFunction, KineticFit, Scan, Tacs
from nociscope.io.blood import read_input_function
from nociscope.io.index import ScanKey
from nociscope.io.kinpar import read_kinpar
from nociscope.io.people import People, read_people
from nociscope.io.record import read_record
from nociscope.io.tacs import read_tacs
from nociscope.pipeline.sources import sidecar
from nociscope.pipeline.step import SCAN_ENTITIES, Source, Table

_PHENOTYPE = ("phenotype/*.tsv", "phenotype/*.json", "sessions.tsv", "sessions.json")
EVERYONE = Table("participants.tsv", beside=(*_PHENOTYPE, "sub-*/sub-*_sessions.tsv", "sub-*/sub-*_sessions.json"))
"""All tables that describe people."""
ONE_PERSON = Table(
    "participants.tsv",
    own_row=True,
    beside=(*_PHENOTYPE, "sub-{sub}/sub-{sub}_sessions.tsv", "sub-{sub}/sub-{sub}_sessions.json"),
)
"""The same; only what concerns the task's own participant counts as input."""


@dataclass(frozen=True)
class ScanRecord:
    """A scan and what is wrong with it, as ``describe-scan`` leaves it for the steps that follow."""

    scan: Scan
    problems: tuple[Problem, ...] = ()


def scan_key(entities: Mapping[str, str]) -> ScanKey:
    """The scan that a file or a task belongs to."""
    return ScanKey(**{k: entities[k] for k in (*SCAN_ENTITIES, "task") if k in entities})


def people(source: Source) -> People:
    """All tables that describe people, found beside participants.tsv."""
    return read_people(source.path.parent)


def scan_record(source: Source) -> ScanRecord:
    """What ``describe-scan`` wrote."""
    return read_record(source.path, ScanRecord)


def tacs(source: Source, before: Mapping[str, Any]) -> Tacs:
    """Curves that ``collect-tacs`` wrote."""
    scan: Scan = before["scan"].scan
    meta = sidecar(source)
    return read_tacs(source.path, meta, scan, meta.data.get("VolumesMm3"))[0]


def input_function(source: Source, before: Mapping[str, Any]) -> InputFunction:
    """An input function that ``make-input-function`` wrote."""
    return read_input_function(source.path, sidecar(source), before["scan"].scan)[0]


def fits(source: Source) -> tuple[KineticFit, ...]:
    """Fits of one model, with their curves."""
    return read_kinpar(source.path)


def label(source: Source) -> str:
    """Name of the scan that a file belongs to."""
    return scan_key(source.entities).label
