"""What blood modelling hands on: the input function with everything a reader needs to judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nociscope.core.estimate import Estimate
from nociscope.core.problem import Problem
from nociscope.core.records import Array, Blood, InputFunction
from nociscope.core.status import FitStatus


@dataclass(frozen=True)
class Candidate:
    """One curve that was tried for one part of the blood.

    ``k`` counts the curve's parameters and the noise variance. ``weight`` is the Akaike weight among the candidates
    that were free to win; nan where the curve was named in the settings. Criteria of an interpolation are nan.
    """

    model: str
    n: int
    k: int
    rss: float
    AIC: float
    AICc: float
    weight: float
    chosen: bool
    status: FitStatus


@dataclass(frozen=True, eq=False)
class CurveFit:
    """One part of the blood as it was modelled.

    Parameters
    ----------
    part : ``whole_blood``, ``plasma_to_blood_ratio`` or ``metabolite_parent_fraction``; symbols of the vocabulary.
    model : name of the chosen curve.
    status : of the chosen curve.
    parameters : name → `Estimate`; empty for interpolations.
    time, measured : (sample,), min and the part's unit; what the curve was held to.
    fitted, residual : (sample,); ``residual`` is measured minus fitted.
    curve : (grid,), the curve on the time grid of the input function.
    low, high : (grid,) or None, bounds of the 95 % interval of the ensemble.
    candidates : every curve that was tried, best first.
    cites : keys of the citations table.
    """

    part: str
    model: str
    status: FitStatus
    parameters: Mapping[str, Estimate]
    time: Array
    measured: Array
    fitted: Array
    curve: Array
    low: Array | None = None
    high: Array | None = None
    candidates: tuple[Candidate, ...] = ()
    cites: tuple[str, ...] = ()

    @property
    def residual(self) -> Array:
        """Measured minus fitted, (sample,)."""
        return self.measured - self.fitted


@dataclass(frozen=True, eq=False)
class BloodResult:
    """The input function of one scan, or why there is none.

    Parameters
    ----------
    status : ``ok``, or ``missing_blood`` where no input function could be made; ``problems`` then says why.
    input_function : None where blocked.
    parts : the modelled parts by their symbol.
    estimates : ``AUC_AIF`` and what else the curve says of itself, with errors from the ensemble.
    blood : what was measured, for figures.
    problems : what was wrong or worth knowing, each with what it blocks and its mend.
    """

    status: FitStatus
    input_function: InputFunction | None
    blood: Blood
    parts: Mapping[str, CurveFit] = field(default_factory=dict)
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
