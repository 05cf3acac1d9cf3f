"""The page of one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nociscope.core.blood import BloodResult
from nociscope.core.records import InputFunction, KineticFit
from nociscope.core.study import Study
from nociscope.io import names
from nociscope.io.people import People
from nociscope.io.record import read_record
from nociscope.io.study import pet_settings
from nociscope.io.table import read_tsv
from nociscope.io.tracers import find_tracer
from nociscope.pipeline.log import StepLog, read_log
from nociscope.pipeline.step import Context, Logs, Make, Need, Output, Params, Produced, Source, Step, Table
from nociscope.pipeline.steps import pages, person_scores, read, write
from nociscope.pipeline.steps.collect_cohort import ModelFits, model_fits, scan_records
from nociscope.pipeline.steps.fit_delay import Delay
from nociscope.pipeline.steps.read import ScanRecord, scan_key
from nociscope.pipeline.steps.settings import study_sections
from nociscope.report.model import BloodResults, ParticipantReport, ScanReport
from nociscope.viz.records import Truth

TrueValues = Mapping[tuple[str, str, str, str], float]


@dataclass(frozen=True, eq=False)
class Filed:
    """A record and the file it came from, relative to the output folder."""

    record: Any
    file: str


def _params(context: Context) -> Params:
    return {
        **study_sections(context),
        "participant": context.entities["sub"],
    }


def filed_logs(sources: tuple[Source, ...]) -> dict[str, StepLog]:
    """Records of steps by their file."""
    return {s.name: read_log(s.path) for s in sources}


def truth(source: Source) -> TrueValues:
    """True values of a simulated dataset: (participant, session, region, measure) → value."""
    table = read_tsv(source.path, ("participant_id", "session_id", "region", "measure", "value"))
    keys = zip(*(table.text(c) for c in ("participant_id", "session_id", "region", "measure")), strict=True)
    return {
        (str(p), s or "n/a", r or "n/a", str(m)): float(v)
        for (p, s, r, m), v in zip(keys, table.numbers("value"), strict=True)
    }


def recovered(
    participant: str, session: str, fits: Mapping[str, tuple[KineticFit, ...]], known: TrueValues
) -> tuple[Truth, ...]:
    """Estimates beside the truth, for distribution volumes of every model."""
    return tuple(
        Truth(participant, session, f.region, "VT", model, known[place], f["VT"].value, f["VT"].se, f["VT"].unit)
        for model, group in fits.items()
        for f in group
        if (place := (participant, session, f.region, "VT")) in known and "VT" in f.estimates
    )


def _tacs(sources: tuple[Source, ...], before: Mapping[str, Any]) -> dict[str, Filed]:
    return {read.label(s): Filed(read.tacs(s, {"scan": before["scans"][read.label(s)]}), s.name) for s in sources}


def _inputs(sources: tuple[Source, ...], before: Mapping[str, Any]) -> dict[str, Filed]:
    return {
        read.label(s): Filed(read.input_function(s, {"scan": before["scans"][read.label(s)]}), s.name) for s in sources
    }


def _blood(sources: tuple[Source, ...]) -> dict[str, Filed]:
    return {read.label(s): Filed(read_record(s.path, BloodResult), s.name) for s in sources}


def _delays(sources: tuple[Source, ...]) -> dict[str, Delay]:
    return {read.label(s): read_record(s.path, Delay) for s in sources}


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Gather everything of one person and print the page."""
    from nociscope.report import render_participant  # brings matplotlib: only who draws pays for it

    study = Study(**params["study"])
    participant = f"sub-{params['participant']}"
    people: People = records.get("people", People({}))
    logs: dict[str, StepLog] = records["logs"]
    scans: dict[str, ScanRecord] = records["scans"] or {}
    report = ParticipantReport(
        participant_id=participant,
        study=pages.study_facts(study, (find_tracer(s.scan.tracer) for s in scans.values())),
        provenance=pages.provenance(tuple(logs.values()), params["seed"]),
        facts=pages.facts(people, participant, study.groups, study.covariates),
        problems=pages.problems(logs.values()),
        scans=tuple(_scan(label, scan, records, study) for label, scan in sorted(scans.items())),
        failures=pages.failures(logs),
        methods=pages.methods(logs.values()),
        scores=person_scores.gathered(records),
    )
    return Produced({"page": render_participant(report)})


def _scan(label: str, scan: ScanRecord, records: Mapping[str, Any], study: Study) -> ScanReport:
    key = scan_key(scan.scan.entities)
    chosen, known = pet_settings(study, scan.scan.tracer), find_tracer(scan.scan.tracer)
    own = [f for f in records["fits"] if f.scan == label]
    fits = {f.model: f.fits for f in own}
    tacs: Filed | None = (records["tacs"] or {}).get(label)
    return ScanReport(
        label=label.removeprefix(f"{key.participant_id}").lstrip("_") or key.participant_id,
        scan=scan.scan,
        tacs=tacs.record if tacs else None,
        tacs_href=f"../{tacs.file}" if tacs else "",
        blood=_blood_results(label, records),
        fits=fits,
        hrefs={f.model: f"../{f.file}" for f in own},
        preferred=_preferred(own, study, scan.scan.tracer),
        truth=recovered(key.participant_id, key.session_id or "n/a", fits, records.get("truth", {})),
        window_min=chosen.window_min or known.window_min,
        reference=chosen.reference_region or known.reference_region,
    )


def _preferred(own: Iterable[ModelFits], study: Study, tracer: str) -> tuple[str, ...]:
    """The first model with fitted curves, with a straight line and with a window, in the tracer's own order."""
    run_ = {f.model: f.fits for f in own}
    order = [*find_tracer(tracer).models, *pet_settings(study, tracer).models]
    first: dict[str, str] = {}
    for model in order:
        if model in run_:
            line, curve = (any(has(f) for f in run_[model]) for has in (_has_line, _has_curve))
            if line or curve or any(e.status.keeps_value for f in run_[model] for e in f.estimates.values()):
                first.setdefault("line" if line else "curve" if curve else "window", model)
    return tuple(first[kind] for kind in ("curve", "line", "window") if kind in first)


def _has_line(fit: KineticFit) -> bool:
    return fit.plot is not None


def _has_curve(fit: KineticFit) -> bool:
    return bool(np.isfinite(fit.fitted).any())


def _blood_results(label: str, records: Mapping[str, Any]) -> BloodResults | None:
    found: Filed | None = (records["input"] or {}).get(label)
    modelled: Filed | None = (records["blood"] or {}).get(label)
    if found is None and modelled is None:
        return None
    delay: Delay | None = (records["delay"] or {}).get(label)
    input_: InputFunction | None = found.record if found else None
    result: BloodResult | None = modelled.record if modelled else None
    return BloodResults(
        input_function=input_,
        blood=result.blood if result else None,
        parts=result.parts if result else {},
        estimates=result.estimates if result else {},
        delay=delay.delay if delay else None,
        profile=delay.profile if delay else None,
        href=f"../{found.file}" if found else "",
    )


def _page(entities: Mapping[str, str]) -> str:
    return names.build("report_participant", {"sub": entities["sub"]})


STEP = Step(
    name="report-participant",
    version="2",
    level="participant",
    needs={
        "scans": Need(Output("describe-scan", "scan", many=True), scan_records, optional=True),
        "tacs": Need(Output("collect-tacs", "tacs", many=True), _tacs, optional=True, with_records=True),
        "input": Need(Output("make-input-function", "input", many=True), _inputs, optional=True, with_records=True),
        "blood": Need(Output("make-input-function", "blood", many=True), _blood, optional=True),
        "delay": Need(Output("fit-delay", "delay", many=True), _delays, optional=True),
        "fits": Need(Output("fit-kinetics", "kinpar-*", many=True), model_fits, optional=True),
        **person_scores.NEEDS,
        "logs": Need(Logs(), filed_logs),
        "people": Need(read.ONE_PERSON, read.people, optional=True),
        "truth": Need(Table("derivatives/truth/truth.tsv", own_row=True), truth, optional=True),
    },
    makes={"page": Make(_page, write.page)},
    params=_params,
    run=run,
)
