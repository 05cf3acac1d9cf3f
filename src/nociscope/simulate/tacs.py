"""Regional curves from known rate constants, by stepping the compartments' differential equations.

On purpose this does not share the convolution of `nociscope.models.pet`: a truth that is made by the code under test
could not show an error in it. Steps are exact for an input that is linear within each half second.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import expm

from nociscope.core.records import Array, Frames
from nociscope.simulate.cohort import TrueRegion
from nociscope.simulate.input import STEP_S


def tissue_integral(regions: Sequence[TrueRegion], aif: Array) -> Array:
    """Integral of tissue activity from injection on.

    Parameters
    ----------
    regions : rate constants; ``k3 = k4 = 0`` is the one-tissue model.
    aif : (sample,), kBq/mL, every `STEP_S` from injection on, as the tissue sees it.

    Returns
    -------
    array, (region, sample), kBq min/mL.
    """
    moves = np.stack([_step_matrix(r, STEP_S / 60) for r in regions])
    keep, was, change = moves[:, :3, :3], moves[:, :3, 3:4], moves[:, :3, 4:5]
    drive = was * aif[:-1, None, None, None] + change * np.diff(aif)[:, None, None, None]
    states = np.zeros((aif.size, len(regions), 3, 1))
    for i in range(1, aif.size):
        np.matmul(keep, states[i - 1], out=states[i])
        states[i] += drive[i - 1]
    return np.ascontiguousarray(states[:, :, 2, 0].T)


def _step_matrix(r: TrueRegion, step: float) -> Array:
    """Exact step of (C1, C2, ∫C1+C2) driven by an input that is linear within the step (first-order hold)."""
    rates = np.zeros((5, 5))
    rates[0, :2] = -(r.k2 + r.k3), r.k4
    rates[1, :2] = r.k3, -r.k4
    rates[2, :2] = 1.0, 1.0
    rates[0, 3] = r.K1
    matrix = rates * step
    matrix[3, 4] = 1.0
    out: Array = expm(matrix)
    return out


def frame_means(integral: Array, frames: Frames) -> Array:
    """Mean over each frame, (…, frame), from an integral on the `STEP_S` grid; frames are whole seconds."""
    first = np.rint(frames.start * 60 / STEP_S).astype(int)
    last = np.rint(frames.end * 60 / STEP_S).astype(int)
    out: Array = (integral[..., last] - integral[..., first]) / frames.duration
    return out


def running_integral(values: Array) -> Array:
    """Integral of a piecewise-linear curve, (sample,), from injection on; kBq min/mL for kBq/mL."""
    areas = (values[1:] + values[:-1]) / 2 * (STEP_S / 60)
    return np.concatenate([[0.0], np.cumsum(areas)])


def noise_sd(curves: Array, frames: Frames, half_life_min: float, level: Array) -> Array:
    """Standard deviation of each frame, (region, frame), kBq/mL.

    Counting noise: the variance of a decay-corrected mean is proportional to activity · exp(λt) / duration.

    Parameters
    ----------
    curves : noise-free means, (region, frame), kBq/mL.
    level : (region,), SD at 1 kBq/mL, 1 min, injection.
    """
    decay = np.exp(np.log(2) / half_life_min * frames.mid)
    out: Array = level[:, None] * np.sqrt(np.clip(curves, 1e-3, None) * decay / frames.duration)
    return out
