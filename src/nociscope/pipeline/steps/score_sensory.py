"""Sensory testing of one person: values, z-scores, summation, modulation, tactile acuity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nociscope.cohort.descriptors import age_of, sex_of
from nociscope.core.assessment import QstSettings
from nociscope.core.errors import StudyError
from nociscope.core.scores import PersonScores, Score
from nociscope.core.study import Study
from nociscope.io.file import File
from nociscope.io.index import Index
from nociscope.io.people import People
from nociscope.io.qst import SensorySession, read_trials
from nociscope.io.qst_reference import read_reference
from nociscope.models.psychophysics.reference import Reference
from nociscope.pipeline.step import Chosen, Context, Need, Params, Produced, Query, Source, Step
from nociscope.pipeline.steps import read, scores


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Score every session of a person."""
    from nociscope.cohort.sides import side_differences
    from nociscope.cohort.testing import sensory_scores  # brings scipy: only who scores pays for it

    settings = QstSettings(**params["qst"])
    sessions: tuple[SensorySession, ...] = records["trials"]
    if not sessions:
        return Produced({})
    person = sessions[0].participant_id
    people: People = records.get("people", People({}))
    rows = []
    for session in sessions:
        known = people.row(person, "" if session.session_id == "n/a" else session.session_id)
        sex, age = sex_of(known.get(params["sex"])), age_of(known.get(settings.age))
        found: tuple[Score, ...] = sensory_scores(session.trials, settings, records.get("reference"), sex, age)
        found = (*found, *side_differences(found, session.trials))
        rows += [(session.session_id, score) for score in found]
    return Produced({scores.MADE: PersonScores(person, tuple(rows), sources=tuple(params["files"]))})


def _trials(sources: tuple[Source, ...], params: Params) -> tuple[SensorySession, ...]:
    return tuple(session for s in sources for session in read_trials(s.path, params["qst"]["sites"]))


def reference_file(study: Study, index: Index) -> list[File]:
    """The table of healthy people that the study file names."""
    name = study.qst.reference
    if not name:
        return []
    path = index.root / name
    if not path.is_file():
        raise StudyError(f"[qst] reference: no file {name!r}", where=str(index.root), do="mend the path")
    return [File(path, "raw", "", "", ".tsv", {})]


def reference(sources: tuple[Source, ...]) -> Reference | None:
    """Healthy people, None where the study names none."""
    return read_reference(sources[0].path) if sources else None


def _params(context: Context) -> Params:
    return {
        "qst": context.study.qst.model_dump(),
        "sex": context.study.covariates.sex,
        "files": [s.uri for s in context.inputs.get("trials", ())],
    }


STEP = Step(
    name="score-sensory",
    version="1",
    level="participant",
    needs={
        "trials": Need(
            Query(suffix="events", extension=".tsv", dataset="raw", entities={"task": "qst"}, many=True),
            _trials,
            with_params=True,
        ),
        "reference": Need(Chosen(reference_file, "reference of sensory testing"), reference, optional=True),
        "people": Need(read.ONE_PERSON, read.people, optional=True),
    },
    makes={scores.MADE: scores.make("sensory")},
    params=_params,
    run=run,
    methods="Sensory tests were scored from single readings: DFNS battery with log transforms, temporal summation, "
    "conditioned pain modulation and tactile acuity as far as tested.",
    cites=("rolke2006", "magerl2010"),
)
