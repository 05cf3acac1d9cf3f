"""The people of one site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nociscope.core.hypothesis_data import MISSING_LABELS, HypothesisData

_ARRAYS = (
    "values", "session_values", "se", "predictor", "reference_values", "reference_session_values", "mediator", "cause",
    "outcome", "batch",
)  # fmt: skip
_COLUMNS = ("covariates", "features", "baseline", "match")


def named_sites(data: HypothesisData) -> tuple[str, ...]:
    """Levels of ``Person.part``, sorted; the unknown one is no site."""
    return tuple(sorted({p.part for p in data.people} - MISSING_LABELS))


def at_sites(data: HypothesisData, sites: tuple[str, ...]) -> NDArray[np.bool_]:
    """Who was measured at one of these sites, shape (person,)."""
    return np.array([p.part in sites for p in data.people])


def taken(data: HypothesisData, keep: NDArray[np.bool_]) -> HypothesisData:
    """Return the data of some people, ``keep`` of shape (person,); a model by formula cannot be cut."""
    rows = np.flatnonzero(keep)

    def cut(array: NDArray[np.generic] | None) -> NDArray[np.generic] | None:
        return None if array is None else np.asarray(array)[rows]

    def columns(named: Mapping[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
        return {name: np.asarray(column)[rows] for name, column in named.items()}

    people = tuple(data.people[i] for i in rows)
    who = {p.participant for p in people}
    changed: dict[str, object] = {name: cut(getattr(data, name)) for name in _ARRAYS}
    changed |= {name: columns(getattr(data, name)) for name in _COLUMNS}
    changed |= {"people": people, "value_status": {k: v for k, v in data.value_status.items() if k[0] in who}}
    return replace(data, **changed)  # type: ignore[arg-type]
