"""Every hypothesis of the study file, answered with effects, intervals, exact p-values and safeguards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nociscope import __version__
from nociscope.cohort.select import CohortView, Selection, select
from nociscope.core.errors import StudyError
from nociscope.core.finding import Finding, Safeguard
from nociscope.core.study import Hypothesis, Study
from nociscope.io import names
from nociscope.io.people import People
from nociscope.io.record import to_plain
from nociscope.io.study import pet_settings
from nociscope.io.tracers import find_tracer
from nociscope.io.write import write_json, write_tsv
from nociscope.models.biosample.rs6971 import BindingStatus, binding_status
from nociscope.pipeline.step import Make, Need, Output, Params, Produced, Provenance, Step
from nociscope.pipeline.steps import read, write
from nociscope.pipeline.steps.collect_cohort import cohort_rows
from nociscope.pipeline.steps.settings import whole_study


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Select the numbers of each hypothesis, test it, and correct within families."""
    from nociscope.stats import TestSettings, adjust_family, evaluate  # brings scipy.stats: only who tests pays for it

    study = Study(**params["study"], hypothesis=params["hypotheses"])
    view = cohort_view(records["measures"], records.get("people", People({})), study)
    settings = TestSettings(
        seed=params["seed"],
        ci_level=study.study.ci_level,
        alpha=study.study.alpha,
        software=f"nociscope {__version__}",
    )
    found: list[Finding] = []
    for hypothesis, selection in zip(study.hypothesis, _selections(view, study), strict=True):
        found += [_with_incomplete(f, selection) for f in evaluate(selection.data, hypothesis, settings)]
    corrected = adjust_family(tuple(found))
    made = {h.name: tuple(f for f in corrected if f.hypothesis == h.name) for h in study.hypothesis}
    return Produced(made, methods=tuple(dict.fromkeys(f"{f.kind.capitalize()}: {f.method}." for f in corrected)))


def _selections(view: CohortView, study: Study) -> list[Selection]:
    """What each hypothesis asks about; all that cannot be asked are named at once, so that one mend is enough."""
    chosen: list[Selection] = []
    faults: list[str] = []
    for hypothesis in study.hypothesis:
        try:
            chosen.append(select(view, hypothesis))
        except StudyError as error:
            faults.append(str(error))
    if faults:
        raise StudyError(
            f"{len(faults)} of {len(study.hypothesis)} hypotheses cannot be asked: {' '.join(faults)}",
            do="mend them in the study file and run the group level again",
        )
    return chosen


def cohort_view(rows: tuple[Any, ...], people: People, study: Study) -> CohortView:
    """What hypotheses draw on, with genotypes as binding status and the reference region of each tracer."""
    tracers = {r.modality.removeprefix("pet:") for r in rows if r.modality.startswith("pet:")}
    known = {name: find_tracer(name) for name in tracers}
    column = study.covariates.genotype
    return CohortView(
        rows=rows,
        people=people,
        study=study,
        binding={i: _binding(people, i, column) for i in {r.participant_id for r in rows}},
        genotype_sensitive=frozenset(name for name, t in known.items() if t.needs_genotype),
        references={
            name: pet_settings(study, name).reference_region or tracer.reference_region
            for name, tracer in known.items()
        },
    )


def _binding(people: People, participant: str, column: str) -> str:
    status = binding_status(str(people.row(participant).get(column, "")))
    return "" if status is BindingStatus.UNKNOWN else str(status)


def _with_incomplete(finding: Finding, selection: Selection) -> Finding:
    """Say whose mean rests on fewer sessions than were scanned."""
    here = [(who, session, why) for who, region, session, why in selection.incomplete if region == finding.region]
    if not here:
        return finding
    told = "; ".join(f"{who} {session}: {why}" for who, session, why in here)
    message = f"the mean of a person rests on the other sessions only: {told}"
    return replace(finding, safeguards=(*finding.safeguards, Safeguard("sessions-incomplete", message, "note")))


def _write(path: Path, findings: tuple[Finding, ...], provenance: Provenance) -> None:
    write_json(path, {"Findings": [to_plain(f) for f in findings]} | write.beside(provenance))
    points = [(f.region, p) for f in findings for p in f.points]
    write_tsv(
        path.with_name("table.tsv"),
        {
            "region": [r for r, _ in points],
            "participant_id": [p.participant for _, p in points],
            "group": [p.group for _, p in points],
            "value": [p.value for _, p in points],
            "x": [p.x for _, p in points],
            "se": [p.se for _, p in points],
        },
    )


def _named(hypothesis: str) -> str:
    return names.build("group", {"hypothesis": hypothesis, "table": "finding", "extension": "json"})


def _makes(params: Params) -> dict[str, Make]:
    return {h["name"]: Make(_named(Hypothesis(**h).name), _write) for h in params["hypotheses"]}


STEP = Step(
    name="evaluate-hypotheses",
    version="1",
    level="group",
    needs={
        "measures": Need(Output("collect-cohort", "measures"), cohort_rows),
        "people": Need(read.EVERYONE, read.people, optional=True),
    },
    makes=_makes,
    params=whole_study,
    run=run,
)
