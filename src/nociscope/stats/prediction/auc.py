"""Area under the ROC curve from pairs of people, and intervals that hold for few of them.

Everything starts from a *win matrix*: one row per positive person, one column per negative, 1 where the positive scores
higher, ½ where they tie, nan where the two were never held out together. Scores of different folds come from different
models and are never compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from nociscope.core.errors import InputError, RangeError
from nociscope.stats.design import Array

TIE = 1e-12
"""Scores closer than this, relative to the larger, are the same score."""


FEW = 10
"""People of one outcome below which no large-sample interval stands alone."""

_MOST_EXACT = 2500


@dataclass(frozen=True)
class AucInterval:
    """An AUC with its interval and the standard error that the interval rests on (nan where it rests on none)."""

    value: float
    low: float
    high: float
    se: float


@dataclass(frozen=True)
class AucDifference:
    """AUC of one model minus another on the same people, with interval and two-sided normal p."""

    value: float
    low: float
    high: float
    se: float
    p: float


def win_matrix(positive: Array, negative: Array) -> Array:
    """Who scores higher in each pair, shape (positive, negative): 1, ½ for a tie, 0."""
    a, b = np.asarray(positive, float)[:, None], np.asarray(negative, float)[None, :]
    difference = a - b
    tied = np.abs(difference) <= TIE * np.maximum(np.abs(a), np.abs(b))
    return np.asarray(np.where(tied, 0.5, (difference > 0).astype(float)))


def wins_of(scores: Array, positive: NDArray[np.bool_]) -> Array:
    """Win matrix of one score per person.

    Raises
    ------
    InputError
        Nobody is positive, or nobody is negative.
    """
    positive = np.asarray(positive, bool)
    if positive.all() or not positive.any():
        raise InputError("an AUC needs both outcomes", expected="positive and negative people", got=positive.sum())
    return win_matrix(np.asarray(scores)[positive], np.asarray(scores)[~positive])


def auc(wins: Array) -> float:
    """Share of pairs in which the positive person scores higher."""
    return float(np.nanmean(wins))


def compared(wins: Array) -> Array:
    """Rows and columns of people who were compared with anybody."""
    seen = np.isfinite(wins)
    return np.asarray(wins[seen.any(axis=1)][:, seen.any(axis=0)])


def placements(wins: Array) -> tuple[Array, Array]:
    """Mean win of every positive and of every negative person who was compared; shapes (positive,), (negative,)."""
    wins = compared(wins)
    return np.nanmean(wins, axis=1), np.nanmean(wins, axis=0)


def delong_covariance(wins: tuple[Array, ...]) -> Array:
    """Covariance of the AUCs of several models on the same people (DeLong et al. 1988), shape (model, model).

    Raises
    ------
    InputError
        Fewer than two people with an outcome: no spread can be seen.
    """
    if min(compared(wins[0]).shape) < 2:
        raise InputError("too few people for DeLong's variance", expected="2 of each outcome", got=wins[0].shape)
    of_positive, of_negative = zip(*(placements(w) for w in wins), strict=True)
    parts = (np.atleast_2d(np.cov(np.stack(p))) / len(p[0]) for p in (of_positive, of_negative))
    return np.asarray(sum(parts))


def delong_interval(wins: Array, level: float = 0.95, logit: bool = True, factor: float = 1.0) -> AucInterval:
    """DeLong's interval, by default on the logit scale, where it stays within 0 and 1 (Perme & Manevski 2019).

    Complete separation has no spread; its interval is then Newcombe's. `factor` multiplies the standard error.
    """
    m, n = compared(wins).shape
    value, se = auc(wins), float(np.sqrt(delong_covariance((wins,))[0, 0])) * factor
    if se == 0 or value in (0.0, 1.0):
        return newcombe_interval(value, m, n, level, factor)
    z = float(stats.norm.ppf(0.5 + level / 2))
    if not logit:
        return AucInterval(value, max(0.0, value - z * se), min(1.0, value + z * se), se)
    middle, half = np.log(value / (1 - value)), z * se / (value * (1 - value))
    low, high = (float(1 / (1 + np.exp(-(middle + s * half)))) for s in (-1, 1))
    return AucInterval(value, low, high, se)


def delong_difference(wins: Array, other: Array, level: float = 0.95) -> AucDifference:
    """AUC of `wins` minus AUC of `other`, paired over people; two models that agree in every pair differ by 0."""
    covariance = delong_covariance((wins, other))
    value = auc(wins) - auc(other)
    se = float(np.sqrt(max(0.0, covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])))
    half = float(stats.norm.ppf(0.5 + level / 2)) * se
    p = float(2 * stats.norm.sf(abs(value) / se)) if se > 0 else float(value == 0)
    return AucDifference(value, max(-1.0, value - half), min(1.0, value + half), se, p)


def hanley_mcneil_variance(value: float, positive: int, negative: int, balanced: bool = False) -> float:
    """Variance of an AUC under exponential scores (Hanley & McNeil 1982), counts of people.

    With `balanced`, both counts less one are replaced by half the total less one, as Newcombe (2006) does.
    """
    half = (positive + negative) / 2 - 1
    m, n = (half, half) if balanced else (positive - 1, negative - 1)
    spread = 1 + m * (1 - value) / (2 - value) + n * value / (1 + value)
    return float(value * (1 - value) * spread / (positive * negative))


def newcombe_interval(
    value: float, positive: int, negative: int, level: float = 0.95, factor: float = 1.0
) -> AucInterval:
    """Score-type interval, method 5 of Newcombe (2006): the variance is taken at the ends, not at the estimate.

    Needs only the AUC and two counts, and is not empty at 0 or 1. `factor` multiplies the standard error.
    """
    _check(value, positive, negative)
    z = float(stats.norm.ppf(0.5 + level / 2)) * factor

    def excess(theta: float) -> float:
        return (theta - value) ** 2 - z**2 * hanley_mcneil_variance(theta, positive, negative, balanced=True)

    # at 0 and 1 the estimate itself is a root; the end of the interval is the other one
    low = 0.0 if value <= 0 else float(optimize.brentq(excess, 0.0, min(value, 1 - 1e-9)))
    high = 1.0 if value >= 1 else float(optimize.brentq(excess, max(value, 1e-9), 1.0))
    se = float(np.sqrt(hanley_mcneil_variance(value, positive, negative)))
    return AucInterval(value, min(low, value), max(high, value), se)


def bootstrap_interval(wins: Array, level: float, resamples: int, seed: int) -> AucInterval:
    """Percentile interval over people, positives and negatives drawn apart; the models are not fitted again."""
    rng = np.random.default_rng(seed)
    m, n = wins.shape
    seen, filled = np.isfinite(wins).astype(float), np.nan_to_num(wins)
    rows = rng.multinomial(m, np.full(m, 1 / m), size=resamples).astype(float)
    columns = rng.multinomial(n, np.full(n, 1 / n), size=resamples).astype(float)
    weight = ((rows @ seen) * columns).sum(axis=1)
    total = ((rows @ filled) * columns).sum(axis=1)
    drawn = total[weight > 0] / weight[weight > 0]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return AucInterval(auc(wins), float(low), float(high), float(drawn.std(ddof=1)))


def chance_widening(null: Array, null_se: Array) -> float:
    """How much wider than DeLong's error cross-validated AUCs scatter where there is nothing; at least 1.

    DeLong's error takes scores as given. Those of cross-validation come from models that share people, and their AUC
    scatters more. Permutations of the outcome show by how much.

    Parameters
    ----------
    null, null_se : shape (permutation,); AUC and DeLong's error of every permuted outcome.
    """
    expected = float(np.sqrt(np.mean(np.square(null_se)))) if null_se.size else 0.0
    return max(1.0, float(np.std(null, ddof=1)) / expected) if null.size > 1 and expected > 0 else 1.0


def cross_validated_interval(wins: Array, level: float, factor: float) -> AucInterval:
    """Interval of a cross-validated AUC: DeLong's on the logit scale, its error multiplied by `factor`.

    With fewer than `FEW` people of either outcome each end is the outer one of this and the exact interval.
    """
    wins = compared(wins)
    found = delong_interval(wins, level, factor=factor)
    if min(wins.shape) >= FEW or wins.size > _MOST_EXACT:
        return found
    exact = exact_interval(wins, level)
    return AucInterval(found.value, min(found.low, exact.low), max(found.high, exact.high), found.se)


def exact_interval(wins: Array, level: float = 0.95) -> AucInterval:
    """Interval from exact tail probabilities of the count of wins, for a handful of people.

    The order of people has a known distribution when one outcome's scores follow a Lehmann alternative of the other's
    (proportional hazards). Tails are inverted there, as Clopper and Pearson (1934) do for a share; of the two
    directions in which hazards can be proportional the wider end is taken. Distribution-free within that family
    (Lehmann 1953; compare Fay & Malinovsky 2018), conservative as all exact intervals are.
    """
    m, n = wins.shape
    value = auc(wins)
    _check(value, m, n)
    if m * n > _MOST_EXACT:
        raise RangeError("too many pairs for exact tails", expected=f"at most {_MOST_EXACT}", got=m * n)
    count = value * m * n
    tail = (1 - level) / 2
    at_least, at_most = int(np.floor(count + 1e-9)), int(np.ceil(count - 1e-9))
    low = 0.0 if at_least == 0 else min(_end(m, n, at_least, tail, True), _end(n, m, at_least, tail, True))
    high = 1.0 if at_most == m * n else max(_end(m, n, at_most, tail, False), _end(n, m, at_most, tail, False))
    return AucInterval(value, low, high, float("nan"))


def _end(m: int, n: int, count: int, tail: float, upper: bool) -> float:
    """AUC at which the tail beyond the count has the probability `tail`."""

    def excess(logit: float) -> float:
        law = lehmann_distribution(m, n, 1 / (1 + np.exp(-logit)))
        return float(law[count:].sum() if upper else law[: count + 1].sum()) - tail

    return float(1 / (1 + np.exp(-optimize.brentq(excess, -25.0, 25.0, xtol=1e-6))))


def lehmann_distribution(positive: int, negative: int, value: float) -> Array:
    """Probability of every count of wins when AUC is `value` and hazards are proportional, shape (m n + 1,).

    Scores are taken from the lowest up: the next is a positive's with probability a h / (a h + b), with a positives
    and b negatives left and h = (1 − AUC) / AUC. A negative taken while a positives are left gives a wins.
    """
    hazard = (1 - value) / value
    size = positive * negative + 1
    # law[b] holds, for the current a, the distribution of wins still to come
    law = [np.zeros(size) for _ in range(negative + 1)]
    for b in range(negative + 1):
        law[b][0] = 1.0
    for a in range(1, positive + 1):
        new = [law[0]]
        for b in range(1, negative + 1):
            takes_positive = a * hazard / (a * hazard + b)
            shifted = np.concatenate([np.zeros(a), new[b - 1][:-a]])
            new.append(takes_positive * law[b] + (1 - takes_positive) * shifted)
        law = new
    return law[negative]


def _check(value: float, positive: int, negative: int) -> None:
    if not 0 <= value <= 1:
        raise RangeError("impossible AUC", expected="0 to 1", got=value)
    if min(positive, negative) < 1:
        raise InputError(
            "an AUC needs both outcomes", expected="positive and negative people", got=(positive, negative)
        )
