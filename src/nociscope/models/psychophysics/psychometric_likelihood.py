"""The largest likelihood of a psychometric function, by Fisher scoring inside bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from nociscope.core.scores import Array
from nociscope.models.psychophysics.psychometric_curves import Curve

Flags = NDArray[np.bool_]

_LEAST = 1e-12
_STEPS = 100
T, B, GUESS, LAPSE = range(4)


@dataclass(frozen=True, eq=False)
class Counts:
    """Answers by stimulus, ascending, shapes (level,): place on the curve's axis, stimulus, yes, all."""

    u: Array
    x: Array
    yes: Array
    n: Array

    @property
    def gap(self) -> float:
        """Smallest distance of neighbours on the axis."""
        return float(np.diff(self.u).min())

    @property
    def span(self) -> float:
        """Distance of the ends."""
        return float(self.u[-1] - self.u[0])


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where the likelihood is largest.

    Parameters
    ----------
    theta : place, steepness, γ, λ. value : log-likelihood. free : shape (4,), which were estimated.
    stepped : as steep as the bound allows; flat : does not rise, or its place is far from every stimulus.
    at_bound : a free γ or λ rests on its bound.
    """

    theta: Array
    value: float
    free: Flags
    stepped: bool
    flat: bool
    at_bound: bool

    @property
    def n_free_rates(self) -> int:
        """γ and λ that were estimated."""
        return int(self.free[GUESS:].sum())


def saturated(counts: Counts) -> float:
    """Log-likelihood of one free share for each stimulus."""
    share = counts.yes / counts.n
    return float((special.xlogy(counts.yes, share) + special.xlogy(counts.n - counts.yes, 1 - share)).sum())


def log_likelihood(curve: Curve, counts: Counts, theta: Array) -> float:
    """Log-likelihood, the number of ways left out."""
    p = theta[GUESS] + (1 - theta[GUESS] - theta[LAPSE]) * curve.cumulative(
        curve.middle + theta[B] * (counts.u - theta[T])
    )
    return float((special.xlogy(counts.yes, p) + special.xlog1py(counts.n - counts.yes, -p)).sum())


def bounds(counts: Counts, most: tuple[float, float]) -> tuple[Array, Array]:
    """Lowest and highest place, steepness, γ and λ.

    The steepest curve that is told from a step goes from 2 % to 98 % within a seventh of the smallest gap.
    """
    reach = 10 * counts.span
    low = np.array([counts.u[0] - reach, 1e-3 / counts.span, 0.0, 0.0])
    return low, np.array([counts.u[-1] + reach, 60 / counts.gap, *most])


def maximum(curve: Curve, counts: Counts, guess: float, lapse: float, most: tuple[float, float]) -> Maximum:
    """Fit from the data's own start; free rates are nan."""
    low, high = bounds(counts, most)
    free = np.array([True, True, math.isnan(guess), math.isnan(lapse)])
    start = _start(curve, counts, guess, lapse)
    theta, value = climb(curve, counts, start, free, (low, high))
    if free[GUESS:].any():  # a second valley: as steep as the neighbours, without guesses or lapses
        other = start.copy()
        other[[B, GUESS, LAPSE]] = 4 / counts.gap, *np.where(free[GUESS:], 1e-4, start[GUESS:])
        again = climb(curve, counts, other, free, (low, high))
        theta, value = max((theta, value), again, key=lambda found: found[1])
    steep = _step(curve, counts, theta, value, high)
    theta = theta if steep is None else steep
    rates = free[GUESS:] & ((theta[GUESS:] <= 1e-9) | (theta[GUESS:] >= high[GUESS:] - 1e-9))
    flat = bool(theta[B] <= 2 * low[B] or not low[T] < theta[T] < high[T])
    return Maximum(theta, value, free, steep is not None, flat, bool(rates.any()))


def climb(
    curve: Curve, counts: Counts, start: Array, free: Flags, box: tuple[Array, Array], tolerance: float = 1e-11
) -> tuple[Array, float]:
    """Fisher scoring in the free parameters, halving steps that do not rise, kept inside the box.

    It ends where a step gains less than the tolerance.
    """
    theta = np.clip(start, *box)
    value = log_likelihood(curve, counts, theta)
    for _ in range(_STEPS):
        gradient, information = scores(curve, counts, theta)
        pushed = ((theta <= box[0]) & (gradient < 0)) | ((theta >= box[1]) & (gradient > 0))
        moving = np.flatnonzero(free & ~pushed)
        if moving.size == 0:
            break
        block = information[np.ix_(moving, moving)]
        block = block + np.diag(1e-9 * np.diag(block) + 1e-300)
        step = np.zeros(4)
        step[moving] = np.linalg.solve(block, gradient[moving])
        nearer, risen = _halved(curve, counts, theta, value, step, box)
        if risen <= value:
            break
        done = risen - value < tolerance
        theta, value = nearer, risen
        if done:
            break
    return theta, value


def _halved(
    curve: Curve, counts: Counts, theta: Array, value: float, step: Array, box: tuple[Array, Array]
) -> tuple[Array, float]:
    for _ in range(30):
        trial = np.clip(theta + step, *box)
        found = log_likelihood(curve, counts, trial)
        if found > value:
            return trial, found
        step = step / 2
    return theta, value


def scores(curve: Curve, counts: Counts, theta: Array) -> tuple[Array, Array]:
    """Gradient and expected information, shapes (4,) and (4, 4)."""
    t, b, g, lap = theta
    away = counts.u - t
    eta = curve.middle + b * away
    share, density = curve.cumulative(eta), curve.density(eta)
    span = 1 - g - lap
    p = np.clip(g + span * share, _LEAST, 1 - _LEAST)
    by = np.stack([-span * density * b, span * density * away, 1 - share, -share])
    weight = counts.n / (p * (1 - p))
    return by @ (weight * (counts.yes / counts.n - p)), (by * weight) @ by.T


def _start(curve: Curve, counts: Counts, guess: float, lapse: float) -> Array:
    """From a line through the answers on the axis, weighted by their number."""
    g, lap = (0.02 if math.isnan(r) else r for r in (guess, lapse))
    share = np.clip(((counts.yes + 0.5) / (counts.n + 1) - g) / (1 - g - lap), 0.02, 0.98)
    z = np.array([curve.inverse(float(s)) for s in share]) - curve.middle
    centre = np.average(counts.u, weights=counts.n)
    away = counts.u - centre
    b = float((counts.n * away * z).sum() / (counts.n * away**2).sum())
    b = b if b > 0.1 / counts.span else 0.1 / counts.span
    t = centre - float(np.average(z, weights=counts.n)) / b
    return np.array([min(max(t, counts.u[0]), counts.u[-1]), b, g, lap])


def _step(curve: Curve, counts: Counts, theta: Array, value: float, high: Array) -> Array | None:
    """The steepest curve where it does as well as the best one, up to round-off; else None."""
    if theta[B] * counts.gap < 8:  # curves that rise over neighbours are no steps
        return None
    steep = theta.copy()
    steep[B] = high[B]
    only_place = np.array([True, False, False, False])
    found, reached = climb(curve, counts, steep, only_place, bounds(counts, (high[2], high[3])))
    return found if reached >= value - 1e-6 or theta[B] >= high[B] * (1 - 1e-6) else None
