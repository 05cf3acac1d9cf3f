"""The centre's side: one linear model over all sites from their sums, equal to the fit on all rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.core.errors import InputError
from nociscope.stats.design import Array
from nociscope.stats.sites.federated import SiteSums, aligned

_RANK = 1e-10


@dataclass(frozen=True, eq=False)
class OwnFit:
    """One site by itself, arrays of shape (region,); nan, and why, where its people cannot answer alone."""

    site: str
    n: int
    estimate: Array
    se: Array
    dof: int
    why: str = ""


@dataclass(frozen=True, eq=False)
class FederatedFit:
    """Ordinary least squares over all sites, arrays of shape (region,).

    Parameters
    ----------
    interest : name of the column that is asked about. columns : held constant, those of sites included.
    statistic, dof, p : t, its degrees of freedom, two-sided p of the t distribution: errors normal, spread equal.
    between_f, between_dof, between_p : do sites differ in the effect (site by interest), nan for one site.
    sites : each by itself.
    dropped : columns that say nothing beyond the others.
    statements : what must be said beside the numbers.
    """

    interest: str
    columns: tuple[str, ...]
    regions: tuple[str, ...]
    n: int
    estimate: Array
    se: Array
    statistic: Array
    dof: int
    p: Array
    low: Array
    high: Array
    between_f: Array
    between_dof: tuple[int, int]
    between_p: Array
    sites: tuple[OwnFit, ...]
    dropped: tuple[str, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Solved:
    estimate: Array
    se: Array
    dof: int
    unexplained: Array
    kept: NDArray[np.int64]


def federated_fit(sites: tuple[SiteSums, ...], site_effects: bool = True, level: float = 0.95) -> FederatedFit:
    """Fit the question and the covariates to all sites.

    Parameters
    ----------
    sites : one a site; see `site_sums`.
    site_effects : whether each site has its own intercept. Without, differences between sites are the effect's.
    level : of the intervals.

    Raises
    ------
    InputError
        The files are about different questions, a site stands twice, or the effect cannot be told apart from
        covariates and sites.
    """
    alike = aligned(sites)
    solved = _pooled(alike, site_effects)
    if solved is None:
        raise InputError(
            "the effect cannot be told apart from covariates and sites, or no freedom is left",
            got=f"{sum(s.n for s in alike)} people in {len(alike)} sites", do="use fewer covariates, or more sites",
        )  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        t = solved.estimate / solved.se
    half = stats.t.ppf(0.5 + level / 2, solved.dof) * solved.se
    own = tuple(_own(s) for s in alike)
    between = _between(alike, solved) if site_effects else None
    nan = np.full(len(alike[0].regions), np.nan)
    names = alike[0].columns
    return FederatedFit(
        interest=names[0], columns=tuple(names[i] for i in solved.kept[1:]), regions=alike[0].regions,
        n=sum(s.n for s in alike), estimate=solved.estimate, se=solved.se, statistic=t, dof=solved.dof,
        p=2 * stats.t.sf(np.abs(t), solved.dof), low=solved.estimate - half, high=solved.estimate + half,
        between_f=between[0] if between else nan, between_dof=between[1] if between else (0, 0),
        between_p=between[2] if between else nan, sites=own,
        dropped=tuple(n for i, n in enumerate(names) if i not in solved.kept),
        statements=_statements(site_effects, len(alike)),
    )  # fmt: skip


def _statements(site_effects: bool, count: int) -> tuple[str, ...]:
    said = [
        "p and interval take errors as normal with one spread; permutation within sites needs the people and is not "
        "available from sums.",
        "Nobody can see from sums whether a person stands in two sites' data, or carries the effect.",
    ]
    if not site_effects and count > 1:
        said.append("Sites share one intercept: a difference between sites may be part of the effect.")
    return tuple(said)


def _pooled(sites: tuple[SiteSums, ...], site_effects: bool) -> _Solved | None:
    """Solve over all sites: own intercepts leave the sums within sites, one intercept adds what lies between."""
    cross = sum((s.cross for s in sites), np.zeros_like(sites[0].cross))
    shared = sum((s.column_region for s in sites), np.zeros_like(sites[0].column_region))
    squares = sum((s.squares for s in sites), np.zeros_like(sites[0].squares))
    n = sum(s.n for s in sites)
    if site_effects:
        return _solve(cross, shared, squares, n - len(sites))
    share = np.array([s.n for s in sites], dtype=np.float64)
    x = np.array([s.means for s in sites])
    y = np.array([s.region_means for s in sites])
    x, y = (m - (share @ m) / n for m in (x, y))
    weighted = share[:, None] * x
    return _solve(cross + weighted.T @ x, shared + weighted.T @ y, squares + share @ y**2, n - 1)


def _solve(cross: Array, shared: Array, squares: Array, room: int) -> _Solved | None:
    """Coefficient of the first column; None where it cannot be estimated. ``room``: people less intercepts."""
    length = np.sqrt(np.diag(cross))
    if length[0] == 0:
        return None
    kept = _independent(cross, length)
    dof = room - kept.size
    if kept[-1] != 0 or dof < 1:
        return None
    kept = np.sort(kept)
    scale = length[kept]
    inside = cross[np.ix_(kept, kept)] / np.outer(scale, scale)
    target = shared[kept] / scale[:, None]
    beta = np.linalg.solve(inside, target)
    unexplained = np.maximum(squares - (beta * target).sum(axis=0), 0.0)
    first = float(np.linalg.inv(inside)[0, 0]) / scale[0] ** 2
    return _Solved(beta[0] / scale[0], np.sqrt(unexplained / dof * first), dof, unexplained, kept)


def _independent(cross: Array, length: Array) -> NDArray[np.int64]:
    """Columns that say something beyond those before them; the question comes last, so that it must add to all."""
    kept: list[int] = []
    for i in [*range(1, length.size), 0]:
        if length[i] == 0:
            continue
        unit = cross / np.outer(np.where(length > 0, length, 1.0), np.where(length > 0, length, 1.0))
        if not kept:
            kept.append(i)
            continue
        along = unit[np.ix_(kept, [i])][:, 0]
        left = 1.0 - along @ np.linalg.solve(unit[np.ix_(kept, kept)], along)
        if left > _RANK:
            kept.append(i)
    return np.array(kept if kept else [-1], dtype=np.int64)


def _own(s: SiteSums) -> OwnFit:
    solved = _solve(s.cross, s.column_region, s.squares, s.n - 1)
    nan = np.full(len(s.regions), np.nan)
    if solved is None:
        return OwnFit(s.site, s.n, nan, nan, 0, "the effect cannot be estimated from this site alone")
    return OwnFit(s.site, s.n, solved.estimate, solved.se, solved.dof)


def _between(sites: tuple[SiteSums, ...], pooled: _Solved) -> tuple[Array, tuple[int, int], Array] | None:
    """F of site by interest: covariate slopes shared, the effect free in each site where it can be estimated."""
    free = [s for s in sites if s.cross[0, 0] > 0]
    if len(free) < 2:
        return None
    covariates = pooled.kept[1:]
    width = len(free) + covariates.size
    cross, shared = np.zeros((width, width)), np.zeros((width, len(sites[0].regions)))
    rest = slice(len(free), width)
    for s in sites:
        cross[rest, rest] += s.cross[np.ix_(covariates, covariates)]
        shared[rest] += s.column_region[covariates]
    for i, s in enumerate(free):
        cross[i, i], shared[i] = s.cross[0, 0], s.column_region[0]
        cross[i, rest] = cross[rest, i] = s.cross[0, covariates]
    squares = np.sum([s.squares for s in sites], axis=0)
    extra = len(free) - 1
    dof = pooled.dof - extra
    length = np.sqrt(np.diag(cross))
    unit = cross / np.outer(length, length)
    if dof < 1 or np.linalg.matrix_rank(unit, tol=_RANK, hermitian=True) < width:
        return None
    target = shared / length[:, None]
    unexplained = np.maximum(squares - (np.linalg.solve(unit, target) * target).sum(axis=0), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        f = np.maximum(pooled.unexplained - unexplained, 0.0) / extra / (unexplained / dof)
    return f, (extra, dof), np.asarray(stats.f.sf(f, extra, dof))
