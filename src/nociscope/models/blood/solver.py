"""Bounded least squares for many small problems at once: the starts of one fit, or the draws of a bootstrap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nociscope.core.records import Array

Predict = Callable[[Array, Array], Array]
"""(problem, parameter), (sample,) → (problem, sample)."""

_STEP = 1e-6
_FACTOR_UP, _FACTOR_DOWN = 5.0, 0.3


def jacobian(predict: Predict, theta: Array, time: Array, base: Array, upper: Array) -> Array:
    """Derivatives of the curve, (problem, sample, parameter), by steps that stay inside the bounds."""
    problems, parameters = theta.shape
    step = _STEP * np.maximum(np.abs(theta), 1e-3)
    step = np.where(theta + step > upper, -step, step)
    moved = np.repeat(theta[:, None, :], parameters, axis=1)
    index = np.arange(parameters)
    moved[:, index, index] += step
    curves = predict(moved.reshape(-1, parameters), time).reshape(problems, parameters, -1)
    slopes: Array = ((curves - base[:, None, :]) / step[:, :, None]).transpose(0, 2, 1)
    return slopes


def _newton_step(slopes: Array, residual: Array, damping: Array, fixed: NDArray[np.bool_]) -> Array:
    slopes = np.where(fixed[:, None, :], 0.0, slopes)
    normal = np.einsum("bni,bnj->bij", slopes, slopes)
    gradient = np.einsum("bni,bn->bi", slopes, residual)
    index = np.arange(normal.shape[1])
    diagonal = normal[:, index, index]
    floor = 1e-10 * diagonal.max(axis=1, keepdims=True) + 1e-300
    normal[:, index, index] = diagonal + damping[:, None] * np.maximum(diagonal, floor) + np.where(fixed, 1.0, floor)
    step: Array = np.linalg.solve(normal, gradient[:, :, None])[:, :, 0]
    return step


def solve(
    predict: Predict, start: Array, time: Array, values: Array, bounds: tuple[Array, Array], iterations: int = 200
) -> tuple[Array, Array]:
    """Minimise the sum of squares of every problem within bounds (projected Levenberg–Marquardt).

    Parameters
    ----------
    predict : the curve; scale it and ``values`` by the root of the weights for a weighted fit.
    start : (problem, parameter), inside the bounds.
    time : (sample,). values : (problem, sample) or (sample,).
    bounds : lower and upper, (parameter,).

    Returns
    -------
    theta, rss : (problem, parameter) and (problem,).
    """
    lower, upper = bounds
    theta = np.clip(start, lower, upper)
    fitted = predict(theta, time)
    residual = values - fitted
    rss = np.sum(residual**2, axis=1)
    damping = np.full(len(theta), 1e-2)
    quiet = np.zeros(len(theta), dtype=int)
    for _ in range(iterations):
        slopes = jacobian(predict, theta, time, fitted, upper)
        pull = np.einsum("bni,bn->bi", slopes, residual)
        fixed = ((theta <= lower) & (pull < 0)) | ((theta >= upper) & (pull > 0))
        trial = np.clip(theta + _newton_step(slopes, residual, damping, fixed), lower, upper)
        curve = predict(trial, time)
        trial_rss = np.sum((values - curve) ** 2, axis=1)
        better = trial_rss < rss
        quiet = np.where(rss - trial_rss > 1e-9 * rss, 0, quiet + 1)
        theta = np.where(better[:, None], trial, theta)
        fitted = np.where(better[:, None], curve, fitted)
        residual, rss = values - fitted, np.where(better, trial_rss, rss)
        damping = np.clip(damping * np.where(better, _FACTOR_DOWN, _FACTOR_UP), 1e-12, 1e12)
        if (quiet >= 6).all():
            break
    return theta, rss
