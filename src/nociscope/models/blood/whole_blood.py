"""Whole blood from autosampler and manual samples: one series of points, and curves through it. Time in min."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.records import Array, Blood, Samples
from nociscope.models.blood.dispersion import MIN_SAMPLES, corrected, noise_sd
from nociscope.models.blood.noise import relative_noise

MIN_RELATIVE = 0.01
"""No sample is believed better than this: pipetting, timing and cross-calibration err by as much."""


@dataclass(frozen=True, eq=False)
class BloodPoints:
    """The arterial samples that a curve is held to.

    Parameters
    ----------
    time, activity, sd : (sample,), min and kBq/mL; increasing; ``sd`` is the noise of each.
    method : how they came about, for the sidecar.
    """

    time: Array
    activity: Array
    sd: Array
    method: str


def unique_samples(samples: Samples) -> tuple[Array, Array]:
    """Times once each; values of repeated times averaged."""
    time, inverse = np.unique(samples.time, return_inverse=True)
    return time, np.bincount(inverse, samples.value) / np.bincount(inverse)


def _manual(samples: Samples) -> BloodPoints:
    time, activity = unique_samples(samples)
    visible = activity > 0.02 * activity.max()
    relative = relative_noise(time[visible], np.log(activity[visible]) + 100) * 100
    sd = np.hypot(max(relative, MIN_RELATIVE) * np.abs(activity), 1e-4 * activity.max())
    return BloodPoints(time, activity, sd, "manual samples")


def _line(samples: Samples, tau_min: float) -> BloodPoints:
    time, activity = unique_samples(samples)
    if time.size < MIN_SAMPLES:
        return BloodPoints(time, activity, MIN_RELATIVE * np.abs(activity), "autosampler as measured: too few samples")
    taken = corrected(time, activity, tau_min)
    what = f"autosampler, dispersion of {tau_min * 60:g} s taken back" if tau_min else "autosampler, smoothed"
    return BloodPoints(time, taken, noise_sd(time, activity), what)


def merged(blood: Blood, tau_min: float, until_min: float = 5.0) -> BloodPoints:
    """Arterial whole blood: the autosampler while blood changes from second to second, manual samples after.

    Manual samples are counted beside the plasma, so their blood and the plasma ratio are of one calibration; the
    line's background drifts. Manual samples drawn while the line rules are not mixed into the curve, which would
    draw saw teeth; they serve the plasma ratio. Where fewer than three manual samples follow ``until_min``, the line
    is used to its end.
    """
    manual = _manual(blood.whole_blood) if blood.whole_blood is not None and blood.whole_blood.value.size else None
    if blood.autosampler is None or not blood.autosampler.value.size:
        if manual is None:
            raise AssertionError("checked before: blood is missing")
        return manual
    line = _line(blood.autosampler, tau_min)
    if manual is None:
        return line
    last = line.time[-1] if np.sum(manual.time > until_min) < 3 else min(until_min, line.time[-1])
    return _joined(
        _within(line, line.time <= last), _within(manual, (manual.time < line.time[0]) | (manual.time > last))
    )


def _within(points: BloodPoints, keep: NDArray[np.bool_]) -> BloodPoints:
    return BloodPoints(points.time[keep], points.activity[keep], points.sd[keep], points.method)


def _joined(line: BloodPoints, manual: BloodPoints) -> BloodPoints:
    order = np.argsort(np.concatenate([line.time, manual.time]), kind="stable")
    time, activity, sd = (
        np.concatenate([getattr(line, name), getattr(manual, name)])[order] for name in ("time", "activity", "sd")
    )
    return BloodPoints(time, activity, sd, f"{line.method}, to {line.time[-1]:.3g} min; then manual samples")
