"""Volumes and thicknesses of one person, from the tables that FreeSurfer, FastSurfer or SynthSeg wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from nociscope.core.errors import AmbiguousQuery
from nociscope.core.scores import PersonScores, Score
from nociscope.io.anatomy import read_anatomy
from nociscope.pipeline.step import Context, Need, Params, Produced, Query, Source, Step
from nociscope.pipeline.steps import scores


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Gather the tables of every visit.

    Raises
    ------
    AmbiguousQuery
        Two tables give one number of one visit by the same protocol.
    """
    found: tuple[tuple[str, str, Score], ...] = records["tables"]
    if not found:
        return Produced({})
    person = found[0][0]
    rows = tuple((session, score) for _, session, score in found)
    counts = Counter((session, s.method, s.measure, s.part) for session, s in rows)
    if twice := [" ".join(k) for k, n in counts.items() if n > 1]:
        raise AmbiguousQuery(
            "two tables give the same number", expected="one folder of a person and visit", got=twice[0], where=person,
            do="keep one of the derivatives",
        )  # fmt: skip
    return Produced({scores.MADE: PersonScores(person, rows, sources=tuple(params["files"]))})


def _tables(sources: tuple[Source, ...]) -> tuple[tuple[str, str, Score], ...]:
    """Person, visit (``n/a`` where there are none) and number."""
    return tuple(
        (f"sub-{s.entities['sub']}", f"ses-{s.entities['ses']}" if "ses" in s.entities else "n/a", score)
        for s in sources
        for score in read_anatomy(s.path)
    )


def _params(context: Context) -> Params:
    return {"files": [s.uri for s in context.inputs.get("tables", ())]}


STEP = Step(
    name="collect-anatomy",
    version="1",
    level="participant",
    needs={"tables": Need(Query(suffix="stats", datatype="anat", many=True), _tables)},
    makes={scores.MADE: scores.make("anatomy", "morph")},
    params=_params,
    run=run,
    methods="Volumes and thicknesses were taken unchanged from the tables of the program that the method names.",
)
