"""What a figure of a map shows: a few planes with the anatomy behind, or a surface. Small enough for a page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plane:
    """One plane of a volume, in the orientation of a page: up is up, left is the person's left.

    Parameters
    ----------
    axis : ``x``, ``y`` or ``z``, across the plane. at_mm : its place.
    background, overlay : shape (row, column); nan where nothing is drawn.
    outline : shape (row, column); 1 inside what passed the correction, else 0.
    extent_mm : left, right, bottom, top.
    """

    axis: str
    at_mm: float
    background: Array
    overlay: Array
    outline: Array
    extent_mm: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class MapView:
    """Planes through one map.

    Parameters
    ----------
    hypothesis, title : which map. label : of the colour bar, with unit.
    limit : colours run from minus this to this.
    corrected : what the outline means, such as ``p ≤ 0.05, family-wise by the maximum statistic``.
    n : people per group, in words.
    """

    hypothesis: str
    title: str
    label: str
    limit: float
    corrected: str
    n: str
    planes: tuple[Plane, ...]
