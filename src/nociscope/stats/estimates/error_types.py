"""How often a significant result has the wrong sign, and how much too large it is (Gelman & Carlin 2014)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from nociscope.core.errors import RangeError
from nociscope.stats.design import Array
from nociscope.stats.noncentral import scaled_chi

_MANY = 1e6
"""With more degrees of freedom than this the error of the estimate is as good as known."""


@dataclass(frozen=True, eq=False)
class ErrorTypes:
    """What a significant result of a design is worth if the truth is as supposed; arrays of one shape.

    Parameters
    ----------
    power : share of studies that become significant, two-sided.
    type_s : share of significant results whose sign is wrong.
    type_m : mean of significant estimates, signs aside, over the truth.
    """

    power: Array
    type_s: Array
    type_m: Array


def error_types_of(effect: ArrayLike, se: ArrayLike, dof: float = np.inf, alpha: float = 0.05) -> ErrorTypes:
    """Power, type S and type M of a t test, its error estimated with `dof`, exact for normal noise.

    Parameters
    ----------
    effect : supposed truth, above or below 0, any shape that broadcasts with `se`.
    se : true standard error of the estimate, in the unit of the effect.

    Raises
    ------
    RangeError
        A supposed truth of 0, which cannot be exaggerated, or an impossible error or level.
    """
    truth = _checked(effect, se, alpha)
    node, weight = scaled_chi(dof) if dof < _MANY else (np.ones(1), np.ones(1))
    bound = stats.t.ppf(1 - alpha / 2, dof) * node
    right, wrong = bound - truth[..., None], bound + truth[..., None]
    above, below = special.ndtr(-right) @ weight, special.ndtr(-wrong) @ weight
    # mean of |estimate| beyond the bounds, in standard errors
    size = truth * (above - below) + (stats.norm.pdf(right) + stats.norm.pdf(wrong)) @ weight
    return _types(above, below, size, truth)


def retrodesign(effect: ArrayLike, se: ArrayLike, dof: float = np.inf, alpha: float = 0.05) -> ErrorTypes:
    """Power, type S and type M as Gelman & Carlin (2014) published them: the estimate a shifted t with a known error.

    Their simulation in closed form (normal: Lu, Qiu & Deng 2019). For comparison with other programs; with few degrees
    of freedom `error_types_of`, which agrees with the power of the t test, is meant.

    Raises
    ------
    RangeError
        As `error_types_of`; also at 1 degree of freedom or fewer, where the mean does not exist.
    """
    truth = _checked(effect, se, alpha)
    if dof <= 1:
        raise RangeError("the mean of a t does not exist", expected="more than 1 degree of freedom", got=dof)
    bound = stats.t.ppf(1 - alpha / 2, dof)
    above, below = stats.t.sf(bound - truth, dof), stats.t.sf(bound + truth, dof)
    size = truth * (above - below) + _mean_beyond(bound - truth, dof) + _mean_beyond(bound + truth, dof)
    return _types(above, below, size, truth)


def _mean_beyond(bound: Array, dof: float) -> Array:
    """∫ x f(x) dx from the bound on, f the density of t."""
    density = stats.t.pdf(bound, dof)
    return np.asarray(density if np.isinf(dof) else density * (dof + bound**2) / (dof - 1))


def _checked(effect: ArrayLike, se: ArrayLike, alpha: float) -> Array:
    """Supposed truth in standard errors, its sign taken away."""
    effect, se = np.broadcast_arrays(np.asarray(effect, dtype=np.float64), np.asarray(se, dtype=np.float64))
    if not (0 < alpha < 1) or np.any(effect == 0) or np.any(se <= 0):
        raise RangeError(
            "impossible design", expected="effect ≠ 0, se > 0, 0 < alpha < 1", got=(effect.min(), se.min(), alpha)
        )
    return np.asarray(np.abs(effect / se))


def _types(above: Array, below: Array, size: Array, truth: Array) -> ErrorTypes:
    power = above + below
    return ErrorTypes(power, below / power, size / power / truth)
