"""Questionnaires and criteria of one person: scores with bounds, bands, and grades with what led to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nociscope.core.assessment import PhenotypeSettings
from nociscope.core.errors import DatasetError, InputError, NociscopeError, RangeError
from nociscope.core.instrument import Instrument
from nociscope.core.problem import Problem
from nociscope.core.scores import Decision, PersonScores, Score
from nociscope.io.instruments import find_instrument, instruments
from nociscope.io.people import People
from nociscope.io.phenotype import AnswerTable, read_answers
from nociscope.pipeline.step import Context, Need, Params, Produced, Source, Step
from nociscope.pipeline.steps import read, scores

SESSIONLESS = "n/a"


@dataclass(frozen=True, eq=False)
class Answered:
    """Tables of answers by instrument, and everything else that is known of people."""

    tables: Mapping[str, AnswerTable]
    people: People
    files: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Score every instrument that has a table, and grade every set of criteria that the study file names.

    What is wrong with one instrument costs its own scores and no others.
    """
    answered: Answered = records["answers"]
    settings, person = PhenotypeSettings(**params["phenotype"]), f"sub-{params['sub']}"
    rows: list[tuple[str, Score]] = []
    decisions: list[tuple[str, Decision]] = []
    problems = [*answered.problems, *(p for t in answered.tables.values() for p in t.problems if _concerns(p, person))]
    for name, session, own in _asked(answered, settings, person):
        instrument = find_instrument(name)
        try:
            scored, graded = _assessed(instrument, own, settings, person)
        except RangeError as error:
            problems.append(refused(instrument, error, person if session == SESSIONLESS else f"{person} {session}"))
            continue
        rows += [(session, s) for s in scored]
        decisions += [(session, d) for d in graded]
    if not rows and not decisions:
        return Produced({}, tuple(problems))
    found = PersonScores(person, tuple(rows), tuple(decisions), tuple(answered.files.values()))
    return Produced({scores.MADE: found}, tuple(problems), cites=())


def refused(instrument: Instrument, error: NociscopeError, place: str) -> Problem:
    """An instrument that cannot be scored, as a problem that blocks it alone."""
    said = [error.message, *(f"{word} {v}" for word, v in (("expected", error.expected), ("got", error.got)) if v)]
    return Problem("answers-refused", place, "; ".join(said), (instrument.name,), error.do or "", "error")


def _concerns(problem: Problem, person: str) -> bool:
    """Rows that were left out are told where they belong."""
    return problem.code != "answers-twice" or problem.where.startswith(f"{person} ")


def _asked(
    answered: Answered, settings: PhenotypeSettings, person: str
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Instrument, session, answers: from tables of their own, then criteria from everything else that is known."""
    for name, table in answered.tables.items():
        for session, own in _own(table, person):
            yield name, session, own
    for name in settings.criteria:
        if name not in answered.files:
            yield name, SESSIONLESS, _elsewhere(find_instrument(name), answered.people, person, settings)


def _assessed(
    instrument: Instrument, own: Mapping[str, Any], settings: PhenotypeSettings, person: str
) -> tuple[tuple[Score, ...], tuple[Decision, ...]]:
    """Scores and grades of one person's answers to one instrument."""
    from nociscope.cohort.answers import decisions, numbers
    from nociscope.cohort.answers import scores as scores_of

    entered = numbers(instrument, {c: [v] for c, v in own.items()}, [person], settings.on_range_error)
    optional = instrument.id in settings.unofficial
    coding = "scored" if instrument.id in settings.coded else "raw"
    preset = settings.preset.get(instrument.id, "")
    scored = scores_of(instrument, entered, optional, preset, coding)[0] if instrument.scores else ()
    return scored, decisions(instrument, entered, 0, optional)


def _own(table: AnswerTable, person: str) -> Iterator[tuple[str, dict[str, str | None]]]:
    for i, (who, session) in enumerate(table.keys):
        if who == person:
            yield session, {c: values[i] for c, values in table.columns.items()}


def _elsewhere(criteria: Instrument, people: People, person: str, settings: PhenotypeSettings) -> dict[str, Any]:
    """Inputs of criteria from the tables about people, by their own names or those that the study file gives."""
    from nociscope.cohort.scored import answers_of

    given = settings.columns.get(criteria.id, {})
    if unknown := sorted(set(given) - set(criteria.columns)):
        raise InputError(f"{criteria.name} has no input {', '.join(unknown)}", expected=", ".join(criteria.columns))
    return answers_of(people, person, SESSIONLESS, {c: given.get(c, c) for c in criteria.columns})


def _answers(source: Source, params: Params) -> Answered:
    """Every table of phenotype/ whose name is an instrument's, or that the study file gives to one."""
    settings = PhenotypeSettings(**params["phenotype"])
    tables, problems = read_tables(source.companions, settings)
    files = {name: _uri(path) for name, path in tables_of(source.companions, settings)}
    return Answered(tables, read.people(source), files, tuple(problems))


def read_tables(paths: Sequence[Path], settings: PhenotypeSettings) -> tuple[dict[str, AnswerTable], list[Problem]]:
    """Tables of answers by instrument, and those that cannot be read as problems.

    Parameters
    ----------
    paths : files beside participants.tsv; those in phenotype/ are looked at.

    Raises
    ------
    InputError
        The study file asks for an instrument that has no table.
    """
    tables: dict[str, AnswerTable] = {}
    problems = []
    for name, path in tables_of(paths, settings):
        instrument, prefix, names = find_instrument(name), settings.prefix.get(name, ""), settings.columns.get(name)
        try:
            tables[name] = read_answers(path, instrument, prefix, names, leave_out=True)
        except DatasetError as error:
            problems.append(refused(instrument, error, _uri(path)))
    return tables, problems


def _uri(path: Path) -> str:
    return f"bids::phenotype/{path.name}"


def tables_of(paths: Sequence[Path], settings: PhenotypeSettings) -> list[tuple[str, Path]]:
    """Instrument and file of every table of answers.

    Raises
    ------
    InputError
        The study file asks for an instrument that has no table.
    """
    by_stem = {p.stem: p for p in paths if p.parent.name == "phenotype" and p.suffix == ".tsv"}
    own = {stem: name for name, stem in settings.files.items()}
    wanted = set(settings.instruments)
    found = []
    for stem, path in sorted(by_stem.items()):
        name = own.get(stem, stem.lower().replace("_", "-"))
        if name in instruments() and (not wanted or name in wanted) and not instruments()[name].unavailable:
            found.append((name, path))
    if lacking := sorted(wanted - {name for name, _ in found}):
        raise InputError(
            f"no table of {', '.join(lacking)}", expected="phenotype/<instrument>.tsv",
            got=", ".join(by_stem) or "none", do="name the table under [phenotype.files]",
        )  # fmt: skip
    return found


def _params(context: Context) -> Params:
    settings = context.study.phenotype
    paths = tuple(sorted(context.index.root.glob("phenotype/*.tsv")))
    used = (find_instrument(n) for n in (*(n for n, _ in tables_of(paths, settings)), *settings.criteria))
    return {
        "phenotype": settings.model_dump(),
        "sub": context.entities.get("sub", ""),
        scores.DEFINITIONS: {i.name: i.sha256 for i in used},
    }


STEP = Step(
    name="score-phenotype",
    version="1",
    level="participant",
    needs={"answers": Need(read.ONE_PERSON, _answers, with_params=True)},
    makes={scores.MADE: scores.make("phenotype")},
    params=_params,
    run=run,
    methods="Questionnaires were scored from single answers by the rules of their files; unanswered items leave "
    "bounds, and criteria are graded over all completions of what is unknown.",
)
