"""A mean of readings of which some are limits of the device: the value, and what it can be."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.scores import Array, Trials
from nociscope.core.status import FitStatus
from nociscope.models.psychophysics.battery import SensoryTest

Side = NDArray[np.int8]


@dataclass(frozen=True)
class Bounded:
    """A number with its bounds.

    Parameters
    ----------
    value : nan where the status denies it. low, high : equal to value where nothing is bounded.
    n_valid, n_asked : trials. flags : codes for the reader.
    """

    value: float
    low: float
    high: float
    status: FitStatus
    n_valid: int
    n_asked: int
    flags: tuple[str, ...] = ()


def missing(status: FitStatus, n_valid: int, n_asked: int, flags: tuple[str, ...] = ()) -> Bounded:
    """A number that is not there."""
    return Bounded(math.nan, math.nan, math.nan, status, n_valid, n_asked, flags)


def sides(values: Array, marked: Side, test: SensoryTest) -> Side:
    """Which readings are limits: −1 below, 0 not, +1 above; marked by hand or at the reach of the device."""
    below = values <= test.low if test.closed else values < test.low
    above = values >= test.high if test.closed else values > test.high
    found = np.where(above, 1, np.where(below, -1, 0)).astype(np.int8)
    return np.where(marked != 0, marked, found).astype(np.int8)


def bounded_mean(values: Array, censored: Side, needed: int, asked: int, log: bool = False) -> Bounded:
    """Arithmetic or geometric mean of readings, nan left out.

    Parameters
    ----------
    values, censored : shape (trial,); a censored reading is the limit itself.
    needed, asked : trials that must be there, and those of the protocol.
    log : geometric.
    """
    there = np.isfinite(values)
    kept, side = values[there], censored[there]
    n = int(there.sum())
    if n < max(1, needed):
        return missing(FitStatus.TOO_FEW_TRIALS, n, asked)
    if log and (kept <= 0).any():
        return missing(FitStatus.OUT_OF_RANGE, n, asked)
    value = float(np.exp(np.log(kept).mean())) if log else float(kept.mean())
    floor = 0.0 if log else -math.inf
    low = floor if (side < 0).any() else value
    high = math.inf if (side > 0).any() else value
    limited = bool((side != 0).any())
    status = FitStatus.CENSORED if limited else FitStatus.FEW_TRIALS if n < asked else FitStatus.OK
    flags = (("censored",) if limited else ()) + (("few_trials",) if n < asked else ())
    return Bounded(value, low, high, status, n, asked, flags)


def scored_column(trials: Trials, test: SensoryTest) -> tuple[Array, Side]:
    """The readings or ratings of the valid trials (nan elsewhere) and which of them are limits."""
    values = np.where(trials.valid, getattr(trials, test.column), np.nan)
    return values, sides(values, trials.censored, test)
