"""Simulated scans with known truth, independent of the package's own convolutions: an ODE solved finely.

Noise is what a scanner makes: Gaussian with variance activity x exp(rate t) / duration, scaled so that the frames
after 40 min scatter by ``noise`` of their mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from scipy.integrate import solve_ivp

from nociscope.core.records import Array, Frames, InputFunction, Tacs

HALF_LIFE = 20.364
DURATIONS_S = [10] * 8 + [20] * 5 + [30] * 4 + [60] * 4 + [180] * 4 + [360] * 12
"""The frames of the open [11C]PBR28 scans: 93 min."""


def frames(durations_s: list[int] | None = None) -> Frames:
    edges = np.concatenate(([0.0], np.cumsum(durations_s or DURATIONS_S))) / 60
    return Frames(edges[:-1], edges[1:])


def input_function() -> InputFunction:
    """A bolus like those of [11C]PBR28: a rise of half a minute, three exponentials; blood follows with metabolites."""
    time = np.unique(np.concatenate((np.arange(0, 300, 1.0), np.arange(300, 5641, 30.0)))) / 60
    late = np.clip(time - 0.5, 0, None)
    aif = (time > 0.5) * (380 * late * np.exp(-4.2 * late) + 12 * (1 - np.exp(-6 * late)) * np.exp(-0.35 * late))
    aif = aif + (time > 0.5) * 2.2 * (1 - np.exp(-6 * late)) * np.exp(-0.022 * late)
    blood = 0.7 * aif + (time > 0.5) * 4.0 * (1 - np.exp(-0.05 * late)) * np.exp(-0.006 * late)
    return InputFunction(time, aif, blood)


def frame_average(edges: Frames, time: Array, curve: Array) -> Array:
    """Frame means of a finely sampled curve, by its cumulative integral."""
    total = np.concatenate(([0.0], np.cumsum(np.diff(time) * (curve[1:] + curve[:-1]) / 2)))
    return (np.interp(edges.end, time, total) - np.interp(edges.start, time, total)) / edges.duration


def solve(rates: Array, drive: Array, time: Array, source: Array) -> Array:
    """Total of compartments ``y' = rates y + drive c(t)``, c linear between samples: their sum, (sample,)."""
    pieces = [np.zeros(len(drive))]
    for i in range(len(time) - 1):
        slope = (source[i + 1] - source[i]) / (time[i + 1] - time[i])
        start = source[i]

        def change(t: float, y: Array, t0: float = time[i], c0: float = start, m: float = slope) -> Array:
            return rates @ y + drive * (c0 + m * (t - t0))

        step = solve_ivp(change, (time[i], time[i + 1]), pieces[-1], method="RK45", rtol=1e-9, atol=1e-12)
        pieces.append(step.y[:, -1])
    return np.array(pieces).sum(axis=1)


@dataclass(frozen=True)
class Truth:
    """Rates of two tissue compartments and blood; ``k3 = 0`` is one compartment."""

    K1: float = 0.12
    k2: float = 0.16
    k3: float = 0.10
    k4: float = 0.055
    vB: float = 0.05
    Kb: float = 0.0

    @property
    def VT(self) -> float:
        """Total distribution volume, mL/cm3."""
        return self.K1 / self.k2 * (1 + (self.k3 / self.k4 if self.k3 else 0.0))


def fine_grid(time: Array) -> Array:
    """Samples of the input, and between them points no more than 3 s apart."""
    return np.unique(np.concatenate((time, np.arange(0, time[-1], 0.05))))


def tissue(truth: Truth, input_: InputFunction, edges: Frames) -> Array:
    """Noiseless frame means of a tissue curve by ODE, (frame,)."""
    time = fine_grid(input_.time)
    aif, blood = np.interp(time, input_.time, input_.aif), np.interp(time, input_.time, input_.whole_blood)
    rates = np.array([[-truth.k2 - truth.k3, truth.k4], [truth.k3, -truth.k4]])
    total = solve(rates, np.array([truth.K1, 0.0]), time, aif)
    trapped = np.concatenate(([0.0], np.cumsum(np.diff(time) * (aif[1:] + aif[:-1]) / 2)))
    curve = (1 - truth.vB) * total + truth.vB * (blood + truth.Kb * trapped)
    return frame_average(edges, time, curve)


def noisy(curve: Array, edges: Frames, noise: float, count: int, rng: np.random.Generator) -> Array:
    """Copies of a curve with scanner noise, (count, frame)."""
    variance = np.maximum(curve, 0.01 * curve.max()) * np.exp(log(2) / HALF_LIFE * edges.mid) / edges.duration
    late = edges.start >= 40
    scale = noise / np.mean(np.sqrt(variance[late]) / curve[late])
    return curve + rng.standard_normal((count, curve.size)) * np.sqrt(variance) * scale


def scans(curve: Array, edges: Frames, noise: float, shape: tuple[int, int], seed: int) -> list[Tacs]:
    """Scans of ``shape`` = (scans, regions), all of one true curve."""
    rng = np.random.default_rng(seed)
    names = tuple(f"R{i}" for i in range(shape[1]))
    return [Tacs(noisy(curve, edges, noise, shape[1], rng), edges, names) for _ in range(shape[0])]
