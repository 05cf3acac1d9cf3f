"""Assay results of everybody: one concentration for each person and analyte, limits kept as limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nociscope.cohort.assayed import assay_scores
from nociscope.core.assessment import BiosampleSettings
from nociscope.io.biosamples import Assayed, read_biosamples
from nociscope.pipeline.step import Context, Need, Params, Produced, Source, Step, Table
from nociscope.pipeline.steps import scores_of_all


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Average replicates and hold values against the limits of their plates; nothing where there is no table."""
    results: tuple[Assayed, ...] | None = records.get("results")
    if not results:
        return Produced({})
    settings = BiosampleSettings(**params["biosample"])
    found = assay_scores(results, settings, ("bids::phenotype/biosamples.tsv",))
    return Produced({scores_of_all.MADE: found}, methods=(METHODS,), cites=("tobin1958",))


def _results(source: Source) -> tuple[Assayed, ...]:
    return read_biosamples(source.path)


def _params(context: Context) -> Params:
    return {"biosample": context.study.biosample.model_dump()}


METHODS = (
    "Concentrations are means of replicates; what lies beyond a limit of quantification stays a bound and is not "
    "replaced by a number."
)

STEP = Step(
    name="assay-biosamples",
    version="1",
    level="group",
    needs={"results": Need(Table("phenotype/biosamples.tsv"), _results, optional=True)},
    makes={scores_of_all.MADE: scores_of_all.make("biosample")},
    params=_params,
    run=run,
)
