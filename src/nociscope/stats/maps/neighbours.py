"""Which elements of a map touch, and how much of the body each stands for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import RangeError
from nociscope.core.space import Array, GraphSpace, MeshSpace, Space, VolumeSpace

Index = NDArray[np.int32]

CONNECTIVITY = {6: 1, 18: 2, 26: 3}
"""Neighbours of a voxel, and how many of its three coordinates may differ."""


@dataclass(frozen=True, eq=False)
class GridNeighbours:
    """Neighbours of voxels, as steps on a grid with a rim of one empty voxel.

    Parameters
    ----------
    place : shape (element,), of each voxel on the padded grid, flat.
    steps : shape (connectivity,), from a voxel to its neighbours on that grid; a step back follows its step forth.
    places : voxels of the padded grid.
    strides : flat steps along the first and the second axis; along the third it is 1.
    """

    place: Index
    steps: Index
    places: int
    strides: tuple[int, int]

    @property
    def size(self) -> int:
        """Elements."""
        return len(self.place)


@dataclass(frozen=True, eq=False)
class ListedNeighbours:
    """Neighbours as lists: those of element ``i`` are ``neighbour[start[i]:start[i + 1]]``.

    Parameters
    ----------
    start : shape (element + 1,).
    neighbour : shape (sum of neighbours,), every pair twice, no element its own.
    weight : shape (element,), mm², what an element adds to the extent of its cluster.
    """

    start: Index
    neighbour: Index
    weight: Array

    @property
    def size(self) -> int:
        """Elements."""
        return len(self.start) - 1


@dataclass(frozen=True, eq=False)
class SharedNodes:
    """Connections that touch where they share a node; the lists would be long, so the nodes themselves are kept.

    Parameters
    ----------
    first, second : shape (connection,), nodes.
    nodes : how many.
    """

    first: Index
    second: Index
    nodes: int

    @property
    def size(self) -> int:
        """Elements."""
        return len(self.first)


Neighbours = GridNeighbours | ListedNeighbours | SharedNodes


def neighbours(space: Space, connectivity: int = 26) -> Neighbours:
    """Which elements of a space touch.

    Parameters
    ----------
    connectivity : 6, 18 or 26 neighbours of a voxel: those that share a face, an edge, a corner. Vertices touch along
        the edges of triangles, connections where they share a node, whatever is said here.

    Raises
    ------
    RangeError
        The connectivity is none of the three.
    """
    if isinstance(space, VolumeSpace):
        return _of_grid(space, connectivity)
    return _of_mesh(space) if isinstance(space, MeshSpace) else _of_graph(space)


def element_sizes(space: Space) -> tuple[Array, str]:
    """Extent of each element, shape (element,), and its unit: ``mm3`` of voxels, ``mm2`` of vertices, ``1``."""
    if isinstance(space, VolumeSpace):
        return np.full(space.size, abs(np.linalg.det(space.affine[:3, :3]))), "mm3"
    if isinstance(space, MeshSpace):
        return vertex_areas(space)[space.mask], "mm2"
    return np.ones(space.size), "1"


def vertex_areas(space: MeshSpace) -> Array:
    """Area of each vertex, shape (vertex,), mm²: a third of the triangles around it, so that all add up to the mesh."""
    corners = space.vertices[space.faces]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    triangle = np.linalg.norm(cross, axis=1) / 2
    area = np.bincount(space.faces.ravel(), np.repeat(triangle / 3, 3), minlength=len(space.vertices))
    return area.astype(np.float64)


def _of_grid(space: VolumeSpace, connectivity: int) -> GridNeighbours:
    if connectivity not in CONNECTIVITY:
        raise RangeError("neighbours of a voxel", expected="6, 18 or 26", got=connectivity)
    padded = np.pad(space.mask, 1)
    first, second = padded.shape[1] * padded.shape[2], padded.shape[2]
    steps = [
        i * first + j * second + k
        for i, j, k in product((-1, 0, 1), repeat=3)
        if 0 < abs(i) + abs(j) + abs(k) <= CONNECTIVITY[connectivity]
    ]
    place = np.flatnonzero(padded).astype(np.int32)
    return GridNeighbours(place, np.array(steps, dtype=np.int32), padded.size, (first, second))


def _of_mesh(space: MeshSpace) -> ListedNeighbours:
    element = np.cumsum(space.mask) - 1
    sides = space.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    inside = space.mask[sides].all(axis=1) & (sides[:, 0] != sides[:, 1])
    pairs = element[sides[inside]]
    both = np.unique(np.vstack([pairs, pairs[:, ::-1]]), axis=0)
    start = np.searchsorted(both[:, 0], np.arange(space.size + 1))
    sizes, _ = element_sizes(space)
    return ListedNeighbours(start.astype(np.int32), both[:, 1].astype(np.int32), sizes)


def _of_graph(space: GraphSpace) -> SharedNodes:
    ends = np.ascontiguousarray(space.edges.T, dtype=np.int32)
    return SharedNodes(ends[0], ends[1], len(space.nodes))
