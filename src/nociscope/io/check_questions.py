"""Names in hypotheses held against the tables about people, before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator

from nociscope.core.errors import MissingMetadata
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.problem import Problem
from nociscope.core.study import Study
from nociscope.io.people import People


def question_problems(study: Study, people: People) -> Iterator[Problem]:
    """Columns and levels that a hypothesis names and no table has; a misspelt name would stop the group level.

    A name with a full stop may be another measure or a grade, which are known only after the run, and is left alone.
    """
    if not people.rows:
        return
    for hypothesis in study.hypothesis:
        where = f"hypothesis {hypothesis.name}"
        for name in dict.fromkeys(_columns(hypothesis, study)):
            if name and "." not in name and not _known(name, people):
                message = f"no table about people has a column {name!r}; there are {', '.join(_bare(people))}"
                yield Problem("column-unknown", where, message, ("all hypotheses",), "mend the name in the study file")
        yield from _levels(hypothesis, study, people, where)


def _levels(hypothesis: Hypothesis, study: Study, people: People, where: str) -> Iterator[Problem]:
    """Groups of a contrast that nobody is in."""
    column = hypothesis.by or study.groups.variable
    wanted = [*hypothesis.contrast]
    if hypothesis.single_case is not None:
        wanted += [hypothesis.single_case.cases, hypothesis.single_case.controls]
    if not wanted or column == study.covariates.genotype or column not in people.sources:
        return
    found = sorted({str(row[column]) for row in people.rows.values() if column in row})
    if absent := [level for level in wanted if level not in found]:
        message = f"nobody is in {', '.join(absent)}; {column} holds {', '.join(found)}"
        yield Problem("level-unknown", where, message, ("this hypothesis",), "mend the level in the study file")


def _columns(hypothesis: Hypothesis, study: Study) -> Iterator[str]:
    """Every column that a hypothesis names; the genotype's may be read from elsewhere."""
    h = hypothesis
    named = [h.by, h.correlate, h.separately_by, h.harmonise, h.stratify, h.blocks]
    named += study.covariates.use if h.covariates is None and h.kind != "formula" else h.covariates or []
    if h.replicate is not None:
        named.append(h.replicate.across)
    if h.mediate is not None:
        named += [h.mediate.cause, h.mediate.through]
    if h.predict is not None:
        named += [h.predict.outcome, h.predict.within, *h.predict.features, *(h.predict.baseline or [])]
    if h.single_case is not None:
        named += h.single_case.match
    yield from (name for name in named if name != study.covariates.genotype)


def _known(name: str, people: People) -> bool:
    try:
        people.resolve(name)
    except MissingMetadata:
        return False
    return True


def _bare(people: People) -> list[str]:
    """Columns that can be named without a table."""
    return [c for c in people.sources if "." not in c] or ["none"]
