"""Shares of people with exact intervals: sensitivity, specificity, predictive values."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.core.errors import InputError, RangeError


@dataclass(frozen=True)
class Proportion:
    """``count`` of ``total`` people with an interval; nan without anybody to count."""

    count: int
    total: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Classification:
    """What a rule gets right among positive and negative people, and among those it calls positive and negative."""

    sensitivity: Proportion
    specificity: Proportion
    positive_predictive_value: Proportion
    negative_predictive_value: Proportion


def proportion(count: int, total: int, level: float = 0.95) -> Proportion:
    """Share with the interval of Clopper and Pearson (1934), which covers at least `level` whatever the truth.

    Raises
    ------
    RangeError
        More counted than there are.
    """
    return _with_interval(count, total, level, _exact)


def wilson(count: int, total: int, level: float = 0.95) -> Proportion:
    """Share with the interval of Wilson (1927); nan without anybody.

    Raises
    ------
    RangeError
        More counted than there are.
    """
    return _with_interval(count, total, level, _score)


def _with_interval(
    count: int, total: int, level: float, interval: Callable[[int, int, float], tuple[float, float]]
) -> Proportion:
    if not 0 <= count <= total:
        raise RangeError("impossible count", expected=f"0 to {total}", got=count)
    if total == 0:
        return Proportion(0, 0, float("nan"), float("nan"), float("nan"))
    return Proportion(int(count), int(total), count / total, *interval(count, total, level))


def _exact(count: int, total: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    low = float(stats.beta.ppf(tail, count, total - count + 1)) if count else 0.0
    high = float(stats.beta.ppf(1 - tail, count + 1, total - count)) if count < total else 1.0
    return low, high


def _score(count: int, total: int, level: float) -> tuple[float, float]:
    z2 = float(stats.norm.ppf((1 + level) / 2)) ** 2
    share = count / total
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    reach = math.sqrt(z2 * (share * (1 - share) + z2 / (4 * total)) / total) / (1 + z2 / total)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def classification(called: NDArray[np.bool_], positive: NDArray[np.bool_], level: float = 0.95) -> Classification:
    """Sensitivity, specificity and predictive values of a rule; predictive values hold at this share of positives.

    Parameters
    ----------
    called, positive : shape (person,).
    """
    called, positive = np.asarray(called, bool), np.asarray(positive, bool)
    if called.shape != positive.shape:
        raise InputError("rule and outcome do not fit", expected=positive.shape, got=called.shape)

    def share(of: NDArray[np.bool_], among: NDArray[np.bool_]) -> Proportion:
        return proportion(int((of & among).sum()), int(among.sum()), level)

    return Classification(
        share(called, positive), share(~called, ~positive), share(positive, called), share(~positive, ~called)
    )
