"""Who enters a test, who does not and why; nothing is imputed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nociscope.core.hypothesis_data import MISSING_LABELS, HypothesisData, Person, Terms
from nociscope.core.study import Hypothesis
from nociscope.stats.design import Array, is_numeric

LOW_AFFINITY = "LAB"

BETWEEN_PEOPLE = ("contrast", "correlate", "formula", "single_case", "mediate", "predict")
"""Questions whose answer rests on differences between people."""

Reasons = tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class Sample:
    """People of one set of regions that share the same people, with everything aligned.

    Parameters
    ----------
    people : who.
    values : shape (person, region); differences for a paired question.
    first : shape (person, region) or None; the second session of a paired question, for the plot.
    region_index : shape (region,), into the regions of the data.
    covariates : name to column, shape (person,).
    predictor : shape (person,) or None.
    excluded : per region of the sample, (participant, reason).
    terms : columns of a formula of these people, or None.
    batch : shape (person,), site to be harmonised, or None.
    """

    people: tuple[Person, ...]
    values: Array
    region_index: NDArray[np.int64]
    covariates: Mapping[str, NDArray[np.generic]]
    rows: NDArray[np.int64]
    predictor: Array | None
    excluded: tuple[Reasons, ...]
    terms: Terms | None = None
    batch: NDArray[np.str_] | None = None

    def labels(self, name: str) -> NDArray[np.str_]:
        """One descriptor of everybody: ``group``, ``site``, ``sex``, ``genotype``, ``stratum``, ``block``, ``part``."""
        return np.array([getattr(p, name) for p in self.people], dtype=str)


def response(data: HypothesisData, hypothesis: Hypothesis) -> Array:
    """Values that the question is about, shape (person, region); first minus second session where it is paired."""
    if hypothesis.kind == "paired":
        if data.session_values is None:
            return np.full((len(data.people), len(data.regions)), np.nan)
        first, second = (data.sessions.index(s) for s in hypothesis.paired)
        return np.asarray(data.session_values[:, first] - data.session_values[:, second])
    return np.asarray(data.values)


def samples(data: HypothesisData, hypothesis: Hypothesis) -> tuple[Sample, ...]:
    """Split regions into sets with the same people, in the order of their first region."""
    out_of_question, reasons = _left_out(data, hypothesis)
    y = response(data, hypothesis)
    enters = np.isfinite(y) & ~out_of_question[:, None]
    patterns: dict[bytes, list[int]] = {}
    for region in range(len(data.regions)):
        patterns.setdefault(enters[:, region].tobytes(), []).append(region)
    asked = _asked(data, hypothesis)
    return tuple(_sample(data, y, np.array(index), enters[:, index[0]], asked, reasons) for index in patterns.values())


def _sample(
    data: HypothesisData,
    y: Array,
    regions: NDArray[np.int64],
    keep: NDArray[np.bool_],
    asked: NDArray[np.bool_],
    reasons: Mapping[str, str],
) -> Sample:
    rows = np.flatnonzero(keep)
    return Sample(
        people=tuple(_in_cell(data, int(i)) for i in rows),
        values=y[np.ix_(rows, regions)],
        region_index=regions,
        covariates={name: np.asarray(column)[rows] for name, column in data.covariates.items()},
        rows=rows,
        predictor=None if data.predictor is None else data.predictor[rows],
        excluded=tuple(_reasons(data, data.regions[r], keep, asked, reasons) for r in regions),
        terms=None if data.terms is None else _of_rows(data.terms, rows),
        batch=None if data.batch is None else data.batch[rows],
    )


def _in_cell(data: HypothesisData, i: int) -> Person:
    """A person, of whom a formula's tested levels are the group."""
    cells = () if data.terms is None else data.terms.cells
    return replace(data.people[i], group=cells[i]) if cells and any(cells) else data.people[i]


def _of_rows(terms: Terms, rows: NDArray[np.int64]) -> Terms:
    return replace(
        terms,
        matrix=terms.matrix[rows],
        missing=tuple(terms.missing[i] for i in rows),
        cells=tuple(terms.cells[i] for i in rows) if terms.cells else ("",) * rows.size,
    )


def _reasons(
    data: HypothesisData,
    region: str,
    keep: NDArray[np.bool_],
    asked: NDArray[np.bool_],
    reasons: Mapping[str, str],
) -> Reasons:
    found = list(data.excluded)
    for i in np.flatnonzero(~keep & asked):
        who = data.people[i].participant
        found.append((who, reasons.get(who) or data.value_status.get((who, region), "no value in this region")))
    return tuple(found)


def _asked(data: HypothesisData, hypothesis: Hypothesis) -> NDArray[np.bool_]:
    """Whom the question is about: of a contrast only its two groups (and those whose group nobody knows)."""
    if hypothesis.kind != "contrast":
        return np.ones(len(data.people), dtype=bool)
    known = {*hypothesis.contrast, *MISSING_LABELS}
    return np.array([p.group in known for p in data.people], dtype=bool)


def _left_out(data: HypothesisData, hypothesis: Hypothesis) -> tuple[NDArray[np.bool_], dict[str, str]]:
    """People who enter no region, shape (person,), and the reason of each."""
    reasons: dict[str, str] = {}
    out = ~_asked(data, hypothesis)
    for i, person in enumerate(data.people):
        reason = _reason(data, hypothesis, i, person)
        if reason and not out[i]:
            reasons[person.participant] = reason
            out[i] = True
    return out, reasons


def _reason(data: HypothesisData, hypothesis: Hypothesis, i: int, person: Person) -> str:
    """Why somebody does not enter, the first of several reasons; empty where they do."""
    reasons = (
        "group unknown" if hypothesis.kind == "contrast" and person.group in MISSING_LABELS else "",
        _low_affinity(data, hypothesis, person),
        _unknown(data, hypothesis, i),
        _without_label(hypothesis, person),
    )
    return next(filter(None, reasons), "")


def _low_affinity(data: HypothesisData, hypothesis: Hypothesis, person: Person) -> str:
    out = person.genotype == LOW_AFFINITY and leaves_out_low_affinity(data, hypothesis)
    return "low-affinity binder (rs6971)" if out else ""


def _unknown(data: HypothesisData, hypothesis: Hypothesis, i: int) -> str:
    if data.predictor is not None and hypothesis.kind == "correlate" and not np.isfinite(data.predictor[i]):
        return f"{data.predictor_name or hypothesis.correlate} missing"
    for name, column in data.covariates.items():
        if missing(np.asarray(column))[i]:
            return f"covariate {name} missing"
    return f"{data.terms.missing[i]} missing" if data.terms is not None and data.terms.missing[i] else ""


def _without_label(hypothesis: Hypothesis, person: Person) -> str:
    columns = (
        (hypothesis.stratify, person.stratum), (hypothesis.blocks, person.block),
        (hypothesis.separately_by, person.part),
    )  # fmt: skip
    return next((f"{name} missing" for name, label in columns if name and label in MISSING_LABELS), "")


def leaves_out_low_affinity(data: HypothesisData, hypothesis: Hypothesis) -> bool:
    """Whether low-affinity binders stay out: between people, unless asked about or kept by name."""
    between = hypothesis.kind in BETWEEN_PEOPLE
    kept = LOW_AFFINITY in hypothesis.contrast or "lab-included" in hypothesis.override
    return between and data.genotype_sensitive and not kept


def missing(column: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Entries that nobody knows, shape (person,)."""
    if is_numeric(column):
        return ~np.isfinite(column.astype(np.float64))
    return np.isin(column.astype(str), list(MISSING_LABELS | {"nan", "None"}))
