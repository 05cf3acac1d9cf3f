"""Effects in all sites, or in at least some of them: minimum statistic and partial conjunction.

Sources: Benjamini & Heller 2008 (partial conjunction), Nichols et al. 2005 (minimum statistic against the conjunction
null), Friston et al. 2005.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.stats.design import Array

COMBINATIONS = ("fisher", "simes", "bonferroni")
"""How the largest p are combined. Sites hold different people, so that Fisher's product is valid between them."""


def partial_conjunction(p: ArrayLike, at_least: int, method: str = "fisher") -> Array:
    """P of the null that fewer than `at_least` sites have an effect, from one p a site.

    Parameters
    ----------
    p : shape (site,) or (site, element); nan counts as 1, since a site without an answer is no evidence.
    at_least : u; 1 asks whether any site has an effect, the number of sites whether all have.
    method : one of `COMBINATIONS`, applied to the K − u + 1 largest p.

    Returns
    -------
    array
        Shape (element,), or (1,) for one p a site.

    Raises
    ------
    RangeError
        `at_least` is not between 1 and the number of sites, or a p is not between 0 and 1.
    """
    values = _p_values(p)
    sites = len(values)
    if not 1 <= at_least <= sites:
        raise RangeError("impossible number of sites", expected=f"1 to {sites}", got=at_least)
    if method not in COMBINATIONS:
        raise InputError("unknown way to combine p", expected=", ".join(COMBINATIONS), got=method)
    largest = np.sort(values, axis=0)[at_least - 1 :]
    combined = {"fisher": _fisher, "simes": _simes, "bonferroni": _bonferroni}[method](largest)
    return np.asarray(np.minimum(combined, 1.0))


def _fisher(p: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(stats.chi2.sf(-2 * np.log(p).sum(axis=0), 2 * len(p)))


def _simes(p: Array) -> Array:
    rank = np.arange(1, len(p) + 1)[:, None]
    return np.asarray((len(p) * p / rank).min(axis=0))


def _bonferroni(p: Array) -> Array:
    return np.asarray(len(p) * p[0])


def same_direction(greater: ArrayLike, less: ArrayLike, at_least: int, method: str = "fisher") -> Array:
    """P of the null that fewer than `at_least` sites have an effect in one and the same direction.

    Twice the smaller of the two one-sided partial conjunctions (Owen 2009), from one-sided p of shape (site,) or
    (site, element). Sites that differ in opposite directions do not add up.
    """
    both = np.minimum(partial_conjunction(greater, at_least, method), partial_conjunction(less, at_least, method))
    return np.asarray(np.minimum(2 * both, 1.0))


def sites_with_effect(p: ArrayLike, alpha: float = 0.05, method: str = "fisher") -> NDArray[np.int64]:
    """Lower confidence bound for how many sites have an effect, shape (element,), integer.

    The largest u for which 1, 2 … u are all rejected; its level is 1 − `alpha` (Benjamini & Heller 2008).
    """
    values = _p_values(p)
    rejected = np.array([partial_conjunction(values, u, method) <= alpha for u in range(1, len(values) + 1)])
    return np.asarray(np.logical_and.accumulate(rejected, axis=0).sum(axis=0))


def minimum_statistic(maps: ArrayLike) -> Array:
    """Statistic closest to zero where all sites share a sign, 0 where they do not; shape (element,).

    Parameters
    ----------
    maps : shape (site, element), t or z.
    """
    t = np.asarray(maps, dtype=np.float64)
    if t.ndim != 2 or len(t) < 2:
        raise ShapeError("a conjunction needs maps of two sites", expected="(site, element)", got=t.shape)
    least = np.abs(t).min(axis=0)
    agree = (np.sign(t) == np.sign(t[0])).all(axis=0)
    return np.where(agree, np.sign(t[0]) * least, 0.0)


def _p_values(p: ArrayLike) -> Array:
    values = np.array(p, dtype=np.float64)
    if values.ndim not in (1, 2) or not values.size:
        raise ShapeError("one p a site", expected="(site,) or (site, element)", got=values.shape)
    values = values[:, None] if values.ndim == 1 else values
    values[np.isnan(values)] = 1.0
    if (values < 0).any() or (values > 1).any() or math.isinf(float(np.abs(values).max())):
        raise RangeError("impossible p", expected="0 to 1", got=float(values.max()))
    return values
