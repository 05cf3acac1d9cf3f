"""The numbers of many maps at once: one row a map or a draw of the bootstrap, one column a site."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nociscope.core.tms import Flags, MapRules
from nociscope.models.tms.map_geometry import UNTESTED, Geometry, hull_corners, polygon_area

Array = NDArray[np.float64]

LEAST_ACTIVE = 3
"""Active sites below which a centre of gravity is not given."""


def active_sites(values: Array, rules: MapRules, limit: Array | float = math.nan) -> Flags:
    """Which sites answer.

    Parameters
    ----------
    values : shape (map, site), µV less background; nan where nobody stimulated.
    limit : shape (site,) or a number, µV, for ``background``: SD between pulses times the rule's number.
    """
    if rules.threshold == "absolute":
        return np.asarray(values >= rules.level)
    if rules.threshold == "share":
        top = np.nan_to_num(values, nan=0.0).max(axis=1, keepdims=True)
        return np.asarray((values >= rules.level * top) & (values > 0))
    return np.asarray(values > limit)


def map_numbers(values: Array, active: Flags, sites: Geometry, rules: MapRules) -> dict[str, Array]:
    """Measure every row.

    Parameters
    ----------
    values, active : shape (map, site).

    Returns
    -------
    shape (map,) each: ``map_area`` cm², ``map_volume`` µV·cm², ``map_volume_normalised`` %, ``map_cog_x``,
    ``map_cog_y``, ``map_hotspot_x``, ``map_hotspot_y`` cm, ``map_peaks``; nan where undefined.
    """
    held = np.where(active, values, 0.0)
    total, top = held.sum(axis=1), held.max(axis=1)
    some = active.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = np.where((some >= LEAST_ACTIVE)[:, None], held @ sites.places / total[:, None], np.nan)
        normalised = np.where(some > 0, 100 * total / top, np.nan)
    hotspot = sites.places[np.nan_to_num(values, nan=-math.inf).argmax(axis=1)]
    hotspot = np.where((some > 0)[:, None], hotspot, np.nan)
    peaks = peak_sites(values, sites, rules).sum(axis=1) if sites.regular else np.full(some.shape, np.nan)
    return {
        "map_area": _area(active, sites, rules), "map_volume": held @ sites.areas, "map_volume_normalised": normalised,
        "map_cog_x": centre[:, 0], "map_cog_y": centre[:, 1], "map_hotspot_x": hotspot[:, 0],
        "map_hotspot_y": hotspot[:, 1], "map_peaks": np.where(some > 0, peaks, 0.0),
    }  # fmt: skip


def peak_sites(values: Array, sites: Geometry, rules: MapRules) -> Flags:
    """Which sites are discrete peaks, shape (map, site).

    A site above a share of the maximum that exceeds enough of its neighbours by enough; of adjacent ones the highest
    stays. What lies beyond the grid counts as lower, a gap inside it does not.
    """
    high = np.nan_to_num(values, nan=0.0)
    top = high.max(axis=1, keepdims=True)
    around = np.concatenate([high, np.full((len(high), 2), -math.inf)], axis=1)  # the last two: UNTESTED, OUTSIDE
    around[:, UNTESTED] = math.inf
    unstimulated = np.isnan(values)
    around[:, : high.shape[1]][unstimulated] = math.inf
    lower = (high[:, :, None] - around[:, sites.neighbours] >= rules.peak_prominence * top[:, :, None]).sum(axis=2)
    candidate = (lower >= rules.peak_neighbours) & (high > rules.peak_share * top) & (top > 0)
    return _apart(candidate, high, sites.neighbours)


def _apart(candidate: Flags, high: Array, neighbours: NDArray[np.int64]) -> Flags:
    """Keep the highest of adjacent candidates, then drop those that touch it, until none is left."""
    left, kept = candidate.copy(), np.zeros_like(candidate)
    rank = -np.argsort(np.argsort(-high, axis=1, kind="stable"), axis=1).astype(np.float64)  # of equals the first
    while left.any():
        waiting = np.concatenate([np.where(left, rank, -math.inf), np.full((len(rank), 2), -math.inf)], axis=1)
        best = left & (rank > waiting[:, neighbours].max(axis=2))
        kept |= best
        touching = np.concatenate([best, np.zeros((len(best), 2), dtype=bool)], axis=1)[:, neighbours].any(axis=2)
        left &= ~best & ~touching
    return kept


def _area(active: Flags, sites: Geometry, rules: MapRules) -> Array:
    if rules.area != "hull":
        return np.asarray(active @ sites.areas)
    return np.array([polygon_area(hull_corners(sites.places[row])) for row in active])


def probability_area(pulses: Array, sites: Geometry, rules: MapRules) -> Array:
    """Sum of areas times the share of pulses that answered, shape (map,).

    Parameters
    ----------
    pulses : shape (map, site, pulse), µV; nan where there was none.
    """
    given = np.isfinite(pulses).sum(axis=2)
    share = (pulses > rules.probability_uv).sum(axis=2) / np.maximum(given, 1)
    return np.asarray(share @ sites.areas)
