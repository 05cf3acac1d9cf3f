"""How well a score measures in one's own people: α, ω, item-rest correlations, floor and ceiling, reliable change."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.status import FitStatus

Column = NDArray[np.float64]

FEWEST = 10
"""People below whom no reliability is given."""

CROWDED = 0.15
"""Share at an end of the range from which one speaks of floor or ceiling (Terwee 2007)."""

_ROUNDS = 5_000
_CLOSE = 1e-10


@dataclass(frozen=True, eq=False)
class Reliability:
    """Of one score in one sample.

    Parameters
    ----------
    alpha : Cronbach's α. omega : McDonald's ω of one factor; nan where no such factor fits.
    item_rest : shape (item,), correlation of each item with the sum of the others; nan where it does not vary.
    loadings : shape (item,), of the factor. floor, ceiling : share of people at the least and most possible sum.
    n : people with every item. n_asked : people there are.
    status : why there is no number, or why ω is missing.
    """

    alpha: float
    omega: float
    item_rest: Column
    loadings: Column
    floor: float
    ceiling: float
    n: int
    n_asked: int
    status: FitStatus

    @property
    def crowded(self) -> bool:
        """Whether there is a floor or ceiling effect."""
        return max(self.floor, self.ceiling) > CROWDED


def reliability(items: Column, low: float, high: float) -> Reliability:
    """Reliability of the sum of items as they are scored, reversed ones turned round.

    Parameters
    ----------
    items : shape (person, item), nan where unanswered; people who miss one are left out and counted.
    low, high : least and most possible sum.

    Raises
    ------
    ShapeError
        Not a table, or fewer than two items.

    References
    ----------
    Cronbach 1951, doi:10.1007/BF02310555; McDonald 1999, Test Theory; Terwee 2007, doi:10.1016/j.jclinepi.2006.03.012.
    """
    x = np.asarray(items, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] < 2:
        raise ShapeError("reliability needs a table", expected="(person, item) with two items or more", got=x.shape)
    whole = x[np.isfinite(x).all(axis=1)]
    n, k = whole.shape
    nothing = np.full(k, np.nan)
    if n < FEWEST:
        return _none(FitStatus.TOO_FEW_TRIALS, nothing, n, len(x))
    covariance = np.cov(whole, rowvar=False)
    if not covariance.sum() > 0:
        return _none(FitStatus.NO_SIGNAL, nothing, n, len(x))
    loadings = one_factor(covariance)
    omega = _omega(covariance, loadings)
    total = whole.sum(axis=1)
    return Reliability(
        cronbach_alpha(covariance), omega, _item_rest(whole, total), loadings,
        float(np.mean(total <= low + _CLOSE)), float(np.mean(total >= high - _CLOSE)), n, len(x),
        FitStatus.OK if math.isfinite(omega) else FitStatus.NOT_CONVERGED,
    )  # fmt: skip


def cronbach_alpha(covariance: Column) -> float:
    """Cronbach's α from the covariances of items, shape (item, item)."""
    k = len(covariance)
    return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def one_factor(covariance: Column) -> Column:
    """Maximum-likelihood loadings of one factor, in units of the items, shape (item,); nan where it does not converge.

    By expectation and maximisation (Rubin and Thayer 1982, doi:10.1007/BF02293851) of standardised items. The sign is
    that under which the loadings sum to more than zero. Two items do not identify a factor.
    """
    sd = np.sqrt(np.diag(covariance))
    if len(sd) < 3 or not (sd > 0).all():
        return np.full(len(sd), np.nan)
    r = covariance / np.outer(sd, sd)
    values, vectors = np.linalg.eigh(r)
    loading = vectors[:, -1] * math.sqrt(values[-1]) * 0.9
    unique = np.clip(1 - loading**2, 0.05, None)
    for _ in range(_ROUNDS):
        before = loading
        weight = loading / unique / (1 + (loading**2 / unique).sum())  # of the regression of the factor on the items
        joint = r @ weight
        loading = joint / (1 - weight @ loading + weight @ joint)
        unique = np.clip(1 - loading * joint, 1e-6, None)
        if np.abs(loading - before).max() < _CLOSE:
            return np.asarray(loading * sd * np.sign(loading.sum() or 1.0))
    return np.full(len(sd), np.nan)


def reliable_change(before: float, after: float, sem: float) -> float:
    """Change in units of its standard error, (after − before) / (√2 · SEM); beyond ±1.96 it is more than noise.

    Raises
    ------
    RangeError
        The standard error of measurement is not positive.

    References
    ----------
    Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12.
    """
    if not sem > 0:
        raise RangeError("the standard error of measurement must be positive", got=sem)
    return (after - before) / (math.sqrt(2) * sem)


def standard_error_of_measurement(sd: float, coefficient: float) -> float:
    """SEM = SD · √(1 − reliability).

    Raises
    ------
    InputError
        The reliability lies outside 0 to 1, or the SD is negative.
    """
    if not (0 <= coefficient <= 1 and sd >= 0):
        raise InputError("no such reliability", expected="SD ≥ 0, reliability 0 to 1", got=(sd, coefficient))
    return sd * math.sqrt(1 - coefficient)


def _omega(covariance: Column, loadings: Column) -> float:
    """Share of the variance of the sum that the factor explains, in the variance that the model implies."""
    common = float(loadings.sum() ** 2)
    return common / (common + float((np.diag(covariance) - loadings**2).sum()))


def _item_rest(whole: Column, total: Column) -> Column:
    out = np.full(whole.shape[1], np.nan)
    for i, item in enumerate(whole.T):
        rest = total - item
        if item.std() > 0 and rest.std() > 0:
            out[i] = np.corrcoef(item, rest)[0, 1]
    return out


def _none(status: FitStatus, nothing: Column, n: int, asked: int) -> Reliability:
    nan = math.nan
    return Reliability(nan, nan, nothing, nothing, nan, nan, n, asked, status)
