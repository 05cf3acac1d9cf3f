"""The two parts that turn whole blood into parent plasma: their samples, the curves tried, the curve chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nociscope.core.blood import CurveFit
from nociscope.core.estimate import Estimate
from nociscope.core.problem import Problem
from nociscope.core.records import Array, Blood, Samples
from nociscope.core.status import FitStatus
from nociscope.models.blood.curve import Curve, FittedCurve, InterpolatedCurve, ParametricCurve
from nociscope.models.blood.noise import outlying
from nociscope.models.blood.parent_fraction import PARENT_FRACTION, with_start
from nociscope.models.blood.plasma_ratio import PLASMA_RATIO
from nociscope.models.blood.selection import best, candidates, choose
from nociscope.models.blood.settings import BloodSettings
from nociscope.models.blood.whole_blood import unique_samples

_PAIR_MIN = 1.5 / 60
_ARRIVED = 0.02
_EDGE = 0.02


@dataclass(frozen=True, eq=False)
class Part:
    """One modelled part: its samples, the curves tried, the curve chosen."""

    symbol: str
    time: Array
    values: Array
    fits: Sequence[FittedCurve]
    chosen: FittedCurve
    problems: tuple[Problem, ...] = ()

    def record(self, grid: Array, draws: Array | None) -> CurveFit:
        """Freeze for the report."""
        low, high = (None, None) if draws is None else np.quantile(draws, [0.025, 0.975], axis=0)
        return CurveFit(
            self.symbol, self.chosen.model, self.chosen.status, self.chosen.parameters, self.time, self.values,
            self.chosen.at(self.time), self.chosen.at(grid), low, high,
            candidates(self.fits, self.chosen), self.chosen.cites,
        )  # fmt: skip


def ratio_samples(blood: Blood) -> tuple[Array, Array]:
    """Plasma over whole blood where both were sampled within 1.5 s, after arrival; min and unitless."""
    if blood.plasma is None or blood.whole_blood is None or not blood.whole_blood.value.size:
        return np.empty(0), np.empty(0)
    time, plasma = unique_samples(blood.plasma)
    at, whole = unique_samples(blood.whole_blood)
    nearest = np.abs(at[:, None] - time).argmin(axis=0)
    arrived = np.maximum.accumulate(whole > _ARRIVED * whole.max())[nearest] & (whole[nearest] > 0) & (plasma > 0)
    keep = arrived & (np.abs(at[nearest] - time) <= _PAIR_MIN)
    return time[keep], plasma[keep] / whole[nearest][keep]


def ratio_part(blood: Blood, settings: BloodSettings) -> Part:
    """Hold the chosen curve to the plasma-to-blood ratio; a given ratio needs no samples and overrules them."""
    time, values = ratio_samples(blood)
    if not math.isnan(settings.ratio):
        known = _given(settings.ratio)
        return Part("plasma_to_blood_ratio", time, values, [known], known)
    named = settings.plasma_to_blood
    free = [curve for curve in PLASMA_RATIO.values() if not isinstance(curve, InterpolatedCurve)]
    curves = free if named == "best" else [PLASMA_RATIO[named]]
    apart = outlying(values) if named != "interpolated" else np.zeros(values.size, dtype=bool)
    fits, chosen = _fitted(curves, free, time[~apart], values[~apart], None)
    found = (*_set_aside(time[apart]), *_fallen_back("plasma_to_blood_ratio", named, chosen))
    return Part("plasma_to_blood_ratio", time, values, fits, chosen, found)


def _fallen_back(symbol: str, named: str, chosen: FittedCurve) -> tuple[Problem, ...]:
    if named != "best" or chosen.model != "interpolated":
        return ()
    return (Problem("too-few-for-a-curve", symbol, f"{chosen.n} samples are too few to judge a curve by AICc: straight "
                    "lines between the samples are used", (), "name a curve in the settings", "warn"),)  # fmt: skip


def _fitted(
    curves: Sequence[Curve], free: Sequence[Curve], time: Array, values: Array, weights: Array | None
) -> tuple[Sequence[FittedCurve], FittedCurve]:
    """Fit the curves and choose; lines through the points take their noise from the best of the free curves."""

    def noise() -> Array | None:
        fits = [curve.fit(time, values, weights) for curve in free]
        index = best(fits)
        if index is None:
            return None
        spare = fits[index].n - fits[index].k + 1
        sd: Array = np.sqrt(fits[index].rss / spare / (np.ones_like(values) if weights is None else weights))
        return sd

    lines = InterpolatedCurve()
    fits = [
        lines.fit(time, values, weights, noise) if isinstance(c, InterpolatedCurve) else c.fit(time, values, weights)
        for c in curves
    ]
    chosen = choose(fits, lines.fit(time, values, weights, noise))
    return (fits if chosen in fits else [chosen]), chosen


def _set_aside(time: Array) -> tuple[Problem, ...]:
    if not time.size:
        return ()
    when = ", ".join(f"{t:.3g}" for t in time)
    return (Problem("ratio-outlier", "plasma_radioactivity", f"plasma or whole blood at {when} min stands apart from "
                    "its neighbours: not used for the curve of the plasma-to-blood ratio, shown in its figure", (),
                    "check these samples at their source", "warn"),)  # fmt: skip


def _given(ratio: float) -> FittedCurve:
    return FittedCurve(
        "given", FitStatus.NO_INTERVAL, {"level": Estimate(ratio, status=FitStatus.NO_INTERVAL)}, 0, 0, 0.0,
        math.nan, math.nan, lambda time: np.full(time.shape, ratio), lambda _rng, n, t: np.full((n, t.size), ratio),
    )  # fmt: skip


def _with_starts(curves: Sequence[Curve], start: str) -> list[Curve]:
    """Add to each curve, or put in its place, the same curve with a fitted value at injection."""
    both: list[Curve] = []
    for curve in curves:
        if start in ("one", "best") or not isinstance(curve, ParametricCurve):
            both.append(curve)
        if start in ("fit", "best") and isinstance(curve, ParametricCurve):
            both.append(with_start(curve))
    return both


def fraction_part(samples: Samples, settings: BloodSettings) -> Part:
    """Hold the chosen curve to the parent fraction, weighted as a share of counts.

    A value at injection is a definition, not a measurement: curves with a formula are not held to it.
    """
    named, start = settings.parent_fraction, settings.parent_fraction_start
    free = [curve for curve in PARENT_FRACTION.values() if not isinstance(curve, InterpolatedCurve)]
    curves = free if named == "best" else [PARENT_FRACTION[named]]
    keep = (samples.time > 0) | (named == "interpolated")
    time, values = samples.time[keep], samples.value[keep]
    weights = _counting_weights(values)
    fits, chosen = _fitted(_with_starts(curves, start), free, time, values, weights)
    found = _fallen_back("metabolite_parent_fraction", named, chosen)
    return Part("metabolite_parent_fraction", time, values, fits, chosen, found)


def _counting_weights(fraction: Array) -> Array:
    """1/variance of a share of counts, p (1 − p), up to a factor; p is kept from the edges, where it would vanish."""
    p = np.clip(fraction, _EDGE, 1 - _EDGE)
    weights: Array = 1 / (p * (1 - p))
    return np.asarray(weights / np.mean(weights))
