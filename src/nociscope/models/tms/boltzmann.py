"""A Boltzmann curve by least squares: optimum, covariance, and whether the data determine it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from nociscope.core.status import FitStatus

Array = NDArray[np.float64]

CONDITION = 1e6
"""Of the information matrix in relative parameters; above it some combination of them is free."""


def boltzmann(intensity: Array, a: float, s50: float, k: float, floor: float = 0.0) -> Array:
    """Return the curve at these intensities."""
    return np.asarray(floor + a / (1 + np.exp(np.clip((s50 - np.asarray(intensity)) / k, -500, 500))))


_ROUND_OFF = 1e-20
"""Variance as a share of the squared mean below which potentials are equal."""


def root_weights(levels: Array, mean: Array, index: NDArray[np.intp], y: Array, errors: str) -> Array:
    """Square roots of 1/variance, the variance a power of the mean that the levels themselves show."""
    if errors != "weighted":
        return np.ones_like(y)
    n = np.bincount(index)
    variance = np.bincount(index, (y - mean[index]) ** 2) / np.maximum(n - 1, 1)
    use = (n > 2) & (variance > _ROUND_OFF * mean**2)  # equal sizes differ by round-off, which is no spread
    if use.sum() < 3:
        return np.asarray(1 / mean[index])
    at, spread, freedom = np.log(mean[use]), np.log(variance[use]), n[use] - 1.0
    slope = np.polyfit(at, spread, 1, w=np.sqrt(freedom))[0] if np.ptp(at) > 0 else 2.0
    power = float(np.clip(slope, 0, 3))
    scale = float(np.average(spread - power * at, weights=freedom))
    return np.asarray(1 / np.sqrt(np.exp(scale) * mean[index] ** power))


def fitted(
    x: Array, y: Array, root: Array, errors: str, floor: bool
) -> tuple[Array, Array, tuple[Array, Array]]:  # fmt: skip
    """Optimum in (ln A, S50, ln k, ln floor) from several starts, its covariance and the bounds."""
    span, top, bottom = float(np.ptp(x)), float(y.max()), float(y.min())
    lower = np.array([math.log(top) - 4, x.min() - span, math.log(span / 200), math.log(bottom) - 5])
    upper = np.array([math.log(top) + 3, x.max() + span, math.log(2 * span), math.log(top)])
    n = 3 + floor

    def residual(theta: Array) -> Array:
        curve = _curve(x, theta)
        return np.asarray(np.log(curve) - np.log(y) if errors == "log" else (curve - y) * root)

    def jacobian(theta: Array) -> Array:
        steep, curve = _slopes(x, theta), _curve(x, theta)
        return np.asarray(steep / curve[:, None] if errors == "log" else steep * root[:, None])

    best = None
    for share in (0.25, 0.5, 0.75):
        start = np.array([math.log(top), x.min() + share * span, math.log(span / 10), math.log(bottom)])[:n]
        found = optimize.least_squares(
            residual, start, jacobian, bounds=(lower[:n], upper[:n]), x_scale=_scale(span, n)
        )
        best = found if best is None or found.cost < best.cost else best
    assert best is not None  # three starts
    spread = 2 * best.cost / max(1, y.size - n)
    steep = jacobian(best.x)
    length = np.sqrt((steep**2).sum(axis=0))
    unit = steep / np.maximum(length, 1e-300)
    free = length.min() < 1e-12 * length.max() or np.linalg.cond(unit) > 1e7
    # a pseudo-inverse would give what is free no variance at all
    inner = np.full((n, n), np.nan) if free else np.linalg.inv(unit.T @ unit) / np.outer(length, length)
    return np.asarray(best.x), np.asarray(spread * inner, dtype=np.float64), (lower[:n], upper[:n])


def _scale(span: float, n: int) -> Array:
    return np.array([1.0, span / 5, 1.0, 1.0])[:n]


def _curve(x: Array, theta: Array) -> Array:
    low = math.exp(theta[3]) if theta.size > 3 else 0.0
    return np.maximum(boltzmann(x, math.exp(theta[0]), theta[1], math.exp(theta[2]), low), 1e-300)


def _slopes(x: Array, theta: Array) -> Array:
    """Derivatives of the curve in (ln A, S50, ln k, ln floor), shape (pulse, parameter)."""
    a, k = math.exp(theta[0]), math.exp(theta[2])
    s = boltzmann(x, 1.0, theta[1], k)
    bell = a * s * (1 - s)
    columns = [a * s, -bell / k, bell * (theta[1] - x) / k]
    return np.column_stack([*columns, np.full_like(x, math.exp(theta[3]))] if theta.size > 3 else columns)


def condition_of(covariance: Array, s50: float) -> float:
    """Condition number of the covariance of ln A, S50/S50 and ln k; infinite where something is free."""
    if not np.isfinite(covariance).all():
        return math.inf
    relative = covariance[:3, :3] / np.outer([1, abs(s50), 1], [1, abs(s50), 1])
    return float(np.linalg.cond(relative))


def status_of(theta: Array, bounds: tuple[Array, Array], covariance: Array, condition: float) -> FitStatus:
    """Whether a parameter rests on its bound or is free."""
    near = 1e-3 * (bounds[1] - bounds[0])
    if ((theta - bounds[0] < near) | (bounds[1] - theta < near))[:3].any():
        return FitStatus.AT_BOUND
    errors = np.sqrt(np.diag(covariance))
    wide = max(errors[0], errors[2]) > 1  # A or k within a factor of e either way: of their own size
    return (
        FitStatus.NOT_IDENTIFIABLE if wide or condition > CONDITION or not np.isfinite(errors).all() else FitStatus.OK
    )
