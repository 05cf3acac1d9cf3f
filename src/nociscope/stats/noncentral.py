"""Noncentral t by quadrature, exact to 1e-10 where library routines return nan, and noncentral F by its series."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from nociscope.stats.design import Array

_NODES = 200
_TAIL = 1e-15

_BLOCK = 4000
"""Elements whose nodes are held at a time (6 MB)."""

_STEPS = 200
_CLOSE = 1e-10


def cdf(t: float, dof: float, noncentrality: float) -> float:
    """Probability that a noncentral t with `dof` is at most `t`.

    T = (Z + δ)/S with S² a chi-square over its degrees of freedom, so P(T ≤ t) is the mean of Φ(tS − δ) over S.
    """
    spread, weight = scaled_chi(dof)
    return float(weight @ special.ndtr(t * spread - noncentrality))


def noncentrality(t: float, dof: float, probability: float) -> float:
    """Noncentrality parameter for which `t` has this cumulative probability."""

    def excess(delta: float) -> float:
        return cdf(t, dof, delta) - probability

    reach = 10.0
    while not excess(t - reach) > 0 > excess(t + reach):
        reach *= 2
    return float(optimize.brentq(excess, t - reach, t + reach, xtol=1e-10))


def cdfs(t: ArrayLike, dof: ArrayLike, noncentrality: ArrayLike) -> Array:
    """`cdf` for arrays that broadcast; nan stays nan."""
    t, dof, delta = (np.asarray(x, dtype=np.float64) for x in np.broadcast_arrays(t, dof, noncentrality))
    out = np.full(t.shape, np.nan)
    known = np.flatnonzero(np.isfinite(t) & np.isfinite(delta) & (dof > 0))
    for start in range(0, known.size, _BLOCK):
        part = known[start : start + _BLOCK]
        spread, weight = _scaled_chis(dof.flat[part])
        out.flat[part] = (weight * special.ndtr(t.flat[part][:, None] * spread - delta.flat[part][:, None])).sum(axis=1)
    return out


def noncentralities(t: ArrayLike, dof: ArrayLike, probability: float) -> Array:
    """`noncentrality` for arrays that broadcast; nan, or infinite t, gives nan."""
    t, dof = (np.asarray(x, dtype=np.float64) for x in np.broadcast_arrays(t, dof))
    out = np.full(t.shape, np.nan)
    known = np.flatnonzero(np.isfinite(t) & (dof > 0))
    for start in range(0, known.size, _BLOCK):
        part = known[start : start + _BLOCK]
        out.flat[part] = _solved(t.flat[part], *_scaled_chis(dof.flat[part]), probability)
    return out


def _solved(t: Array, spread: Array, weight: Array, probability: float) -> Array:
    """Newton's steps, halving the bracket where they leave it; shapes (element,), (element, node) twice."""
    moved = t[:, None] * spread
    low, high = moved.min(axis=1) - 40.0, moved.max(axis=1) + 40.0
    delta = np.clip(t, low, high)
    for _ in range(_STEPS):
        z = moved - delta[:, None]
        excess = (weight * special.ndtr(z)).sum(axis=1) - probability
        low, high = np.where(excess > 0, delta, low), np.where(excess > 0, high, delta)
        slope = (weight * np.exp(-(z**2) / 2)).sum(axis=1) / np.sqrt(2 * np.pi)
        step = np.divide(excess, slope, out=np.full_like(excess, np.inf), where=slope > 1e-12)
        # a step of round-off may leave the bracket: then it is over, not a reason to halve
        inside = (np.abs(step) < _CLOSE) | ((delta + step > low) & (delta + step < high))
        new = np.where(inside, delta + step, (low + high) / 2)
        if np.abs(new - delta).max() < _CLOSE:
            break
        delta = new
    return new


def f_noncentralities(f: ArrayLike, dof: float, residual_dof: float, probability: float) -> Array:
    """Noncentrality for which F has this cumulative probability; 0 where even the central F lies below (Steiger 2004).

    Parameters
    ----------
    f : any shape. dof, residual_dof : of the effect and of the error.
    """
    f = np.atleast_1d(np.asarray(f, dtype=np.float64))
    low, high = np.zeros(f.shape), np.full(f.shape, 10.0)

    def excess(delta: Array) -> Array:
        return np.asarray(special.ncfdtr(dof, residual_dof, delta, f) - probability)

    beyond = np.isfinite(f) & (excess(high) > 0)
    while beyond.any():
        high = np.where(beyond, 2 * high, high)
        beyond &= excess(high) > 0
    for _ in range(_STEPS // 2):
        middle = (low + high) / 2
        above = excess(middle) > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(np.isfinite(f), np.where(excess(np.zeros(f.shape)) > 0, (low + high) / 2, 0.0), np.nan)


@lru_cache(maxsize=64)
def scaled_chi(dof: float) -> tuple[Array, Array]:
    """Nodes and weights of the distribution of √(χ²/dof)."""
    spread, weight = _scaled_chis(np.array([dof]))
    return spread[0], weight[0]


@lru_cache(maxsize=1)
def _nodes() -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(_NODES)


def _scaled_chis(dof: Array) -> tuple[Array, Array]:
    """As `scaled_chi` for many, shapes (element, node); equal degrees of freedom are computed once."""
    own, which = np.unique(dof, return_inverse=True)
    # written out: the checks of scipy.stats cost more than the numbers
    low = np.sqrt(2 * special.gammaincinv(own / 2, _TAIL) / own)[:, None]
    high = np.sqrt(special.chdtri(own, _TAIL) / own)[:, None]
    node, weight = _nodes()
    spread, half = low + (high - low) * (node + 1) / 2, own[:, None] / 2
    square = own[:, None] * spread**2
    weights = weight * spread * np.exp(special.xlogy(half - 1, square) - square / 2 - special.gammaln(half))
    return spread[which], (weights / weights.sum(axis=1, keepdims=True))[which]
