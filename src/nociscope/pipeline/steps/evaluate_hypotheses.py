"""Every hypothesis of the study file, answered with effects, intervals, exact p-values and safeguards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nociscope import __version__
from nociscope.cohort.assayed import plates_of
from nociscope.cohort.limits import asked_of, censored_details
from nociscope.cohort.scored import with_grades, with_sides
from nociscope.cohort.select import CohortView, Selection, select
from nociscope.core.errors import InputError, StudyError
from nociscope.core.finding import Finding
from nociscope.core.status import FitStatus
from nociscope.core.study import Hypothesis, Study
from nociscope.io import names
from nociscope.io.people import People
from nociscope.io.record import to_plain
from nociscope.io.study import pet_settings
from nociscope.io.tracers import find_tracer
from nociscope.io.write import write_json, write_tsv
from nociscope.models.biosample.rs6971 import BindingStatus, binding_status
from nociscope.pipeline.step import Make, Need, Output, Params, Produced, Provenance, Step
from nociscope.pipeline.steps import read, scores, scores_of_all, write
from nociscope.pipeline.steps.collect_cohort import cohort_rows
from nociscope.pipeline.steps.settings import whole_study

if TYPE_CHECKING:
    from nociscope.stats import TestSettings

Chosen = list[tuple[Hypothesis, Selection]]
"""Hypotheses with their data: one, or the parts of a joint one."""


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Select the numbers of each hypothesis, test it, and correct within families."""
    from nociscope.stats import TestSettings, adjust_family  # brings scipy.stats: only who tests pays for it

    study = Study(**params["study"], hypothesis=params["hypotheses"])
    decided = [found for role in ("grades", "outcomes") for found, _ in records.get(role) or ()]
    graded = with_grades(records.get("people", People({})), decided)
    view = cohort_view(with_sides(records["measures"]), graded, study)
    plates = plates_of([found for found, _ in records.get("assays") or ()])
    settings = TestSettings(
        seed=params["seed"],
        ci_level=study.study.ci_level,
        alpha=study.study.alpha,
        software=f"nociscope {__version__}",
    )
    asked = _of_regions(study)
    chosen = _selections(view, asked, {h.name: h for h in study.hypothesis})
    found = _all_answered(asked, chosen, settings, plates)
    corrected = adjust_family(tuple(found))
    made = {h.name: tuple(f for f in corrected if f.hypothesis == h.name) for h in asked}
    return Produced(made, methods=tuple(dict.fromkeys(f"{f.kind.capitalize()}: {f.method}." for f in corrected)))


def _of_regions(study: Study) -> list[Hypothesis]:
    """Hypotheses about regions; those with ``map`` are another step's."""
    return [h for h in study.hypothesis if h.map is None]


Plates = Mapping[tuple[str, str], str]


def _all_answered(
    asked: list[Hypothesis], chosen: Mapping[str, Chosen], settings: TestSettings, plates: Plates
) -> list[Finding]:
    """Findings of all hypotheses; those that name what the data do not hold are told together."""
    found: list[Finding] = []
    faults: list[str] = []
    for hypothesis in asked:
        try:
            found += _answered(hypothesis, chosen[hypothesis.name], settings, plates)
        except (InputError, StudyError) as error:
            faults.append(_fault(hypothesis, error))
    _tell(faults, len(asked))
    return found


def _fault(hypothesis: Hypothesis, error: Exception) -> str:
    """What is wrong, with the hypothesis that it is wrong in."""
    told = str(error).removeprefix("study file: ")
    where = f"hypothesis {hypothesis.name!r}"
    return told if where in told else f"{where}: {told}"


def _tell(faults: list[str], count: int) -> None:
    if faults:
        raise StudyError(
            f"{len(faults)} of {count} hypotheses cannot be asked: {' '.join(faults)}".rstrip("."),
            do="mend them in the study file and run the group level again",
        )


def _answered(hypothesis: Hypothesis, chosen: Chosen, settings: TestSettings, plates: Plates) -> list[Finding]:
    """Findings of one hypothesis; of a joint one, from the data of those that it names."""
    from nociscope.stats.evaluate import evaluate, evaluate_joint

    if hypothesis.kind == "joint":
        parts = [(selection.data, part) for part, selection in chosen]
        return list(evaluate_joint(parts, hypothesis, settings))
    ((_, selection),) = chosen
    found = evaluate(selection.data, hypothesis, settings)
    return [_with_limits(_with_incomplete(f, selection), selection, hypothesis, plates) for f in found]


def _selections(view: CohortView, asked: list[Hypothesis], known: Mapping[str, Hypothesis]) -> dict[str, Chosen]:
    """What each hypothesis asks about; all that cannot be asked are named at once, so that one mend is enough."""
    chosen: dict[str, Chosen] = {}
    faults: list[str] = []
    for hypothesis in asked:
        try:
            chosen[hypothesis.name] = [(part, select(view, part)) for part in _parts(hypothesis, known)]
        except StudyError as error:
            faults.append(_fault(hypothesis, error))
    _tell(faults, len(asked))
    return chosen


def _parts(hypothesis: Hypothesis, known: Mapping[str, Hypothesis]) -> list[Hypothesis]:
    """The hypothesis itself, or those that a joint one names."""
    if hypothesis.kind != "joint":
        return [hypothesis]
    where = f"hypothesis {hypothesis.name!r}"
    if absent := [name for name in hypothesis.joint if name not in known]:
        raise StudyError("no such hypothesis", expected=", ".join(known), got=", ".join(absent), where=where)
    parts = [known[name] for name in hypothesis.joint]
    if wrong := [h.name for h in parts if h.kind == "joint" or h.map is not None]:
        raise StudyError(
            "a joint hypothesis is about regions", got=", ".join(wrong), where=where, do="name others that are"
        )
    return parts


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
    from nociscope.stats.safeguards import raised

    here = [(who, session, why) for who, region, session, why in selection.incomplete if region == finding.region]
    if not here:
        return finding
    told = "; ".join(f"{who} {session}: {why}" for who, session, why in here)
    return replace(finding, safeguards=(*finding.safeguards, raised("sessions-incomplete", values={"told": told})))


def _with_limits(finding: Finding, selection: Selection, hypothesis: Hypothesis, plates: Plates) -> Finding:
    """Say how many numbers are limits, and beside a contrast what a likelihood that knows it says."""
    from nociscope.stats.safeguards import raised

    own = asked_of(selection.limits, selection.data, hypothesis, finding.region)
    limits = [r.participant for r in own if r.side]
    if not limits:
        return finding
    entered = str(FitStatus.CENSORED) in hypothesis.accept
    told = "entered as if they were measured" if entered else "left out, as if they were missing by chance"
    values = {"count": len(limits), "n": len(own), "what": told, "who": ", ".join(sorted(set(limits)))}
    more = censored_details(own, selection.data, hypothesis, plates, finding.ci_level)
    return replace(
        finding, safeguards=(*finding.safeguards, raised("censored-values", values=values)),
        details={**finding.details, **more}, cites=(*finding.cites, *(("tobin1958",) if more else ())),
    )  # fmt: skip


def _write(path: Path, findings: tuple[Finding, ...], provenance: Provenance) -> None:
    write_json(path, {"Findings": [to_plain(f) for f in findings]} | write.beside(provenance))
    write_points(path.with_name("table.tsv"), findings)


def write_points(path: Path, findings: Sequence[Finding]) -> None:
    """Write everybody's number as it entered each finding."""
    points = [(f.region, p) for f in findings for p in f.points]
    write_tsv(
        path,
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
    asked = (Hypothesis(**h) for h in params["hypotheses"])
    return {h.name: Make(_named(h.name), _write) for h in asked if h.map is None}


STEP = Step(
    name="evaluate-hypotheses",
    version="1",
    level="group",
    needs={
        "measures": Need(Output("collect-cohort", "measures"), cohort_rows),
        "people": Need(read.EVERYONE, read.people, optional=True),
        "grades": Need(Output("score-phenotype", scores.MADE, many=True), scores.read_scores, optional=True),
        "outcomes": Need(Output("assess-outcomes", scores_of_all.MADE), scores_of_all.read_scores, optional=True),
        "assays": Need(Output("assay-biosamples", scores_of_all.MADE), scores_of_all.read_scores, optional=True),
    },
    makes=_makes,
    params=whole_study,
    run=run,
)
