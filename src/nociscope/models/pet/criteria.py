"""Information criteria, intervals, and averaging over models."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.estimate import Estimate
from nociscope.core.records import KineticFit


def criteria(n: int, k: int, wrss: float) -> dict[str, float]:
    """Return n, k, wrss, AIC, AICc and BIC of a weighted least-squares fit (Akaike 1974; Burnham and Anderson 2002).

    Parameters
    ----------
    n : frames that carry weight. k : fitted parameters. wrss : weighted residual sum of squares.

    Notes
    -----
    The unknown noise scale counts as a parameter. Values compare only between fits to the same frames and weights.
    """
    p = k + 1
    deviance = n * math.log(max(wrss, 1e-300) / n)
    aicc = deviance + 2 * p + (2 * p * (p + 1) / (n - p - 1) if n - p - 1 > 0 else math.inf)
    return {
        "n": float(n),
        "k": float(k),
        "wrss": wrss,
        "AIC": deviance + 2 * p,
        "AICc": aicc,
        "BIC": deviance + p * math.log(n),
    }


def interval(estimate: Estimate, dof: float, level: float = 0.95) -> tuple[float, float]:
    """Two-sided interval of an estimate from Student's t; nan where it has no standard error.

    Parameters
    ----------
    estimate : value with standard error.
    dof : degrees of freedom of the noise scale, ``criteria["n"] - criteria["k"]``.
    level : such as 0.95.
    """
    from scipy.special import stdtrit  # not at the top: every worker would pay half a second for it

    if not (math.isfinite(estimate.value) and math.isfinite(estimate.se) and dof > 0):
        return math.nan, math.nan
    half = float(stdtrit(dof, (1 + level) / 2)) * estimate.se
    return estimate.value - half, estimate.value + half


def akaike_weights(fits: Sequence[KineticFit], criterion: str = "AICc") -> tuple[float, ...]:
    """Relative likelihood of each fit among the others, summing to one; zero where a fit has no criterion.

    Raises
    ------
    InputError
        Fits of different regions, or to different frames.
    """
    if len({f.region for f in fits}) > 1 or len({f.criteria.get("n") for f in fits if f.criteria}) > 1:
        raise InputError("models compare only within one region, on the same frames and weights")
    values = np.array([f.criteria.get(criterion, math.inf) for f in fits])
    if not np.isfinite(values).any():
        return tuple(0.0 for _ in fits)
    likelihood = np.exp(-(values - values[np.isfinite(values)].min()) / 2)
    return tuple(float(v) for v in likelihood / likelihood.sum())


def average(fits: Sequence[KineticFit], symbol: str, criterion: str = "AICc") -> Estimate:
    """Akaike-weighted mean of one quantity; its error holds the spread between models (Burnham and Anderson 2002).

    Parameters
    ----------
    fits : of one region, by several models. symbol : a quantity that those with weight report.
    """
    pairs = [(w, f[symbol]) for w, f in zip(akaike_weights(fits, criterion), fits, strict=True) if w > 0]
    if not pairs:
        raise InputError("no fit to average", expected="at least one fit with a criterion")
    finite = [(w, e) for w, e in pairs if math.isfinite(e.value)]
    if not finite:
        return pairs[0][1]
    total = sum(w for w, _ in finite)
    value = sum(w * e.value for w, e in finite) / total
    se = sum(w * math.hypot(e.se, e.value - value) for w, e in finite) / total
    best = max(finite, key=lambda pair: pair[0])[1]
    return replace(best, value=value, se=se)
