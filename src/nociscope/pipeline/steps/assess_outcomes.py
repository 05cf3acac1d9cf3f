"""Outcomes of everybody between two visits: the group's, because the visits that are compared are the group's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nociscope.cohort.outcomes import ORDER, outcome_scores
from nociscope.core.assessment import OutcomeSettings
from nociscope.io.outcomes import OutcomeVisit, read_outcomes
from nociscope.io.people import People
from nociscope.models.outcome.injection import prospective
from nociscope.pipeline.step import Context, Need, Params, Produced, Source, Step, Table
from nociscope.pipeline.steps import read, scores_of_all


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Compare two visits of everybody; nothing where there is no table."""
    visits: tuple[OutcomeVisit, ...] | None = records.get("outcomes")
    if not visits:
        return Produced({})
    settings = OutcomeSettings(**params["outcome"])
    people: People = records.get("people", People({}))
    found = outcome_scores(visits, settings, people, (f"bids::phenotype/{Path(params['file']).name}",))
    orders = {p.participant: d.grade for p in found for _, d in p.decisions if d.criteria.startswith(ORDER)}
    told = (METHODS, *((f"{prospective(orders).sentence}.",) if orders else ()))
    return Produced({scores_of_all.MADE: found}, methods=told, cites=("dworkin2008",))


def _outcomes(source: Source) -> tuple[OutcomeVisit, ...]:
    return read_outcomes(source.path)


def _params(context: Context) -> Params:
    files = [s.name for s in context.inputs.get("outcomes", ())]
    return {"outcome": context.study.outcome.model_dump(mode="json"), "file": files[0] if files else ""}


METHODS = (
    "Outcomes of two visits were compared as a fall in points and percent, graded by the IMMPACT benchmarks, and every "
    "named definition of response was decided over all that a missing visit leaves possible."
)

STEP = Step(
    name="assess-outcomes",
    version="1",
    level="group",
    needs={
        "outcomes": Need(Table("phenotype/outcomes_long.tsv"), _outcomes, optional=True),
        "people": Need(read.EVERYONE, read.people, optional=True),
    },
    makes={scores_of_all.MADE: scores_of_all.make("outcome")},
    params=_params,
    run=run,
)
