"""Images, surfaces and matrices of connections of one person, as readers hand them over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import ShapeError


@dataclass(frozen=True, eq=False)
class Volume:
    """A three-dimensional image.

    Parameters
    ----------
    values : shape (x, y, z).
    affine : shape (4, 4), voxel indices to mm.
    """

    values: NDArray[np.float32]
    affine: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.values.ndim != 3 or np.shape(self.affine) != (4, 4):
            raise ShapeError(
                "a volume", expected="three axes and a 4 × 4 affine",
                got=f"{self.values.shape} and {np.shape(self.affine)}",
            )  # fmt: skip

    @property
    def voxel_mm3(self) -> float:
        """Volume of a voxel."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    def same_grid(self, other: Volume) -> bool:
        """Whether voxels of both lie in the same places, to a hundredth of a millimetre."""
        return self.values.shape == other.values.shape and bool(np.allclose(self.affine, other.affine, atol=1e-2))


@dataclass(frozen=True, eq=False)
class VertexValues:
    """One number for each vertex of a surface, shape (vertex,)."""

    values: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ConnectionMatrix:
    """How strongly each node goes together with each other one.

    Parameters
    ----------
    nodes : names. values : shape (node, node), symmetric; the diagonal has no meaning, nan is unknown.
    """

    nodes: tuple[str, ...]
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.nodes), len(self.nodes)):
            raise ShapeError("a matrix of connections", expected=f"{len(self.nodes)} squared", got=self.values.shape)
