"""Intraclass correlations in their six forms, and the errors of measurement that go with them.

The form must be said: a number called *the ICC* can be any of six (Shrout & Fleiss 1979, 10.1037/0033-2909.86.2.420;
McGraw & Wong 1996, 10.1037/1082-989X.1.1.30).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from nociscope.stats.design import Array
from nociscope.stats.reliability import mean_squares

FORMS = ("ICC(1,1)", "ICC(A,1)", "ICC(C,1)", "ICC(1,k)", "ICC(A,k)", "ICC(C,k)")
"""One-way, absolute agreement, consistency; of one measurement, then of the mean of all sessions."""


@dataclass(frozen=True)
class MeanSquares:
    """Of people, sessions, error, and within people, from n people and k sessions."""

    people: float
    sessions: float
    error: float
    within: float
    n: int
    k: int


@dataclass(frozen=True)
class Icc:
    """One form with its interval."""

    form: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class MeasurementError:
    """Errors of one measurement in the unit of the values.

    Parameters
    ----------
    consistency : √MSE, without shifts between sessions. agreement : with them.
    """

    consistency: float
    agreement: float


def two_way(values: Array) -> MeanSquares:
    """Mean squares of a table (person, session) without missing values."""
    n, k = values.shape
    people, within = mean_squares(values)
    session = values.mean(axis=0)
    sessions = n * float(((session - values.mean()) ** 2).sum()) / (k - 1)
    error = (within * n * (k - 1) - sessions * (k - 1)) / ((n - 1) * (k - 1))
    return MeanSquares(people, sessions, max(error, 0.0), within, n, k)


def icc_forms(values: Array, level: float = 0.95) -> tuple[Icc, ...]:
    """All six forms, in the order of `FORMS`, with intervals from F (McGraw & Wong 1996, table 7).

    Parameters
    ----------
    values : shape (person, session), without missing values.
    """
    m = two_way(values)
    tail = 1 - (1 - level) / 2
    singles = (_one_way(m, tail), _agreement(m, tail), _consistency(m, tail))
    averages = tuple(tuple(_of_mean(v, m.k) for v in ends) for ends in singles)
    return tuple(Icc(form, *ends) for form, ends in zip(FORMS, (*singles, *averages), strict=True))


def measurement_error(values: Array) -> MeasurementError:
    """Standard errors of measurement from a table (person, session)."""
    m = two_way(values)
    between_sessions = max(0.0, (m.sessions - m.error) / m.n)
    return MeasurementError(math.sqrt(m.error), math.sqrt(between_sessions + m.error))


def _of_mean(single: float, k: int) -> float:
    """Spearman–Brown: from one measurement to the mean of k; −∞ where nothing is left."""
    bottom = 1 + (k - 1) * single
    return k * single / bottom if bottom > 0 else -math.inf


def _from_f(f: float, k: int) -> float:
    return (f - 1) / (f + k - 1)


def _ends(f: float, dof: tuple[float, float], k: int, tail: float) -> tuple[float, float, float]:
    low = f / float(stats.f.ppf(tail, *dof))
    high = f * float(stats.f.ppf(tail, dof[1], dof[0]))
    return _from_f(f, k), _from_f(low, k), _from_f(high, k)


def _one_way(m: MeanSquares, tail: float) -> tuple[float, float, float]:
    if m.within == 0:
        return 1.0, 1.0, 1.0
    return _ends(m.people / m.within, (m.n - 1, m.n * (m.k - 1)), m.k, tail)


def _consistency(m: MeanSquares, tail: float) -> tuple[float, float, float]:
    if m.error == 0:
        return 1.0, 1.0, 1.0
    return _ends(m.people / m.error, (m.n - 1, (m.n - 1) * (m.k - 1)), m.k, tail)


def _agreement(m: MeanSquares, tail: float) -> tuple[float, float, float]:
    """Interval with Satterthwaite's degrees of freedom for the mixture of sessions and error."""
    n, k = m.n, m.k
    bottom = m.people + (k - 1) * m.error + k * (m.sessions - m.error) / n
    value = (m.people - m.error) / bottom if bottom > 0 else math.nan
    if m.error == 0 and m.sessions == 0:
        return 1.0, 1.0, 1.0
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    mixed = a * m.sessions + b * m.error
    dof = mixed**2 / ((a * m.sessions) ** 2 / (k - 1) + (b * m.error) ** 2 / ((n - 1) * (k - 1)))
    upper, lower = float(stats.f.ppf(tail, n - 1, dof)), float(stats.f.ppf(tail, dof, n - 1))
    rest = k * m.sessions + (k * n - k - n) * m.error
    low = n * (m.people - upper * m.error) / (upper * rest + n * m.people)
    high = n * (lower * m.people - m.error) / (rest + n * lower * m.people)
    return value, low, high


def standardised_bands(value: float) -> str:
    """Word of Koo & Li (2016, 10.1016/j.jcm.2016.02.012) for an ICC: poor, moderate, good, excellent."""
    words = ("poor", "moderate", "good", "excellent")
    return words[int(np.searchsorted((0.5, 0.75, 0.9), value, side="right"))]
