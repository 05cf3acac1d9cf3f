"""Compiled steps of the least-squares descent: all starts of all regions move at once."""

from __future__ import annotations

import numpy as np
from numba import njit

from nociscope.core.records import Array
from nociscope.models.pet.convolve import RATE_HIGH, RATE_LOW

TOLERANCE, FINE_TOLERANCE = 1e-8, 1e-12
MERGE_COST, MERGE_THETA = 1e-4, 1e-3
"""A start that comes this close to a better one (relative, cost and every parameter) will end where that one ends."""


@njit(cache=True, error_model="numpy")
def lagrange(table: Array, low: float, step: float, rate: float, value: Array, slope: Array) -> None:
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
            lagrange(table, low, step, coefficient[b, terms + t], value[t], slope[t])
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
def advance(index, new, theta, trial, cost, gram, gradient, damping, small, searched, low, high, done, starts, leader):  # type: ignore[no-untyped-def]  # noqa: PLR0917  # arrays, for the compiler
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
def follow(theta, cost, done, leader):  # type: ignore[no-untyped-def]
    """Give every follower the end of its leader."""
    for b in range(leader.size):
        at = b
        while leader[at] != at:
            at = leader[at]
        theta[b], cost[b], done[b] = theta[at], cost[at], done[at]
