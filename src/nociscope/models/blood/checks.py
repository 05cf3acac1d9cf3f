"""What can be wrong with blood, found before anything is fitted; nothing is mended here."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nociscope.core.problem import Problem
from nociscope.core.records import Blood, Samples

FRACTION_SLACK = 0.05
"""A fraction is a ratio of two counts: up to this far outside 0–1 it is taken as noise, beyond it as a mistake."""

NEGATIVE_SLACK = 0.05
"""Background subtraction leaves small negatives: up to this share of the peak they are taken as noise."""

BLOCKS = ("AIF",)


def _error(code: str, where: str, message: str, mend: str) -> Problem:
    return Problem(code, where, message, BLOCKS, mend, "error")


def _activity(samples: Samples | None, where: str) -> list[Problem]:
    if samples is None or not samples.value.size:
        return []
    peak = float(samples.value.max())
    if peak <= 0:
        return [_error("blood-zero", where, f"expected activity above zero, got a highest value of {peak:g} kBq/mL",
                       "leave the recording out, or check its units")]  # fmt: skip
    lowest = float(samples.value.min())
    if lowest < -NEGATIVE_SLACK * peak:
        return [_error("blood-negative", where, f"expected no activity below {-NEGATIVE_SLACK:.0%} of the peak, got "
                       f"{lowest:g} kBq/mL beside a peak of {peak:g}", "check background subtraction")]  # fmt: skip
    return []


def _fraction(samples: Samples | None) -> list[Problem]:
    where = "metabolite_parent_fraction"
    if samples is None or not samples.value.size:
        return [_error("parent-fraction-missing", where, "no unmetabolised fraction was measured, and it is not 1",
                       "add metabolite_parent_fraction to the manual blood")]  # fmt: skip
    low, high = float(samples.value.min()), float(samples.value.max())
    if high > 1 + FRACTION_SLACK or low < -FRACTION_SLACK:
        hint = "divide by 100: these look like percent" if high > 1.5 else "correct the values at their source"
        return [_error("parent-fraction-range", where, f"expected 0 to 1, got {low:g} to {high:g}", hint)]
    if high > 1 or low < 0:
        return [Problem("parent-fraction-excess", where, f"values from {low:g} to {high:g} lie outside 0 to 1 within "
                        f"the tolerance of {FRACTION_SLACK:g}; they enter the fit as measured and the curve is held "
                        "to 0–1", (), "", "note")]  # fmt: skip
    return []


def _ratio(blood: Blood, ratio_known: bool) -> list[Problem]:
    blood_there = any(s is not None and s.value.size for s in (blood.whole_blood, blood.autosampler))
    plasma_there = blood.plasma is not None and blood.plasma.value.size > 0
    if not blood_there and not plasma_there:
        return [_error("blood-missing", "whole_blood_radioactivity", "neither whole blood nor plasma was sampled",
                       "add a blood recording, or use a reference region")]  # fmt: skip
    if not plasma_there and not ratio_known:
        return [_error("plasma-missing", "plasma_radioactivity", "whole blood without plasma: the plasma-to-blood "
                       "ratio is not known", "give the tracer's ratio in the settings")]  # fmt: skip
    if not blood_there and not ratio_known:
        return [_error("whole-blood-missing", "whole_blood_radioactivity", "plasma without whole blood: the vascular "
                       "part of the tissue curve is not known", "give the tracer's ratio in the settings")]  # fmt: skip
    return []


def problems(blood: Blood, *, ratio_known: bool) -> list[Problem]:
    """List what is wrong; those with severity ``error`` block the input function.

    Parameters
    ----------
    ratio_known : whether the caller gave a plasma-to-blood ratio.
    """
    recordings: Mapping[str, Samples | None] = {
        "whole_blood_radioactivity": blood.whole_blood,
        "plasma_radioactivity": blood.plasma,
        "autosampler whole_blood_radioactivity": blood.autosampler,
    }
    found = [p for where, samples in recordings.items() for p in _activity(samples, where)]
    return [*found, *_ratio(blood, ratio_known), *_fraction(blood.parent_fraction), *_dispersion(blood)]


def _dispersion(blood: Blood) -> list[Problem]:
    line = blood.autosampler
    if line is None or blood.dispersion_corrected or np.isfinite(blood.dispersion_min):
        return []
    return [Problem("dispersion-unknown", "DispersionConstant", "the autosampler curve is not dispersion-corrected and "
                    "its constant is not stated: used as measured, so the peak is too low and too late", (),
                    "state DispersionConstant in the sidecar or dispersion_s in the study file")]  # fmt: skip
