"""From the cohort table to what one hypothesis asks about: nobody is dropped without a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nociscope.cohort.cube import Cube
from nociscope.cohort.descriptors import as_label, known, labels, numbers_or_labels
from nociscope.core.errors import StudyError
from nociscope.core.hypothesis_data import MISSING_LABELS, Array, HypothesisData, Person
from nociscope.core.records import Measure
from nociscope.core.status import FitStatus
from nociscope.core.study import Hypothesis, Study
from nociscope.io.people import People
from nociscope.io.study import pet_settings
from nociscope.io.tracers import key

RATIOS = frozenset({"SUVR", "DVR", "BPND", "R1"})
ABSOLUTE = frozenset({"SUV", "VT", "VND", "BPP", "K1", "Ki", "lambda_k3", "Kb"})
_REFERENCE_MEASURES = ("SUV", "VT")


@dataclass(frozen=True)
class CohortView:
    """Everything a hypothesis may draw on.

    Parameters
    ----------
    rows : the cohort table.
    people : participants, sessions and phenotype columns.
    study : the study file.
    binding : participant → HAB, MAB, LAB or empty where unknown.
    genotype_sensitive : tracers whose binding depends on rs6971.
    references : tracer → region that ratios are divided by; empty where there is none.
    """

    rows: Sequence[Measure]
    people: People
    study: Study
    binding: Mapping[str, str] = field(default_factory=dict)
    genotype_sensitive: frozenset[str] = frozenset()
    references: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Selection:
    """What is handed to the test, and whose sessions were incomplete: (participant, region, session, reason)."""

    data: HypothesisData
    incomplete: tuple[tuple[str, str, str, str], ...] = ()


def select(view: CohortView, hypothesis: Hypothesis) -> Selection:
    """Gather the numbers, people and covariates of one hypothesis.

    Sessions of one person are averaged over those whose status is accepted; the others are named in ``incomplete``.

    Raises
    ------
    StudyError
        The hypothesis names a measure, model, tracer, region, session or column that is not there, or leaves open
        which of several it means; the message lists what exists.
    """
    tracer = _tracer(view, hypothesis)
    rows = _asked(view.rows, hypothesis, tracer)
    regions = _regions(rows, hypothesis)
    accepted = _accepted(view.study, tracer)
    ids = _participants(view)
    sessions = _sessions(rows, hypothesis)
    cube = Cube(rows, ids, sessions, regions, accepted)
    paired = hypothesis.kind in ("paired", "retest")
    predictor = _predictor(view, hypothesis, tracer, ids, sessions, accepted)
    reference_region = view.references.get(tracer, "") if hypothesis.measure in RATIOS else ""
    reference_measure, reference = _reference(view, reference_region, tracer, ids, sessions)
    data = HypothesisData(
        people=tuple(_person(view, hypothesis, i, sessions) for i in ids),
        regions=regions,
        unit=rows[0].unit,
        values=None if paired else cube.mean(),
        session_values=cube.values if paired else None,
        sessions=tuple(hypothesis.paired or hypothesis.retest),
        se=None if paired else cube.mean_se(),
        scale="ratio" if hypothesis.measure in RATIOS else "absolute" if hypothesis.measure in ABSOLUTE else "other",
        genotype_sensitive=tracer in view.genotype_sensitive,
        genotype_covariate=view.study.covariates.genotype,
        covariates={name: _column(view, name, ids, sessions) for name in _covariates(view.study, hypothesis)},
        predictor=predictor,
        predictor_name=hypothesis.correlate,
        predictor_unit=_unit(view, hypothesis.correlate),
        reference_region=reference_region,
        reference_measure=reference_measure,
        reference_values=None if paired or reference is None else reference.mean()[:, 0],
        reference_session_values=reference.values[:, :, 0] if paired and reference is not None else None,
        value_status=cube.reasons(),
        model=rows[0].method,
    )
    return Selection(data, () if paired else cube.incomplete())


def _tracer(view: CohortView, hypothesis: Hypothesis) -> str:
    tracers = sorted({r.modality.removeprefix("pet:") for r in view.rows if r.modality.startswith("pet:")})
    if hypothesis.tracer:
        same = [t for t in tracers if key(t) == key(hypothesis.tracer)]
        return same[0] if same else _one_of(hypothesis, "tracer", hypothesis.tracer, tracers)
    if len(tracers) > 1:
        raise _fault(hypothesis, "the study has several tracers", tracers, 'write tracer = "…"')
    return tracers[0] if tracers else ""


def _asked(rows: Iterable[Measure], hypothesis: Hypothesis, tracer: str) -> list[Measure]:
    rows = [r for r in rows if r.modality == f"pet:{tracer}"]
    _one_of(hypothesis, "measure", hypothesis.measure, sorted({r.measure for r in rows}))
    rows = [r for r in rows if r.measure == hypothesis.measure]
    models = sorted({r.method for r in rows})
    if hypothesis.model:
        _one_of(hypothesis, "model", hypothesis.model, models)
        return [r for r in rows if r.method == hypothesis.model]
    if len(models) > 1:
        raise _fault(hypothesis, f"several models give {hypothesis.measure}", models, 'write model = "…"')
    return rows


def _regions(rows: Sequence[Measure], hypothesis: Hypothesis) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(r.region for r in rows))
    for region in hypothesis.regions:
        _one_of(hypothesis, "region", region, found)
    return tuple(hypothesis.regions) or found


def _sessions(rows: Sequence[Measure], hypothesis: Hypothesis) -> tuple[str, ...]:
    found = tuple(sorted({r.session_id for r in rows}))
    asked = hypothesis.paired or hypothesis.retest or hypothesis.sessions
    return tuple(_session(hypothesis, s, found) for s in asked) or found


def _session(hypothesis: Hypothesis, asked: str, found: Sequence[str]) -> str:
    """A session as the table writes it; the study file may leave out ``ses-``."""
    full = f"ses-{asked}"
    return full if full in found else _one_of(hypothesis, "session", asked, found)


def _accepted(study: Study, tracer: str) -> frozenset[str]:
    return frozenset({FitStatus.OK, *pet_settings(study, tracer).accept})


def _participants(view: CohortView) -> tuple[str, ...]:
    return tuple(sorted({r.participant_id for r in view.rows}))


def _person(view: CohortView, hypothesis: Hypothesis, participant: str, sessions: Sequence[str]) -> Person:
    """Who somebody is. Columns that the question names must exist and hold one label; site, sex and group may."""
    columns = view.study.covariates

    def text(column: str, *, named: bool = False) -> str:
        if named or column == columns.genotype:
            return _text(view, participant, column, sessions)
        return as_label(view.people.row(participant).get(column))

    return Person(
        participant=participant,
        group=text(hypothesis.by or view.study.groups.variable, named=hypothesis.kind == "contrast"),
        site=text(columns.site) or _scanned_at(view, participant),
        sex=text(columns.sex),
        genotype=view.binding.get(participant, ""),
        stratum=text(hypothesis.stratify, named=True) if hypothesis.stratify else "",
    )


def _scanned_at(view: CohortView, participant: str) -> str:
    """Site or scanner as the cohort table has it, where no table about people names one."""
    return " + ".join(sorted({r.site for r in view.rows if r.participant_id == participant} - MISSING_LABELS))


def _text(view: CohortView, participant: str, column: str, sessions: Sequence[str]) -> str:
    """One descriptor as a label; the genotype column is read as binding status, so both strands mean the same."""
    if column == view.study.covariates.genotype:
        return view.binding.get(participant, "")
    return as_label(known(view.people, participant, column, sessions))


def _covariates(study: Study, hypothesis: Hypothesis) -> list[str]:
    return study.covariates.use if hypothesis.covariates is None else hypothesis.covariates


def _column(view: CohortView, name: str, ids: Sequence[str], sessions: Sequence[str]) -> np.ndarray:
    """A covariate, numeric where every known value is a number and the study does not call it a label."""
    if name == view.study.covariates.genotype:
        return np.array([view.binding.get(i, "") for i in ids])
    if name in view.study.covariates.categorical:
        return labels(view.people, name, ids, sessions)
    return numbers_or_labels(view.people, name, ids, sessions)


def _predictor(
    view: CohortView,
    hypothesis: Hypothesis,
    tracer: str,
    ids: Sequence[str],
    sessions: Sequence[str],
    accepted: frozenset[str],
) -> Array | None:
    """The other variable of a correlation: a column, or ``model.measure.region`` of the cohort table."""
    if hypothesis.kind != "correlate":
        return None
    parts = hypothesis.correlate.split(".")
    if len(parts) == 3 and hypothesis.correlate not in view.people.columns:
        model, measure, region = parts
        rows = [r for r in view.rows if (r.method, r.measure, r.region) == (model, measure, region)]
        rows = [r for r in rows if r.modality == f"pet:{tracer}"]
        if rows:
            return Cube(rows, ids, tuple(sessions), (region,), accepted).mean()[:, 0]
    column = _column(view, hypothesis.correlate, ids, sessions)
    if column.dtype.kind != "f":
        raise _fault(hypothesis, f"{hypothesis.correlate!r} is not numeric", ["a numeric column"], "use contrast")
    return column


def _unit(view: CohortView, column: str) -> str:
    return str(view.people.dictionary.get(column, {}).get("Units", "1")) if column else "1"


def _reference(
    view: CohortView, region: str, tracer: str, ids: Sequence[str], sessions: Sequence[str]
) -> tuple[str, Cube | None]:
    """Absolute signal of what a ratio is divided by: its symbol and its numbers, None where there are none."""
    here = [r for r in view.rows if r.region == region and r.modality == f"pet:{tracer}" and r.status is FitStatus.OK]
    for measure in _REFERENCE_MEASURES:
        methods = [r.method for r in here if r.measure == measure]
        if methods:
            rows = [r for r in here if (r.measure, r.method) == (measure, methods[0])]
            return measure, Cube(rows, ids, sessions, (region,), frozenset({FitStatus.OK}))
    return _REFERENCE_MEASURES[0], None


def _one_of(hypothesis: Hypothesis, kind: str, asked: str, found: Sequence[str]) -> str:
    if asked not in found:
        raise _fault(hypothesis, f"no {kind} {asked!r}", found, f"name a {kind} that exists")
    return asked


def _fault(hypothesis: Hypothesis, message: str, found: Sequence[str], do: str) -> StudyError:
    return StudyError(
        message, expected="one of " + ", ".join(found or ["nothing: the cohort table has no such rows"]),
        where=f"hypothesis {hypothesis.name!r}", do=do,
    )  # fmt: skip
