"""What a figure of a map shows: planes over anatomy, a surface from outside, or a matrix. Small for a page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plane:
    """One plane of a volume, one look at a surface, or a matrix, in the orientation of a page: up is up.

    Parameters
    ----------
    title : its place, such as ``z = 12 mm``, or from where a surface is seen.
    row : planes of one row stand beside one another.
    sides : letters at the left and the right edge, such as ``L`` and ``R``.
    background, overlay : shape (row, column), the lowest row first; nan where nothing is drawn.
    outline : shape (row, column); 1 inside what passed the correction, else 0.
    extent_mm : left, right, bottom, top; of a matrix, its rows and columns.
    nodes : of a matrix, from the lowest row up and from left to right; empty of anything else.
    """

    title: str
    row: int
    sides: tuple[str, str]
    background: Array
    overlay: Array
    outline: Array
    extent_mm: tuple[float, float, float, float]
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class MapView:
    """A look at one map.

    Parameters
    ----------
    hypothesis, title : which map. label : of the colour bar, with unit.
    limit : colours run from minus this to this; where `signed` is false, from zero.
    corrected : what the outline means, such as ``p ≤ 0.05, family-wise by the maximum statistic``.
    n : people per group, in words.
    """

    hypothesis: str
    title: str
    label: str
    limit: float
    signed: bool
    corrected: str
    n: str
    planes: tuple[Plane, ...]
