"""Who answers several hypotheses: people complete in all of them, in one order; the others by name and reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from nociscope.core.hypothesis_data import HypothesisData, Terms
from nociscope.core.study import Hypothesis
from nociscope.stats.sample import Reasons, samples

Asked = tuple[HypothesisData, Hypothesis]


def complete_people(parts: Sequence[Asked]) -> tuple[tuple[str, ...], Reasons]:
    """Participants with a value in every region of every part, in the order of the first, and why others are out."""
    entering: list[set[str]] = []
    reasons: dict[str, str] = {}
    for data, hypothesis in parts:
        sets = samples(data, hypothesis)
        entering.append(set.intersection(*({p.participant for p in s.people} for s in sets)) if sets else set())
        for sample in sets:
            for listed in sample.excluded:
                for who, why in listed:
                    reasons.setdefault(who, f"{hypothesis.name}: {why}")
    complete = set.intersection(*entering)
    for (data, hypothesis), own in zip(parts, entering, strict=True):
        known = set(data.participants)
        for who in sorted(set.union(*entering) - own):
            reasons.setdefault(who, f"{hypothesis.name}: {'no value' if who in known else 'not among its people'}")
    out = tuple((who, why) for who, why in reasons.items() if who not in complete)
    return tuple(p for p in parts[0][0].participants if p in complete), out


def of_people(data: HypothesisData, participants: Sequence[str]) -> HypothesisData:
    """Return the same data of these participants only, in their order."""
    place = {who: i for i, who in enumerate(data.participants)}
    rows = np.array([place[who] for who in participants], dtype=np.int64)
    changed: dict[str, object] = {"people": tuple(data.people[i] for i in rows)}
    for one in fields(data):
        value = getattr(data, one.name)
        if isinstance(value, np.ndarray):
            changed[one.name] = value[rows]
        elif one.name in ("covariates", "features", "baseline", "match"):
            changed[one.name] = {name: np.asarray(column)[rows] for name, column in value.items()}
    if data.terms is not None:
        changed["terms"] = _rows_of_terms(data.terms, rows)
    return replace(data, **changed)  # type: ignore[arg-type]


def _rows_of_terms(terms: Terms, rows: NDArray[np.int64]) -> Terms:
    return replace(
        terms, matrix=terms.matrix[rows], missing=tuple(terms.missing[i] for i in rows),
        cells=tuple(terms.cells[i] for i in rows) if terms.cells else (),
    )  # fmt: skip
