"""How many people improve by how much, at every threshold at once: what the figure draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ResponderCurve:
    """Cumulative responders.

    Parameters
    ----------
    thresholds : shape (threshold,), percent.
    share, low, high : shape (threshold,), people who improve by at least as much, with the exact interval of each point
        (Clopper and Pearson 1934); the intervals hold one by one, not for the whole curve.
    least, most : shape (threshold,), the share if nobody, or everybody, of the missing had responded.
    n : people in the denominator. n_missing : people without a percentage, by the rule left out or counted as none.
    missing : the rule.
    """

    thresholds: Array
    share: Array
    low: Array
    high: Array
    least: Array
    most: Array
    n: int
    n_missing: int
    missing: str
