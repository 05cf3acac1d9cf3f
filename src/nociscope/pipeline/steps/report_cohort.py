"""The page of the whole study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nociscope.core.finding import Finding, Safeguard
from nociscope.core.map_result import Cluster
from nociscope.core.map_view import MapView
from nociscope.core.problem import Problem
from nociscope.core.records import Measure
from nociscope.core.study import Study
from nociscope.io import names
from nociscope.io.people import People
from nociscope.io.record import from_plain
from nociscope.io.table import read_json
from nociscope.io.tracers import find_tracer
from nociscope.models.biosample.rs6971 import column_problems
from nociscope.pipeline.hypothesis_log import resolved, tried
from nociscope.pipeline.log import StepLog
from nociscope.pipeline.step import Logs, Make, Need, Output, Params, Produced, Source, Step, Table
from nociscope.pipeline.steps import pages, person_scores, read, scores, write
from nociscope.pipeline.steps.collect_cohort import SCORED, cohort_rows
from nociscope.pipeline.steps.evaluate_maps import with_tracer
from nociscope.pipeline.steps.report_participant import TrueValues, filed_logs, truth
from nociscope.pipeline.steps.settings import whole_study
from nociscope.report.model import CohortReport, Fact, Failure, HypothesisReport, MapReport, Person
from nociscope.viz.records import Truth


def _findings(sources: tuple[Source, ...]) -> dict[str, tuple[Finding, ...]]:
    return {s.make: tuple(from_plain(Finding, f) for f in read_json(s.path)["Findings"]) for s in sources}


def _maps(sources: tuple[Source, ...]) -> dict[str, tuple[tuple[Finding, ...], MapReport]]:
    """Findings over maps with their pictures, clusters and files."""
    return {s.make: _map(s) for s in sources}


def _map(source: Source) -> tuple[tuple[Finding, ...], MapReport]:
    found = read_json(source.path)
    views = next((read_json(p)["Views"] for p in source.companions if p.name == "view.json"), [])
    report = MapReport(
        views=tuple(from_plain(MapView, v) for v in views),
        clusters=tuple(from_plain(Cluster, c) for c in found["Clusters"]),
        notes=found["Notes"],
        files=tuple((what, _href(source.make, file)) for file, what in found["Maps"].items()),
    )
    return tuple(from_plain(Finding, f) for f in found["Findings"]), report


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Gather the cohort and print the page."""
    from nociscope.report import render_cohort  # brings matplotlib: only who draws pays for it

    study = Study(**params["study"], hypothesis=params["hypotheses"])
    logs: dict[str, StepLog] = records["logs"]
    people: People = records.get("people", People({}))
    rows: tuple[Measure, ...] = records["measures"]
    maps: dict[str, tuple[tuple[Finding, ...], MapReport]] = records["maps"] or {}
    found: dict[str, tuple[Finding, ...]] = {**(records["findings"] or {}), **{k: f for k, (f, _) in maps.items()}}
    of_maps = {name: _of_map(study, name) for name in maps}
    tracers = sorted({*_pet(rows), *(t for named in of_maps.values() for t in named)})
    failed = pages.failures(logs)
    report = CohortReport(
        study=pages.study_facts(study, map(find_tracer, tracers)),
        provenance=pages.provenance(tuple(logs.values()), params["seed"]),
        people=tuple(
            _person(i, pages.facts(people, i, study.groups, study.covariates), rows, failed)
            for i in _participants(people, rows)
        ),
        problems=(*people.problems, *_genotypes(people, study), *pages.problems(logs.values())),
        hypotheses=tuple(
            HypothesisReport(
                h.name,
                found[h.name],
                h.question,
                _href(h.name, "finding.json"),
                _href(h.name, "table.tsv"),
                of_maps.get(h.name) or _tracers(found[h.name], rows),
                maps[h.name][1] if h.name in maps else None,
            )
            for h in study.hypothesis
            if h.name in found
        ),
        safeguards=(*_shared(found.values()), *tried(params.get("ever_asked", ()), resolved(study))),
        measures=rows,
        truth=_truth(rows, records.get("truth", {})),
        failures=failed,
        methods=pages.methods(logs.values()),
        tables=(
            ("Data dictionary of the cohort table", "../cohort/measures.json"),
            ("Cohort table as Parquet", "../cohort/measures.parquet"),
        ),
        groups=_groups(people, study),
        grades=person_scores.grades(found for found, _ in records.get("grades") or ()),
    )
    return Produced({"page": render_cohort(report)})


def _pet(rows: Sequence[Measure]) -> set[str]:
    return {r.modality.removeprefix("pet:") for r in rows if r.modality.startswith("pet:")}


def _of_map(study: Study, name: str) -> tuple[str, ...]:
    """The tracer of a hypothesis over maps, as its step settled it."""
    hypothesis = next(h for h in study.hypothesis if h.name == name)
    tracer = with_tracer(hypothesis, list(study.pet)).tracer
    return (find_tracer(tracer).name,) if tracer else ()


def _groups(people: People, study: Study) -> dict[str, str]:
    """Participant to group, in the order of the study's levels."""
    known = {f"sub-{p}": str(people.row(p)[study.groups.variable]) for p in people.participants
             if study.groups.variable in people.row(p)}  # fmt: skip
    order = {level: i for i, level in enumerate(study.groups.levels)}
    return dict(sorted(known.items(), key=lambda one: (order.get(one[1], len(order)), one[0])))


def _participants(people: People, rows: Sequence[Measure]) -> list[str]:
    return sorted({r.participant_id for r in rows} | {f"sub-{p}" for p in people.participants})


def _person(participant: str, known: tuple[Fact, ...], rows: Sequence[Measure], failed: Sequence[Failure]) -> Person:
    own = [r for r in rows if r.participant_id == participant]
    sessions = {r.session_id for r in own if r.modality.startswith("pet")}
    missing = sum(not r.status.keeps_value for r in own)
    steps = tuple(dict.fromkeys(f.step for f in failed if f.participant_id == participant))
    # tables of another program, and of everybody at once, make no page of a person
    paged = any(r.modality.startswith("pet") or r.modality in SCORED for r in own)
    page = f"{participant}.html" if paged else ""
    return Person(participant, known, len(sessions), page, len(own), missing, steps)


def _tracers(findings: Sequence[Finding], rows: Sequence[Measure]) -> tuple[str, ...]:
    """Tracers behind the numbers of a hypothesis, as the cohort table names them."""
    asked = {(f.measure, f.region) for f in findings}
    pet = (
        r.modality.removeprefix("pet:")
        for r in rows
        if r.modality.startswith("pet:") and (r.measure, r.region) in asked
    )
    return tuple(sorted(set(pet)))


def _genotypes(people: People, study: Study) -> list[Problem]:
    column = study.covariates.genotype
    known = {p: str(v) for p in people.participants if (v := people.row(p).get(column)) is not None}
    return column_problems(known) if known else []


def _href(hypothesis: str, file: str) -> str:
    return f"../group/{hypothesis}/{file}"


def _shared(groups: Any) -> tuple[Safeguard, ...]:
    """What was refused or overruled anywhere, once."""
    loud = [s for findings in groups for f in findings for s in f.safeguards if s.severity == "refuse"]
    return tuple(dict.fromkeys(loud))


def _truth(rows: Sequence[Measure], known: TrueValues) -> tuple[Truth, ...]:
    return tuple(
        Truth(r.participant_id, r.session_id, r.region, r.measure, r.method, known[place], r.value, r.se, r.unit)
        for r in rows
        if r.measure == "VT" and (place := (r.participant_id, r.session_id, r.region, r.measure)) in known
    )


STEP = Step(
    name="report-cohort",
    version="2",
    level="group",
    needs={
        "measures": Need(Output("collect-cohort", "measures"), cohort_rows),
        "findings": Need(Output("evaluate-hypotheses", "*", many=True), _findings, optional=True),
        "maps": Need(Output("evaluate-maps", "*", many=True), _maps, optional=True),
        "grades": Need(Output("score-phenotype", scores.MADE, many=True), scores.read_scores, optional=True),
        "logs": Need(Logs(), filed_logs),
        "people": Need(read.EVERYONE, read.people, optional=True),
        "truth": Need(Table("derivatives/truth/truth.tsv"), truth, optional=True),
    },
    makes={"page": Make(names.build("report", {}), write.page)},
    params=whole_study,
    run=run,
)
