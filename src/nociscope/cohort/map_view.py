"""Cut a few planes out of a result over a volume."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nociscope.core.map_result import MapResult
from nociscope.core.map_view import MapView, Plane
from nociscope.core.space import VolumeSpace

PLANES = {"z": 5, "y": 1, "x": 1}
"""How many planes across each axis: axial ones over the mask, one coronal and one sagittal through the peak."""

_ACROSS = {"x": 0, "y": 1, "z": 2}
Array = NDArray[np.float64]


def map_view(result: MapResult, shown: str, corrected: str, background: Array, alpha: float) -> MapView | None:
    """Planes of one map, None for other spaces than volumes or where nothing is finite.

    Parameters
    ----------
    shown, corrected : names of the map in colour and of the corrected p that outlines it.
    background : shape (element,), such as the mean of everybody's map.
    """
    space, values = result.space, np.asarray(result.maps[shown], dtype=np.float64)
    if not isinstance(space, VolumeSpace) or not np.isfinite(values).any():
        return None
    p = np.asarray(result.maps[corrected], dtype=np.float64)
    grids = [_canonical(_filled(space, v), space.affine) for v in (background, values, (p <= alpha).astype(float))]
    affine = grids[0][1]
    peak = np.unravel_index(int(np.nanargmax(np.abs(grids[1][0]))), grids[1][0].shape)
    planes = tuple(
        _plane(axis, int(k), [g for g, _ in grids], affine)
        for axis, count in PLANES.items()
        for k in _places(np.isfinite(grids[1][0]), _ACROSS[axis], int(peak[_ACROSS[axis]]), count)
    )
    finding = result.findings[0]
    return MapView(
        hypothesis=finding.hypothesis,
        title=f"{finding.measure}: {finding.contrast}",
        label=_LABELS.get(shown, shown),
        limit=float(np.nanquantile(np.abs(values), 0.999)) or 1.0,
        corrected=f"p ≤ {alpha:g}, {result.notes.get('correction', 'corrected over the map')}",
        n=", ".join(f"{count} {name}" for name, count in finding.n.items()),
        planes=planes,
    )


_LABELS = {"t": "t", "hedges_g": "Hedges g", "dz": "d of differences", "r": "r", "F": "F"}


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
    ends = [(affine[a, 3] - affine[a, a] / 2, affine[a, 3] + affine[a, a] * (shape[a] - 0.5)) for a in (first, second)]
    return Plane(
        axis, float(affine[across, 3] + affine[across, across] * k), background, overlay, np.nan_to_num(outline),
        (float(ends[0][0]), float(ends[0][1]), float(ends[1][0]), float(ends[1][1])),
    )  # fmt: skip
