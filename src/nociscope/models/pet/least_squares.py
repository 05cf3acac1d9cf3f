"""Bounded multi-start weighted least squares, shared by all compartment models.

All starts of all regions are moved together: a model turns a batch of parameters into amplitudes and rates, and two
compiled kernels do the rest; starts that meet go on as one. Derivatives come from a complex step through the model's
own equation, so they are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.records import Array
from nociscope.models.pet.base import CompartmentModel, Curves, Named, Param, Terms, Values
from nociscope.models.pet.convolve import exponential_means
from nociscope.models.pet.descent import advance, follow, normal_equations
from nociscope.models.pet.options import FitOptions

STEPS = 200
COMPLEX_STEP = 1e-30


@dataclass(frozen=True, eq=False)
class Optima:
    """Where every start of every region ended.

    Parameters
    ----------
    theta : (region, start, parameter). cost : (region, start), weighted residual sum of squares.
    converged : (region, start).
    low, high : (parameter,), bounds; equal where a parameter is held fixed.
    """

    theta: Array
    cost: Array
    converged: NDArray[np.bool_]
    low: Array
    high: Array


def bounds(params: tuple[Param, ...], options: FitOptions) -> tuple[Array, Array]:
    """Lower and upper bounds; both equal the shared value where `FitOptions` holds a parameter fixed."""
    given = {symbol: (low, high) for symbol, low, high in options.bounds}
    held = {"vB": options.vB, "k2prime": options.k2prime}
    low, high = [], []
    for p in params:
        value = held.get(p.symbol, "fit") if p.shared else "fit"
        pair = given.get(p.symbol, (p.low, p.high)) if value == "fit" else (float(value), float(value))
        low.append(pair[0])
        high.append(pair[1])
    return np.array(low), np.array(high)


def starting_points(
    params: tuple[Param, ...], low: Array, high: Array, shape: tuple[int, int], rng: np.random.Generator
) -> Array:
    """First start as the model says, the others at random in log space, (region, start, parameter).

    Every region gets the same starts, so its answer does not depend on its neighbours.
    """
    regions, starts = shape
    spread = np.log([p.spread for p in params])
    random = np.exp(rng.uniform(spread[:, 0], spread[:, 1], (starts, len(params))))
    random[0] = [p.start for p in params]
    return np.broadcast_to(np.clip(random, low, high), (regions, starts, len(params))).copy()


def named(params: tuple[Param, ...], theta: Values) -> Named:
    """View the last axis of ``theta`` by symbol."""
    return {p.symbol: theta[..., k] for k, p in enumerate(params)}


def _packed(terms: Terms, shape: tuple[int, ...], kind: type) -> Values:
    """Amplitudes, rates, then the weights of the direct and the integral curve, on a last axis of 2 x term + 2."""
    count = len(terms.rate)
    out: Values = np.empty((*shape, 2 * count + 2), kind)
    for k in range(count):
        out[..., k] = terms.amplitude[k]
        out[..., count + k] = terms.rate[k]
    out[..., -2] = terms.direct
    out[..., -1] = terms.integral
    return out


def linearise(model: CompartmentModel, theta: Array) -> tuple[Array, Array]:
    """Amplitudes, rates and column weights at ``theta`` (batch, parameter), and their derivatives.

    Returns
    -------
    (batch, coefficient), (batch, parameter, coefficient); the coefficients are amplitude (term), rate (term), weight
    of the direct curve, weight of the integral.
    """
    shifted = theta[:, None, :] + 1j * COMPLEX_STEP * np.eye(theta.shape[1])
    packed = _packed(model.terms(named(model.params, shifted)), shifted.shape[:2], complex)
    return np.ascontiguousarray(packed[:, 0].real), packed.imag / COMPLEX_STEP


def optimise(model: CompartmentModel, curves: Curves, start: Array, low: Array, high: Array) -> Optima:
    """Move every start (region, start, parameter) to its optimum; starts that meet go on as one."""
    assert curves.basis is not None
    regions, starts, count = start.shape
    y = np.ascontiguousarray(np.nan_to_num(curves.activity))
    w = np.broadcast_to(np.where(curves.used, curves.weights, 0.0), y.shape).copy()
    columns = np.stack((curves.direct, curves.integral))
    region = np.repeat(np.arange(regions), starts)
    trial = start.reshape(-1, count).copy()
    theta, batch = trial.copy(), regions * starts
    cost, damping = np.full(batch, np.inf), np.full(batch, 0.01)
    gram, gradient = np.zeros((batch, count, count)), np.zeros((batch, count))
    small, leader = np.zeros(batch, np.int64), np.arange(batch)
    searched, done = np.zeros(batch, bool), np.zeros(batch, bool)
    table = curves.basis
    for _ in range(STEPS):
        index = np.flatnonzero(~done)
        if not index.size:
            break
        parts = linearise(model, trial[index])
        new = normal_equations(table.table, table.low, table.step, columns, y, w, region[index], *parts)
        state = (cost, gram, gradient, damping, small, searched)
        advance(index, new, theta, trial, *state, low, high, done, starts, leader)
    follow(theta, cost, done, leader)
    shape = (regions, starts)
    return Optima(theta.reshape(*shape, count), cost.reshape(shape), done.reshape(shape), low, high)


def predict(model: CompartmentModel, theta: Array, curves: Curves) -> Array:
    """Frame means of the model curve, exactly (no table): ``theta`` (region, parameter) → (region, frame)."""
    parts = _packed(model.terms(named(model.params, theta)), theta.shape[:1], float)
    count = (parts.shape[1] - 2) // 2
    means = exponential_means(parts[:, count:-2].ravel(), curves.time, curves.driver, curves.frames)
    result: Array = np.einsum("rt,rtf->rf", parts[:, :count], means.reshape(-1, count, len(curves.frames)))
    result += parts[:, -2:] @ np.stack((curves.direct, curves.integral))
    return result
