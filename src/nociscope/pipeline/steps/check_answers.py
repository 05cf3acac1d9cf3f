"""What tables of answers show that no single answer can, and for ``nociscope check`` everything that is wrong there."""

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
from nociscope.pipeline.steps.score_phenotype import read_tables


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Look at every table as a whole; nothing is changed, the report tells what is doubtful."""
    settings = PhenotypeSettings(**params["phenotype"])
    tables: Mapping[str, AnswerTable] = records["answers"] or {}
    return Produced({}, tuple(p for name, table in tables.items() for p in _doubtful(name, table, settings)))


def answer_problems(root: Path, settings: PhenotypeSettings) -> list[Problem]:
    """Everything that is wrong with the tables of answers of a dataset, as a run would meet it.

    Parameters
    ----------
    root : of the dataset.
    """
    from nociscope.cohort.answers import impossible

    tables = tuple(sorted(root.glob("phenotype/*.tsv")))
    try:
        found, problems = read_tables(tables, settings)
    except NociscopeError as error:  # the study file names what is not there
        return [Problem("answers-refused", "study file", str(error), (), error.do or "", "error")]
    for name, table in found.items():
        instrument = find_instrument(name)
        wrong = impossible(instrument, table.columns, table.people)
        problems += [*table.problems, *(replace(p, blocks=(instrument.name,), severity="error") for p in wrong)]
        problems += _doubtful(name, table, settings)
    return problems


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
