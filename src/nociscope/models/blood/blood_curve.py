"""Curves through arterial whole blood. Time in min, activity in kBq/mL."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from nociscope.core.records import Array
from nociscope.core.status import FitStatus
from nociscope.models.blood.curve import FittedCurve
from nociscope.models.blood.whole_blood import BloodPoints


class BloodCurve(Protocol):
    """What every entry of the table can do."""

    name: str
    cites: tuple[str, ...]

    def fit(self, points: BloodPoints) -> FittedCurve:
        """Hold the curve to the points."""


class Interpolated:
    """Straight lines through the points, from zero at injection; draws jitter the points by their noise."""

    name = "interpolated"
    cites: tuple[str, ...] = ()

    def fit(self, points: BloodPoints) -> FittedCurve:
        """No assumption on the form, none on what lies between samples but that it is straight."""
        late = points.time[0] > 0
        time = np.concatenate([[0.0], points.time]) if late else points.time
        activity = np.concatenate([[0.0], points.activity]) if late else points.activity
        sd = np.concatenate([[0.0], points.sd]) if late else points.sd

        def redraw(rng: np.random.Generator, n: int, grid: Array) -> Array:
            rows = activity + sd * rng.standard_normal((n, sd.size))
            return np.array([np.interp(grid, time, row) for row in rows]).reshape(n, grid.size)

        return FittedCurve(
            self.name, FitStatus.OK, {}, points.time.size, points.time.size, 0.0, math.nan, math.nan,
            lambda grid: np.interp(grid, time, activity), redraw, self.cites,
        )  # fmt: skip


WHOLE_BLOOD: dict[str, BloodCurve] = {curve.name: curve for curve in (Interpolated(),)}
