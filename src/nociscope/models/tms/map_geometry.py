"""Where the sites of a map lie to one another: neighbours on a grid, border, and the area that belongs to each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import spatial

from nociscope.core.errors import InputError
from nociscope.core.tms import Flags, MuscleMap

Array = NDArray[np.float64]

OUTSIDE, UNTESTED = -1, -2
"""A neighbour beyond the grid, which counts as lower, and one inside it that nobody stimulated, which does not."""

_STEPS = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]


@dataclass(frozen=True, eq=False)
class Geometry:
    """Sites of one map.

    Parameters
    ----------
    places : shape (site, 2), cm.
    neighbours : shape (site, 8), index of a site, `OUTSIDE` or `UNTESTED`; no rows for places chosen by chance.
    border : shape (site,), beyond which nobody stimulated.
    areas : shape (site,), cm².
    """

    places: Array
    neighbours: NDArray[np.int64]
    border: Flags
    areas: Array

    @property
    def regular(self) -> bool:
        """Whether the sites form a grid."""
        return len(self.neighbours) > 0


def geometry(muscle_map: MuscleMap, area: str) -> Geometry:
    """Lay the sites out.

    Parameters
    ----------
    area : ``cell``, ``voronoi`` or ``hull``, as in `MapRules`.

    Raises
    ------
    InputError
        Cells are asked for where sites are no grid.
    """
    places = np.column_stack([muscle_map.x, muscle_map.y])
    regular = bool(np.isfinite(muscle_map.cell_cm))
    if area == "cell" and not regular:
        raise InputError("cells need a regular grid", got="places chosen by chance", where=muscle_map.where or None,
                         do="ask for area voronoi or hull, or give the distance of the grid")  # fmt: skip
    neighbours = _neighbours(places, muscle_map.cell_cm) if regular else np.zeros((0, 8), dtype=np.int64)
    border = (neighbours == OUTSIDE).any(axis=1) if regular else _on_hull(places)
    areas = np.full(len(places), muscle_map.cell_cm**2) if area == "cell" else _voronoi(places)
    return Geometry(places, neighbours, border, areas)


def hull_corners(places: Array) -> Array:
    """Corners of the convex hull, shape (corner, 2); empty where the places lie on a line or are below three."""
    if len(places) < 3 or np.linalg.matrix_rank(places - places[0], tol=1e-9) < 2:
        return np.zeros((0, 2))
    return np.asarray(places[spatial.ConvexHull(places).vertices])


def polygon_area(corners: Array) -> float:
    """Area of a polygon, cm²."""
    if len(corners) < 3:
        return 0.0
    x, y = (corners - corners.mean(axis=0)).T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def _neighbours(places: Array, cell: float) -> NDArray[np.int64]:
    steps = (places - places.min(axis=0)) / cell
    grid = np.round(steps).astype(np.int64)
    if np.abs(steps - grid).max() > 0.05:
        raise InputError("sites do not lie on a grid", expected=f"steps of {cell:g} cm",
                         do="give the distance of the grid, or nan for places chosen by chance")  # fmt: skip
    shape = grid.max(axis=0) + 3
    table = np.full(shape, UNTESTED)
    table[0], table[-1], table[:, 0], table[:, -1] = OUTSIDE, OUTSIDE, OUTSIDE, OUTSIDE
    table[grid[:, 0] + 1, grid[:, 1] + 1] = np.arange(len(grid))
    return np.column_stack([table[grid[:, 0] + 1 + i, grid[:, 1] + 1 + j] for i, j in _STEPS])


def _on_hull(places: Array) -> Flags:
    corners = hull_corners(places)
    if not len(corners):
        return np.ones(len(places), dtype=bool)
    edges = spatial.ConvexHull(places).equations  # outward normals: on an edge the value is zero
    return np.asarray(np.abs(places @ edges[:, :2].T + edges[:, 2]).min(axis=1) < 1e-9)


def _voronoi(places: Array) -> Array:
    """Area nearer to a site than to any other, inside the hull of all sites."""
    corners = hull_corners(places)
    return np.array([polygon_area(_cell(i, places, corners)) for i in range(len(places))])


def _cell(i: int, places: Array, corners: Array) -> Array:
    """The hull cut by the middle line to every other site."""
    for j in np.argsort(np.hypot(*(places - places[i]).T))[1:]:
        if not len(corners):
            break
        normal, middle = places[j] - places[i], (places[j] + places[i]) / 2
        corners = _cut(corners, (corners - middle) @ normal)
    return corners


def _cut(corners: Array, height: Array) -> Array:
    """Keep the part of a convex polygon whose height is not above zero."""
    if (height <= 0).all():
        return corners
    kept = []
    for a, b, ha, hb in zip(corners, np.roll(corners, -1, axis=0), height, np.roll(height, -1), strict=True):
        if ha <= 0:
            kept.append(a)
        if ha * hb < 0:
            kept.append(a + (b - a) * ha / (ha - hb))
    return np.array(kept).reshape(-1, 2)
