"""Intervals of a psychometric function from its likelihood: where it falls too far."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import optimize, special

from nociscope.core.scores import Array
from nociscope.models.psychophysics.psychometric_curves import Curve
from nociscope.models.psychophysics.psychometric_likelihood import B, Counts, Maximum, T, bounds, climb, scores


def profile_ends(
    curve: Curve, counts: Counts, best: Maximum, most: tuple[float, float], level: float
) -> tuple[float, float, float, float]:
    """Ends of the profile intervals on the axis: place low and high, then gentlest and steepest curve.

    An end that the data do not give is infinite (place, steepest) or zero (gentlest).
    """
    z = float(special.ndtri(0.5 + level / 2))
    box = bounds(counts, most)
    wald = z * _errors(curve, counts, best)
    place = [
        _end(_profiled(curve, counts, best, box, T, z), best.theta[T], step, z, box[end][T])
        for end, step in ((0, -wald[T]), (1, wald[T]))
    ]
    log_b, step = math.log(best.theta[B]), wald[B] / best.theta[B]
    steep = [
        _end(_profiled(curve, counts, best, box, B, z), log_b, sign * step, z, math.log(box[end][B]))
        for end, sign in ((0, -1), (1, 1))
    ]
    return place[0], place[1], math.exp(steep[0]), math.exp(steep[1])


def _errors(curve: Curve, counts: Counts, best: Maximum) -> Array:
    """Standard errors of the free parameters from the expected information; a first guess of the ends."""
    free = np.flatnonzero(best.free)
    _, information = scores(curve, counts, best.theta)
    block = information[np.ix_(free, free)]
    found = np.full(4, np.nan)
    with np.errstate(over="ignore", invalid="ignore"):  # what the data hardly say has an end at infinity
        found[free] = np.sqrt(np.abs(np.diag(np.linalg.pinv(block))))
    return found


def _profiled(
    curve: Curve, counts: Counts, best: Maximum, box: tuple[Array, Array], which: int, z: float
) -> Callable[[float], float]:
    """How far the root of the deviance lies from its limit when one parameter is held (steepness by its logarithm).

    The root is nearly straight in the parameter, so that few steps find its zero.
    """
    free = best.free.copy().astype(bool)
    free[which] = False
    warm = best.theta.copy()

    def beyond(held: float) -> float:
        nonlocal warm
        start = warm.copy()
        start[which] = math.exp(held) if which == B else held
        wide = (np.minimum(box[0], start), np.maximum(box[1], start))
        theta, value = climb(curve, counts, start, free, wide, 1e-6)
        warm = theta
        return math.sqrt(max(0.0, 2 * (best.value - value))) - z

    return beyond


def _end(beyond: Callable[[float], float], middle: float, first: float, z: float, most: float) -> float:
    """Walk away until the limit is passed, then find where; infinite where it is not before the most that is tried."""
    forever = math.copysign(math.inf, first)
    if not (math.isfinite(first) and first != 0) or (most - middle) * first <= 0:
        return forever
    inside, at_inside, step = middle, -z, first
    while inside != most:
        outside = min(inside + step, most) if first > 0 else max(inside + step, most)
        at_outside = beyond(outside)
        if at_outside >= 0:
            known = {inside: at_inside, outside: at_outside}
            low, high = sorted(known)
            near = 1e-4 * abs(first)
            return float(optimize.brentq(lambda x: _known(x, known, beyond), low, high, xtol=near, rtol=1e-9))  # noqa: B023
        inside, at_inside, step = outside, at_outside, 1.3 * step
    return forever


def _known(x: float, known: dict[float, float], beyond: Callable[[float], float]) -> float:
    """What was already computed at the ends is not computed again."""
    return known[x] if x in known else beyond(x)
