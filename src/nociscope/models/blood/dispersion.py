"""Dispersion in the tubing of an autosampler: a mono-exponential smear, and how it is taken back.

The line turns the arterial curve c into g = c ⊗ (1/τ) e^(−t/τ), so c = g + τ g′ (Iida et al. 1986). The derivative
is read from local parabolas, never from differences of noisy counts.
"""

from __future__ import annotations

import numpy as np

from nociscope.core.errors import RangeError
from nociscope.core.records import Array
from nociscope.models.blood.noise import absolute_noise, relative_noise

MIN_SAMPLES = 8
_REACH = 0.1


def noise_sd(time: Array, activity: Array) -> Array:
    """Standard deviation of each autosampler sample, kBq/mL: a floor from before arrival and a share of the level."""
    level = np.maximum(np.convolve(np.pad(activity, 2, mode="edge"), np.ones(5) / 5, "valid"), 0)
    peak = int(np.argmax(level))
    quiet = int(np.argmax(level > 0.03 * level[peak]))
    floor = absolute_noise(time[:quiet], activity[:quiet]) if quiet >= MIN_SAMPLES else 0.0
    falling = relative_noise(time[peak:], activity[peak:])
    sd: Array = np.hypot(max(floor, 1e-4 * level[peak]), falling * level)
    return sd


def local_line(time: Array, activity: Array) -> tuple[Array, Array]:
    """Value and slope of the measured curve at each sample, by local parabolas (Savitzky & Golay 1964).

    A parabola is fitted to the samples around each: two to either side until the peak is over, then as far as a
    tenth of the time since the peak, for the curve bends ever more slowly. Works on uneven times.
    """
    peak = time[np.argmax(np.convolve(activity, np.ones(3) / 3, "same"))]
    step = np.median(np.diff(time))
    reach = np.maximum(2, (_REACH * np.maximum(time - peak, 0) / step).astype(int))
    value, slope = np.empty_like(activity), np.empty_like(activity)
    for half in np.unique(reach):
        chosen = np.flatnonzero(reach == half)
        first = np.clip(chosen - half, 0, max(time.size - 2 * half - 1, 0))
        window = np.minimum(first[:, None] + np.arange(2 * half + 1), time.size - 1)
        offset = time[window] - time[chosen, None]
        design = offset[:, :, None] ** np.arange(3)
        inverse = np.linalg.pinv(design)
        value[chosen], slope[chosen] = np.einsum("spw,sw->ps", inverse[:, :2], activity[window])
    return value, slope


def corrected(time: Array, activity: Array, tau_min: float) -> Array:
    """Arterial activity before the line, at the sampled times.

    Conserves area: ∫c = ∫g + τ (g(end) − g(start)), the last term being what is still in the line.

    Parameters
    ----------
    time : (sample,), min, strictly increasing. activity : (sample,), kBq/mL, may hold noise below zero.
    tau_min : time constant of the line, min; 0 only smooths.

    Raises
    ------
    RangeError
        A negative or missing time constant, or fewer than 8 samples.
    """
    if not tau_min >= 0:
        raise RangeError("dispersion constant is missing or negative", expected="0 min or more", got=tau_min)
    if time.size < MIN_SAMPLES:
        raise RangeError("too few samples to take dispersion back", expected=MIN_SAMPLES, got=time.size)
    value, slope = local_line(time, activity)
    taken_back: Array = value + tau_min * slope
    return taken_back


def dispersed(time: Array, activity: Array, tau_min: float) -> Array:
    """Push a curve through the line: exact for straight lines between the samples, zero before the first."""
    if tau_min == 0:
        return activity.copy()
    out = np.empty_like(activity)
    out[0] = 0.0
    for i, step in enumerate(np.diff(time)):
        keep = np.exp(-step / tau_min)
        slope = (activity[i + 1] - activity[i]) / step
        steady = activity[i] - slope * tau_min
        out[i + 1] = steady + slope * step + (out[i] - steady) * keep
    return out
