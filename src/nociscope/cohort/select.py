"""From the cohort table to what one hypothesis asks about: nobody is dropped without a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nociscope.cohort.cube import Cube
from nociscope.cohort.descriptors import as_label
from nociscope.cohort.limits import Reading, readings
from nociscope.cohort.named import CohortView, Named, fault, held_constant, label_of
from nociscope.core.hypothesis_data import MISSING_LABELS, HypothesisData, Person
from nociscope.core.records import Measure
from nociscope.core.status import FitStatus
from nociscope.core.study import Hypothesis, Study
from nociscope.io.study import pet_settings
from nociscope.io.tracers import key

__all__ = ["CohortView", "Selection", "select"]

PET = "pet:"
RATIOS = frozenset({"SUVR", "DVR", "BPND", "R1"})
ABSOLUTE = frozenset({"SUV", "VT", "VND", "BPP", "K1", "Ki", "lambda_k3", "Kb"})
_REFERENCE_MEASURES = ("SUV", "VT")


@dataclass(frozen=True, eq=False)
class Selection:
    """What is handed to the test, and what it cannot see.

    ``incomplete`` : (participant, region, session, reason) of sessions that do not enter a mean.
    ``limits`` : numbers of everybody where some are limits of a device or assay, else empty.
    """

    data: HypothesisData
    incomplete: tuple[tuple[str, str, str, str], ...] = ()
    limits: tuple[Reading, ...] = ()


def select(view: CohortView, hypothesis: Hypothesis) -> Selection:
    """Gather the numbers, people and covariates of one hypothesis.

    Sessions of one person are averaged over those whose status is accepted; the others are named in ``incomplete``.

    Raises
    ------
    StudyError
        The hypothesis names a measure, model, tracer, region, session or column that is not there, or leaves open
        which of several it means; the message lists what exists.
    """
    modality = _modality(view, hypothesis)
    tracer = modality.removeprefix(PET) if modality.startswith(PET) else ""
    rows = _asked(view.rows, hypothesis, modality)
    regions = _regions(rows, hypothesis)
    _one_unit(rows, hypothesis, regions)
    accepted = _accepted(view.study, tracer, hypothesis)
    ids = _participants(view)
    sessions = _sessions(rows, hypothesis)
    cube = Cube(rows, ids, sessions, regions, accepted)
    paired = hypothesis.kind in ("paired", "retest", "repeated")
    each = Cube.change if hypothesis.change else Cube.mean
    named = Named(view, hypothesis, modality, ids, sessions, accepted)
    reference_region = view.references.get(tracer, "") if hypothesis.measure in RATIOS else ""
    reference_measure, reference = _reference(view, reference_region, tracer, ids, sessions)
    data = HypothesisData(
        people=tuple(_person(view, hypothesis, i, sessions) for i in ids),
        regions=regions,
        unit=rows[0].unit,
        values=None if paired else each(cube),
        session_values=cube.values if paired else None,
        sessions=tuple(hypothesis.paired or hypothesis.retest or hypothesis.repeated or hypothesis.change),
        se=None if paired or hypothesis.change else cube.mean_se(),
        scale="ratio" if hypothesis.measure in RATIOS else "absolute" if hypothesis.measure in ABSOLUTE else "other",
        genotype_sensitive=tracer in view.genotype_sensitive,
        genotype_covariate=view.study.covariates.genotype,
        covariates={name: named.column(name) for name in held_constant(view.study, hypothesis)},
        predictor=named.predictor(),
        predictor_name=hypothesis.correlate,
        predictor_unit=_unit(view, hypothesis.correlate),
        terms=named.terms(),
        **named.of_kind(),
        reference_region=reference_region,
        reference_measure=reference_measure,
        reference_values=None if paired or reference is None else each(reference)[:, 0],
        reference_session_values=reference.values[:, :, 0] if paired and reference is not None else None,
        value_status=cube.reasons(),
        model=rows[0].method,
    )
    incomplete = () if paired or hypothesis.change else cube.incomplete()
    return Selection(data, incomplete, readings(rows, regions, sessions))


def _modality(view: CohortView, hypothesis: Hypothesis) -> str:
    """Where the measure was made, such as ``pet:PBR28`` or ``func``; several are an error that names them."""
    tracers = sorted({r.modality.removeprefix(PET) for r in view.rows if r.modality.startswith(PET)})
    wanted = [t for t in tracers if key(t) == key(hypothesis.tracer)]
    if hypothesis.tracer and not wanted:
        _one_of(hypothesis, "tracer", hypothesis.tracer, tracers)
    within = [r for r in view.rows if not hypothesis.tracer or r.modality == f"{PET}{wanted[0]}"]
    within = [r for r in within if hypothesis.modality in ("", r.modality, r.modality.partition(":")[0])]
    _one_of(hypothesis, "measure", hypothesis.measure, sorted({r.measure for r in within}))
    found = sorted({r.modality for r in within if r.measure == hypothesis.measure})
    if len(found) > 1:
        kind, do = ("tracers", 'write tracer = "…"') if found[0].startswith(PET) and found[-1].startswith(PET) else (
            "modalities", 'write modality = "…"'
        )  # fmt: skip
        raise fault(hypothesis, f"several {kind} give {hypothesis.measure}", found, do)
    return found[0]


def _asked(rows: Iterable[Measure], hypothesis: Hypothesis, modality: str) -> list[Measure]:
    rows = [r for r in rows if r.modality == modality and r.measure == hypothesis.measure]
    models = sorted({r.method for r in rows})
    if hypothesis.model:
        _one_of(hypothesis, "model", hypothesis.model, models)
        return [r for r in rows if r.method == hypothesis.model]
    if len(models) > 1:
        raise fault(hypothesis, f"several models give {hypothesis.measure}", models, 'write model = "…"')
    return rows


def _regions(rows: Sequence[Measure], hypothesis: Hypothesis) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(r.region for r in rows))
    for region in hypothesis.regions:
        _one_of(hypothesis, "region", region, found)
    return tuple(hypothesis.regions) or found


def _one_unit(rows: Sequence[Measure], hypothesis: Hypothesis, regions: Sequence[str]) -> None:
    """Numbers in several units cannot meet in one test."""
    units = sorted({r.unit for r in rows if r.region in regions and r.status.keeps_value})
    if len(units) > 1:
        raise fault(hypothesis, f"{hypothesis.measure} stands in several units", units, "bring it to one unit first")


def _sessions(rows: Sequence[Measure], hypothesis: Hypothesis) -> tuple[str, ...]:
    found = tuple(sorted({r.session_id for r in rows}))
    asked = hypothesis.paired or hypothesis.retest or hypothesis.repeated or hypothesis.change or hypothesis.sessions
    return tuple(_session(hypothesis, s, found) for s in asked) or found


def _session(hypothesis: Hypothesis, asked: str, found: Sequence[str]) -> str:
    """A session as the table writes it; the study file may leave out ``ses-``."""
    full = f"ses-{asked}"
    return full if full in found else _one_of(hypothesis, "session", asked, found)


def _accepted(study: Study, tracer: str, hypothesis: Hypothesis) -> frozenset[str]:
    """Statuses whose numbers enter: ok, and what the study file accepts by name."""
    of_tracer = pet_settings(study, tracer).accept if tracer else []
    return frozenset({FitStatus.OK, *of_tracer, *hypothesis.accept})


def _participants(view: CohortView) -> tuple[str, ...]:
    return tuple(sorted({r.participant_id for r in view.rows}))


def _person(view: CohortView, hypothesis: Hypothesis, participant: str, sessions: Sequence[str]) -> Person:
    """Who somebody is. Columns that the question names must exist and hold one label; site, sex and group may."""
    columns = view.study.covariates

    def text(column: str, *, named: bool = False) -> str:
        if named or column == columns.genotype:
            return label_of(view, participant, column, sessions)
        return as_label(view.people.row(participant).get(column))

    return Person(
        participant=participant,
        group=text(hypothesis.by or view.study.groups.variable, named=hypothesis.kind in ("contrast", "single_case")),
        site=text(columns.site) or _scanned_at(view, participant),
        sex=text(columns.sex),
        genotype=view.binding.get(participant, ""),
        stratum=text(hypothesis.stratify, named=True) if hypothesis.stratify else "",
        block=text(together, named=True) if (together := _together(hypothesis)) else "",
        part=text(part, named=True) if (part := _part(hypothesis)) else "",
    )


def _together(hypothesis: Hypothesis) -> str:
    """Column whose levels stay together, in a relabelling or in a fold."""
    return hypothesis.blocks or (hypothesis.predict.within if hypothesis.predict else "")


def _part(hypothesis: Hypothesis) -> str:
    """Column whose levels are looked at one by one."""
    return hypothesis.separately_by or (hypothesis.replicate.across if hypothesis.replicate else "")


def _scanned_at(view: CohortView, participant: str) -> str:
    """Site or scanner as the cohort table has it, where no table about people names one."""
    return " + ".join(sorted({r.site for r in view.rows if r.participant_id == participant} - MISSING_LABELS))


def _unit(view: CohortView, column: str) -> str:
    return str(view.people.dictionary.get(column, {}).get("Units", "1")) if column else "1"


def _reference(
    view: CohortView, region: str, tracer: str, ids: Sequence[str], sessions: Sequence[str]
) -> tuple[str, Cube | None]:
    """Absolute signal of what a ratio is divided by: its symbol and its numbers, None where there are none."""
    here = [r for r in view.rows if r.region == region and r.modality == f"{PET}{tracer}" and r.status is FitStatus.OK]
    for measure in _REFERENCE_MEASURES:
        methods = [r.method for r in here if r.measure == measure]
        if methods:
            rows = [r for r in here if (r.measure, r.method) == (measure, methods[0])]
            return measure, Cube(rows, ids, sessions, (region,), frozenset({FitStatus.OK}))
    return _REFERENCE_MEASURES[0], None


def _one_of(hypothesis: Hypothesis, kind: str, asked: str, found: Sequence[str]) -> str:
    if asked not in found:
        raise fault(hypothesis, f"no {kind} {asked!r}", found, f"name a {kind} that exists")
    return asked
