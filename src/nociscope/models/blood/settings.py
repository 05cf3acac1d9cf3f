"""What a caller may choose; mirrors ``[pet.<tracer>.input]`` of the study file."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nociscope.core.errors import InputError, RangeError

PARENT_FRACTIONS = ("best", "hill", "exponential", "power", "sigmoid", "invgamma", "interpolated")
RATIOS = ("best", "constant", "linear", "exponential", "spline", "interpolated")
WHOLE_BLOODS = ("interpolated", "triexponential", "feng", "spline")
STARTS = ("best", "one", "fit")


@dataclass(frozen=True)
class BloodSettings:
    """How blood becomes an input function.

    Parameters
    ----------
    parent_fraction, plasma_to_blood, whole_blood : name of a curve, or ``best`` for the lowest AICc.
    parent_fraction_start : value at injection: ``one``, ``fit``, or ``best`` to let AICc decide between them.
    ratio : plasma-to-blood ratio to use where plasma or whole blood was not sampled; nan: none is known.
    dispersion_s : time constant of the autosampler line, s; None: as stated with the blood.
    autosampler_until_min : when manual samples take over from the line, where at least three follow.
    end_min : end of the grid; beyond the last blood sample its level is held, and a note says so; None: the last
        sample.
    draws : size of the ensemble; 0 switches it off.

    Raises
    ------
    InputError, RangeError
        An unknown name, or a number that cannot be.
    """

    parent_fraction: str = "best"
    plasma_to_blood: str = "best"
    whole_blood: str = "interpolated"
    parent_fraction_start: str = "best"
    ratio: float = math.nan
    dispersion_s: float | None = None
    end_min: float | None = None
    autosampler_until_min: float = 5.0
    draws: int = 50

    def __post_init__(self) -> None:
        for name, known in (
            ("parent_fraction", PARENT_FRACTIONS),
            ("plasma_to_blood", RATIOS),
            ("whole_blood", WHOLE_BLOODS),
            ("parent_fraction_start", STARTS),
        ):
            if getattr(self, name) not in known:
                raise InputError(f"unknown {name}", expected=f"one of {', '.join(known)}", got=getattr(self, name))
        if self.dispersion_s is not None and not 0 <= self.dispersion_s <= 60:
            raise RangeError("dispersion constant is impossible", expected="0 to 60 s", got=self.dispersion_s)
        if not math.isnan(self.ratio) and not 0.1 <= self.ratio <= 10:
            raise RangeError("plasma-to-blood ratio is impossible", expected="0.1 to 10", got=self.ratio)
        if self.end_min is not None and not 0 < self.end_min < 1000:
            raise RangeError("end of the input function is impossible", expected="0 to 1000 min", got=self.end_min)
        if self.draws < 0:
            raise RangeError("draws cannot be negative", expected="0 or more", got=self.draws)
