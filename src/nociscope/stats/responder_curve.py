"""How many people improve by how much: every threshold at once, so that nobody picks the one that suits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.core.responder_curve import ResponderCurve
from nociscope.stats.prediction.proportions import Proportion, proportion, wilson

Array = NDArray[np.float64]

NA, NONRESPONDER = "na", "nonresponder"


def responder_curve(
    percent: Array, thresholds: Sequence[float] = tuple(range(0, 101, 5)), missing: str = NA, level: float = 0.95
) -> ResponderCurve:
    """Share of people whose percentage reaches each threshold.

    Parameters
    ----------
    percent : shape (person,), nan where it is missing or undefined.
    missing : ``na`` leaves those out, ``nonresponder`` counts them as no response.

    Raises
    ------
    InputError
        An unknown rule, or nobody left.
    """
    x, at = np.asarray(percent, float), np.asarray(thresholds, float)
    known = np.isfinite(x)
    n = int(known.sum()) if missing == NA else x.size
    if missing not in (NA, NONRESPONDER) or n == 0:
        raise InputError("responder curve", expected="people, and na or nonresponder", got=f"{n} people, {missing}")
    counts = (x[known][None, :] >= at[:, None] - 1e-9).sum(axis=1)
    points = [proportion(int(c), n, level) for c in counts]
    share, low, high = (np.array([getattr(p, name) for p in points]) for name in ("value", "low", "high"))
    gone = x.size - int(known.sum())
    return ResponderCurve(at, share, low, high, counts / x.size, (counts + gone) / x.size, n, gone, missing)


@dataclass(frozen=True)
class NumberNeeded:
    """People to treat so that one more responds.

    Parameters
    ----------
    nnt : 1 / difference; negative where treatment harms, infinite where the shares are equal.
    low, high : its interval. Where the interval of the difference holds zero, it runs from ``low`` through infinity to
        harm at ``high`` (Altman 1998), and ``through_infinity`` is true.
    difference, difference_low, difference_high : of the shares, by Newcombe's method 10 (1998).
    """

    nnt: float
    low: float
    high: float
    through_infinity: bool
    difference: float
    difference_low: float
    difference_high: float
    treated: Proportion
    control: Proportion


def number_needed_to_treat(
    responders: int, treated: int, control_responders: int, controls: int, level: float = 0.95
) -> NumberNeeded:
    """Number needed to treat from two shares, counts of people."""
    a, b = wilson(responders, treated, level), wilson(control_responders, controls, level)
    if not treated or not controls:
        raise InputError("two groups", expected="people in both", got=f"{treated} and {controls}")
    difference = a.value - b.value
    low = difference - math.hypot(a.value - a.low, b.high - b.value)
    high = difference + math.hypot(a.high - a.value, b.value - b.low)
    ends = (_inverse(high), _inverse(low))
    return NumberNeeded(_inverse(difference), *ends, low <= 0 <= high, difference, low, high, a, b)


def _inverse(difference: float) -> float:
    return 1 / difference if difference else math.inf
