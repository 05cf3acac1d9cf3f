"""Estimates, errors, effects and intervals in every element, a slice of the map at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.stats import linear
from nociscope.stats.asked import Question
from nociscope.stats.design import Array
from nociscope.stats.effects import small_sample_factor
from nociscope.stats.linear import residual_maker
from nociscope.stats.maps.engine import MapTest, Values

SLICE = 16_384
"""Elements held in float64 at a time."""

EFFECTS = {
    "hedges_g": "hedges_g", "dz": "dz", "standardised": "standardised", "pearson_r": "r", "spearman_rho": "r",
    "partial_eta_squared": "partial_eta_squared",
}  # fmt: skip
"""Name of the effect of a question to the name of its map."""

_NO_SPREAD = 1e-10


def slices(elements: int) -> Iterator[slice]:
    """Cut a map into slices."""
    return (slice(start, min(start + SLICE, elements)) for start in range(0, elements, SLICE))


def usable(question: Question, values: Values) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Elements in which everybody has a finite number, and those where people differ beyond the design; (element,)."""
    finite = np.empty(values.shape[1], dtype=np.bool_)
    spread = np.zeros(values.shape[1], dtype=np.bool_)
    maker = residual_maker(question.design.matrix)
    for part in slices(values.shape[1]):
        y = values[:, part].astype(np.float64)
        finite[part] = np.isfinite(y).all(axis=0)
        y = np.where(finite[part], y, 0.0)
        # images are float32: what is smaller than their round-off is no spread
        least = _NO_SPREAD if values.dtype == np.float64 else 1e-7
        spread[part] = np.linalg.norm(maker @ y, axis=0) > least * np.linalg.norm(y, axis=0)
    return finite, spread


def ranked(values: Values) -> Values:
    """Ranks of people within each element."""
    out = np.empty(values.shape, dtype=np.float32)
    for part in slices(values.shape[1]):
        out[:, part] = stats.rankdata(values[:, part], axis=0)
    return out


def estimates(question: Question, values: Values, test: MapTest, level: float, hc2: bool) -> Mapping[str, Array]:
    """Maps of one question, shapes (element,): estimate, se, t, effect and ends of the interval; or F and effect."""
    if test.questions > 1:
        explained = test.statistic * test.questions
        return {"F": test.statistic, "partial_eta_squared": explained / (explained + test.dof)}
    parts = [_of_slice(question, values[:, part].astype(np.float64), level, hc2) for part in slices(values.shape[1])]
    maps = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return {**maps, "t": test.statistic}


def _of_slice(question: Question, y: Array, level: float, hc2: bool) -> dict[str, Array]:
    fitted = linear.fit(question.design, y)
    se, dof = (fitted.se, fitted.dof) if hc2 else (fitted.se_pooled, np.full(fitted.se.size, fitted.residual_dof))
    half = stats.t.ppf(0.5 + level / 2, dof) * se
    name = EFFECTS[question.effect]
    if name == "r":
        t = fitted.estimate / fitted.se_pooled
        effect = t / np.sqrt(t**2 + fitted.residual_dof)
    else:
        effect = small_sample_factor(fitted.residual_dof) * fitted.estimate / fitted.spread
    return {
        "estimate": fitted.estimate, "se": se, "ci_low": fitted.estimate - half, "ci_high": fitted.estimate + half,
        name: effect,
    }  # fmt: skip
