"""Test–retest: how far one person's number is from the same person's number."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from nociscope.core.errors import InputError
from nociscope.stats.design import Array


@dataclass(frozen=True)
class Retest:
    """Reliability of one measure in one region.

    Parameters
    ----------
    icc, icc_low, icc_high : ICC(1,1), one-way random effects, with its exact F interval (Shrout & Fleiss 1979).
    variability, variability_sd : mean and SD over people of 200 |a − b| / (a + b), percent.
    sem : standard error of measurement, square root of the mean square within people; in the unit.
    mdc : minimal detectable change of one person, z √2 SEM at the level of the intervals.
    mdc_single : the same without √2: how far one measurement may lie from the person's true value.
    mdc_from_icc : the form of many papers, z √2 SD √(1 − ICC).
    cv : within-person coefficient of variation, percent (root mean square).
    bias, bias_low, bias_high : mean of last minus first session, with its t interval.
    loa_low, loa_high : limits of agreement, bias ± z SD of differences (Bland & Altman 1986).
    """

    n: int
    sessions: int
    icc: float
    icc_low: float
    icc_high: float
    variability: float
    variability_sd: float
    sem: float
    mdc: float
    mdc_single: float
    mdc_from_icc: float
    cv: float
    bias: float
    bias_low: float
    bias_high: float
    loa_low: float
    loa_high: float
    mean: float


def reliability(values: Array, level: float = 0.95) -> Retest:
    """Reliability of repeated measurements, shape (person, session), without missing values.

    Raises
    ------
    InputError
        Fewer than 2 people or 2 sessions, missing values, or no spread at all.
    """
    n, k = _checked(values).shape
    between, within = mean_squares(values)
    icc, low, high = icc_interval(between, within, n, k, level)
    z = float(stats.norm.ppf(0.5 + level / 2))
    sem = math.sqrt(within)
    difference = values[:, -1] - values[:, 0]
    spread = float(difference.std(ddof=1))
    half = float(stats.t.ppf(0.5 + level / 2, n - 1)) * spread / math.sqrt(n)
    variability = absolute_variability(values)
    bias = float(difference.mean())
    return Retest(
        n=n, sessions=k, icc=icc, icc_low=low, icc_high=high,
        variability=float(variability.mean()), variability_sd=float(variability.std(ddof=1)),
        sem=sem, mdc=minimal_detectable_change(sem, level), mdc_single=z * sem,
        mdc_from_icc=minimal_detectable_change(sem_from_icc(pooled_sd(values), icc), level),
        cv=100 * math.sqrt(float(np.mean(values.var(axis=1, ddof=1) / values.mean(axis=1) ** 2))),
        bias=bias, bias_low=bias - half, bias_high=bias + half,
        loa_low=bias - z * spread, loa_high=bias + z * spread, mean=float(values.mean()),
    )  # fmt: skip


def mean_squares(values: Array) -> tuple[float, float]:
    """Mean squares between and within people of a one-way layout, shape (person, session)."""
    n, k = values.shape
    person = values.mean(axis=1)
    between = k * float(((person - values.mean()) ** 2).sum()) / (n - 1)
    within = float(((values - person[:, None]) ** 2).sum()) / (n * (k - 1))
    return between, within


def icc_interval(between: float, within: float, n: int, k: int, level: float) -> tuple[float, float, float]:
    """ICC(1,1) and its interval from the mean squares (Shrout & Fleiss 1979)."""
    if within == 0:
        return 1.0, 1.0, 1.0
    ratio = between / within
    tail = (1 - level) / 2
    lower = ratio / float(stats.f.ppf(1 - tail, n - 1, n * (k - 1)))
    upper = ratio * float(stats.f.ppf(1 - tail, n * (k - 1), n - 1))
    value, low, high = ((f - 1) / (f + k - 1) for f in (ratio, lower, upper))
    return value, low, high


def absolute_variability(values: Array) -> Array:
    """200 |a − b| / (a + b) of every person, percent, averaged over pairs of sessions; shape (person,)."""
    first, second = np.triu_indices(values.shape[1], 1)
    a, b = values[:, first], values[:, second]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((200 * np.abs(a - b) / (a + b)).mean(axis=1))


def pooled_sd(values: Array) -> float:
    """Between-person SD, pooled over sessions."""
    return math.sqrt(float(values.var(axis=0, ddof=1).mean()))


def sem_from_icc(sd: float, icc: float) -> float:
    """Standard error of measurement as many papers print it: SD √(1 − ICC)."""
    return sd * math.sqrt(max(0.0, 1 - icc))


def minimal_detectable_change(sem: float, level: float = 0.95, sessions: int = 2) -> float:
    """Change of one person that exceeds error: z √2 SEM; with ``sessions=1`` z SEM, for one measurement."""
    return float(stats.norm.ppf(0.5 + level / 2)) * math.sqrt(sessions) * sem


def _checked(values: Array) -> Array:
    if values.ndim != 2 or values.shape[0] < 2 or values.shape[1] < 2:
        raise InputError("too little for reliability", expected="2 people and 2 sessions or more", got=values.shape)
    if not np.isfinite(values).all():
        raise InputError("missing values", expected="finite numbers", do="leave out people who miss a session")
    if np.ptp(values) == 0:
        raise InputError("no spread between or within people", expected="numbers that differ", got=values.flat[0])
    return values
