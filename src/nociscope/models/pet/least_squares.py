"""Bounded multi-start weighted least squares, shared by all compartment models.

All starts of all regions are moved together: a model turns a batch of parameters into amplitudes and rates, and two
compiled kernels do the rest; starts that meet go on as one. Derivatives come from a complex step through the model's
own equation, so they are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nociscope.core.records import Array
from nociscope.models.pet.base import CompartmentModel, Curves, Named, Param, Terms, Values
from nociscope.models.pet.convolve import RATE_HIGH, RATE_LOW, exponential_means
from nociscope.models.pet.options import FitOptions

STEPS = 200
TOLERANCE, FINE_TOLERANCE = 1e-8, 1e-12
MERGE_COST, MERGE_THETA = 1e-4, 1e-3
"""A start that comes this close to a better one (relative, cost and every parameter) will end where that one ends."""
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


@njit(cache=True, error_model="numpy")
def _lagrange(table: Array, low: float, step: float, rate: float, value: Array, slope: Array) -> None:
    """Interpolate the basis and its derivative by rate at one rate, from six neighbours."""
    rate = min(max(rate, RATE_LOW), RATE_HIGH)
    position = (np.log(rate) - low) / step
    first = min(max(int(position) - 2, 0), table.shape[0] - 6)
    x = position - first
    value[:] = 0.0
    slope[:] = 0.0
    for j in range(6):
        top, bottom, total = 1.0, 1.0, 0.0
        for m in range(6):
            if m != j:
                bottom *= j - m
                part = 1.0
                for q in range(6):
                    if q not in (j, m):
                        part *= x - q
                total += part
                top *= x - m
        for i in range(value.size):
            value[i] += top / bottom * table[first + j, i]
            slope[i] += total / bottom * table[first + j, i]
    for i in range(value.size):
        slope[i] /= step * rate


@njit(cache=True, error_model="numpy")
def normal_equations(  # type: ignore[no-untyped-def]  # noqa: PLR0917  # arrays, for the compiler
    table, low, step, columns, y, w, region, coefficient, derivative
):
    """Weighted cost, JᵀWJ and JᵀWr of every member of a batch; see `linearise` for the last two."""
    batch, count, width = derivative.shape
    terms, frames = (width - 2) // 2, y.shape[1]
    cost, gram, gradient = np.zeros(batch), np.zeros((batch, count, count)), np.zeros((batch, count))
    value, slope, row = np.empty((terms, frames)), np.empty((terms, frames)), np.empty(count)
    for b in range(batch):
        for t in range(terms):
            _lagrange(table, low, step, coefficient[b, terms + t], value[t], slope[t])
        for i in range(frames):
            weight = w[region[b], i]
            if weight == 0:
                continue
            model = coefficient[b, width - 2] * columns[0, i] + coefficient[b, width - 1] * columns[1, i]
            for t in range(terms):
                model += coefficient[b, t] * value[t, i]
            residual = y[region[b], i] - model
            cost[b] += weight * residual * residual
            for k in range(count):
                d = derivative[b, k, width - 2] * columns[0, i] + derivative[b, k, width - 1] * columns[1, i]
                for t in range(terms):
                    d += (
                        derivative[b, k, t] * value[t, i]
                        + coefficient[b, t] * derivative[b, k, terms + t] * slope[t, i]
                    )
                row[k] = d
                gradient[b, k] += weight * d * residual
                for m in range(k + 1):
                    gram[b, k, m] += weight * d * row[m]
    return cost, gram, gradient


@njit(cache=True, error_model="numpy")
def _propose(theta, gram, gradient, damping, low, high, trial):  # type: ignore[no-untyped-def]
    """Levenberg–Marquardt step on the parameters that are free to move, clipped to the bounds."""
    count = theta.size
    free = np.empty(count, np.int64)
    n = 0
    for k in range(count):
        stuck = (theta[k] <= low[k] and gradient[k] <= 0) or (theta[k] >= high[k] and gradient[k] >= 0)
        if not stuck and gram[k, k] > 0:
            free[n] = k
            n += 1
    a, s = np.zeros((n, n)), np.zeros(n)
    for i in range(n):
        s[i] = gradient[free[i]]
        for j in range(i + 1):
            a[i, j] = gram[free[i], free[j]]
        a[i, i] *= 1 + damping
    for i in range(n):  # Cholesky, in place; a vanishing pivot only shortens the step
        for j in range(i + 1):
            for m in range(j):
                a[i, j] -= a[i, m] * a[j, m]
            a[i, j] = np.sqrt(max(a[i, i], 1e-300)) if i == j else a[i, j] / a[j, j]
    for i in range(n):
        for m in range(i):
            s[i] -= a[i, m] * s[m]
        s[i] /= a[i, i]
    for i in range(n - 1, -1, -1):
        for m in range(i + 1, n):
            s[i] -= a[m, i] * s[m]
        s[i] /= a[i, i]
    trial[:] = theta
    for i in range(n):
        k = free[i]
        trial[k] = min(max(theta[k] + s[i], low[k]), high[k])
    return n


@njit(cache=True, error_model="numpy")
def _along(here, there, theta, trial, low, high, target):  # type: ignore[no-untyped-def]
    """Move to where the slope along the last step should vanish, by the secant of its two ends.

    Gauss–Newton over- or undershoots where residuals are large and the valley is narrow and bent (2TCM1K); one
    secant a step turns a hundred small steps into ten.
    """
    begin, end = 0.0, 0.0
    for k in range(theta.size):
        begin += here[k] * (trial[k] - theta[k])
        end += there[k] * (trial[k] - theta[k])
    if not begin > 0 or -0.1 * begin < end < 0.2 * begin:
        return False
    share = min(max(begin / (begin - end), 0.05), 20.0) if end < begin else 4.0
    for k in range(theta.size):
        target[k] = min(max(theta[k] + share * (trial[k] - theta[k]), low[k]), high[k])
    return True


@njit(cache=True, error_model="numpy")
def _merge(index, theta, cost, starts, leader, done):  # type: ignore[no-untyped-def]
    """Let a start that has come close to a better one of its region follow that one."""
    for b in index:
        if done[b]:
            continue
        first = b - b % starts
        for other in range(first, first + starts):
            ahead = cost[other] < cost[b] or (cost[other] == cost[b] and other < b)
            if leader[other] != other or not ahead or cost[b] > cost[other] * (1 + MERGE_COST):
                continue
            near = True
            for k in range(theta.shape[1]):
                near = near and abs(theta[b, k] - theta[other, k]) <= MERGE_THETA * abs(theta[other, k])
            if near:
                leader[b], done[b] = other, True
                break


@njit(cache=True, error_model="numpy")
def _advance(index, new, theta, trial, cost, gram, gradient, damping, small, searched, low, high, done, starts, leader):  # type: ignore[no-untyped-def]  # noqa: PLR0917  # arrays, for the compiler
    """Judge the last trial of every live start and propose the next one."""
    new_cost, new_gram, new_gradient = new
    target = np.empty(theta.shape[1])
    for i in range(index.size):
        b = index[i]
        search = not searched[b] and np.isfinite(cost[b])
        if search:
            search = _along(gradient[b], new_gradient[i], theta[b], trial[b], low, high, target)
        if new_cost[i] <= cost[b]:
            gain = cost[b] - new_cost[i]
            small[b] = small[b] + 1 if gain <= TOLERANCE * new_cost[i] else 0
            if gain <= FINE_TOLERANCE * new_cost[i]:
                small[b] = 2
            theta[b], cost[b] = trial[b], new_cost[i]
            gram[b], gradient[b] = new_gram[i], new_gradient[i]
            if not searched[b]:
                damping[b] = max(damping[b] * 0.15, 1e-12)
        elif not searched[b]:
            damping[b] = max(damping[b], 1e-6) * 6
        searched[b] = search
        if small[b] >= 2 or damping[b] > 1e13:
            done[b] = True
        elif search:
            trial[b] = target
        elif _propose(theta[b], gram[b], gradient[b], damping[b], low, high, trial[b]) == 0:
            done[b] = True
    _merge(index, theta, cost, starts, leader, done)


@njit(cache=True, error_model="numpy")
def _follow(theta, cost, done, leader):  # type: ignore[no-untyped-def]
    """Give every follower the end of its leader."""
    for b in range(leader.size):
        at = b
        while leader[at] != at:
            at = leader[at]
        theta[b], cost[b], done[b] = theta[at], cost[at], done[at]


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
        _advance(index, new, theta, trial, *state, low, high, done, starts, leader)
    _follow(theta, cost, done, leader)
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
