"""Running integrals of measured curves and inputs, under a stated rule.

``exact`` compares frame means with frame means: every term of an operational equation is averaged over the frame as
the scanner averages the curve. The two ``kinfitr`` rules evaluate at frame middles as that package does, so that
agreement with it can be proved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np

from nociscope.core.records import Array, Frames
from nociscope.models.pet.base import Curves
from nociscope.models.pet.convolve import frame_means
from nociscope.models.pet.options import FitOptions
from nociscope.models.pet.scan import knots, measured_operators


@dataclass(frozen=True, eq=False)
class Sums:
    """A curve, its running integral and the integral of that, beside the same of the input.

    All are (…, frame): a batch of curves, of inputs, or of both. ``uncorrected`` is the curve before its blood was
    taken off. ``k2prime`` 1/min, nan where there is none.
    """

    curve: Array
    once: Array
    twice: Array
    input: Array
    input_once: Array
    input_twice: Array
    uncorrected: Array
    k2prime: float = float("nan")


@dataclass(frozen=True, eq=False)
class Rule:
    """Operators (frame, frame) for measured curves, and a function for inputs on a fine grid → (3, frame)."""

    once: Array
    twice: Array
    fine: Callable[[Array, Array], Array]


def _middles(frames: Frames) -> Callable[[Array, Array], Array]:
    """Value, integral and double integral of a piecewise-linear input at frame middles."""

    def at(time: Array, values: Array) -> Array:
        mid = frames.mid
        nodes = np.unique(np.concatenate((time, mid)))
        curve = np.interp(nodes, time, values, left=0.0)
        once = _running(nodes, curve)
        twice = _running(nodes, once)
        return np.stack([np.interp(mid, nodes, c) for c in (curve, once, twice)])

    return at


def _running(time: Array, values: Array) -> Array:
    step = np.diff(time) * (values[1:] + values[:-1]) / 2
    return np.concatenate(([0.0], np.cumsum(step)))


def _exact(frames: Frames) -> Rule:
    _, once, twice = measured_operators(frames)
    return Rule(once, twice, lambda time, values: frame_means(time, values, frames))


def _trapezoid(frames: Frames) -> Rule:
    fine = _middles(frames)
    time = knots(frames)
    time[0] = min(0.0, time[0])
    hats = np.eye(time.size)[1:]
    dense = np.unique(np.concatenate((time, np.linspace(time[0], time[-1], 6000))))
    parts = np.stack([fine(dense, np.interp(dense, time, hat)) for hat in hats], axis=-1)
    return Rule(parts[1], parts[2], fine)


def _duration(frames: Frames) -> Rule:
    half = np.tril(np.broadcast_to(frames.duration, (len(frames),) * 2), -1) + np.diag(frames.duration) / 2
    return Rule(half, half @ half, _middles(frames))


RULES: dict[str, Callable[[Frames], Rule]] = {
    "exact": _exact,
    "kinfitr-trapezoid": _trapezoid,
    "kinfitr-duration": _duration,
}


@dataclass(frozen=True, eq=False)
class Integrator:
    """Make `Sums` of any curve of a scan, under one rule; ``k2prime_se`` is the error of a shared k2', 1/min."""

    rule: Rule
    curves: Curves
    vB: float
    k2prime: float
    k2prime_se: float

    def sums(self, curve: Array, driver: Array | None = None, blood: Array | None = None) -> Sums:
        """Sums of ``curve`` (…, frame); ``driver`` and ``blood`` (sample,) replace the scan's own input."""
        drive = self._input(self.curves.driver if driver is None else driver)
        wet = self._blood(self.curves.blood if blood is None else blood)
        dry = 1 - self.vB
        parts = (curve, curve @ self.rule.once.T, curve @ self.rule.twice.T)
        once, twice, thrice = ((part - self.vB * wet[k]) / dry for k, part in enumerate(parts))
        return Sums(once, twice, thrice, drive[0], drive[1], drive[2], curve, self.k2prime)

    def _input(self, driver: Array) -> Array:
        if self.curves.reference:
            direct = self.curves.direct
            return np.stack((direct, self.rule.once @ direct, self.rule.twice @ direct))
        return self.rule.fine(self.curves.time, driver)

    def _blood(self, blood: Array | None) -> Array:
        if blood is None or self.vB == 0:
            return np.zeros((3, len(self.curves.frames)))
        return self.rule.fine(self.curves.time, blood)


def integrator(curves: Curves, options: FitOptions, k2prime: tuple[float, float] = (nan, 0.0)) -> Integrator:
    """Return the integrator that ``options.integration`` names; reference methods take no blood off.

    ``k2prime`` is a value and its error, 1/min.
    """
    vB = 0.0 if curves.reference or options.vB == "fit" else float(options.vB)
    return Integrator(RULES[options.integration](curves.frames), curves, vB, *k2prime)
