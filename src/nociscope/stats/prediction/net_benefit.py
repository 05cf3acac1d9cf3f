"""Decision curves: what acting on a prediction is worth (Vickers & Elkin 2006)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import RangeError
from nociscope.stats.design import Array

THRESHOLDS = tuple(round(0.05 * i, 2) for i in range(1, 20))
"""Probabilities at which somebody might act."""


def net_benefit(probability: Array, positive: NDArray[np.bool_], thresholds: Array) -> Array:
    """True positives less false positives weighted by the odds of the threshold, per person; shape (threshold,).

    Somebody is acted upon whose probability is at least the threshold.

    Raises
    ------
    RangeError
        A threshold that is not between 0 and 1.
    """
    t = np.asarray(thresholds, float)
    if not ((t >= 0) & (t < 1)).all():
        raise RangeError("impossible threshold", expected="0 or more, below 1", got=t)
    acted = np.asarray(probability, float)[None, :] >= t[:, None]
    y = np.asarray(positive, bool)
    return np.asarray((acted & y).mean(axis=1) - (acted & ~y).mean(axis=1) * t / (1 - t))


def net_benefit_of_all(positive: NDArray[np.bool_], thresholds: Array) -> Array:
    """Net benefit of acting on everybody, shape (threshold,); acting on nobody has 0."""
    return net_benefit(np.ones(len(positive)), positive, thresholds)
