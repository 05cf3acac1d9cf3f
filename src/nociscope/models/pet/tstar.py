"""Where the straight part of a graphical analysis begins, and whether it is straight.

The rule: the earliest frame after which (1) every point lies within 10 % of the fitted line and (2) the points show no
bend: a quadratic term stays below 0.7 of its standard error, more likely noise than bend; both must hold there and for
the two frames before it, and at least `MINIMUM_FRAMES` frames must be left. The first part is the usual limit; the
second keeps the bias of the slope below its error when noise is low. Where no frame fulfils both, the last
`MINIMUM_FRAMES` are used; a region whose points leave the line by more than 10 % and bend says ``nonlinear``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.records import Array, Frames
from nociscope.models.pet.options import FitOptions

MAX_DEVIATION = 0.10
MAX_BEND = 0.7
MINIMUM_FRAMES = 5
HOLD = 3

Chosen = NDArray[np.bool_]


def deviation(measured: Array, fitted: Array) -> float:
    """Largest relative distance of points from the line."""
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.abs(measured - fitted) / np.abs(fitted)
    return float(np.max(distance)) if np.isfinite(distance).all() else float("inf")


@dataclass(frozen=True, eq=False)
class Line:
    """Points of a plot: ``x`` (frame, column), the first column its abscissa; ``y``, ``weights`` (frame,)."""

    x: Array
    y: Array
    weights: Array

    def deviation(self, chosen: Chosen) -> float:
        """Largest relative distance from the line through the chosen points."""
        root = np.sqrt(self.weights[chosen])
        x, y = self.x[chosen], self.y[chosen]
        beta = np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0]
        return deviation(y, x @ beta)

    def bend(self, chosen: Chosen) -> float:
        """Quadratic term of the chosen points over its standard error."""
        root = np.sqrt(self.weights[chosen])
        x, y = self.x[chosen] * root[:, None], self.y[chosen] * root
        abscissa = self.x[chosen][:, 0]
        curve = ((abscissa - abscissa.mean()) / max(float(np.ptp(abscissa)), 1e-300)) ** 2 * root
        q, _ = np.linalg.qr(x)
        curve, y = curve - q @ (q.T @ curve), y - q @ (q.T @ y)
        size = float(curve @ curve)
        dof = len(y) - x.shape[1] - 1
        if size == 0 or dof < 1:
            return 0.0
        slope = float(curve @ y) / size
        noise = float(np.sum((y - slope * curve) ** 2)) / dof
        return abs(slope) / float(np.sqrt(noise / size)) if noise > 0 else float("inf")


def choose(frames: Frames, usable: Chosen, options: FitOptions, line: Line) -> Chosen:
    """Frames after t*, (frame,).

    Parameters
    ----------
    frames : of the scan. usable : (frame,), frames that may enter.
    options : ``tstar_frames`` or ``tstar_min`` fix the choice; otherwise the rule decides.
    line : the points.
    """
    index = np.flatnonzero(usable)
    if options.tstar_frames:
        return _after(usable, index[-options.tstar_frames :])
    if options.tstar_min != "auto":
        late: Chosen = usable & (frames.start >= options.tstar_min - 1e-6)
        return late
    held = 0
    for first in range(len(index) - MINIMUM_FRAMES + 1):
        chosen = _after(usable, index[first:])
        good = line.deviation(chosen) <= MAX_DEVIATION and line.bend(chosen) <= MAX_BEND
        held = held + 1 if good else 0
        if held == HOLD:
            return chosen
    return _after(usable, index[-MINIMUM_FRAMES:])


def _after(usable: Chosen, index: NDArray[np.int64]) -> Chosen:
    chosen = np.zeros_like(usable)
    chosen[index] = True
    return chosen
