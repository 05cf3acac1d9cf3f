"""Labels of ranges of a score, also where the score is only known within bounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nociscope.core.instrument import Band

Column = NDArray[np.float64]

ROUNDING = 1e-9
"""A score this close below an edge has reached it: 5.999… of a mean is 6."""


def banded(band: Band, low: Column, high: Column) -> NDArray[np.str_]:
    """Labels of everybody between two bounds, shapes (person,); several are joined by ``|``, none where unbounded."""
    out = np.full(len(low), "", dtype=object)
    known = np.isfinite(low) & np.isfinite(high)
    edges = np.array(band.edges)
    first, last = (np.maximum(np.searchsorted(edges, end + ROUNDING, side="right") - 1, 0) for end in (low, high))
    for a in range(len(edges)):
        for b in range(a, len(edges)):
            out[known & (first == a) & (last == b)] = "|".join(band.labels[a : b + 1])
    return out.astype(np.str_)
