"""What the steps that score people share: one file of scores a person, read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from nociscope.core.scores import PersonScores
from nociscope.io import names
from nociscope.io.record import read_record
from nociscope.io.write import write_tsv
from nociscope.pipeline.step import Make, Provenance, Source
from nociscope.pipeline.steps import write

MADE = "scores"
"""Key of what every such step makes."""

DEFINITIONS = "definitions"
"""Parameter: instrument → SHA-256 of the file that holds its rules, for steps that score by such files."""

MAPS = "maps"
"""Key of motor maps, which only the figure of a person needs."""


def make(desc: str, pattern: str = "scores") -> Make:
    """``sub-X_desc-<desc>_scores.json``, or another pattern of names, with a table beside it."""
    return Make(named(desc, pattern), _write, optional=True)


def named(desc: str, pattern: str = "scores") -> Callable[[Mapping[str, str]], str]:
    """Entities of a task to ``sub-X_desc-<desc>_scores.json``, or to another pattern of names."""

    def name(entities: Mapping[str, str]) -> str:
        return names.build(pattern, {"sub": entities["sub"], "desc": desc})

    return name


def read_scores(sources: tuple[Source, ...]) -> tuple[tuple[PersonScores, str], ...]:
    """Scores of everybody, with the file of each."""
    return tuple((read_record(s.path, PersonScores), s.name) for s in sources)


def read_own(source: Source) -> PersonScores:
    """Scores of the task's own person."""
    return read_record(source.path, PersonScores)


def _write(path: Path, found: PersonScores, provenance: Provenance) -> None:
    write.record(path, found, provenance)
    rows = found.rows
    plain = ("measure", "part", "side", "value", "se", "low", "high", "unit", "status", "band", "n_valid", "n_asked",
             "method")  # fmt: skip
    columns: dict[str, list[object]] = {"session_id": [session for session, _ in rows]}
    columns |= {
        name: [getattr(s, name) or None if name == "band" else getattr(s, name) for _, s in rows] for name in plain
    }
    columns["flags"] = [" ".join(s.flags) or None for _, s in rows]
    if digests := provenance.params.get(DEFINITIONS):
        columns["definition_sha256"] = [digests.get(s.measure) for _, s in rows]
    write_tsv(path.with_suffix(".tsv"), columns)
