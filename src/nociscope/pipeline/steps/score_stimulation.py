"""Transcranial magnetic stimulation of one person: thresholds, paired pulses, curves, maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nociscope.core.assessment import TmsSettings
from nociscope.core.scores import PersonScores
from nociscope.core.tms import PersonMaps, Pulses
from nociscope.io.tms import read_pulses
from nociscope.pipeline.step import Context, Make, Need, Params, Produced, Query, Source, Step
from nociscope.pipeline.steps import scores, write


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Score every session of a person."""
    from nociscope.cohort.testing import stimulation_maps, stimulation_scores  # brings scipy: only who scores pays

    pulses: tuple[Pulses, ...] = records["pulses"]
    if not pulses:
        return Produced({})
    settings = TmsSettings(**params["tms"])
    sessions = dict.fromkeys(p.session or "n/a" for p in pulses)
    maps = stimulation_maps(pulses, settings, params["seed"])
    rows = [
        (session, score)
        for session in sessions
        for score in stimulation_scores(
            [p for p in pulses if (p.session or "n/a") == session], settings, params["seed"],
            [m for m in maps if m.session == session],
        )
    ]  # fmt: skip
    person = pulses[0].participant
    found = PersonScores(person, tuple(rows), sources=tuple(params["files"]))
    return Produced({scores.MADE: found} | ({scores.MAPS: PersonMaps(person, maps)} if maps else {}))


def _pulses(sources: tuple[Source, ...]) -> tuple[Pulses, ...]:
    return tuple(p for s in sources for p in read_pulses(s.path))


def _params(context: Context) -> Params:
    return {
        "tms": context.study.tms.model_dump(),
        "seed": context.seed,
        "files": [s.uri for s in context.inputs.get("pulses", ())],
    }


STEP = Step(
    name="score-stimulation",
    version="2",
    level="participant",
    needs={
        "pulses": Need(
            Query(suffix="events", extension=".tsv", dataset="raw", entities={"task": "tms"}, many=True), _pulses
        )
    },
    makes={
        scores.MADE: scores.make("tms"),
        scores.MAPS: Make(scores.named("tmsmaps"), write.record, optional=True),
    },
    params=_params,
    run=run,
    methods="Motor evoked potentials were measured from single pulses; maps, curves and paired pulses with intervals "
    "over pulses.",
    cites=("rossini2015",),
)
