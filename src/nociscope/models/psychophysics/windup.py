"""The wind-up ratio: a train of pinpricks against a single one."""

from __future__ import annotations

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.scores import Array, Trials
from nociscope.core.status import FitStatus
from nociscope.models.psychophysics.bounded import Bounded, missing

TRAIN, SINGLE = "train", "single"


def windup_ratio(trials: Trials, needed: int = 4, asked: int = 5, offset: float = 0.0) -> Bounded:
    """Mean rating of the trains over the mean rating of the single stimuli (a ratio of means, not a mean of ratios).

    Parameters
    ----------
    trials : ``phase`` says ``train`` or ``single``.
    needed, asked : valid ratings of each kind.
    offset : added to both means; not the standard form where it is not zero, and flagged so.

    Raises
    ------
    InputError
        A phase that is neither.
    """
    phase = np.array(trials.phase)
    if not np.isin(phase, (TRAIN, SINGLE)).all():
        raise InputError(
            "wind-up needs the phase of every rating", expected=f"{TRAIN} or {SINGLE}", got=sorted(set(trials.phase)),
            where=trials.where or None,
        )  # fmt: skip
    rated = np.where(trials.valid, trials.response, np.nan)
    train, single = rated[(phase == TRAIN) & np.isfinite(rated)], rated[(phase == SINGLE) & np.isfinite(rated)]
    return _ratio(train, single, needed, asked, offset)


def _ratio(train: Array, single: Array, needed: int, asked: int, offset: float) -> Bounded:
    n = min(train.size, single.size)
    flags = ("nonstandard_offset",) if offset else ()
    if n < needed:
        return missing(FitStatus.TOO_FEW_TRIALS, n, asked, flags)
    if (train < 0).any() or (single < 0).any():
        return missing(FitStatus.OUT_OF_RANGE, n, asked, flags)
    bottom = float(single.mean()) + offset
    if bottom == 0:
        return missing(FitStatus.UNDEFINED_ZERO, n, asked, flags)
    value = (float(train.mean()) + offset) / bottom
    status = FitStatus.OK if n >= asked else FitStatus.FEW_TRIALS
    return Bounded(value, value, value, status, n, asked, flags + (("few_trials",) if n < asked else ()))
