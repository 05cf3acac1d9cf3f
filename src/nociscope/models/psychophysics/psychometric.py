"""Psychometric functions by maximum likelihood: the stimulus that is felt every second time.

``P(x) = γ + (1 − γ − λ) F(x)``, γ the rate of guessing, λ that of lapses. F is the logistic or the normal cumulative
curve of ``(x − α)/β``, or Weibull's ``1 − exp(−(x/α)^β)``. The threshold is where F is one half, whatever the curve is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.scores import Array
from nociscope.core.status import FitStatus
from nociscope.models.psychophysics.psychometric_curves import CURVES, Curve
from nociscope.models.psychophysics.psychometric_likelihood import Counts, Maximum, log_likelihood, maximum, saturated
from nociscope.models.psychophysics.psychometric_profile import profile_ends

FREE = math.nan
"""Given for γ or λ, it is estimated."""
_NOTHING = 0.01
MOST_GUESSES, MOST_LAPSES = 0.5, 0.1
"""Upper bounds where γ or λ are estimated."""


@dataclass(frozen=True)
class PsychometricFit:
    """One curve.

    Parameters
    ----------
    curve : name. status : ``ok``; ``censored`` where answers change in one step, so that the threshold lies between
        two stimuli and the slope has no bound, or where everything (nothing) was felt; ``no_signal`` where answers do
        not rise; ``at_bound`` where a free γ or λ rests on its bound.
    threshold : where F is one half. low, high : its interval, or the stimuli between which it lies.
    half_point : where P itself is one half; nan where P never is.
    scale : β of the formula, in the unit of the stimulus, or the exponent of Weibull's.
    scale_low, scale_high : its interval.
    slope : of P at the threshold, per unit of the stimulus.
    guess, lapse : γ and λ. level : of the intervals.
    log_likelihood : with the number of ways left out. deviance, dof : against one free share for each stimulus.
    n : answers. interval : ``profile``, ``bootstrap`` or ``none``.
    estimated : those of ``guess`` and ``lapse`` that were not fixed.
    """

    curve: str
    status: FitStatus
    threshold: float
    low: float
    high: float
    half_point: float
    scale: float
    scale_low: float
    scale_high: float
    slope: float
    guess: float
    lapse: float
    log_likelihood: float
    deviance: float
    dof: int
    n: int
    level: float
    interval: str
    estimated: tuple[str, ...] = ()


def psychometric_fit(
    stimulus: Array, yes: Array, n: Array, curve: str = "logistic", *, guess: float = 0.0, lapse: float = 0.0,
    level: float = 0.95, interval: bool = True,
) -> PsychometricFit:  # fmt: skip
    """Fit one curve, with profile-likelihood intervals.

    Parameters
    ----------
    stimulus : shape (level,); above zero for ``weibull``. yes, n : shape (level,), answers *yes* (or right) of all.
    curve : ``logistic``, ``normal`` or ``weibull``.
    guess, lapse : fixed, or `FREE`; with m choices ``guess`` is 1/m.
    level : of the intervals. interval : False leaves them out, which is quicker.

    Raises
    ------
    InputError
        An unknown curve, or counts that cannot be.
    RangeError
        γ or λ outside 0 to 1, or a Weibull stimulus that is not above zero.
    ShapeError
        Shapes that do not fit.
    """
    shape, counts = _checked(stimulus, yes, n, curve, guess, lapse)
    if (early := _degenerate(shape, counts, guess, lapse, level)) is not None:
        return early
    best = maximum(shape, counts, guess, lapse, (MOST_GUESSES, MOST_LAPSES))
    if best.stepped:
        return _step(shape, counts, best, level)
    if best.flat:
        return _no_curve(shape, counts, FitStatus.NO_SIGNAL, level, guess, lapse)
    fit = fitted(shape, counts, best, level)
    if not interval:
        return fit
    low, high, gentle, steep = profile_ends(shape, counts, best, (MOST_GUESSES, MOST_LAPSES), level)
    scales = sorted((shape.scale(gentle), shape.scale(steep)))
    return replace(
        fit, low=shape.stimulus(low), high=shape.stimulus(high), scale_low=scales[0], scale_high=scales[1],
        interval="profile",
    )  # fmt: skip


def fitted(curve: Curve, counts: Counts, best: Maximum, level: float) -> PsychometricFit:
    """A maximum in the words of the record, without intervals."""
    t, b, g, lap = map(float, best.theta)
    middle = curve.stimulus(t)
    span = 1 - g - lap
    share = (0.5 - g) / span
    slope = float(span * curve.density(curve.middle) * b * curve.stretch(middle))
    half = curve.stimulus(t + (curve.inverse(share) - curve.middle) / b) if 0 < share < 1 else math.nan
    return PsychometricFit(
        curve.name, FitStatus.AT_BOUND if best.at_bound else FitStatus.OK, middle, math.nan, math.nan, half,
        curve.scale(b), math.nan, math.nan, slope, g, lap,
        best.value, 2 * (saturated(counts) - best.value), counts.u.size - 2 - best.n_free_rates, int(counts.n.sum()),
        level, "none", tuple(name for name, free in zip(("guess", "lapse"), best.free[2:], strict=True) if free),
    )  # fmt: skip


def probability(fit: PsychometricFit, stimulus: Array) -> Array:
    """P of the fitted curve at stimuli, same shape."""
    curve = CURVES[fit.curve]
    x = np.asarray(stimulus, dtype=np.float64)
    eta = curve.middle + curve.steepness(fit.scale) * (curve.axis(x) - curve.axis(np.float64(fit.threshold)))
    return np.asarray(fit.guess + (1 - fit.guess - fit.lapse) * curve.cumulative(eta))


def _checked(stimulus: Array, yes: Array, n: Array, curve: str, guess: float, lapse: float) -> tuple[Curve, Counts]:
    if curve not in CURVES:
        raise InputError("no such curve", expected=", ".join(CURVES), got=curve)
    x, k, m = (np.atleast_1d(np.asarray(a, dtype=np.float64)) for a in (stimulus, yes, n))
    if not x.shape == k.shape == m.shape or x.ndim != 1:
        raise ShapeError("stimuli and counts", expected=x.shape, got=f"{k.shape} and {m.shape}")
    if not (np.isfinite(x).all() and (k >= 0).all() and (k <= m).all() and (m > 0).any()):
        raise InputError("counts that cannot be", expected="0 ≤ yes ≤ n and finite stimuli", got=f"{k} of {m}")
    for name, rate in (("guess", guess), ("lapse", lapse)):
        if not (math.isnan(rate) or 0 <= rate < 1):
            raise RangeError(f"{name} rate", expected="0 to 1, or FREE", got=rate)
    if curve == "weibull" and (x <= 0).any():
        raise RangeError("a Weibull curve begins at zero", expected="stimuli above 0", got=float(x.min()))
    used = m > 0
    levels, place = np.unique(x[used], return_inverse=True)
    shape = CURVES[curve]
    return shape, Counts(shape.axis(levels), levels, _sums(place, k[used]), _sums(place, m[used]))


def _sums(place: NDArray[np.intp], counts: Array) -> Array:
    """Answers of equal stimuli together."""
    return np.bincount(place, counts).astype(np.float64)


def _degenerate(curve: Curve, counts: Counts, guess: float, lapse: float, level: float) -> PsychometricFit | None:
    """What needs no fit: everything felt, nothing felt, or one stimulus only."""
    some, all_ = counts.yes.sum(), counts.n.sum()
    if some == 0:
        return _bounded(curve, counts, (float(counts.x[-1]), math.inf), level, guess, lapse)
    if some == all_:
        floor = 0.0 if curve.name == "weibull" else -math.inf
        return _bounded(curve, counts, (floor, float(counts.x[0])), level, guess, lapse)
    if counts.x.size < 2:
        return _no_curve(curve, counts, FitStatus.TOO_FEW_TRIALS, level, guess, lapse)
    return None


def _step(curve: Curve, counts: Counts, best: Maximum, level: float) -> PsychometricFit:
    """Between the last stimulus of the lower plateau and the first of the upper: no slope can be named."""
    t, b, g, lap = map(float, best.theta)
    share = curve.cumulative(curve.middle + b * (counts.u - t))
    below, above = counts.x[share < _NOTHING], counts.x[share > 1 - _NOTHING]
    ends = (float(below[-1]) if below.size else -math.inf, float(above[0]) if above.size else math.inf)
    fit = _bounded(curve, counts, ends, level, g, lap)
    return replace(fit, log_likelihood=log_likelihood(curve, counts, best.theta))


def _bounded(
    curve: Curve, counts: Counts, ends: tuple[float, float], level: float, guess: float, lapse: float
) -> PsychometricFit:
    """A threshold of which only bounds are known; its value is the middle, or the bound that there is."""
    low, high = ends
    finite = [end for end in ends if math.isfinite(end)]
    logarithmic = curve.name == "weibull" and low > 0 and math.isfinite(high)
    middle = math.sqrt(low * high) if logarithmic else sum(finite) / len(finite)
    fit = _no_curve(curve, counts, FitStatus.CENSORED, level, guess, lapse)
    return replace(fit, threshold=middle, low=low, high=high)


def _no_curve(
    curve: Curve, counts: Counts, status: FitStatus, level: float, guess: float, lapse: float
) -> PsychometricFit:
    nan = math.nan
    return PsychometricFit(
        curve.name, status, nan, nan, nan, nan, nan, nan, nan, nan, guess, lapse, nan, nan, 0, int(counts.n.sum()),
        level, "none",
    )  # fmt: skip
