"""Every number of every person as a row of one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nociscope.cohort.files import dictionary, read_measures, write_cohort
from nociscope.cohort.scored import score_rows
from nociscope.cohort.table import ScanResults, measures
from nociscope.core.assessment import QstSettings
from nociscope.core.records import KineticFit, Measure
from nociscope.core.study import MeasureTable, Study
from nociscope.io import names
from nociscope.io.file import File
from nociscope.io.index import Index
from nociscope.io.measure_tables import table_file, table_rows
from nociscope.io.people import People
from nociscope.io.write import write_json
from nociscope.pipeline.log import StepLog, read_logs
from nociscope.pipeline.step import (
    Chosen,
    Context,
    Logs,
    Make,
    Need,
    Output,
    Params,
    Produced,
    Provenance,
    Source,
    Step,
)
from nociscope.pipeline.steps import read, scores, scores_of_all, write
from nociscope.pipeline.steps.read import ScanRecord, scan_key

SITE_UNKNOWN = "n/a"
SCORED = {
    "qst": "score-sensory", "tms": "score-stimulation", "phenotype": "score-phenotype", "anat": "collect-anatomy",
}  # fmt: skip
"""Modality of rows to the step that makes its scores, person by person."""
OF_ALL = {"biosample": "assay-biosamples", "outcome": "assess-outcomes"}
"""Modality of rows to the step that makes them of everybody at once."""


@dataclass(frozen=True, eq=False)
class ModelFits:
    """Fits of one model of one scan, and the file that holds them."""

    scan: str
    model: str
    fits: tuple[KineticFit, ...]
    file: str


def _params(context: Context) -> Params:
    study = context.study
    own = {"qst": study.qst.model_dump(), "sex": study.covariates.sex, "group": study.groups.variable}
    return (own if study.qst.controls else {}) | {
        "site": study.covariates.site,
        "tables": [t.model_dump() for t in study.table],
    }


def _table_files(study: Study, index: Index) -> list[File]:
    return list({f.path: f for f in (table_file(index, t) for t in study.table)}.values())


def _tables(sources: tuple[Source, ...], params: Params) -> tuple[Measure, ...]:
    """Rows of every ``[[table]]`` of the study file."""
    asked = [MeasureTable(**t) for t in params["tables"]]
    return tuple(
        row
        for source in sources
        for table in asked
        if table.file == source.name and table.derivative in ("", source.dataset)
        for row in table_rows(source.path, table, source.uri)
    )


def model_fits(sources: tuple[Source, ...]) -> tuple[ModelFits, ...]:
    """Every ``kinpar`` of every scan."""
    return tuple(ModelFits(read.label(s), s.make.removeprefix("kinpar-"), read.fits(s), s.name) for s in sources)


def scan_records(sources: tuple[Source, ...]) -> dict[str, ScanRecord]:
    """Scans by name."""
    return {read.label(s): read.scan_record(s) for s in sources}


def cohort_rows(source: Source) -> tuple[Measure, ...]:
    """Rows of the table that this step wrote."""
    return tuple(read_measures(source.path))


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Turn fits into rows; scans that could not be read stand there with their reason."""
    people = records.get("people", People({}))
    scans: dict[str, ScanRecord] = records["scans"] or {}
    results = [_results(label, scan, records["fits"], people, params["site"]) for label, scan in scans.items()]
    results += [_failed(log, people, params["site"]) for log in records["logs"] if log.state != "done"]
    placed = (
        replace(r, site=_site(people, r.participant_id, params["site"]) or r.site) for r in records["tables"] or ()
    )
    records, told = _with_own_controls(records, people, params)
    return Produced(
        {"measures": (*measures(results), *_scored(records, people, params["site"]), *placed)}, methods=told
    )


def _with_own_controls(
    records: Mapping[str, Any], people: People, params: Params
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Sensory tests with z against the study's own controls, where the study file names them."""
    if "qst" not in params or not records.get("qst"):
        return records, ()
    from nociscope.cohort.own_controls import with_own_controls  # brings scipy: only who asks pays for it

    found, told = with_own_controls(
        records["qst"], people, QstSettings(**params["qst"]), params["group"], params["sex"]
    )
    return {**records, "qst": found}, (told,)


def _scored(records: Mapping[str, Any], people: People, column: str) -> Iterator[Measure]:
    """Rows of everything that was scored from tables."""
    for modality in (*SCORED, *OF_ALL):
        for found, file in records.get(modality) or ():
            site = _site(people, found.participant, column) or SITE_UNKNOWN
            yield from score_rows(found, modality, site, file)


def _results(label: str, scan: ScanRecord, fits: tuple[ModelFits, ...], people: People, column: str) -> ScanResults:
    key = scan_key(scan.scan.entities)
    own = [f for f in fits if f.scan == label]
    return ScanResults(
        participant_id=key.participant_id,
        session_id=key.session_id or "n/a",
        site=_site(people, key.sub, column) or scan.scan.site or scan.scan.scanner or SITE_UNKNOWN,
        tracer=scan.scan.tracer,
        fits={f.model: f.fits for f in own},
        sources={f.model: f.file for f in own},
    )


def _failed(log: StepLog, people: People, column: str) -> ScanResults:
    key = scan_key(log.entities)
    site = _site(people, key.sub, column) or SITE_UNKNOWN
    return ScanResults(key.participant_id, key.session_id or "n/a", site, "", {}, {})


def _site(people: People, participant: str, column: str) -> str:
    value = people.row(participant).get(column)
    return "" if value is None else str(value)


def _write(path: Path, rows: tuple[Measure, ...], provenance: Provenance) -> None:
    write_cohort(path.parent, rows)
    write_json(path.with_suffix(".json"), dictionary(rows) | write.beside(provenance))


STEP = Step(
    name="collect-cohort",
    version="1",
    level="group",
    needs={
        "scans": Need(Output("describe-scan", "scan", many=True), scan_records, optional=True),
        "fits": Need(Output("fit-kinetics", "kinpar-*", many=True), model_fits, optional=True),
        **{
            modality: Need(Output(step, scores.MADE, many=True), scores.read_scores, optional=True)
            for modality, step in SCORED.items()
        },
        **{
            modality: Need(Output(step, scores_of_all.MADE), scores_of_all.read_scores, optional=True)
            for modality, step in OF_ALL.items()
        },
        "logs": Need(Logs("describe-scan"), read_logs, optional=True),
        "tables": Need(
            Chosen(_table_files, "tables named by the study file"), _tables, optional=True, with_params=True
        ),
        "people": Need(read.EVERYONE, read.people, optional=True),
    },
    makes={"measures": Make(names.build("cohort", {"table": "measures", "extension": "tsv"}), _write)},
    params=_params,
    run=run,
)
