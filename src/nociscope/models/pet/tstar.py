"""Where the straight part of a graphical analysis begins, and whether it is straight.

The rule: the earliest frame after which every point lies within 10 % of the fitted line, with at least
`MINIMUM_FRAMES` frames left. Where no frame fulfils it, the last `MINIMUM_FRAMES` are used and the fit says
``nonlinear``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nociscope.core.records import Array, Frames
from nociscope.models.pet.options import FitOptions

MAX_DEVIATION = 0.10
MINIMUM_FRAMES = 5

Chosen = NDArray[np.bool_]


def deviation(measured: Array, fitted: Array) -> float:
    """Largest relative distance of points from the line."""
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.abs(measured - fitted) / np.abs(fitted)
    return float(np.max(distance)) if np.isfinite(distance).all() else float("inf")


def choose(frames: Frames, usable: Chosen, options: FitOptions, off: Callable[[Chosen], float]) -> tuple[Chosen, bool]:
    """Frames after t*, and whether the line holds there.

    Parameters
    ----------
    frames : of the scan. usable : (frame,), frames that may enter.
    options : ``tstar_frames`` or ``tstar_min`` fix the choice; otherwise the rule decides.
    off : deviation of the line fitted to a choice of frames.
    """
    index = np.flatnonzero(usable)
    if options.tstar_frames:
        chosen = _from(usable, index[-options.tstar_frames :])
        return chosen, off(chosen) <= MAX_DEVIATION
    if options.tstar_min != "auto":
        chosen = usable & (frames.start >= options.tstar_min - 1e-6)
        return chosen, bool(chosen.sum() > 2) and off(chosen) <= MAX_DEVIATION
    for first in range(len(index) - MINIMUM_FRAMES + 1):
        chosen = _from(usable, index[first:])
        if off(chosen) <= MAX_DEVIATION:
            return chosen, True
    return _from(usable, index[-MINIMUM_FRAMES:]), False


def _from(usable: Chosen, index: NDArray[np.int64]) -> Chosen:
    chosen = np.zeros_like(usable)
    chosen[index] = True
    return chosen
