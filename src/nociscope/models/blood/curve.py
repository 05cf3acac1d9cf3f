"""Curves through blood samples: a parametric curve with bounds and starts, or a line through the points.

Every family (parent fraction, plasma ratio, whole blood) is a table of these. Fitting gives a `FittedCurve`, which
can be read at any time and can draw itself again as other samples of the same noise would have made it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from nociscope.core.estimate import Estimate
from nociscope.core.records import Array
from nociscope.core.status import FitStatus
from nociscope.models.blood.noise import relative_noise
from nociscope.models.blood.solver import Predict, jacobian, solve


@dataclass(frozen=True)
class Param:
    """A parameter: unit, bounds, starts. ``log`` fits its logarithm, for what spans decades."""

    name: str
    unit: str
    low: float
    high: float
    starts: tuple[float, ...]
    log: bool = False


@dataclass(frozen=True, eq=False)
class FittedCurve:
    """A curve held to samples.

    ``at(time)`` gives (time,); ``redraw(rng, n, time)`` gives (n, time): the curve as refitted to n other samples
    with the same noise. ``aicc`` is nan where the curve has no residual degrees of freedom to be judged by.
    """

    model: str
    status: FitStatus
    parameters: Mapping[str, Estimate]
    n: int
    k: int
    rss: float
    aic: float
    aicc: float
    at: Callable[[Array], Array]
    redraw: Callable[[np.random.Generator, int, Array], Array]
    cites: tuple[str, ...] = ()


class Curve(Protocol):
    """What every entry of the families of parent fraction and plasma ratio can do."""

    @property
    def name(self) -> str:
        """Name in the settings."""

    @property
    def cites(self) -> tuple[str, ...]:
        """Keys of the citations table."""

    def fit(self, time: Array, values: Array, weights: Array | None = None) -> FittedCurve:
        """Hold the curve to samples."""


def criteria(n: int, k: int, rss: float) -> tuple[float, float]:
    """AIC and AICc of a least-squares fit with ``k`` parameters, the noise variance among them.

    Hurvich & Tsai 1989 (10.1093/biomet/76.2.297). AICc is infinite where n − k − 1 ≤ 0: too few samples to judge.
    """
    aic = n * math.log(max(rss / n, 1e-300)) + 2 * k
    spare = n - k - 1
    return aic, aic + 2 * k * (k + 1) / spare if spare > 0 else math.inf


@dataclass(frozen=True)
class ParametricCurve:
    """A curve with a formula: ``predict(theta, time)`` maps (problem, parameter), (sample,) to (problem, sample)."""

    name: str
    params: tuple[Param, ...]
    predict: Predict
    cites: tuple[str, ...] = ()

    def fit(self, time: Array, values: Array, weights: Array | None = None) -> FittedCurve:
        """Fit by bounded least squares from every combination of starts; weights are 1/variance up to a factor."""
        if values.size < len(self.params) + 1:
            return missing(self.name, values.size, FitStatus.TOO_FEW_FRAMES)
        return _Fit(self, time, values, np.ones_like(values) if weights is None else weights).curve()


@dataclass(frozen=True, eq=False)
class _Fit:
    model: ParametricCurve
    time: Array
    values: Array
    weights: Array
    _log: Array = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_log", np.array([p.log for p in self.model.params]))

    def _inner(self, natural: Array) -> Array:
        return np.where(self._log, np.log(np.maximum(natural, 1e-300)), natural)

    def _natural(self, inner: Array) -> Array:
        return np.where(self._log, np.exp(np.where(self._log, inner, 0.0)), inner)

    def _scaled(self, inner: Array, time: Array) -> Array:
        return self.model.predict(self._natural(inner), time) * np.sqrt(self.weights)

    @property
    def _bounds(self) -> tuple[Array, Array]:
        params = self.model.params
        return self._inner(np.array([p.low for p in params])), self._inner(np.array([p.high for p in params]))

    def _solve(self, start: Array, values: Array) -> tuple[Array, Array]:
        return solve(self._scaled, start, self.time, values * np.sqrt(self.weights), self._bounds)

    def curve(self) -> FittedCurve:
        starts = np.array(list(itertools.product(*(p.starts for p in self.model.params))))
        theta, rss = self._solve(self._inner(starts), np.broadcast_to(self.values, (len(starts), self.values.size)))
        if not np.isfinite(rss).any():
            return missing(self.model.name, self.values.size, FitStatus.NOT_CONVERGED)
        best = int(np.nanargmin(rss))
        k = len(self.model.params) + 1
        aic, aicc = criteria(self.values.size, k, float(rss[best]))
        parameters = self._estimates(theta[best], float(rss[best]))
        return FittedCurve(
            self.model.name, _worst(parameters), parameters, self.values.size, k, float(rss[best]), aic, aicc,
            lambda time: self.model.predict(self._natural(theta[best : best + 1]), time)[0],
            lambda rng, n, time: self._redraw(theta[best], float(rss[best]), rng, n, time),
            self.model.cites,
        )  # fmt: skip

    def _estimates(self, theta: Array, rss: float) -> dict[str, Estimate]:
        base = self._scaled(theta[None], self.time)
        slopes = jacobian(self._scaled, theta[None], self.time, base, self._bounds[1])[0]
        spare = self.values.size - theta.size
        covariance = np.linalg.pinv(slopes.T @ slopes) * (rss / spare if spare > 0 else math.nan)
        variance = np.diag(covariance)
        se = np.sqrt(np.where(variance >= 0, variance, math.nan)) * np.where(self._log, self._natural(theta), 1.0)
        low, high = self._bounds
        edge = (theta <= low + 1e-9 * np.abs(low)) | (theta >= high - 1e-9 * np.abs(high))
        natural = self._natural(theta)
        return {
            p.name: Estimate(
                float(natural[i]), float(se[i]), p.unit, "delta", FitStatus.AT_BOUND if edge[i] else FitStatus.OK
            )
            for i, p in enumerate(self.model.params)
        }

    def _redraw(self, theta: Array, rss: float, rng: np.random.Generator, n: int, time: Array) -> Array:
        """Refit to n parametric bootstrap samples; the noise variance is itself drawn, for it is known from few."""
        spare = self.values.size - theta.size
        scale = np.sqrt(rss / rng.chisquare(spare, n))
        fitted = self.model.predict(self._natural(theta[None]), self.time)
        noise = rng.standard_normal((n, self.values.size)) / np.sqrt(self.weights)
        again, _ = self._solve(np.repeat(theta[None], n, axis=0), fitted + scale[:, None] * noise)
        return self.model.predict(self._natural(again), time)


def _worst(parameters: Mapping[str, Estimate]) -> FitStatus:
    return next((e.status for e in parameters.values() if e.status is not FitStatus.OK), FitStatus.OK)


def missing(model: str, n: int, status: FitStatus) -> FittedCurve:
    """Return a curve that could not be had, with the reason; read anywhere it is nan."""
    return FittedCurve(
        model, status, {}, n, 0, math.nan, math.nan, math.inf,
        lambda time: np.full(time.shape, math.nan),
        lambda _rng, n, time: np.full((n, time.size), math.nan),
    )  # fmt: skip


@dataclass(frozen=True)
class InterpolatedCurve:
    """Straight lines between the samples, level beyond them.

    Has no residual, so no AICc: it is used when named, never chosen. A straight line over a gap lies above a convex
    curve: where few samples follow a fast decline, the area is too high.
    """

    name: str = "interpolated"
    cites: tuple[str, ...] = ("gasser1986",)

    def fit(
        self, time: Array, values: Array, weights: Array | None = None, noise: Callable[[], Array | None] | None = None
    ) -> FittedCurve:
        """Hold the points; repeated times are averaged.

        Parameters
        ----------
        noise : gives the standard deviation of each sample, (sample,), asked for only when draws are made; where it
            gives None, the noise is read from how neighbours disagree (Gasser et al. 1986), which is too much where
            the true curve bends between samples.
        """
        if values.size == 0:
            return missing(self.name, 0, FitStatus.MISSING_DATA)
        at, inverse = np.unique(time, return_inverse=True)
        mean = np.bincount(inverse, values) / np.bincount(inverse)

        def redraw(rng: np.random.Generator, n: int, grid: Array) -> Array:
            sd = noise() if noise is not None else None
            if sd is None:
                sd = (relative_noise(at, mean) * np.abs(mean))[inverse]
            jitter = rng.standard_normal((n, values.size)) * sd
            rows = [mean + np.bincount(inverse, row) / np.bincount(inverse) for row in jitter]
            return np.array([np.interp(grid, at, row) for row in rows]).reshape(n, grid.size)

        return FittedCurve(
            self.name, FitStatus.OK, {}, values.size, values.size, 0.0, math.nan, math.nan,
            lambda grid: np.interp(grid, at, mean), redraw, self.cites,
        )  # fmt: skip
