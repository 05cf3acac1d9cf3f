"""Where points of one group go so that none hides another: the same data give the same picture."""

from __future__ import annotations

import numpy as np

from nociscope.core.records import Array


def offsets(values: Array, height: float, rows: int = 22, step: float = 0.09, reach: float = 0.36) -> Array:
    """Return a sideways shift for every value, 0 for the first in each slice of the axis.

    Parameters
    ----------
    values : (point,), finite.
    height : length of the axis in the unit of the values.
    rows : how many points fit above one another.
    step : sideways distance of neighbours; ``reach`` the farthest shift. Both in units of the group axis.
    """
    shift = np.zeros(values.size)
    slices = np.round(values / (height / rows)) if height > 0 else np.zeros(values.size)
    for level in np.unique(slices):
        members = np.flatnonzero(slices == level)
        members = members[np.argsort(values[members], kind="stable")]
        # 0, +1, −1, +2, −2 … from the middle outwards
        rank = np.arange(members.size)
        side = np.where(rank % 2 == 1, 1, -1) * ((rank + 1) // 2)
        width = min(step, reach / max(1, members.size // 2))
        shift[members] = side * width
    return shift
