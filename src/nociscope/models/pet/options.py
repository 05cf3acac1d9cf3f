"""How a fit is made: one frozen record, shared by all models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from nociscope.core.errors import RangeError

Integration = Literal["exact", "kinfitr-trapezoid", "kinfitr-duration"]
Weighting = Literal["auto", "supplied", "decay", "kinfitr2", "uniform"]


@dataclass(frozen=True)
class FitOptions:
    """Choices of a kinetic fit.

    Parameters
    ----------
    vB : blood volume fraction, or ``"fit"``. Linear methods correct the curve for it; ``"fit"`` leaves them without.
    k2prime : 1/min, taken as known; or ``"fit"``: estimated once from all regions by MRTM1, with its error.
    tstar_min : start of the linear part, min, or ``"auto"``; see `nociscope.models.pet.tstar`.
    tstar_frames : instead of a time, the last so many frames; 0 leaves it to ``tstar_min``.
    starts : of every non-linear fit, the first at the model's own start, the others at random.
    bootstrap : draws for standard errors; 0 keeps the delta method.
    bootstrap_kind : ``residual`` resamples weighted residuals, ``parametric`` draws from the noise model; linear
        methods have no residuals before t* and always draw from the noise model.
    end_min : frames that end later are left out.
    weights : noise model; ``auto`` takes supplied weights, else the decay-based model.
    half_life_min : of the radionuclide, for decay-based weights.
    integration : rule of linear methods; ``kinfitr-*`` exist so that agreement can be proved.
    window_min : (from, to) of SUV and SUVR, min after injection.
    dose_MBq, weight_kg : for SUV.
    ci_level : level of intervals.
    bounds : (symbol, low, high), in place of a model's own.
    """

    vB: float | Literal["fit"] = 0.05
    k2prime: float | Literal["fit"] = "fit"
    tstar_min: float | Literal["auto"] = "auto"
    tstar_frames: int = 0
    starts: int = 8
    bootstrap: int = 0
    bootstrap_kind: Literal["residual", "parametric"] = "parametric"
    end_min: float | None = None
    weights: Weighting = "auto"
    half_life_min: float | None = None
    integration: Integration = "exact"
    window_min: tuple[float, float] | None = None
    dose_MBq: float = float("nan")
    weight_kg: float = float("nan")
    ci_level: float = 0.95
    bounds: tuple[tuple[str, float, float], ...] = field(default=())

    def __post_init__(self) -> None:
        if self.vB != "fit" and not 0 <= self.vB < 1:
            raise RangeError("vB is a fraction", expected="0 to 1, or 'fit'", got=self.vB)
        if self.k2prime != "fit" and not self.k2prime > 0:
            raise RangeError("k2prime is a rate", expected="more than 0 per min, or 'fit'", got=self.k2prime)
        if self.starts < 1:
            raise RangeError("a fit needs a start", expected="1 or more", got=self.starts)
        if self.window_min is not None and not self.window_min[0] < self.window_min[1]:
            raise RangeError("the window runs backwards", expected="(from, to) in min", got=self.window_min)
