"""Cut planes out of a result over a volume, look at a surface from four sides, lay connections into a matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nociscope.cohort.surface_view import looks
from nociscope.core.map_result import MapResult
from nociscope.core.map_view import MapView, Plane
from nociscope.core.space import GraphSpace, VolumeSpace

PLANES = {"z": 5, "y": 1, "x": 1}
"""How many planes across each axis: axial ones over the mask, one coronal and one sagittal through the peak."""

MARGIN = 2
"""Voxels around the mask that are drawn."""

SIDES = {"x": ("P", "A"), "y": ("L", "R"), "z": ("L", "R")}

LABELS = {
    "t": "t", "hedges_g": "Hedges g", "dz": "d of the differences", "r": "r", "F": "F",
    "standardised": "effect in SD", "z_cc": "z of the case", "partial_eta_squared": "partial η²",
}  # fmt: skip

UNSIGNED = ("F", "partial_eta_squared")

_ACROSS = {"x": 0, "y": 1, "z": 2}
Array = NDArray[np.float64]


def map_view(result: MapResult, shown: str, corrected: str, background: Array, alpha: float) -> MapView | None:
    """Look at one map; None where nothing is finite.

    Parameters
    ----------
    shown, corrected : names of the map in colour and of the corrected p that outlines it.
    background : shape (element,), such as the mean of everybody's map; of a surface its own shading is drawn.
    """
    space, values = result.space, np.asarray(result.maps[shown], dtype=np.float64)
    if not np.isfinite(values).any():
        return None
    passed = np.asarray(result.maps[corrected], dtype=np.float64) <= alpha
    finding = result.findings[0]
    if isinstance(space, GraphSpace):
        planes: tuple[Plane, ...] = (_matrix(space, values, passed),)
    elif isinstance(space, VolumeSpace):
        planes = _planes(space, _peak(result), (background, values, passed.astype(float)))
    else:
        planes = looks(space, values, passed)
    return MapView(
        hypothesis=finding.hypothesis,
        title=f"{finding.measure}: {finding.contrast}",
        label=LABELS.get(shown, shown),
        limit=float(np.nanquantile(np.abs(values), 0.999)) or 1.0,
        signed=shown not in UNSIGNED,
        corrected=f"p ≤ {alpha:g}, {result.notes.get('corrected', 'corrected over the map')}",
        n=", ".join(f"{count} {name}" for name, count in finding.n.items()),
        planes=planes,
    )


def _matrix(space: GraphSpace, values: Array, passed: NDArray[np.bool_]) -> Plane:
    """Connections in both halves of a matrix; nan where none was asked about."""
    size = len(space.nodes)
    a, b = space.edges.T
    overlay, outline = np.full((size, size), np.nan), np.zeros((size, size))
    for rows, columns in ((a, b), (b, a)):
        overlay[rows, columns], outline[rows, columns] = values, passed
    extent = (0.0, float(size), 0.0, float(size))
    return Plane("", 0, ("", ""), np.zeros_like(overlay), overlay, outline, extent, space.nodes)


def _peak(result: MapResult) -> int:
    """Element that stands out most in what was corrected."""
    score = next(result.maps[name] for name in ("tfce", "t", "F", *result.maps) if name in result.maps)
    return int(np.nanargmax(np.abs(np.where(np.isfinite(score), score, 0))))


def _planes(space: VolumeSpace, peak: int, maps: tuple[Array, Array, Array]) -> tuple[Plane, ...]:
    """Planes of background, overlay and outline, cut to the mask."""
    at = np.zeros(space.size)
    at[peak] = 1.0
    turned = [_canonical(_filled(space, v), space.affine) for v in (*maps, at)]
    affine, place = turned[0][1], np.nan_to_num(turned[3][0])
    inside = np.isfinite(turned[3][0])
    box = tuple(_bounds(inside, a) for a in range(3))
    grids = [g[box] for g, _ in turned[:3]]
    affine = affine.copy()
    affine[:3, 3] += affine[:3, :3] @ [b.start for b in box]
    here = np.unravel_index(int(place[box].argmax()), grids[0].shape)
    return tuple(
        _plane(axis, int(k), grids, affine)
        for axis, count in PLANES.items()
        for k in _places(inside[box], _ACROSS[axis], int(here[_ACROSS[axis]]), count)
    )


def _bounds(inside: NDArray[np.bool_], axis: int) -> slice:
    found = np.flatnonzero(inside.any(axis=tuple(a for a in range(3) if a != axis)))
    return slice(max(0, int(found[0]) - MARGIN), min(inside.shape[axis], int(found[-1]) + 1 + MARGIN))


def _filled(space: VolumeSpace, values: Array) -> Array:
    grid = np.full(space.mask.shape, np.nan)
    grid[space.mask] = values
    return grid


def _canonical(grid: Array, affine: Array) -> tuple[Array, Array]:
    """Axes in the order and direction right, anterior, superior: flips and swaps only, no resampling."""
    import nibabel

    orientation = nibabel.orientations.io_orientation(affine)
    turned = nibabel.orientations.apply_orientation(grid, orientation)
    return turned, affine @ nibabel.orientations.inv_ornt_aff(orientation, grid.shape)


def _places(inside: NDArray[np.bool_], axis: int, peak: int, count: int) -> list[int]:
    """Planes across an axis: the peak's, and others spread over the mask."""
    if count == 1:
        return [peak]
    occupied = np.flatnonzero(inside.any(axis=tuple(a for a in range(3) if a != axis)))
    spread = np.quantile(occupied, np.linspace(0.15, 0.85, count)).astype(int)
    spread[np.argmin(np.abs(spread - peak))] = peak
    return sorted(set(spread.tolist()))


def _plane(axis: str, k: int, grids: list[Array], affine: Array) -> Plane:
    across = _ACROSS[axis]
    first, second = (a for a in range(3) if a != across)
    background, overlay, outline = (np.take(g, k, axis=across).T for g in grids)
    shape = grids[0].shape
    left, bottom = (float(affine[a, 3] - affine[a, a] / 2) for a in (first, second))
    right, top = (float(affine[a, 3] + affine[a, a] * (shape[a] - 0.5)) for a in (first, second))
    return Plane(
        title=f"{axis} = {affine[across, 3] + affine[across, across] * k:.0f} mm", row=0 if axis == "z" else 1,
        sides=SIDES[axis], background=background, overlay=overlay, outline=np.nan_to_num(outline),
        extent_mm=(left, right, bottom, top),
    )  # fmt: skip
