"""A surface as seen from four sides: what lies in front, lit from the eye, with the numbers of its triangles.

A picture of this size needs no library for three dimensions: points on every triangle, one for each pixel or denser,
are sorted by depth, and the nearest one colours the pixel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nociscope.core.map_view import Plane
from nociscope.core.space import MeshSpace

PIXELS = 150
"""Of the longest side of a picture."""

SIDES = {
    "from the left": ("A", "P", (0, -1, 0), (-1, 0, 0)),
    "from the right": ("P", "A", (0, 1, 0), (1, 0, 0)),
    "from above": ("L", "R", (1, 0, 0), (0, 0, 1)),
    "from below": ("R", "L", (-1, 0, 0), (0, 0, -1)),
}
"""From where: letters of the left and the right edge, the direction to the right of the page, that to the eye."""

FINEST = 40
"""Most points along an edge; a triangle longer than so many pixels leaves gaps."""

Array = NDArray[np.float64]


def looks(space: MeshSpace, values: Array, passed: NDArray[np.bool_]) -> tuple[Plane, ...]:
    """Four looks at a surface; shape (element,) of the mask."""
    full, outline = np.full(len(space.vertices), np.nan), np.zeros(len(space.vertices))
    full[space.mask], outline[space.mask] = values, passed
    corners = space.vertices[space.faces]
    numbers = np.array([full[space.faces].mean(axis=1), outline[space.faces].mean(axis=1) > 0.5])
    return tuple(_look(corners, numbers, name, i) for i, name in enumerate(SIDES))


def _look(corners: Array, numbers: Array, name: str, count: int) -> Plane:
    left, right, across, eye = SIDES[name]
    up = np.cross(eye, across)
    axes = np.array([across, up, eye], dtype=np.float64)
    seen = corners @ axes.T
    low, high = seen[..., :2].min(axis=(0, 1)), seen[..., :2].max(axis=(0, 1))
    size = float((high - low).max()) / PIXELS or 1.0
    shape = tuple(int(n) for n in np.ceil((high - low) / size)[::-1].astype(int) + 1)
    front = _in_front(seen, low, size, shape)
    normal = np.cross(seen[:, 1] - seen[:, 0], seen[:, 2] - seen[:, 0])
    length = np.linalg.norm(normal, axis=1)
    lit = np.abs(normal[:, 2]) / np.where(length > 0, length, 1)
    hit = front >= 0
    shading, overlay, outline = (np.full(shape, np.nan) for _ in range(3))
    shading[hit], overlay[hit], outline[hit] = lit[front[hit]], numbers[0][front[hit]], numbers[1][front[hit]]
    extent = (float(low[0]), float(low[0] + shape[1] * size), float(low[1]), float(low[1] + shape[0] * size))
    return Plane(name, count // 2, (left, right), shading, overlay, np.nan_to_num(outline), extent)


def _in_front(seen: Array, low: Array, size: float, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Index of the nearest triangle in each pixel, −1 where there is none; shape (row, column)."""
    edges = np.linalg.norm(seen[..., :2] - np.roll(seen[..., :2], 1, axis=1), axis=2).max()
    steps = int(np.clip(np.ceil(1.4 * edges / size), 1, FINEST))
    depth, front = np.full(shape[0] * shape[1], -np.inf), np.full(shape[0] * shape[1], -1)
    for i in range(steps + 1):
        for j in range(steps + 1 - i):
            weights = np.array([i, j, steps - i - j]) / steps
            points = np.einsum("k,tkd->td", weights, seen)
            column, row = ((points[:, :2] - low) / size).astype(np.int64).T
            pixel = row * shape[1] + column
            order = np.argsort(points[:, 2], kind="stable")  # the nearest is written last
            pixel, near = pixel[order], points[order, 2]
            closer = near > depth[pixel]
            depth[pixel[closer]], front[pixel[closer]] = near[closer], order[closer]
    return front.reshape(shape)
