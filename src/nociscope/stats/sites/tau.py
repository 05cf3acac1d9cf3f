"""The variance between studies: three estimators, its Q-profile interval, vectorised over regions or voxels."""

from __future__ import annotations

import numpy as np
from scipy import optimize, stats

from nociscope.stats.design import Array

ESTIMATORS = ("reml", "dl", "pm")
"""Restricted maximum likelihood, DerSimonian–Laird, Paule–Mandel."""

_STEPS = 200
_CLOSE = 1e-12


def weights(v: Array, tau2: Array) -> Array:
    """1/(v + τ²), 0 where a study lacks the unit; shape (study, unit)."""
    return np.where(np.isfinite(v), 1 / (np.where(np.isfinite(v), v, 1.0) + tau2), 0.0)


def q_statistic(y: Array, v: Array, tau2: Array) -> Array:
    """Weighted sum of squares about the pooled effect, at a given τ², shape (unit,)."""
    w, centred = _residuals(y, v, tau2)
    return np.asarray((w * centred**2).sum(axis=0))


def _residuals(y: Array, v: Array, tau2: Array) -> tuple[Array, Array]:
    w = weights(v, tau2)
    filled = np.where(np.isfinite(y), y, 0.0)
    total = w.sum(axis=0)
    mean = (w * filled).sum(axis=0) / np.where(total > 0, total, 1.0)
    return w, np.where(w > 0, filled - mean, 0.0)


def estimated(y: Array, v: Array, method: str) -> Array:
    """τ² by one of `ESTIMATORS`, shape (unit,); 0 where fewer than two studies have the unit."""
    k = np.isfinite(y).sum(axis=0)
    made = {"dl": _dersimonian_laird, "pm": _paule_mandel, "reml": _restricted}[method](y, v)
    return np.where(k > 1, made, 0.0)


def _dersimonian_laird(y: Array, v: Array) -> Array:
    w = weights(v, np.zeros(y.shape[1]))
    total = w.sum(axis=0)
    room = total - (w**2).sum(axis=0) / np.where(total > 0, total, 1.0)
    k = np.isfinite(y).sum(axis=0)
    excess = q_statistic(y, v, np.zeros(y.shape[1])) - (k - 1)
    return np.asarray(np.maximum(excess / np.where(room > 0, room, 1.0), 0.0))


def _paule_mandel(y: Array, v: Array) -> Array:
    return where_q_is(y, v, np.isfinite(y).sum(axis=0) - 1.0)


def where_q_is(y: Array, v: Array, target: Array) -> Array:
    """τ² at which Q falls to `target`, 0 where it lies below that from the start; shape (unit,).

    Q is convex and falls with τ², so that Newton's steps from 0 never overshoot.
    """
    t2 = np.zeros(y.shape[1])
    target = np.maximum(np.asarray(target, dtype=np.float64), 1e-300)
    for _ in range(_STEPS):
        w, centred = _residuals(y, v, t2)
        value, slope = (w * centred**2).sum(axis=0), ((w * centred) ** 2).sum(axis=0)
        step = np.where((value > target) & (slope > 0), (value - target) / np.where(slope > 0, slope, 1.0), 0.0)
        t2 = t2 + step
        if np.all(step <= _CLOSE * np.maximum(t2, 1e-300)):
            break
    return t2


def profile_interval(y: Array, v: Array, level: float) -> tuple[Array, Array]:
    """Q-profile interval of τ² (Viechtbauer 2007), shapes (unit,); nan below two studies."""
    k = np.isfinite(y).sum(axis=0)
    dof = np.maximum(k - 1, 1)
    low = where_q_is(y, v, stats.chi2.ppf(0.5 + level / 2, dof))
    high = where_q_is(y, v, stats.chi2.ppf(0.5 - level / 2, dof))
    return np.where(k > 1, low, np.nan), np.where(k > 1, high, np.nan)


def typical_variance(v: Array) -> Array:
    """Typical variance within studies (Higgins & Thompson 2002), shape (unit,); nan below two studies."""
    w = weights(v, np.zeros(v.shape[1]))
    k = np.isfinite(v).sum(axis=0)
    room = w.sum(axis=0) ** 2 - (w**2).sum(axis=0)
    return np.where(k > 1, (k - 1) * w.sum(axis=0) / np.where(room > 0, room, 1.0), np.nan)


def _restricted(y: Array, v: Array) -> Array:
    """REML by Fisher scoring from Paule and Mandel's estimate; what does not settle is sought by golden section."""
    t2 = _paule_mandel(y, v)
    open_ = np.ones(t2.shape, dtype=bool)
    for _ in range(_STEPS):
        new = np.maximum(t2 + _scoring_step(y, v, t2), 0.0)
        open_ = np.abs(new - t2) > 1e-10 * np.maximum(new, 1e-10)
        t2 = new
        if not open_.any():
            break
    for unit in np.flatnonzero(open_):
        t2[unit] = _restricted_by_search(y[:, unit : unit + 1], v[:, unit : unit + 1])
    return t2


def _scoring_step(y: Array, v: Array, t2: Array) -> Array:
    w, centred = _residuals(y, v, t2)
    s1, s2, s3 = ((w**power).sum(axis=0) for power in (1, 2, 3))
    s1 = np.where(s1 > 0, s1, 1.0)
    trace, trace2 = s1 - s2 / s1, s2 - 2 * s3 / s1 + (s2 / s1) ** 2
    return np.asarray((((w * centred) ** 2).sum(axis=0) - trace) / np.where(trace2 > 0, trace2, np.inf))


def _restricted_by_search(y: Array, v: Array) -> float:
    def lack(t2: float) -> float:
        w, centred = _residuals(y, v, np.array([t2]))
        used = w[w > 0]
        return float((w * centred**2).sum() - np.log(used).sum() + np.log(used.sum()))

    top = 10 * float(np.nanvar(y)) + float(np.nanmax(v))
    return float(optimize.minimize_scalar(lack, bounds=(0.0, top), method="bounded", options={"xatol": 1e-12}).x)
