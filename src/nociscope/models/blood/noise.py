"""How noisy samples are, seen from how neighbours disagree (Gasser, Sroka & Jennen-Steinmetz 1986)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nociscope.core.records import Array

_MAD = 1.4826


def pseudo_residuals(time: Array, values: Array) -> Array:
    """Distance of each inner sample from the line through its neighbours, scaled to the noise's standard deviation.

    Shape (sample − 2,). Unbiased for white noise on a locally straight curve (10.1093/biomet/73.3.625).
    """
    before = (time[2:] - time[1:-1]) / (time[2:] - time[:-2])
    gap = before * values[:-2] + (1 - before) * values[2:] - values[1:-1]
    scaled: Array = gap / np.sqrt(before**2 + (1 - before) ** 2 + 1)
    return scaled


def relative_noise(time: Array, values: Array) -> float:
    """Noise as a fraction of the level, robustly; 0 where fewer than four samples give no view of it."""
    if values.size < 4:
        return 0.0
    level = np.abs(values[1:-1])
    share = np.abs(pseudo_residuals(time, values))[level > 0] / level[level > 0]
    return float(_MAD * np.median(share)) if share.size else 0.0


def absolute_noise(time: Array, values: Array) -> float:
    """Noise in the unit of the values, robustly; 0 where fewer than four samples."""
    if values.size < 4:
        return 0.0
    return float(_MAD * np.median(np.abs(pseudo_residuals(time, values))))


def outlying(values: Array, *, width: int = 2, limit: float = 4.0, floor: float = 0.03) -> NDArray[np.bool_]:
    """Samples that stand apart from the median of their neighbours, (sample,) (Hampel 1974).

    A sample stands apart when its relative distance from the median of the up to ``2 width + 1`` samples around it
    exceeds ``limit`` robust standard deviations of all such distances, which are taken to be at least ``floor``.
    Neighbours are taken evenly from both sides, so the first and the last sample are never judged: there a steep
    curve cannot be told from a mistake.
    """
    n = values.size
    side = np.minimum(np.minimum(np.arange(n), np.arange(n)[::-1]), width)
    middle = np.array([np.median(values[i - k : i + k + 1]) for i, k in enumerate(side)])
    distance = np.abs(values - middle) / np.abs(middle)
    scale = max(_MAD * float(np.median(distance[1:-1])), floor) if n > 2 * width else math.inf
    apart: NDArray[np.bool_] = distance > limit * scale
    return apart
