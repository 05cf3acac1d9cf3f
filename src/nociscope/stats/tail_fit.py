"""Two tails and whether they fit: generalised Pareto by maximum likelihood, gamma by three moments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from nociscope.stats.design import Array

LARGEST_SHARE = 0.25
"""Part of the null with which the search for a Pareto tail begins."""

PARETO_FEWEST = 30
GAMMA_FEWEST = 50

GOF_ALPHA = 0.05
"""Anderson–Darling p below which a tail does not fit."""

_STEP = 0.9
"""Excesses kept when a threshold did not fit: the next one is higher."""

_GRID = 41
_ZOOMS = 4

_K = np.array([-0.9, -0.5, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
"""Shapes ξ of the table of critical values; Choulakian and Stephens write k = −ξ."""

_LEVELS = np.array([0.5, 0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001])

_CRITICAL = np.array(
    [
        [0.339, 0.471, 0.641, 0.771, 0.905, 1.086, 1.226, 1.559],
        [0.356, 0.499, 0.685, 0.830, 0.978, 1.180, 1.336, 1.707],
        [0.376, 0.534, 0.741, 0.903, 1.069, 1.296, 1.471, 1.893],
        [0.386, 0.550, 0.766, 0.935, 1.110, 1.348, 1.532, 1.966],
        [0.397, 0.569, 0.796, 0.974, 1.158, 1.409, 1.603, 2.064],
        [0.410, 0.591, 0.831, 1.020, 1.215, 1.481, 1.687, 2.176],
        [0.426, 0.617, 0.873, 1.074, 1.283, 1.567, 1.788, 2.314],
        [0.445, 0.649, 0.924, 1.140, 1.365, 1.672, 1.909, 2.475],
        [0.468, 0.688, 0.985, 1.221, 1.465, 1.799, 2.058, 2.674],
        [0.496, 0.735, 1.061, 1.321, 1.590, 1.958, 2.243, 2.922],
    ]
)
"""Anderson–Darling statistic of a Pareto tail with both parameters estimated (Choulakian & Stephens 2001, table 2)."""


@dataclass(frozen=True)
class Tail:
    """A fitted tail.

    Parameters
    ----------
    threshold : where it begins. share : part of the null beyond it.
    """

    method: str
    threshold: float
    shape: float
    scale: float
    share: float
    gof_p: float

    def survival(self, x: Array) -> Array:
        """Chance to reach x or more, 0 beyond the end of a bounded tail."""
        if self.method == "gpd":
            return np.asarray(self.share * pareto_survival(x - self.threshold, self.shape, self.scale))
        return np.asarray(special.gammaincc(self.shape, np.maximum(x - self.threshold, 0.0) / self.scale))


def pareto_tail(null: Array) -> Tail | None:
    """Pareto tail of the largest quarter, or of fewer of the largest until it fits; None where none does."""
    ordered = np.sort(null)
    count = int(LARGEST_SHARE * null.size)
    while count >= PARETO_FEWEST:
        # half way between the last that belongs and the first that does not: neither touches the threshold
        threshold = float((ordered[-count - 1] + ordered[-count]) / 2)
        excess = ordered[-count:] - threshold
        if excess[0] > 0:
            shape, scale = pareto_fit(excess)
            p = pareto_gof(excess, shape, scale)
            if p > GOF_ALPHA:
                return Tail("gpd", threshold, shape, scale, count / null.size, p)
        count = int(_STEP * count)
    return None


def pareto_fit(excess: Array) -> tuple[float, float]:
    """Shape ξ and scale by maximum likelihood, excesses sorted (Grimshaw 1993: one number to search, θ = ξ/scale).

    Shapes below −0.5, where the likelihood has no proper maximum, are not searched.
    """
    n, largest, quarter = excess.size, excess[-1], excess[int(excess.size / 4 + 0.5) - 1]
    low, high = -(1 - 1e-9) / largest, 3.0 / max(quarter, 1e-12 * largest)
    theta = np.concatenate([low * np.linspace(1, 0, _GRID)[:-1], np.linspace(0, 1, 2 * _GRID)[1:] ** 2 * high])
    for _ in range(_ZOOMS):
        values = _profile(theta, excess)
        best = int(np.argmax(values))
        theta = np.linspace(theta[max(best - 1, 0)], theta[min(best + 1, theta.size - 1)], _GRID)
    place = theta[int(np.argmax(_profile(theta, excess)))]
    if abs(place) * largest < 1e-9:
        return 0.0, float(excess.sum() / n)
    shape = float(np.log1p(place * excess).mean())
    return shape, shape / float(place)


def _profile(theta: Array, excess: Array) -> Array:
    """Log-likelihood for each θ, the scale at its best; shape (θ,)."""
    near_zero = np.abs(theta) * excess[-1] < 1e-9
    safe = np.where(near_zero, 1.0 / excess[-1], theta)
    shape = np.log1p(safe[:, None] * excess).mean(axis=1)
    value = -np.log(shape / safe) - shape - 1
    value = np.where(near_zero, -np.log(excess.mean()) - 1, value)
    return np.asarray(np.where((shape < -0.5) & ~near_zero, -np.inf, value))


def pareto_survival(excess: Array, shape: float, scale: float) -> Array:
    """Chance of an excess or a larger one."""
    x = np.maximum(excess, 0.0) / scale
    if abs(shape) < 1e-12:
        return np.asarray(np.exp(-x))
    return np.asarray(np.maximum(1 + shape * x, 0.0) ** (-1 / shape))


def pareto_gof(excess: Array, shape: float, scale: float) -> float:
    """P of the Anderson–Darling test of sorted excesses; between 0.001 and 0.5, where the table ends."""
    a2 = _anderson_darling(1 - pareto_survival(excess, shape, scale))
    own = np.clip(shape, _K[0], _K[-1])
    critical = np.array([np.interp(own, _K, column) for column in _CRITICAL.T])
    return float(np.exp(np.interp(a2, critical, np.log(_LEVELS))))


def _anderson_darling(uniform: NDArray[np.floating]) -> float:
    """Statistic of sorted probabilities."""
    n, u = uniform.size, np.clip(uniform, 1e-12, 1 - 1e-12)
    odd = 2 * np.arange(1, n + 1) - 1
    return float(-n - (odd * (np.log(u) + np.log1p(-u[::-1]))).sum() / n)


def gamma_tail(null: Array) -> Tail | None:
    """Shifted gamma with the mean, variance and skewness of the null; None where it does not fit or leans left."""
    fitted = _gamma_moments(null)
    if fitted is None:
        return None
    start, shape, scale = fitted
    a2 = _anderson_darling(special.gammainc(shape, np.maximum(np.sort(null) - start, 0.0) / scale))
    simulated = _gamma_null(min(null.size, _ENOUGH))
    skewness = 2 / np.sqrt(shape)
    own = simulated[int(np.argmin(np.abs(_SKEWNESS - skewness)))]
    p = float((1 + (own >= a2).sum()) / (1 + own.size))
    return Tail("gamma", start, shape, scale, 1.0, min(p, 0.5)) if p > GOF_ALPHA else None


_SKEWNESS = np.array([0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0])
_SIMULATED = 300
_ENOUGH = 500
"""Longer nulls have the same distribution of the Anderson–Darling statistic."""


def _gamma_moments(null: Array) -> tuple[float, float, float] | None:
    """Start, shape and scale of a shifted gamma; None where the null is flat or not skewed to the right."""
    mean, sd = float(null.mean()), float(null.std(ddof=1))
    if sd <= 1e-12 * max(abs(mean), 1e-300):
        return None
    skewness = float((((null - mean) / sd) ** 3).mean())
    if skewness <= 0.02:
        return None
    return mean - 2 * sd / skewness, 4 / skewness**2, sd * skewness / 2


@lru_cache(maxsize=8)
def _gamma_null(n: int) -> tuple[Array, ...]:
    """Anderson–Darling statistics of fitted gammas where the gamma is true, one array for each of `_SKEWNESS`.

    The statistic does not depend on start and scale, so that one small simulation serves every null of this length.
    """
    rng = np.random.default_rng(20010404)
    out = []
    for skewness in _SKEWNESS:
        draws = rng.gamma(4 / skewness**2, size=(_SIMULATED, n))
        found = []
        for row in np.sort(draws, axis=1):
            fitted = _gamma_moments(row)
            if fitted is not None:
                start, shape, scale = fitted
                found.append(_anderson_darling(special.gammainc(shape, np.maximum(row - start, 0.0) / scale)))
        out.append(np.array(found))
    return tuple(out)
