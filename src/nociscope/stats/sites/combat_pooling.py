"""What sites add and multiply: least squares of each feature, then pooling over features by empirical Bayes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, RangeError
from nociscope.stats.design import Array

METHODS = ("parametric", "non-parametric", "separate")

FEWEST_FEATURES = 3
"""Fewer features have no distribution that a site's location and scale could be drawn towards."""

_NO_SPREAD = 1e-10
_MOST_STEPS = 1000


@dataclass(frozen=True)
class CombatOptions:
    """How sites are estimated.

    Parameters
    ----------
    method : ``parametric`` and ``non-parametric`` empirical Bayes, or ``separate``: each feature on its own.
    mean_only : whether only the location of a site is removed, its spread left.
    reference : site that the others are brought to, left as it is; empty for none.
    tolerance : relative change of location and scale at which the parametric iteration ends.
    """

    method: str = "parametric"
    mean_only: bool = False
    reference: str = ""
    tolerance: float = 1e-4

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InputError("unknown method of ComBat", expected=", ".join(METHODS), got=self.method)
        if not 0 < self.tolerance < 0.1:
            raise RangeError("impossible tolerance", expected="between 0 and 0.1", got=self.tolerance)


@dataclass(frozen=True, eq=False)
class SiteMoments:
    """Least squares of sites and covariates in every column of values.

    Parameters
    ----------
    effects : shape (covariate, column).
    mean, spread : shape (column,); weighted mean of the sites (or the reference's) and residual SD, divisor n.
    location, scale : shape (site, column), in units of the spread and its square.
    """

    effects: Array
    mean: Array
    spread: Array
    location: Array
    scale: Array


@dataclass(frozen=True, eq=False)
class SiteDesign:
    """Sites and centred covariates of the people of one fit, and what solves for them.

    Parameters
    ----------
    index : shape (person,), into the sites.
    people : shape (site,), how many.
    columns : shape (person, covariate), centred.
    solver : shape (site + covariate, person).
    reference : place of the reference site, or −1.
    """

    index: NDArray[np.int64]
    people: NDArray[np.int64]
    columns: Array
    solver: Array
    reference: int = -1

    @property
    def indicators(self) -> Array:
        """Membership, shape (person, site)."""
        return np.asarray(self.index[:, None] == np.arange(self.people.size), dtype=np.float64)

    @property
    def matrix(self) -> Array:
        """Sites, then covariates, shape (person, site + covariate)."""
        return np.hstack([self.indicators, self.columns])


def site_design(index: NDArray[np.int64], columns: Array, reference: int = -1) -> SiteDesign:
    """Sites as integers from 0 and covariates of shape (person, covariate), which a fit centres."""
    people = np.bincount(index)
    centred = columns - columns.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    length[length == 0] = 1.0
    indicators = (index[:, None] == np.arange(people.size)).astype(np.float64)
    solver = np.linalg.pinv(np.hstack([indicators, centred / length]), rcond=1e-10)
    solver[people.size :] /= length[:, None]
    return SiteDesign(index, people, centred, solver, reference)


def site_moments(sites: SiteDesign, y: Array) -> SiteMoments:
    """Fit sites and covariates to values of shape (person, column) without missing entries.

    Residuals of a least-squares fit with one mean a site have mean zero in every site, so a site's location and
    spread come from its coefficient and its sum of squares; standardised values are never built.
    """
    count = sites.people.size
    solved = sites.solver @ y
    means, effects = solved[:count], solved[count:]
    rest = y - sites.matrix @ solved
    squares = sites.indicators.T @ np.square(rest, out=rest)
    if sites.reference < 0:
        mean = sites.people @ means / sites.people.sum()
        spread = np.sqrt(squares.sum(axis=0) / sites.people.sum())
    else:
        mean = means[sites.reference]
        spread = np.sqrt(squares[sites.reference] / sites.people[sites.reference])
    spread[spread <= _NO_SPREAD * np.maximum(np.abs(means).max(axis=0), np.abs(y[0]))] = 0.0
    unit = np.where(spread > 0, spread, 1.0)
    scale = squares / (unit**2 * (sites.people - 1)[:, None])
    return SiteMoments(effects, mean, spread, (means - mean) / unit, scale)


def shrunken(moments: SiteMoments, sites: SiteDesign, options: CombatOptions) -> tuple[Array, Array]:
    """Location and scale of every site after pooling over the last axis, shapes as in `moments`.

    The location of `moments` has shape (site, feature) or (site, set, feature): each set is pooled on its own.
    """
    location, scale = moments.location, np.ones_like(moments.scale) if options.mean_only else moments.scale
    people = np.broadcast_to(sites.people.reshape(-1, *[1] * (location.ndim - 1)), (*location.shape[:-1], 1))
    if options.method == "separate":
        out = location.copy(), np.where(scale > 0, scale, 1.0)
    else:
        pool = _parametric if options.method == "parametric" else _non_parametric
        rows = (location.reshape(-1, location.shape[-1]), scale.reshape(-1, location.shape[-1]))
        pooled = pool(*rows, people.reshape(-1, 1).astype(np.float64), options)
        out = pooled[0].reshape(location.shape), pooled[1].reshape(location.shape)
    if sites.reference >= 0:
        out[0][sites.reference], out[1][sites.reference] = 0.0, 1.0
    return out


def _parametric(location: Array, scale: Array, people: Array, options: CombatOptions) -> tuple[Array, Array]:
    """Posterior means under a normal and an inverse gamma prior, shapes (row, feature); Johnson 2007, eq. 3.

    The prior of a row is that of its features, by moments. A row ends when it alone has converged, so that a set
    gives the same numbers alone and among others.
    """
    middle, between = location.mean(axis=1, keepdims=True), location.var(axis=1, ddof=1, keepdims=True)
    if options.mean_only:
        return (between * people * location + middle) / (between * people + 1), scale.copy()
    m = scale.mean(axis=1, keepdims=True)
    s2 = np.maximum(scale.var(axis=1, ddof=1, keepdims=True), 1e-12 * m**2)
    shape, rate = 2 + m**2 / s2, m + m**3 / s2
    squares = scale * (people - 1)
    g, d = location.copy(), scale.copy()
    active = np.arange(len(g))
    for _ in range(_MOST_STEPS):
        n, t2, own = people[active], between[active], location[active]
        g_new = (t2 * n * own + d[active] * middle[active]) / (t2 * n + d[active])
        d_new = (rate[active] + 0.5 * (squares[active] + n * (own - g_new) ** 2)) / (n / 2 + shape[active] - 1)
        change = np.maximum(_change(g_new, g[active]), _change(d_new, d[active]))
        g[active], d[active] = g_new, d_new
        active = active[change > options.tolerance]
        if not active.size:
            break
    return g, d


def _change(new: Array, old: Array) -> Array:
    """Largest relative change of each row."""
    size = np.abs(old)
    return np.asarray(np.max(np.divide(np.abs(new - old), size, out=np.zeros_like(new), where=size > 0), axis=1))


def _non_parametric(location: Array, scale: Array, people: Array, options: CombatOptions) -> tuple[Array, Array]:
    """Means over the other features, weighted by how well each explains one's own values; shapes (row, feature).

    Weights are kept as logarithms: with some tens of people their plain products are too small for a computer.
    """
    g, d = location.copy(), scale.copy()
    every = location.shape[1]
    for row in range(len(g)):
        n, places, spreads = float(people[row, 0]), location[row], np.maximum(scale[row], 1e-12)
        squares = (n - 1) * (np.ones(every) if options.mean_only else scale[row])
        for start in range(0, every, 512):
            own = slice(start, min(start + 512, every))
            far = squares[own, None] + n * (places[own, None] - places) ** 2
            log_weight = -n / 2 * np.log(spreads) - far / (2 * spreads)
            log_weight[np.arange(far.shape[0]), np.arange(own.start, own.stop)] = -np.inf
            weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
            weight /= weight.sum(axis=1, keepdims=True)
            g[row, own], d[row, own] = weight @ places, weight @ scale[row]
    return g, d
