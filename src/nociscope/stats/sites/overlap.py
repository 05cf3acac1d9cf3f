"""Do two sites, or two measures, show the same places: overlap and correlation of maps.

Neighbouring places are alike, so that a correlation over places has far fewer independent values than places. Its p
comes from surrogates with the same smoothness, never from the number of places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nociscope.core.errors import InputError, ShapeError
from nociscope.stats.design import Array


@dataclass(frozen=True)
class Overlap:
    """Places above a threshold in two maps.

    Parameters
    ----------
    first, second, both : how many places. dice, jaccard : nan where neither map has a place.
    expected_dice : Dice of maps with as many places each, thrown at random.
    """

    first: int
    second: int
    both: int
    places: int
    dice: float
    jaccard: float
    expected_dice: float


def overlap(first: ArrayLike, second: ArrayLike) -> Overlap:
    """Count shared places of two maps of yes and no, shape (element,)."""
    a, b = (np.asarray(m, dtype=bool) for m in (first, second))
    _check_alike(a, b)
    n_a, n_b, both = int(a.sum()), int(b.sum()), int((a & b).sum())
    total = n_a + n_b
    nan = float("nan")
    if total == 0:
        return Overlap(0, 0, 0, a.size, nan, nan, nan)
    expected = 2 * n_a * n_b / a.size / total
    return Overlap(n_a, n_b, both, a.size, 2 * both / total, both / (total - both), expected)


def overlap_of_maps(first: ArrayLike, second: ArrayLike, threshold: float) -> Overlap:
    """Overlap of what lies at or above a threshold, or at or below one that is negative."""
    a, b = _shared(first, second)
    sign = 1.0 if threshold >= 0 else -1.0
    return overlap(sign * a >= abs(threshold), sign * b >= abs(threshold))


@dataclass(frozen=True)
class MapCorrelation:
    """Correlation over places, its p from surrogates (nan without them) and what to say beside it."""

    r: float
    places: int
    p: float
    surrogates: int
    caveat: str


def map_correlation(first: ArrayLike, second: ArrayLike, surrogates: ArrayLike | None = None) -> MapCorrelation:
    """Pearson r of two maps over places where both have a value.

    Parameters
    ----------
    first, second : shape (element,).
    surrogates : shape (surrogate, element) or None; maps as smooth as the first, such as those of `spun`. Places that
        are nan in a surrogate are left out of its correlation.
    """
    a, b = (np.asarray(m, dtype=np.float64) for m in (first, second))
    _check_alike(a, b)
    r = _r(a, b)
    places = int((np.isfinite(a) & np.isfinite(b)).sum())
    if surrogates is None:
        caveat = "neighbouring places are alike: this r has no p without surrogates of the same smoothness"
        return MapCorrelation(r, places, float("nan"), 0, caveat)
    null = np.array([_r(s, b) for s in np.atleast_2d(np.asarray(surrogates, dtype=np.float64))])
    beyond = int((np.abs(null) >= abs(r) * (1 - 1e-12)).sum())
    return MapCorrelation(
        r, places, (beyond + 1) / (null.size + 1), null.size, "p holds where the surrogates are as smooth as the map"
    )


def spun(values: ArrayLike, sphere: ArrayLike, count: int, rng: np.random.Generator) -> Array:
    """Turn a map on its sphere at random: the same values and neighbours elsewhere (Alexander-Bloch et al. 2018).

    Parameters
    ----------
    values : shape (element,); nan (the medial wall) turns with the rest.
    sphere : shape (element, 3), coordinates about the centre, of one hemisphere.
    count : how many turns.

    Returns
    -------
    array
        Shape (count, element).
    """
    from scipy.spatial import cKDTree
    from scipy.spatial.transform import Rotation

    map_, place = np.asarray(values, dtype=np.float64), np.asarray(sphere, dtype=np.float64)
    if place.shape != (map_.size, 3):
        raise ShapeError("a map does not fit its sphere", expected=(map_.size, 3), got=place.shape)
    tree = cKDTree(place)
    turns = Rotation.random(count, random_state=rng)
    return np.array([map_[tree.query(turn.apply(place))[1]] for turn in turns])


def across_people(first: ArrayLike, second: ArrayLike) -> Array:
    """Correlation over people between two measures, in every place; shapes (person, element), nan left out."""
    a, b = (np.asarray(m, dtype=np.float64) for m in (first, second))
    _check_alike(a, b)
    if a.ndim != 2:
        raise ShapeError("values of people and places", expected="(person, element)", got=a.shape)
    here = np.isfinite(a) & np.isfinite(b)
    n = here.sum(axis=0)
    x, y = (np.where(here, m, 0.0) for m in (a, b))
    x, y = (np.where(here, m - m.sum(axis=0) / np.maximum(n, 1), 0.0) for m in (x, y))
    length = np.sqrt((x**2).sum(axis=0) * (y**2).sum(axis=0))
    enough = (n >= 3) & (length > 0)
    return np.where(enough, np.clip((x * y).sum(axis=0) / np.where(enough, length, 1.0), -1, 1), np.nan)


def _r(a: Array, b: Array) -> float:
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 3 or np.ptp(a[both]) == 0 or np.ptp(b[both]) == 0:
        return float("nan")
    return float(np.corrcoef(a[both], b[both])[0, 1])


def _shared(first: ArrayLike, second: ArrayLike) -> tuple[Array, Array]:
    a, b = (np.asarray(m, dtype=np.float64) for m in (first, second))
    _check_alike(a, b)
    both = np.isfinite(a) & np.isfinite(b)
    if not both.any():
        raise InputError("the maps share no place", do="check that both lie on the same grid or mesh")
    return a[both], b[both]


def _check_alike(a: NDArray[np.generic], b: NDArray[np.generic]) -> None:
    if a.shape != b.shape or not a.size:
        raise ShapeError("maps do not fit", expected=a.shape, got=b.shape)
