"""What the steps that score the whole group from one table share: one file of everybody's scores."""

from __future__ import annotations

from pathlib import Path

from nociscope.core.scores import EverybodysScores, PersonScores
from nociscope.io import names
from nociscope.io.record import read_record
from nociscope.io.write import write_tsv
from nociscope.pipeline.step import Make, Provenance, Source
from nociscope.pipeline.steps import write

MADE = "scores"
"""Key of the one thing that such a step makes."""


def make(table: str) -> Make:
    """``cohort/<table>_scores.json`` with a table beside it."""
    return Make(names.build("cohort", {"table": f"{table}_scores", "extension": "json"}), _write, optional=True)


def read_scores(source: Source) -> tuple[tuple[PersonScores, str], ...]:
    """Scores of everybody, with the file of each."""
    return tuple((person, source.name) for person in read_record(source.path, EverybodysScores).people)


def _write(path: Path, found: tuple[PersonScores, ...], provenance: Provenance) -> None:
    write.record(path, EverybodysScores(found), provenance)
    rows = [(p.participant, session, s) for p in found for session, s in p.rows]
    plain = ("measure", "part", "value", "low", "high", "unit", "status", "n_valid", "n_asked", "method")
    columns: dict[str, list[object]] = {
        "participant_id": [person for person, _, _ in rows], "session_id": [session for _, session, _ in rows],
    }  # fmt: skip
    columns |= {name: [getattr(s, name) for _, _, s in rows] for name in plain}
    columns["flags"] = [" ".join(s.flags) or None for _, _, s in rows]
    write_tsv(path.with_suffix(".tsv"), columns)
