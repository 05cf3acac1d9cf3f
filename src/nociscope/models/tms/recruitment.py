"""Recruitment of a muscle by intensity: a Boltzmann curve, and whether the data determine it.

MEP(S) = A / (1 + exp((S50 − S)/k)) (Devanne et al. 1997), with a floor where asked. Single
potentials scatter in proportion to their size: least squares of logarithms, or with weights, are offered beside the
plain ones that the literature mostly used. Where the plateau was not reached, A and S50 trade against one another; such
a fit is refused in words rather than printed in digits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.scores import Score
from nociscope.core.status import FitStatus
from nociscope.models.tms.boltzmann import boltzmann, condition_of, fitted, root_weights, status_of

Array = NDArray[np.float64]

LEAST_INTENSITIES = 5
PLATEAU = 0.8
"""Share of A that the largest mean must reach."""


@dataclass(frozen=True, eq=False)
class RecruitmentCurve:
    """One fitted curve.

    Parameters
    ----------
    scores : ``IO_A``, ``IO_S50``, ``IO_k``, ``IO_slope``, ``IO_x_intercept``, ``IO_AUC``, ``IO_floor``, by measure.
    parameters : A, S50, k, floor, as the optimum has them even where a score refuses them, for drawing.
    intensity, mean : shape (level,), what was measured.
    r_squared : of single potentials, on their own scale.
    condition : of the information matrix in relative parameters. status : the worst of the fit.
    """

    scores: Mapping[str, Score]
    parameters: tuple[float, float, float, float]
    intensity: Array
    mean: Array
    r_squared: float
    condition: float
    status: FitStatus

    def __getitem__(self, measure: str) -> Score:
        """One of its numbers."""
        return self.scores[measure]


def recruitment_curve(
    intensity: Array, mep: Array, muscle: str, side: str = "n/a", errors: str = "log", *, floor: bool = False,
    unit: str = "mV", intensity_unit: str = "%MSO",
) -> RecruitmentCurve:  # fmt: skip
    """Fit single potentials.

    Parameters
    ----------
    intensity, mep : shape (pulse,), valid pulses only; sizes above zero.
    errors : ``log`` (of sizes), ``weighted`` (1/variance, from a power of the mean) or ``constant``.
    floor : whether the lower plateau is free; noise peak to peak is never zero.
    unit, intensity_unit : of the two.

    Raises
    ------
    RangeError
        A size that is not above zero.
    """
    x, y = _checked(intensity, mep, errors)
    levels, index = np.unique(x, return_inverse=True)
    mean = np.bincount(index, y) / np.bincount(index)
    place = (muscle, side, unit, intensity_unit, f"Boltzmann{' with floor' if floor else ''}, {errors}, version 1")
    area = _area(levels, mean, index, y, place)
    if levels.size < max(LEAST_INTENSITIES, 3 + floor) or y.size < 8:
        return _straight(levels, mean, (x, y), place, FitStatus.TOO_FEW_TRIALS, area)
    if np.ptp(y) == 0:
        return _straight(levels, mean, (x, y), place, FitStatus.NO_SIGNAL, area)
    theta, covariance, bounds = fitted(x, y, root_weights(levels, mean, index, y, errors), errors, floor)
    a, s50, k = float(np.exp(theta[0])), float(theta[1]), float(np.exp(theta[2]))
    low = float(np.exp(theta[3])) if floor else 0.0
    condition = condition_of(covariance, s50)
    status = status_of(theta, bounds, covariance, condition)
    residual = y - boltzmann(x, a, s50, k, low)
    r_squared = 1 - float(residual @ residual) / float(((y - y.mean()) ** 2).sum())
    if mean.max() < PLATEAU * (a + low):
        unreached = _straight(levels, mean, (x, y), place, FitStatus.INDETERMINATE, area)
        return RecruitmentCurve(unreached.scores, (a, s50, k, low), levels, mean, r_squared, condition, status)
    scores = {**_scores(theta, covariance, y.size - theta.size, status, place, y.size), "IO_AUC": area}
    return RecruitmentCurve(scores, (a, s50, k, low), levels, mean, r_squared, condition, status)


_Place = tuple[str, str, str, str, str]


def _checked(intensity: Array, mep: Array, errors: str) -> tuple[Array, Array]:
    x, y = np.asarray(intensity, dtype=np.float64), np.asarray(mep, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape or not x.size:
        raise ShapeError("a recruitment curve", expected="one size an intensity", got=f"{x.shape} and {y.shape}")
    if errors not in ("log", "weighted", "constant"):
        raise InputError("errors of a recruitment curve", expected="log, weighted or constant", got=errors)
    if not (np.isfinite(x).all() and np.isfinite(y).all() and (y > 0).all()):
        raise RangeError("a size", expected="above 0: noise peak to peak where nothing answered", got=float(np.min(y)),
                         do="leave pulses that are not valid out by name")  # fmt: skip
    return x, y


def _scores(
    theta: Array, covariance: Array, freedom: int, status: FitStatus, place: _Place, n: int
) -> dict[str, Score]:  # fmt: skip
    """Numbers of the curve; sizes with intervals that are symmetric in the logarithm."""
    k = math.exp(theta[2])
    t = float(stats.t.ppf(0.975, freedom))
    logarithms = {"IO_A": (theta[0], [1, 0, 0]), "IO_k": (theta[2], [0, 0, 1]),
                  "IO_slope": (theta[0] - theta[2] - math.log(4), [1, 0, -1])}  # fmt: skip
    plain = {"IO_S50": (theta[1], [0, 1, 0]), "IO_x_intercept": (theta[1] - 2 * k, [0, 1, -2 * k])}
    found = {}
    for name, (place_of, row) in {**logarithms, **plain}.items():
        direction = np.r_[np.asarray(row, dtype=np.float64), np.zeros(theta.size - 3)]
        value, se = float(place_of), _root(float(direction @ covariance @ direction))
        ends = (value - t * se, value + t * se)
        if name in logarithms:
            centre = _exp(value)
            found[name] = _score(name, centre, centre * se, (_exp(ends[0]), _exp(ends[1])), status, place, n)
        else:
            found[name] = _score(name, value, se, ends, status, place, n)
    if theta.size > 3:
        value, se = math.exp(theta[3]), _root(float(covariance[3, 3]))
        ends = (_exp(theta[3] - t * se), _exp(theta[3] + t * se))
        found["IO_floor"] = _score("IO_floor", value, value * se, ends, status, place, n)
    return found


def _root(variance: float) -> float:
    return math.sqrt(variance) if variance >= 0 else math.nan


def _exp(value: float) -> float:
    return math.exp(min(value, 700.0)) if not math.isnan(value) else math.nan


def _unit(name: str, place: _Place) -> str:
    _, _, unit, intensity, _ = place
    return {"IO_A": unit, "IO_floor": unit, "IO_slope": f"{unit}/{intensity}",
            "IO_AUC": f"{unit}*{intensity}"}.get(name, intensity)  # fmt: skip


def _score(
    name: str, value: float, se: float, ends: tuple[float, float], status: FitStatus, place: _Place, n: int
) -> Score:
    kept = status.keeps_value
    detail = {"ci_low": ends[0], "ci_high": ends[1]} if kept and not math.isnan(se) else {}
    value = value if kept else math.nan
    return Score(name, place[0], value, _unit(name, place), status, place[4], place[1], se if kept else math.nan, value,
                 value, n, n, detail=detail, cites=("devanne1997",))  # fmt: skip


def _area(levels: Array, mean: Array, index: NDArray[np.intp], y: Array, place: _Place) -> Score:
    """Trapezoids through the means, with the error of the means where levels hold more than one pulse."""
    muscle, side, *_ = place
    place = (muscle, side, place[2], place[3], "trapezoids through means, version 1")
    if levels.size < 2:
        return _score("IO_AUC", math.nan, math.nan, (math.nan, math.nan), FitStatus.TOO_FEW_TRIALS, place, y.size)
    weight = np.gradient(levels) if levels.size < 3 else np.r_[
        levels[1] - levels[0], levels[2:] - levels[:-2], levels[-1] - levels[-2]]  # fmt: skip
    weight = weight / 2
    n = np.bincount(index)
    value = float(weight @ mean)
    if n.min() < 2:
        return _score("IO_AUC", value, math.nan, (math.nan, math.nan), FitStatus.NO_INTERVAL, place, y.size)
    variance = np.bincount(index, (y - mean[index]) ** 2) / (n - 1) / n
    se = math.sqrt(float(weight**2 @ variance))
    return _score("IO_AUC", value, se, (value - 1.96 * se, value + 1.96 * se), FitStatus.OK, place, y.size)


def _straight(
    levels: Array, mean: Array, data: tuple[Array, Array], place: _Place, status: FitStatus, area: Score
) -> RecruitmentCurve:
    """Refuse A, S50 and k, and give the slope of a straight line."""
    x, y = data
    names = ("IO_A", "IO_S50", "IO_k", "IO_x_intercept")
    scores = {name: _score(name, math.nan, math.nan, (math.nan, math.nan), status, place, y.size) for name in names}
    line = (*place[:4], "straight line, version 1")
    if levels.size < 2 or y.size < 3:
        scores["IO_slope"] = _score("IO_slope", math.nan, math.nan, (0, 0), FitStatus.TOO_FEW_TRIALS, line, y.size)
    else:
        fit = stats.linregress(x, y)
        reach = float(stats.t.ppf(0.975, y.size - 2)) * fit.stderr
        ends = (fit.slope - reach, fit.slope + reach)
        scores["IO_slope"] = _score("IO_slope", float(fit.slope), float(fit.stderr), ends, FitStatus.OK, line, y.size)
    nan = math.nan
    return RecruitmentCurve({**scores, "IO_AUC": area}, (nan, nan, nan, nan), levels, mean, nan, nan, status)
