"""Who enters a prediction and with which columns; nobody's missing number is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.core.hypothesis import Hypothesis, Prediction
from nociscope.core.hypothesis_data import MISSING_LABELS, HypothesisData, Person
from nociscope.stats.design import Array, code, integer_labels, is_numeric
from nociscope.stats.prediction.folds import Index
from nociscope.stats.prediction.pipeline import Columns
from nociscope.stats.sample import LOW_AFFINITY, missing

Excluded = tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class Entrants:
    """People with everything known, aligned.

    Parameters
    ----------
    people : who.
    columns : what predicts; regions first, they alone are harmonised. names : of these columns.
    y : shape (person,), 1 for the positive label, or the number.
    labels : the two labels, positive first; empty for a number.
    baseline, baseline_names : columns of the model without the measure, shape (person, column).
    strata : shape (person,), integer; outcomes are exchanged within one.
    sites : shape (person,), integer, or None where some are unknown.
    excluded : (participant, reason).
    """

    people: tuple[Person, ...]
    columns: Columns
    names: tuple[str, ...]
    y: Array
    labels: tuple[str, ...]
    baseline: Array
    baseline_names: tuple[str, ...]
    strata: Index
    sites: Index | None
    excluded: Excluded

    @property
    def positive(self) -> NDArray[np.bool_] | None:
        """Who has the positive label, shape (person,); None for a number."""
        return self.y == 1 if self.labels else None

    @property
    def n(self) -> Mapping[str, int]:
        """People per label, positive first, or in all."""
        if not self.labels:
            return {"people": int(self.y.size)}
        return {self.labels[0]: int(self.y.sum()), self.labels[1]: int((1 - self.y).sum())}

    @property
    def fewest(self) -> int:
        """People of the rarer label; half of all where the outcome is a number."""
        return min(self.n.values()) if self.labels else int(self.y.size) // 2


def entrants(data: HypothesisData, hypothesis: Hypothesis) -> Entrants:
    """Gather people who have every column that the hypothesis names.

    Raises
    ------
    InputError
        No outcome, an outcome of three labels, a positive label that nobody has.
    """
    asked = _asked(data, hypothesis)
    outcome, labels = _coded(np.asarray(data.outcome), asked)
    reasons = [_reason(data, hypothesis, i) for i in range(len(data.people))]
    kept = np.array([not r for r in reasons], dtype=bool)
    people = tuple(p for p, k in zip(data.people, kept, strict=True) if k)
    extra, extra_names = code({k: np.asarray(v)[kept] for k, v in data.features.items()}, len(people))
    baseline, baseline_names = code({k: np.asarray(v)[kept] for k, v in data.baseline.items()}, len(people))
    values = np.zeros((len(data.people), 0)) if data.values is None else np.asarray(data.values, float)
    batch = None if data.batch is None else np.asarray(data.batch).astype(str)[kept]
    blocks = integer_labels([p.block for p in people]) if _together(hypothesis) and people else None
    sites = integer_labels([p.site for p in people]) if people and all(p.site for p in people) else None
    apart = batch if asked.folds != "leave-site-out" else np.array([p.site for p in people], dtype=str)
    left_out = [(p.participant, r) for p, r in zip(data.people, reasons, strict=True) if r]
    return Entrants(
        people, Columns(np.hstack([values[kept], extra]), batch, blocks), (*data.regions, *extra_names),
        outcome[kept], labels, baseline, baseline_names, _strata(people, apart), sites, (*data.excluded, *left_out),
    )  # fmt: skip


def _asked(data: HypothesisData, hypothesis: Hypothesis) -> Prediction:
    if hypothesis.predict is None or data.outcome is None:
        raise InputError("a prediction needs its outcome", expected="predict and outcome", where=hypothesis.name)
    if hypothesis.alternative == "less":
        raise InputError(
            "a prediction is tested against chance from above", expected="alternative two-sided or greater",
            got="less", do="swap the labels with positive", where=hypothesis.name,
        )  # fmt: skip
    return hypothesis.predict


def _coded(outcome: NDArray[np.generic], asked: Prediction) -> tuple[Array, tuple[str, ...]]:
    """Outcome as numbers and the two labels, positive first; a number with two values is two labels."""
    known = ~missing(outcome)
    levels = np.unique(outcome[known])
    if is_numeric(outcome) and levels.size != 2:
        if asked.positive:
            raise InputError("an outcome of numbers has no positive label", expected="two labels", got=asked.positive)
        return outcome.astype(np.float64), ()
    names = [f"{v:g}" for v in levels.astype(float)] if is_numeric(outcome) else [str(v) for v in levels]
    if len(names) != 2:
        raise InputError(f"outcome {asked.outcome!r} is neither two labels nor numbers", expected="2", got=names)
    positive = asked.positive or names[1]
    if positive not in names:
        raise InputError(f"nobody is {positive!r}", expected=" or ".join(names), got=positive)
    is_positive = outcome == levels[names.index(positive)]
    return is_positive.astype(np.float64), (positive, names[1 - names.index(positive)])


def _reason(data: HypothesisData, hypothesis: Hypothesis, i: int) -> str:
    """Why somebody cannot enter, or nothing."""
    person = data.people[i]
    if person.genotype == LOW_AFFINITY and data.genotype_sensitive and "lab-included" not in hypothesis.override:
        return "low-affinity binder (rs6971)"
    if missing(np.asarray(data.outcome)[[i]])[0]:
        return "outcome missing"
    for region, value in zip(data.regions, [] if data.values is None else data.values[i], strict=False):
        if not np.isfinite(value):
            why = data.value_status.get((person.participant, region), "no value")
            return f"{region}: {why}"
    for what, columns in (("", data.features), ("baseline ", data.baseline)):
        for name, column in columns.items():
            if missing(np.asarray(column)[[i]])[0]:
                return f"{what}{name} missing"
    wanted = {
        hypothesis.harmonise: None if data.batch is None else str(data.batch[i]),
        hypothesis.stratify: person.stratum,
        _together(hypothesis): person.block,
    }
    unknown = [name for name, value in wanted.items() if name and value is not None and value in MISSING_LABELS]
    if hypothesis.predict and hypothesis.predict.folds == "leave-site-out" and person.site in MISSING_LABELS:
        unknown.append("site")
    return f"{unknown[0]} missing" if unknown else ""


def _together(hypothesis: Hypothesis) -> str:
    """Column whose levels are held out together."""
    return (hypothesis.predict.within if hypothesis.predict else "") or hypothesis.blocks


def _strata(people: tuple[Person, ...], batch: NDArray[np.str_] | None) -> Index:
    """Within whom outcomes are exchanged: strata of the study file, and sites that are harmonised or left out."""
    batches = [""] * len(people) if batch is None else batch.tolist()
    return integer_labels([f"{p.stratum}\x1f{b}" for p, b in zip(people, batches, strict=True)])
