"""Thresholds from the turning points of a staircase."""

from __future__ import annotations

import math

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.scores import Array, Score, Trials
from nociscope.core.status import FitStatus

METHOD = "staircase reversals 1"
FEWEST = 6
GEOMETRIC, ARITHMETIC = "geometric", "arithmetic"


def reversals(stimuli: Array) -> Array:
    """Intensities at which the direction changed, in order; equal steps are passed over.

    Parameters
    ----------
    stimuli : shape (trial,), in the order of presentation, without missing values.
    """
    x = np.asarray(stimuli, dtype=np.float64)
    x = x[np.r_[True, np.diff(x) != 0]] if x.size else x
    step = np.sign(np.diff(x))
    return np.asarray(x[1:-1][step[1:] != step[:-1]]) if x.size > 2 else np.empty(0)


def staircase_threshold(trials: Trials, mean: str, last: int = 6) -> Score:
    """Mean of the last turning points of one staircase.

    Parameters
    ----------
    trials : ``stimulus`` in the order of presentation; invalid trials are left out.
    mean : ``geometric`` for stimuli spaced by factors, ``arithmetic`` for equal steps.
    last : how many turning points, an even number so that tops and bottoms weigh alike.

    Raises
    ------
    InputError
        Another mean, or an odd number.
    """
    if mean not in (GEOMETRIC, ARITHMETIC) or last < 2 or last % 2:
        raise InputError(
            "rule of the staircase", expected="geometric or arithmetic, even number", got=f"{mean}, {last}"
        )
    stimuli = trials.stimulus[trials.valid & np.isfinite(trials.stimulus)]
    turned = reversals(stimuli)
    unit = trials.stimulus_unit or "1"
    status = FitStatus.OK if turned.size >= max(FEWEST, last) else FitStatus.TOO_FEW_TRIALS
    if status is FitStatus.OK and mean == GEOMETRIC and (turned[-last:] <= 0).any():
        status = FitStatus.OUT_OF_RANGE
    value = math.nan
    if status is FitStatus.OK:
        used = turned[-last:]
        value = float(np.exp(np.log(used).mean())) if mean == GEOMETRIC else float(used.mean())
    return Score(
        trials.test, trials.part, value, unit, status, f"{METHOD}, {mean} of the last {last}", trials.side, low=value,
        high=value, n_valid=int(turned.size), n_asked=max(FEWEST, last), detail={"trials": float(stimuli.size)},
    )  # fmt: skip
