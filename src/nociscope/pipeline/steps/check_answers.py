"""What tables of answers show that no single answer can, and for ``nociscope check`` every impossible answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nociscope.core.assessment import PhenotypeSettings
from nociscope.core.errors import NociscopeError
from nociscope.core.problem import Problem
from nociscope.io.instruments import find_instrument
from nociscope.io.phenotype import AnswerTable
from nociscope.pipeline.step import Context, Need, Params, Produced, Source, Step
from nociscope.pipeline.steps import read
from nociscope.pipeline.steps.score_phenotype import read_tables, tables_of


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Look at every table as a whole; nothing is changed, the report tells what is doubtful."""
    settings = PhenotypeSettings(**params["phenotype"])
    tables: Mapping[str, AnswerTable] = records["answers"] or {}
    return Produced({}, tuple(p for name, table in tables.items() for p in _doubtful(name, table, settings)))


def answer_problems(root: Path, settings: PhenotypeSettings) -> list[Problem]:
    """Answers of a dataset that are not possible, and what is doubtful about whole tables.

    Parameters
    ----------
    root : of the dataset. Tables that cannot be read are left to `nociscope.io.check`.
    """
    from nociscope.cohort.answers import impossible

    out: list[Problem] = []
    try:
        tables, _ = read_tables(tuple(sorted(root.glob("phenotype/*.tsv"))), settings)
    except NociscopeError as error:  # the study file names what is not there
        return [Problem("answers-refused", "study file", str(error), (), error.do or "", "error")]
    for name, table in tables.items():
        instrument = find_instrument(name)
        wrong = impossible(instrument, table.columns, table.people)
        out += (replace(p, blocks=(f"scores of {instrument.name}",), severity="error") for p in wrong)
        out += _doubtful(name, table, settings)
    return out


def answer_tables(root: Path, settings: PhenotypeSettings) -> list[str]:
    """Instruments of which a dataset holds a table."""
    try:
        return [name for name, _ in tables_of(tuple(sorted(root.glob("phenotype/*.tsv"))), settings)]
    except NociscopeError:  # told among the problems
        return []


def _doubtful(name: str, table: AnswerTable, settings: PhenotypeSettings) -> Iterator[Problem]:
    from nociscope.cohort.answers import numbers
    from nociscope.models.phenotype.doubts import doubts

    instrument = find_instrument(name)
    entered = numbers(instrument, table.columns, table.people, "na")
    yield from doubts(instrument, entered, "scored" if name in settings.coded else "raw")


def _tables(source: Source, params: Params) -> Mapping[str, AnswerTable]:
    return read_tables(source.companions, PhenotypeSettings(**params["phenotype"]))[0]


def _params(context: Context) -> Params:
    return {"phenotype": context.study.phenotype.model_dump()}


STEP = Step(
    name="check-answers",
    version="1",
    level="group",
    needs={"answers": Need(read.EVERYONE, _tables, optional=True, with_params=True)},
    makes={},
    params=_params,
    run=run,
)
