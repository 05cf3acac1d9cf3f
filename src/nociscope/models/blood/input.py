"""From the blood of one scan to its arterial input function, with all that is not known of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nociscope.core.blood import BloodResult, CurveFit
from nociscope.core.estimate import Estimate
from nociscope.core.problem import Problem
from nociscope.core.records import Array, Blood, InputFunction, Samples
from nociscope.core.status import FitStatus
from nociscope.models.blood import checks
from nociscope.models.blood.blood_curve import WHOLE_BLOOD
from nociscope.models.blood.curve import Curve, FittedCurve, InterpolatedCurve, ParametricCurve
from nociscope.models.blood.noise import outlying
from nociscope.models.blood.parent_fraction import PARENT_FRACTION, with_start
from nociscope.models.blood.plasma_ratio import PLASMA_RATIO
from nociscope.models.blood.selection import best, candidates, named_or_best, redraw
from nociscope.models.blood.settings import BloodSettings
from nociscope.models.blood.whole_blood import BloodPoints, merged, unique_samples

_GRID = ((0.0, 5.0, 1 / 60), (5.0, 10.0, 5 / 60), (10.0, 30.0, 0.25), (30.0, math.inf, 0.5))
_PAIR_MIN = 1.5 / 60
_ARRIVED = 0.02
_EDGE = 0.02


@dataclass(frozen=True, eq=False)
class _Part:
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


def time_grid(end_min: float) -> Array:
    """Times of the input function, min: every second to 5 min, then 5 s, 15 s and 30 s, closing on the end."""
    parts = [np.arange(start, min(stop, end_min), step) for start, stop, step in _GRID if start < end_min]
    grid = np.concatenate([*parts, [end_min]])
    keep: Array = grid[np.concatenate([np.diff(grid) > 1e-9, [True]])]
    return keep


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


def _ratio_part(blood: Blood, settings: BloodSettings) -> _Part:
    time, values = ratio_samples(blood)
    if not math.isnan(settings.ratio):
        known = _given(settings.ratio)
        return _Part("plasma_to_blood_ratio", time, values, [known], known)
    named = settings.plasma_to_blood
    free = [curve for curve in PLASMA_RATIO.values() if not isinstance(curve, InterpolatedCurve)]
    curves = free if named == "best" else [PLASMA_RATIO[named]]
    apart = outlying(values) if named != "interpolated" else np.zeros(values.size, dtype=bool)
    fits, chosen = _fitted(curves, free, time[~apart], values[~apart], None)
    return _Part("plasma_to_blood_ratio", time, values, fits, chosen, _set_aside(time[apart]))


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
    chosen = named_or_best(fits, lines.fit(time, values, weights, noise))
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


def _fraction_part(samples: Samples, settings: BloodSettings) -> _Part:
    """A value at injection is a definition, not a measurement: curves with a formula are not held to it."""
    named, start = settings.parent_fraction, settings.parent_fraction_start
    free = [curve for curve in PARENT_FRACTION.values() if not isinstance(curve, InterpolatedCurve)]
    curves = free if named == "best" else [PARENT_FRACTION[named]]
    keep = (samples.time > 0) | (named == "interpolated")
    time, values = samples.time[keep], samples.value[keep]
    weights = _counting_weights(values)
    fits, chosen = _fitted(_with_starts(curves, start), _with_starts(free, "one"), time, values, weights)
    return _Part("metabolite_parent_fraction", time, values, fits, chosen)


def _counting_weights(fraction: Array) -> Array:
    """1/variance of a share of counts, p (1 − p), up to a factor; p is kept from the edges, where it would vanish."""
    p = np.clip(fraction, _EDGE, 1 - _EDGE)
    weights: Array = 1 / (p * (1 - p))
    return np.asarray(weights / np.mean(weights))


def _dispersion_min(blood: Blood, settings: BloodSettings) -> float:
    if settings.dispersion_s is not None:
        return settings.dispersion_s / 60
    known = math.isfinite(blood.dispersion_min) and not blood.dispersion_corrected
    return blood.dispersion_min if known else 0.0


def _points(blood: Blood, settings: BloodSettings, ratio: FittedCurve) -> BloodPoints:
    whole_there = any(s is not None and s.value.size for s in (blood.whole_blood, blood.autosampler))
    if whole_there:
        return merged(blood, _dispersion_min(blood, settings), settings.autosampler_until_min)
    assert blood.plasma is not None
    points = merged(Blood(blood.plasma, None, None), 0.0)
    scale = ratio.at(points.time)
    return BloodPoints(points.time, points.activity / scale, points.sd / scale, "plasma over the given ratio")


def _ensemble(parts: Sequence[_Part], grid: Array, rng: np.random.Generator, n: int) -> list[Array]:
    return [redraw(part.fits, part.chosen, rng, n, grid) for part in parts]


def _assembled(whole: Array, ratio: Array, fraction: Array) -> tuple[Array, Array, Array, Array]:
    """Whole blood, plasma, fraction held to 0–1, input; activity floored at zero, where only noise goes lower."""
    held = np.clip(fraction, 0, 1)
    blood = np.maximum(whole, 0)
    plasma = blood * np.maximum(ratio, 0)
    return blood, plasma, held, plasma * held


def blocked(blood: Blood, problems: Sequence[Problem]) -> BloodResult:
    """Return no input function, and why."""
    return BloodResult(FitStatus.MISSING_BLOOD, None, blood, problems=tuple(problems))


def input_function(blood: Blood, settings: BloodSettings, *, rng: np.random.Generator) -> BloodResult:
    """Arterial input function of one scan.

    Dispersion is taken back, autosampler and manual samples are joined, and AIF = whole blood × plasma ratio ×
    parent fraction on a fine grid. Uncertainty is an ensemble: each draw refits every part to samples with other
    noise and, where the curve was chosen by AICc, draws the curve by its Akaike weight.

    Parameters
    ----------
    blood : samples, min and kBq/mL.
    settings : curves to use.
    rng : source of the ensemble; the same seed gives the same draws.

    Returns
    -------
    BloodResult
        With ``status`` ``missing_blood`` and the reason in ``problems`` where the data do not allow an input.
    """
    found = checks.problems(blood, ratio_known=not math.isnan(settings.ratio))
    if any(p.severity == "error" for p in found):
        return blocked(blood, found)
    assert blood.parent_fraction is not None
    ratio = _ratio_part(blood, settings)
    fraction = _fraction_part(blood.parent_fraction, settings)
    if missing_part := next((p for p in (ratio, fraction) if not p.chosen.status.keeps_value), None):
        return blocked(blood, [*found, _unfitted(missing_part)])
    found += [*ratio.problems, *fraction.problems]
    points = _points(blood, settings, ratio.chosen)
    curve = WHOLE_BLOOD[settings.whole_blood].fit(points)
    whole = _Part("whole_blood_radioactivity", points.time, points.activity, [curve], curve)
    if not curve.status.keeps_value:
        return blocked(blood, [*found, _unfitted(whole)])
    return _result(blood, settings, (whole, ratio, fraction), points, found, rng)


def _unfitted(part: _Part) -> Problem:
    return Problem(
        f"{part.symbol.replace('_', '-')}-unfitted", part.symbol,
        f"{part.values.size} usable samples; the curve {part.chosen.model}: {part.chosen.status.sentence}",
        checks.BLOCKS, "name a simpler curve in the settings", "error",
    )  # fmt: skip


def _result(
    blood: Blood, settings: BloodSettings, parts: Sequence[_Part], points: BloodPoints,
    found: Sequence[Problem], rng: np.random.Generator,
) -> BloodResult:  # fmt: skip
    last = float(points.time[-1])
    grid = time_grid(settings.end_min or last)
    found = [*found, *_held(grid[-1], last)]
    curves = [part.chosen.at(grid) for part in parts]
    whole, plasma, fraction, aif = _assembled(*curves)
    drawn = _ensemble(parts, grid, rng, settings.draws) if settings.draws else None
    draws = None
    if drawn is not None:
        drawn_whole, _, _, drawn_aif = _assembled(*drawn)
        draws = np.stack([drawn_aif, drawn_whole], axis=1)
    method = {
        "whole_blood": f"{parts[0].chosen.model}: {points.method}",
        "plasma_to_blood": parts[1].chosen.model,
        "parent_fraction": parts[2].chosen.model,
        "uncertainty": f"ensemble of {settings.draws} refits" if settings.draws else "none",
    }
    record = InputFunction(grid, aif, whole, plasma, fraction, draws, method=method, entities=blood.entities)
    fits = {p.symbol: p.record(grid, None if drawn is None else drawn[i]) for i, p in enumerate(parts)}
    return BloodResult(FitStatus.OK, record, blood, fits, {"AUC_AIF": _area(record)}, tuple(found))


def _held(end: float, last: float) -> list[Problem]:
    if end <= last:
        return []
    return [Problem("blood-ends-early", "whole_blood_radioactivity", f"the last sample is of {last:.1f} min, the "
                    f"input function goes on to {end:.1f} min at its level", (), "", "note")]  # fmt: skip


def _area(record: InputFunction) -> Estimate:
    area = float(np.trapezoid(record.aif, record.time))
    if record.draws is None or len(record.draws) < 2:
        return Estimate(area, math.nan, "kBq min/mL", "none", FitStatus.NO_INTERVAL)
    spread = float(np.trapezoid(record.draws[:, 0], record.time, axis=1).std(ddof=1))
    return Estimate(area, spread, "kBq min/mL", "ensemble")
