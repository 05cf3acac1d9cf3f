"""Curves of the plasma-to-whole-blood ratio of activity. Time in min."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nociscope.core.records import Array
from nociscope.core.status import FitStatus
from nociscope.models.blood.curve import Curve, FittedCurve, InterpolatedCurve, Param, ParametricCurve, missing

_LEVEL = Param("level", "1", 0.05, 20.0, (1.2,))


def _constant(theta: Array, time: Array) -> Array:
    return theta[:, :1] * np.ones_like(time)


def _linear(theta: Array, time: Array) -> Array:
    return theta[:, :1] + theta[:, 1:2] * time


def _exponential(theta: Array, time: Array) -> Array:
    """Approach from ``start`` to ``level`` at a rate."""
    start, level, rate = theta.T[:, :, None]
    curve: Array = level + (start - level) * np.exp(-rate * np.maximum(time, 0))
    return curve


def natural_basis(u: Array, knots: Array) -> Array:
    """Natural cubic spline basis, (knot, sample): 1, u, and truncated cubics that are straight outside the knots.

    Hastie, Tibshirani & Friedman, Elements of Statistical Learning (2009), equation 5.4.
    """

    def reach(i: int) -> Array:
        last = np.maximum(u - knots[-1], 0) ** 3
        wide: Array = (np.maximum(u - knots[i], 0) ** 3 - last) / (knots[-1] - knots[i])
        return wide

    tail = reach(len(knots) - 2)
    return np.stack([np.ones_like(u), u, *(reach(i) - tail for i in range(len(knots) - 2))])


@dataclass(frozen=True)
class SplineCurve:
    """Natural cubic regression spline in log(1 + t), knots at even shares of the samples, level beyond them.

    As many knots as AICc asks for, from ``knots``.
    """

    name: str = "spline"
    knots: tuple[int, ...] = (4, 5, 6)
    cites: tuple[str, ...] = ()

    def fit(self, time: Array, values: Array, weights: Array | None = None) -> FittedCurve:
        """Least squares on the basis."""
        u = np.log1p(np.maximum(time, 0))
        places = (np.unique(np.quantile(u, np.linspace(0, 1, n))) for n in self.knots if values.size > n)
        fits = [_spline(self.name, k, self.cites).fit(time, values, weights) for k in places if k.size > 2]
        if not fits:
            return missing(self.name, values.size, FitStatus.TOO_FEW_FRAMES)
        return min(fits, key=lambda fit: fit.aicc)


def _spline(name: str, knots: Array, cites: tuple[str, ...]) -> ParametricCurve:
    def predict(theta: Array, at: Array) -> Array:
        inside = np.clip(np.log1p(np.maximum(at, 0)), knots[0], knots[-1])
        curve: Array = theta @ natural_basis(inside, knots)
        return curve

    params = tuple(Param(f"beta{i}", "1", -1e3, 1e3, (1.0 if i == 0 else 0.0,)) for i in range(knots.size))
    return ParametricCurve(name, params, predict, cites)


PLASMA_RATIO: dict[str, Curve] = {
    "constant": ParametricCurve("constant", (_LEVEL,), _constant, ("tonietto2016",)),
    "linear": ParametricCurve(
        "linear", (_LEVEL, Param("slope", "1/min", -0.5, 0.5, (0.0,))), _linear, ("tonietto2016",)
    ),
    "exponential": ParametricCurve(
        "exponential",
        (
            Param("start", "1", 0.05, 20.0, (0.8, 1.5)),
            _LEVEL,
            Param("rate", "1/min", 2e-3, 3.0, (0.01, 0.1, 0.7), log=True),
        ),
        _exponential,
        ("tonietto2016",),
    ),
    "spline": SplineCurve(),
    "interpolated": InterpolatedCurve(),
}
