"""Confidence intervals: of estimates in units, of noncentral t, of correlations, of bootstrapped effects."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from nociscope.stats.design import Array
from nociscope.stats.linear import LinearFit
from nociscope.stats.noncentral import noncentralities, noncentrality

_MOST_RESAMPLES_LOST = 0.2
"""A bootstrap that loses more of its resamples than this to singular designs is not used."""


def estimate_interval(fitted: LinearFit, level: float) -> tuple[Array, Array]:
    """Interval of a contrast in its unit: HC2 error, t with Satterthwaite degrees of freedom; shapes (region,).

    Groups may differ in spread. Without covariates this is Welch's interval. HC3 with n − p degrees of freedom is
    wider than it says at this n, the pooled interval narrower when the smaller group varies more.
    """
    half = special.stdtrit(fitted.dof, 0.5 + level / 2) * fitted.se
    return fitted.estimate - half, fitted.estimate + half


def noncentrality_interval(t: float, dof: float, level: float) -> tuple[float, float]:
    """Noncentrality parameters for which `t` lies at the two tails of a noncentral t (Hedges & Olkin 1985)."""
    tail = (1 - level) / 2
    return noncentrality(t, dof, 1 - tail), noncentrality(t, dof, tail)


def standardised_interval(t: Array, dof: Array, level: float) -> tuple[Array, Array]:
    """As `noncentrality_interval` for many, shapes (region,); where nothing spreads t and its ends are infinite."""
    tail = (1 - level) / 2
    ends = [np.where(np.isinf(t), t, noncentralities(t, dof, p)) for p in (1 - tail, tail)]
    return ends[0], ends[1]


def correlation_interval(r: float, n: int, held: int, level: float, rank: bool = False) -> tuple[float, float]:
    """Fisher's z interval of a (partial) correlation with `held` covariates held constant.

    Ranks widen it by 1 + r²/2 (Bonett & Wright 2000). With nobody left to estimate a spread from it is [−1, 1]:
    nothing is excluded.
    """
    room = n - held - 3
    if room <= 0:
        return -1.0, 1.0
    if abs(r) >= 1:
        return _perfect(r, n, held, level, rank)
    half = stats.norm.ppf(0.5 + level / 2) * np.sqrt((1 + r**2 / 2 if rank else 1.0) / room)
    return float(np.tanh(np.arctanh(r) - half)), float(np.tanh(np.arctanh(r) + half))


def _perfect(r: float, n: int, held: int, level: float, rank: bool) -> tuple[float, float]:
    """Ranks in perfect order: the interval of the next lower rank correlation (two neighbours swapped), up to 1."""
    if not rank:
        return r, r
    nearest = 1 - 12 / (n * (n**2 - 1))
    low, _ = correlation_interval(nearest, n, held, level, rank)
    return (low, 1.0) if r > 0 else (-1.0, -low)


def bca(observed: Array, resampled: Array, left_out: Array, level: float) -> tuple[Array, Array] | None:
    """Bias-corrected and accelerated bootstrap interval (Efron 1987), or None where too many resamples failed.

    Parameters
    ----------
    observed : shape (region,).
    resampled : shape (resample, region); nan where the design was singular.
    left_out : shape (person, region); the statistic without each person.
    """
    usable = np.isfinite(resampled).all(axis=1)
    if (1 - usable.mean()) > _MOST_RESAMPLES_LOST or not np.isfinite(left_out).all():
        return None
    kept = resampled[usable]
    below = ((kept < observed).sum(axis=0) + 0.5 * (kept == observed).sum(axis=0)) / len(kept)
    bias = stats.norm.ppf(np.clip(below, 1 / (2 * len(kept)), 1 - 1 / (2 * len(kept))))
    spread = left_out.mean(axis=0) - left_out
    scale = (spread**2).sum(axis=0) ** 1.5
    acceleration = np.divide((spread**3).sum(axis=0), 6 * scale, out=np.zeros_like(scale), where=scale > 0)
    ends = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        z = bias + stats.norm.ppf(tail)
        share = stats.norm.cdf(bias + z / (1 - acceleration * z))
        ends.append(np.array([np.quantile(kept[:, i], s) for i, s in enumerate(share)]))
    return ends[0], ends[1]
