"""What the names of a hypothesis mean: columns of tables about people, or other measures of the cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nociscope.cohort.cube import Cube
from nociscope.cohort.descriptors import as_label, known, labels, numbers_or_labels
from nociscope.core.errors import StudyError
from nociscope.core.hypothesis_data import Array, Terms
from nociscope.core.records import Measure
from nociscope.core.study import Hypothesis, Study
from nociscope.io.people import People


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
class Named:
    """Names of one hypothesis as columns, shape (person,): of a table about people, or ``model.measure.region``."""

    view: CohortView
    hypothesis: Hypothesis
    modality: str
    ids: Sequence[str]
    sessions: Sequence[str]
    accepted: frozenset[str]

    def column(self, name: str) -> np.ndarray:
        """One name: a column of a table about people, or another measure of the cohort."""
        if name not in self.view.people.columns and (rows := self._measured(name)):
            region = rows[0].region
            return Cube(rows, self.ids, self._sessions_of(rows), (region,), self.accepted).mean()[:, 0]
        return column_of(self.view, name, self.ids, self.sessions)

    def _measured(self, name: str) -> list[Measure]:
        """Rows of ``model.measure.region`` or ``measure.region``; of several modalities the hypothesis' own."""
        parts = tuple(name.rsplit(".", 2))  # a model may hold dots: freesurfer-7.4.1-aseg
        of_name = {3: lambda r: (r.method, r.measure, r.region), 2: lambda r: (r.measure, r.region)}.get(len(parts))
        rows = [r for r in self.view.rows if of_name is not None and of_name(r) == parts]
        own = [r for r in rows if r.modality == self.modality]
        rows = own or rows
        if len(kinds := sorted({f"{r.modality} {r.method}" for r in rows})) > 1:
            raise fault(self.hypothesis, f"{name!r} means several measures", kinds, "write model.measure.region")
        return rows

    def _sessions_of(self, rows: Sequence[Measure]) -> tuple[str, ...]:
        """The hypothesis' sessions where the other measure has them, else its own."""
        theirs = sorted({r.session_id for r in rows})
        return tuple(s for s in self.sessions if s in theirs) or tuple(theirs)

    def number(self, name: str, instead: str) -> Array:
        """One name that must be numeric."""
        column = self.column(name)
        if column.dtype.kind != "f":
            raise fault(self.hypothesis, f"{name!r} is not numeric", ["a numeric column"], instead)
        return column

    def labels(self, name: str) -> np.ndarray:
        """One name as labels, the genotype as binding status."""
        return np.array([label_of(self.view, i, name, self.sessions) for i in self.ids])

    def predictor(self) -> Array | None:
        """The other variable of a correlation."""
        return self.number(self.hypothesis.correlate, "use contrast") if self.hypothesis.correlate else None

    def terms(self) -> Terms | None:
        """Columns of a formula; whoever is in none of the study's groups lacks the group."""
        if not self.hypothesis.formula:
            return None
        from nociscope.cohort.formula import formula_terms, variables  # brings formulaic: only who asks pays for it

        try:
            columns = {name: self.column(name) for name in variables(self.hypothesis.formula)}
            groups = self.view.study.groups
            if groups.levels and groups.variable in columns:
                known = columns[groups.variable].astype(str)
                columns[groups.variable] = np.where(np.isin(known, groups.levels), known, "")
            return formula_terms(self.hypothesis.formula, self.hypothesis.test, columns)
        except StudyError as error:
            raise StudyError(str(error), where=f"hypothesis {self.hypothesis.name!r}") from error

    def of_kind(self) -> dict[str, Any]:
        """What only some kinds of question need: cause and mediator, outcome and columns, matches, sites."""
        asked, out = self.hypothesis, dict[str, Any]()
        if asked.mediate is not None:
            cause = asked.mediate.cause
            out["cause"] = self.labels(cause) if asked.mediate.levels else self.column(cause)
            out["mediator"] = self.number(asked.mediate.through, "name a measure or a numeric column")
        if asked.predict is not None:
            base = asked.predict.baseline
            out["outcome"] = (
                self.labels(asked.predict.outcome) if asked.predict.positive else self.column(asked.predict.outcome)
            )
            out["features"] = {name: self.column(name) for name in asked.predict.features}
            names = held_constant(self.view.study, asked) if base is None else base
            out["baseline"] = {name: self.column(name) for name in names}
        if asked.single_case is not None:
            out["match"] = {name: self.labels(name) for name in asked.single_case.match}
        if asked.harmonise:
            out["batch"] = self.labels(asked.harmonise)
        return out


def label_of(view: CohortView, participant: str, column: str, sessions: Sequence[str]) -> str:
    """One descriptor as a label; the genotype column is read as binding status, so both strands mean the same."""
    if column == view.study.covariates.genotype:
        return view.binding.get(participant, "")
    return as_label(known(view.people, participant, column, sessions))


def held_constant(study: Study, hypothesis: Hypothesis) -> list[str]:
    """What is held constant; a formula says itself what it holds."""
    if hypothesis.kind == "formula":
        return []
    return study.covariates.use if hypothesis.covariates is None else hypothesis.covariates


def column_of(view: CohortView, name: str, ids: Sequence[str], sessions: Sequence[str]) -> np.ndarray:
    """A covariate, numeric where every known value is a number and the study does not call it a label."""
    if name == view.study.covariates.genotype:
        return np.array([view.binding.get(i, "") for i in ids])
    if name in view.study.covariates.categorical:
        return labels(view.people, name, ids, sessions)
    return numbers_or_labels(view.people, name, ids, sessions)


def fault(hypothesis: Hypothesis, message: str, found: Sequence[str], do: str) -> StudyError:
    """A hypothesis that cannot be asked, with what exists instead."""
    return StudyError(
        message, expected="one of " + ", ".join(found or ["nothing: the cohort table has no such rows"]),
        where=f"hypothesis {hypothesis.name!r}", do=do,
    )  # fmt: skip
