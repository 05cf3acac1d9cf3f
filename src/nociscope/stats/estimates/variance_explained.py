"""How much of the spread an F explains beyond chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from nociscope.stats.design import Array


def omega_squared(f: ArrayLike, dof: int, residual_dof: float) -> Array:
    """Partial ω² of F values, shape (region,): η² less what chance alone explains; 0 where that is all of it.

    η² of the people seen is too large on average, the more so the fewer they are; ω² hardly is (Olejnik & Algina 2003).
    """
    f = np.atleast_1d(np.asarray(f, dtype=np.float64))
    part = np.maximum(dof * (f - 1), 0.0)
    finite = np.where(np.isinf(part), 1.0, part)
    return np.where(np.isinf(part), 1.0, finite / (finite + dof + residual_dof + 1))
