"""How repeatable a measure is, in one table: all six correlations, errors, detectable changes, limits of agreement.

On the log scale everything that is a difference becomes a ratio.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.stats.design import Array
from nociscope.stats.icc import Icc, MeasurementError, icc_forms, measurement_error
from nociscope.stats.reliability import minimal_detectable_change

LINEAR, LOG = "linear", "log"


@dataclass(frozen=True)
class Repeatability:
    """Of people who have every session.

    Parameters
    ----------
    n, n_left_out : people who entered, and those who missed a session. sessions : of each.
    scale : ``linear``, or ``log``: then ``forms`` are of the logarithms, and ``error``, ``mdc_…``, ``bias`` and
        ``loa_…`` are factors (1.2 is twenty per cent more).
    forms : the six correlations. error : standard errors of measurement.
    mdc_consistency, mdc_agreement : change of one person beyond error, z √2 SEM, without and with shifts of sessions.
    cv : coefficient of variation of one measurement, percent: SEM (consistency) over the mean, or of a log-normal.
    bias : last less first session. loa_low, loa_high : limits of agreement of these two (Bland & Altman 1986).
    """

    n: int
    n_left_out: int
    sessions: int
    scale: str
    forms: tuple[Icc, ...]
    error: MeasurementError
    mdc_consistency: float
    mdc_agreement: float
    cv: float
    bias: float
    loa_low: float
    loa_high: float
    level: float


def repeatability(values: Array, scale: str = LINEAR, level: float = 0.95) -> Repeatability:
    """Repeatability of a table of people and sessions.

    Parameters
    ----------
    values : shape (person, session), nan where missing; somebody who misses a session is left out and counted.
    scale : ``linear``, or ``log`` for measures whose error grows with their size.

    Raises
    ------
    ShapeError
        Not a table, or fewer than 2 sessions.
    InputError
        Another scale, or fewer than 3 people with every session.
    RangeError
        A logarithm of what is not above zero.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 2:
        raise ShapeError("a table of people and sessions", expected="2 sessions or more", got=table.shape)
    if scale not in (LINEAR, LOG):
        raise InputError("no such scale", expected=f"{LINEAR} or {LOG}", got=scale)
    whole = np.isfinite(table).all(axis=1)
    kept = table[whole]
    if kept.shape[0] < 3:
        raise InputError("too few people with every session", expected="3 or more", got=kept.shape[0])
    if scale == LOG and (kept <= 0).any():
        raise RangeError("no logarithm", expected="values above 0", got=float(kept.min()))
    return _of(np.log(kept) if scale == LOG else kept, scale, level, int((~whole).sum()))


def _of(table: Array, scale: str, level: float, left_out: int) -> Repeatability:
    back = math.exp if scale == LOG else float
    error = measurement_error(table)
    difference = table[:, -1] - table[:, 0]
    bias, half = float(difference.mean()), float(stats.norm.ppf(0.5 + level / 2)) * float(difference.std(ddof=1))
    sem = error.consistency
    cv = 100 * math.sqrt(math.expm1(sem**2)) if scale == LOG else 100 * sem / float(table.mean())
    return Repeatability(
        n=table.shape[0], n_left_out=left_out, sessions=table.shape[1], scale=scale, forms=icc_forms(table, level),
        error=MeasurementError(back(error.consistency), back(error.agreement)),
        mdc_consistency=back(minimal_detectable_change(error.consistency, level)),
        mdc_agreement=back(minimal_detectable_change(error.agreement, level)),
        cv=cv, bias=back(bias), loa_low=back(bias - half), loa_high=back(bias + half), level=level,
    )  # fmt: skip
