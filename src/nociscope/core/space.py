"""Where the elements of a map lie: voxels of a grid, vertices of a surface, connections of a graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, ShapeError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class VolumeSpace:
    """Voxels of a grid; elements are the voxels of the mask in C order.

    Parameters
    ----------
    mask : shape (x, y, z).
    affine : shape (4, 4), voxel indices to mm.
    name : of the template, such as ``MNI152NLin2009cAsym``; empty where nobody said.
    """

    mask: Mask
    affine: Array
    name: str = ""

    def __post_init__(self) -> None:
        if self.mask.ndim != 3 or self.mask.dtype != np.bool_:
            raise ShapeError(
                "a mask of voxels", expected="three axes of bool", got=f"{self.mask.shape} {self.mask.dtype}"
            )
        if np.shape(self.affine) != (4, 4) or not np.isfinite(self.affine).all():
            raise ShapeError("an affine", expected="4 × 4 finite numbers", got=np.shape(self.affine))
        if not self.mask.any():
            raise InputError("the mask holds no voxel", expected="at least one voxel")

    @property
    def size(self) -> int:
        """Elements."""
        return int(self.mask.sum())


@dataclass(frozen=True, eq=False)
class MeshSpace:
    """Vertices of a surface; elements are the vertices of the mask.

    Parameters
    ----------
    vertices : shape (vertex, 3), mm.
    faces : shape (triangle, 3), indices of vertices.
    mask : shape (vertex,).
    name : of the template, such as ``fsaverage5-left``.
    """

    vertices: Array
    faces: NDArray[np.int64]
    mask: Mask
    name: str = ""

    def __post_init__(self) -> None:
        count = len(self.vertices)
        if np.shape(self.vertices) != (count, 3) or np.ndim(self.faces) != 2 or np.shape(self.faces)[1] != 3:
            raise ShapeError("a mesh", expected="(vertex, 3) and (triangle, 3)", got=np.shape(self.vertices))
        if self.mask.shape != (count,) or not self.mask.any():
            raise ShapeError("a mask of vertices", expected=f"({count},) with a vertex in it", got=self.mask.shape)
        if self.faces.size and (self.faces.min() < 0 or self.faces.max() >= count):
            raise InputError("a triangle names a vertex that is not there", expected=f"0 to {count - 1}")

    @property
    def size(self) -> int:
        """Elements."""
        return int(self.mask.sum())


@dataclass(frozen=True, eq=False)
class GraphSpace:
    """Connections between named nodes; elements are the connections, and two that share a node are neighbours.

    Parameters
    ----------
    nodes : names.
    edges : shape (connection, 2), indices of nodes.
    """

    nodes: tuple[str, ...]
    edges: NDArray[np.int64]
    name: str = ""

    def __post_init__(self) -> None:
        if self.edges.ndim != 2 or self.edges.shape[1] != 2 or not len(self.edges):
            raise ShapeError("connections of a graph", expected="(connection, 2)", got=self.edges.shape)
        if self.edges.min() < 0 or self.edges.max() >= len(self.nodes):
            raise InputError("a connection names a node that is not there", expected=f"0 to {len(self.nodes) - 1}")

    @property
    def size(self) -> int:
        """Elements."""
        return len(self.edges)


Space = VolumeSpace | MeshSpace | GraphSpace
