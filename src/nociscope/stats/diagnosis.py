"""How well a test or a clinician's rule tells two kinds of people apart, and how well two raters agree."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.core.errors import InputError, RangeError
from nociscope.stats.prediction.auc import AucInterval, delong_interval, wins_of
from nociscope.stats.prediction.proportions import Proportion, wilson

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ratio:
    """A ratio with its interval on the log scale; infinite or nan where a cell is empty."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class DiagnosticAccuracy:
    """What a test does.

    Parameters
    ----------
    sensitivity, specificity : with the interval of Wilson (1927).
    prevalence : at which the predictive values hold; of the sample where none was given.
    ppv, npv : predictive values by Bayes' rule at that prevalence, which is taken as known: no interval.
    lr_positive, lr_negative : likelihood ratios (Simel 1991).
    auc : of the scores where they were given (DeLong 1988).
    """

    sensitivity: Proportion
    specificity: Proportion
    prevalence: float
    ppv: float
    npv: float
    lr_positive: Ratio
    lr_negative: Ratio
    auc: AucInterval | None


def diagnostic_accuracy(
    called: NDArray[np.bool_],
    positive: NDArray[np.bool_],
    prevalence: float | None = None,
    scores: Array | None = None,
    level: float = 0.95,
) -> DiagnosticAccuracy:
    """Compare a test with the truth.

    Parameters
    ----------
    called, positive : shape (person,), of the test and of the reference.
    prevalence : share of positives where the test will be used; that of the sample where absent.
    scores : shape (person,), higher where positive, for the AUC.

    Raises
    ------
    InputError
        Shapes differ, or nobody is positive or nobody negative.
    RangeError
        The prevalence is not between 0 and 1.
    """
    called, positive = np.asarray(called, bool), np.asarray(positive, bool)
    if called.shape != positive.shape or positive.all() or not positive.any():
        raise InputError(
            "test and reference", expected="as many of each, positive and negative people", got=called.shape
        )
    if prevalence is not None and not 0 < prevalence < 1:
        raise RangeError("prevalence", expected="between 0 and 1", got=prevalence)
    sick, well = int(positive.sum()), int((~positive).sum())
    sens, spec = (
        wilson(int((called & positive).sum()), sick, level),
        wilson(int((~called & ~positive).sum()), well, level),
    )
    at = prevalence if prevalence is not None else sick / (sick + well)
    return DiagnosticAccuracy(
        sens, spec, at, *predictive_values(sens.value, spec.value, at),
        _ratio((sens.count, sick), (well - spec.count, well), level),
        _ratio((sick - sens.count, sick), (spec.count, well), level),
        None if scores is None else delong_interval(wins_of(scores, positive), level),
    )  # fmt: skip


def predictive_values(sensitivity: float, specificity: float, prevalence: float) -> tuple[float, float]:
    """Positive and negative predictive value at a prevalence; nan where nobody is called so."""
    hit, false_alarm = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    miss, rejected = (1 - sensitivity) * prevalence, specificity * (1 - prevalence)
    return (
        hit / (hit + false_alarm) if hit + false_alarm else math.nan,
        rejected / (rejected + miss) if rejected + miss else math.nan,
    )


def _ratio(top: tuple[int, int], bottom: tuple[int, int], level: float) -> Ratio:
    """Ratio of two shares, log-normal interval."""
    (a, n), (b, m) = top, bottom
    if not a or not b:
        return Ratio(math.nan if not a and not b else (0.0 if not a else math.inf), math.nan, math.nan)
    value = (a / n) / (b / m)
    reach = float(stats.norm.ppf((1 + level) / 2)) * math.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    return Ratio(value, value * math.exp(-reach), value * math.exp(reach))


@dataclass(frozen=True, eq=False)
class Agreement:
    """Two raters on the same people.

    Parameters
    ----------
    labels : of rows (first rater) and columns (second). table : shape (label, label), counts.
    observed : share of people on whom they agree.
    kappa, se, low, high : Cohen's κ with the large-sample error of Fleiss, Cohen and Everitt (1969); nan where both
        always say the same one label.
    """

    labels: tuple[str, ...]
    table: NDArray[np.int64]
    observed: Proportion
    kappa: float
    se: float
    low: float
    high: float


def agreement(first: Array, second: Array, labels: tuple[str, ...], level: float = 0.95) -> Agreement:
    """Cohen's κ of two raters, shapes (person,), labels as text.

    Raises
    ------
    InputError
        A label that is not listed, or nobody.
    """
    a, b = (np.asarray(v, dtype=np.str_) for v in (first, second))
    if a.shape != b.shape or not a.size or not np.isin(np.r_[a, b], labels).all():
        raise InputError(
            "raters", expected=f"the same people, labels {', '.join(labels)}", got=sorted(set(np.r_[a, b]))
        )
    table = np.array([[int(((a == r) & (b == c)).sum()) for c in labels] for r in labels], dtype=np.int64)
    kappa, se = _kappa(table / a.size, a.size)
    reach = float(stats.norm.ppf((1 + level) / 2)) * se
    return Agreement(
        labels, table, wilson(int(np.trace(table)), a.size, level), kappa, se, kappa - reach, kappa + reach
    )


def _kappa(p: Array, n: int) -> tuple[float, float]:
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    seen, chance = float(np.trace(p)), float(rows @ columns)
    if chance > 1 - 1e-12:
        return math.nan, math.nan
    kappa = (seen - chance) / (1 - chance)
    own = np.diag(p) @ (1 - (rows + columns) * (1 - kappa)) ** 2
    pairs = p * (columns[:, None] + rows[None, :]) ** 2
    other = (1 - kappa) ** 2 * (pairs.sum() - np.trace(pairs))
    variance = (own + other - (kappa - chance * (1 - kappa)) ** 2) / (n * (1 - chance) ** 2)
    return kappa, math.sqrt(max(0.0, float(variance)))
