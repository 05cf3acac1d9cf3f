"""Curves through arterial whole blood. Time in min, activity in kBq/mL."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np

from nociscope.core.records import Array
from nociscope.core.status import FitStatus
from nociscope.models.blood.curve import FittedCurve, Param, ParametricCurve, missing
from nociscope.models.blood.plasma_ratio import natural_basis
from nociscope.models.blood.whole_blood import BloodPoints

_KNOTS = 6
_ONSET = 0.05
_SOON = 0.25


class BloodCurve(Protocol):
    """What every entry of the table can do."""

    name: str
    cites: tuple[str, ...]

    def fit(self, points: BloodPoints) -> FittedCurve:
        """Hold the curve to the points."""


class Interpolated:
    """Straight lines through the points, from zero at injection; draws jitter the points by their noise."""

    name = "interpolated"
    cites: tuple[str, ...] = ()

    def fit(self, points: BloodPoints) -> FittedCurve:
        """No assumption on the form, none on what lies between samples but that it is straight."""
        time, activity, sd = (np.asarray(x) for x in _from_zero(points))

        def redraw(rng: np.random.Generator, n: int, grid: Array) -> Array:
            rows = activity + sd * rng.standard_normal((n, sd.size))
            return np.array([np.interp(grid, time, row) for row in rows]).reshape(n, grid.size)

        return FittedCurve(
            self.name, FitStatus.OK, {}, points.time.size, points.time.size, 0.0, math.nan, math.nan,
            lambda grid: np.interp(grid, time, activity), redraw, self.cites,
        )  # fmt: skip


def _from_zero(points: BloodPoints) -> tuple[Array, Array, Array]:
    """Add the zero at injection where sampling began later."""
    if points.time[0] <= 0:
        return points.time, points.activity, points.sd
    return tuple(np.concatenate([[0.0], x]) for x in (points.time, points.activity, points.sd))  # type: ignore[return-value]


def _rise_then(points: BloodPoints, tail: FittedCurve, name: str, cites: tuple[str, ...]) -> FittedCurve:
    """Join straight lines up to the peak with a fitted curve after it; ``tail`` counts time from the peak."""
    time, activity, sd = _from_zero(points)
    peak = int(np.argmax(activity))
    rise_time, rise, rise_sd = time[:peak], activity[:peak], sd[:peak]

    def joined(grid: Array, after: Array, top: Array, before: Array) -> Array:
        lines = np.array(
            [np.interp(grid, [*rise_time, time[peak]], [*row, t]) for row, t in zip(before, top, strict=True)]
        )
        whole: Array = np.where(grid < time[peak], lines.reshape(after.shape), after)
        return whole

    def at(grid: Array) -> Array:
        late = tail.at(np.concatenate([[0.0], np.maximum(grid - time[peak], 0)]))[None]
        curve: Array = joined(grid, late[:, 1:], late[:, 0], rise[None])[0]
        return curve

    def redraw(rng: np.random.Generator, n: int, grid: Array) -> Array:
        late = tail.redraw(rng, n, np.concatenate([[0.0], np.maximum(grid - time[peak], 0)]))
        return joined(grid, late[:, 1:], late[:, 0], rise + rise_sd * rng.standard_normal((n, peak)))

    return replace(tail, model=name, at=at, redraw=redraw, cites=cites)


def _after_peak(points: BloodPoints) -> tuple[Array, Array, Array]:
    peak = int(np.argmax(points.activity))
    return points.time[peak:] - points.time[peak], points.activity[peak:], points.sd[peak:]


def _three_exponentials(theta: Array, time: Array) -> Array:
    """Σ Aᵢ e^(−λᵢ t), t from the peak."""
    amplitudes, rates = theta[:, :3, None], theta[:, 3:, None]
    curve: Array = np.sum(amplitudes * np.exp(-rates * time), axis=1)
    return curve


def _amplitude(name: str, peak: float, share: float) -> Param:
    return Param(name, "kBq/mL", 1e-6 * peak, 5 * peak, (share * peak,), log=True)


class TriExponential:
    """Straight lines to the peak, three exponentials after it (the form of most bolus inputs in humans)."""

    name = "triexponential"
    cites: tuple[str, ...] = ("tonietto2016",)

    def fit(self, points: BloodPoints) -> FittedCurve:
        """Weighted least squares from eight starts."""
        time, activity, sd = _after_peak(points)
        peak = float(activity[0])
        params = (
            _amplitude("A1", peak, 0.8), _amplitude("A2", peak, 0.15), _amplitude("A3", peak, 0.05),
            Param("lambda1", "1/min", 0.3, 60.0, (2.0, 8.0), log=True),
            Param("lambda2", "1/min", 0.02, 5.0, (0.15, 0.7), log=True),
            Param("lambda3", "1/min", 1e-6, 0.3, (0.002, 0.02), log=True),
        )  # fmt: skip
        tail = ParametricCurve(self.name, params, _three_exponentials).fit(time, activity, 1 / sd**2)
        return _rise_then(points, tail, self.name, self.cites) if tail.status.keeps_value else tail


def _feng(theta: Array, time: Array) -> Array:
    """(A1 t − A2 − A3) e^(−λ1 t) + A2 e^(−λ2 t) + A3 e^(−λ3 t), t from arrival; zero before."""
    onset, a1, a2, a3, l1, l2, l3 = theta.T[:, :, None]
    t = np.maximum(time - onset, 0)
    curve: Array = (a1 * t - a2 - a3) * np.exp(-l1 * t) + a2 * np.exp(-l2 * t) + a3 * np.exp(-l3 * t)
    return curve


class Feng:
    """One formula from arrival to the end (Feng, Huang & Wang 1993, model 2): for a bolus, not for an infusion."""

    name = "feng"
    cites: tuple[str, ...] = ("feng1993",)

    def fit(self, points: BloodPoints) -> FittedCurve:
        """Weighted least squares from sixteen starts around the onset that the samples show."""
        peak, top = float(points.activity.max()), float(points.time[np.argmax(points.activity)])
        onset = float(points.time[np.argmax(points.activity > _ONSET * peak)])
        params = (
            Param("onset", "min", min(0.0, points.time[0]), top, (max(onset - 0.1, 0.0), onset)),
            Param("A1", "kBq/mL/min", 1e-3 * peak, 500 * peak, (10 * peak,), log=True),
            _amplitude("A2", peak, 0.15), _amplitude("A3", peak, 0.05),
            Param("lambda1", "1/min", 0.3, 60.0, (3.0, 10.0), log=True),
            Param("lambda2", "1/min", 0.02, 5.0, (0.15, 0.7), log=True),
            Param("lambda3", "1/min", 1e-6, 0.3, (0.002, 0.02), log=True),
        )  # fmt: skip
        return ParametricCurve(self.name, params, _feng, self.cites).fit(points.time, points.activity, 1 / points.sd**2)


class Spline:
    """Straight lines to the peak, then a natural cubic spline of log activity in log time.

    Needs activity above zero after the peak. Follows any smooth decline; between far samples it is a guess.
    """

    name = "spline"
    cites: tuple[str, ...] = ()

    def fit(self, points: BloodPoints) -> FittedCurve:
        """Weighted least squares on the basis; weights carried to the logarithm by the delta method."""
        time, activity, sd = _after_peak(points)
        if (activity <= 0).any() or time.size < _KNOTS + 2:
            return missing(self.name, time.size, FitStatus.TOO_FEW_FRAMES)
        u = np.log(time + _SOON)
        knots = np.linspace(u[0], u[-1], _KNOTS)
        params = tuple(Param(f"beta{i}", "1", -1e4, 1e4, (0.0,)) for i in range(_KNOTS))

        def predict(theta: Array, at: Array) -> Array:
            curve: Array = theta @ natural_basis(np.log(at + _SOON), knots)
            return curve

        log_fit = ParametricCurve(self.name, params, predict).fit(time, np.log(activity), (activity / sd) ** 2)
        return _rise_then(points, _exponentiated(log_fit), self.name, self.cites)


def _exponentiated(fit: FittedCurve) -> FittedCurve:
    at: Callable[[Array], Array] = lambda time: np.exp(fit.at(time))  # noqa: E731
    return replace(fit, at=at, redraw=lambda rng, n, time: np.exp(fit.redraw(rng, n, time)))


WHOLE_BLOOD: dict[str, BloodCurve] = {
    curve.name: curve for curve in (Interpolated(), TriExponential(), Feng(), Spline())
}
