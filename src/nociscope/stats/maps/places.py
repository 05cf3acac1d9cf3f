"""Where an element of a map lies, in numbers and in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nociscope.core.space import Array, GraphSpace, MeshSpace, Space


def coordinates(space: Space, element: int) -> tuple[float, ...] | tuple[str, ...]:
    """x, y, z in mm, or the two nodes of a connection."""
    if isinstance(space, GraphSpace):
        a, b = space.edges[element]
        return space.nodes[a], space.nodes[b]
    return tuple(float(x) for x in _millimetres(space, np.array([element]))[0])


def place(space: Space, element: int) -> str:
    """Where an element lies, for a reader."""
    where = coordinates(space, element)
    if isinstance(space, GraphSpace):
        return f"{where[0]} – {where[1]}"
    return ", ".join(f"{x:.0f}" for x in where) + " mm"


def distances(space: Space, element: int, others: NDArray[np.int64]) -> Array | None:
    """How far other elements lie, mm, shape (other,); None on a graph, which has no distances."""
    if isinstance(space, GraphSpace):
        return None
    here = _millimetres(space, np.array([element]))
    return np.asarray(np.linalg.norm(_millimetres(space, others) - here, axis=1))


def _millimetres(space: Space, elements: NDArray[np.int64]) -> Array:
    if isinstance(space, MeshSpace):
        return np.asarray(space.vertices[np.flatnonzero(space.mask)[elements]], dtype=np.float64)
    assert not isinstance(space, GraphSpace)
    voxels = np.column_stack(np.unravel_index(np.flatnonzero(space.mask)[elements], space.mask.shape))
    return np.asarray(voxels @ space.affine[:3, :3].T + space.affine[:3, 3])
