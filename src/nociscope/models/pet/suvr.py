"""Standardised uptake value ratio over a window."""

from __future__ import annotations

from math import nan

import numpy as np

from nociscope.core.records import Array, Tacs
from nociscope.core.status import FitStatus
from nociscope.models.pet.options import FitOptions
from nociscope.models.pet.uptake import UptakeModel, window_mean


def divisor(tacs: Tacs, options: FitOptions, reference: Array | None) -> tuple[float, float, FitStatus]:
    """Mean of the reference or pseudo-reference region over the same window, kBq/mL."""
    if reference is None or options.window_min is None:
        return nan, nan, FitStatus.MISSING_REGION
    window = window_mean(reference[None], tacs.frames, options.window_min)
    mean, variance, status = float(window.mean[0]), float(window.variance[0]), window.status[0]
    if status is FitStatus.OK and not mean > 0:
        return nan, nan, FitStatus.NO_SIGNAL
    return mean, float(np.nan_to_num(variance, nan=0.0)), status


SUVR = UptakeModel(
    name="SUVR",
    needs="reference",
    outcome="SUVR",
    divisor=divisor,
    equation="SUVR = mean C over the window / mean reference over the window",
    assumes="the reference region does not differ between the people who are compared",
    lies="for TSPO every region binds: a global effect shrinks or vanishes, and the ratio need not follow VT",
    cites=("albrecht2018suvr",),
)
