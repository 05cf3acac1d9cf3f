"""Standardised uptake value over a window."""

from __future__ import annotations

from math import nan

from nociscope.core.records import Array, Tacs
from nociscope.core.status import FitStatus
from nociscope.models.pet.options import FitOptions
from nociscope.models.pet.uptake import UptakeModel


def divisor(tacs: Tacs, options: FitOptions, reference: Array | None) -> tuple[float, float, FitStatus]:
    """Injected dose per body weight, kBq/g."""
    if not options.dose_MBq > 0:
        return nan, nan, FitStatus.MISSING_DOSE
    if not options.weight_kg > 0:
        return nan, nan, FitStatus.MISSING_WEIGHT
    return options.dose_MBq / options.weight_kg, 0.0, FitStatus.OK


SUV = UptakeModel(
    name="SUV",
    needs="none",
    outcome="SUV",
    divisor=divisor,
    equation="SUV = mean C over the window / (dose / body weight)",
    assumes="delivery to tissue follows dose and body weight alike in everyone",
    lies="metabolism, blood flow, body composition and genotype move it; it is not binding",
    cites=("thie2004",),
)
