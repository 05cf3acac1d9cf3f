"""What the pages of a person and of the cohort share: facts, methods, problems, failures, provenance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from nociscope import __version__
from nociscope.cohort.descriptors import as_label
from nociscope.core.problem import Problem
from nociscope.core.study import Covariates, Groups, Study
from nociscope.io.people import WEIGHT_COLUMNS, People
from nociscope.io.tracers import Tracer
from nociscope.models.biosample.rs6971 import binding_status
from nociscope.models.pet import MODELS
from nociscope.pipeline.log import StepLog
from nociscope.report.model import Fact, Failure, Paragraph, Provenance, Sentence, Software, StudyFacts

HEADINGS = {
    "describe-scan": "Scans and curves",
    "collect-tacs": "Scans and curves",
    "make-input-function": "Arterial input",
    "fit-delay": "Arterial input",
    "fit-kinetics": "Kinetic models",
    "score-sensory": "Sensory testing",
    "score-stimulation": "Stimulation",
    "score-phenotype": "Questionnaires and criteria",
    "collect-anatomy": "Anatomy",
    "assay-biosamples": "Assays",
    "assess-outcomes": "Outcomes",
    "collect-cohort": "Sensory testing",
    "evaluate-hypotheses": "Statistics",
    "evaluate-maps": "Statistics",
}
_VARIANTS = 2


def facts(people: People, participant: str, groups: Groups, covariates: Covariates) -> tuple[Fact, ...]:
    """What the tables say of one person; the genotype also as binding status."""
    row = _ordered(people.row(participant), groups, covariates)
    found = [Fact(column, as_label(value), _unit(people, column)) for column, value in row.items() if "." not in column]
    if covariates.genotype in row:
        status = binding_status(str(row[covariates.genotype]))
        found = [replace(f, text=f"{f.text} ({status})") if _is_allele(f, covariates, status) else f for f in found]
    label = groups.labels.get(str(row.get(groups.variable, "")))
    return tuple(replace(f, text=f"{f.text} ({label})") if label and f.label == groups.variable else f for f in found)


def _ordered(row: Mapping[str, str | float], groups: Groups, covariates: Covariates) -> dict[str, str | float]:
    """Group, genotype, age, sex, weight, site, then the table's own order."""
    first = (groups.variable, covariates.genotype, "age", covariates.sex, *WEIGHT_COLUMNS, covariates.site)
    return {c: row[c] for c in (*(c for c in first if c in row), *row)}


def _is_allele(fact: Fact, covariates: Covariates, status: str) -> bool:
    return fact.label == covariates.genotype and fact.text.upper() != str(status).upper()


def _unit(people: People, column: str) -> str:
    return str(people.dictionary.get(column, {}).get("Units", ""))


def study_facts(study: Study, tracers: Iterable[Tracer]) -> StudyFacts:
    """The study section, and what the signal of its tracers means and does not mean."""
    known = [t for t in {t.name: t for t in tracers}.values() if t.known]
    about = study.study
    return StudyFacts(
        name=about.name,
        title=about.title,
        description=about.description,
        preregistration=about.preregistration,
        meaning=tuple(f"{t.name} ({t.target}): {t.means}." for t in known if t.means),
        targets=tuple(dict.fromkeys(t.target for t in known if t.target)),
        caveats=tuple(text for t in known for text in (t.does_not_mean, t.warning) if text),
    )


def methods(logs: Iterable[StepLog]) -> tuple[Paragraph, ...]:
    """Methods sentences as the steps wrote them, under their headings, each once.

    Where a step says something else for every scan or question, two variants stand here and the rest is counted.
    """
    by_step: dict[str, list[Sentence]] = {}
    for log in logs:
        for text in log.methods if log.state == "done" else ():
            sentence = Sentence(text, _cites(log))
            if sentence not in by_step.setdefault(log.step, []):
                by_step[log.step].append(sentence)
    paragraphs: dict[str, list[Sentence]] = {}
    for step, heading in HEADINGS.items():
        if step in by_step:
            paragraphs.setdefault(heading, []).extend(_counted(by_step[step]))
    return tuple(Paragraph(heading, tuple(sentences)) for heading, sentences in paragraphs.items())


def _cites(log: StepLog) -> tuple[str, ...]:
    models = [m for m in log.params.get("models", ()) if m in MODELS]
    return tuple(dict.fromkeys((*log.cites, *(c for m in models for c in MODELS[m].cites))))


def _counted(sentences: Sequence[Sentence]) -> list[Sentence]:
    if len(sentences) <= _VARIANTS + 1:
        return list(sentences)
    more = f"{len(sentences) - _VARIANTS} further variants stand with the scans and questions that they belong to."
    return [*sentences[:_VARIANTS], Sentence(more)]


def problems(logs: Iterable[StepLog]) -> tuple[Problem, ...]:
    """Every problem once; the same trouble in many files becomes one line that counts them."""
    alike: dict[tuple[str, str, tuple[str, ...]], list[Problem]] = {}
    for log in logs:
        for problem in (_placed(p, log) for p in log.problems) if log.state == "done" else ():
            place = alike.setdefault((problem.code, problem.severity, problem.blocks), [])
            if problem not in place:
                place.append(problem)
    return tuple(_together(same) for same in alike.values())


def _placed(problem: Problem, log: StepLog) -> Problem:
    """Say whose it is, where the problem names a thing within a scan only."""
    person = log.entities.get("sub")
    if person is None or f"sub-{person}" in problem.where:
        return problem
    scan = "_".join(f"{key}-{value}" for key, value in log.entities.items())
    return replace(problem, where=f"{scan}, {problem.where}")


def _together(same: Sequence[Problem]) -> Problem:
    first = same[0]
    if len(same) == 1:
        return first
    message = f"In {first.where}: {first.message} ({len(same) - 1} more of this kind.)"
    return replace(first, where=f"{len(same)} places", message=message)


def failures(logs: Mapping[str, StepLog]) -> tuple[Failure, ...]:
    """Steps that failed or lack an input, by the file of their record; not those that only wait for one of them."""
    return tuple(
        Failure(log.unit, log.step, log.reason, log.peak_mb or float("nan"), f"../{name}")
        for name, log in logs.items()
        if log.state == "failed" or (log.state == "blocked" and log is _first_blocked(log, logs.values()))
    )


def _first_blocked(log: StepLog, logs: Iterable[StepLog]) -> StepLog:
    """The earliest blocked step of the same scan: those behind it are blocked for its reason."""
    order = [*HEADINGS, log.step]
    same = (other for other in logs if other.state == "blocked" and other.entities == log.entities)
    return min(same, key=lambda other: order.index(other.step) if other.step in order else len(order))


def provenance(logs: Sequence[StepLog], seed: int) -> Provenance:
    """Versions, time and memory of the work behind a page."""
    versions = {name: version for log in logs for name, version in log.versions.items()}
    return Provenance(
        version=__version__,
        seed=seed,
        seconds=sum(log.cpu_seconds for log in logs),
        peak_memory_mb=max((log.peak_mb for log in logs), default=float("nan")),
        software=tuple(Software(name, version) for name, version in sorted(versions.items())),
    )
