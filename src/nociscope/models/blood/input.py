"""From the blood of one scan to its arterial input function, with all that is not known of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nociscope.core.blood import BloodResult
from nociscope.core.estimate import Estimate
from nociscope.core.problem import Problem
from nociscope.core.records import Array, Blood, InputFunction
from nociscope.core.status import FitStatus
from nociscope.models.blood import checks
from nociscope.models.blood.blood_curve import WHOLE_BLOOD
from nociscope.models.blood.curve import FittedCurve
from nociscope.models.blood.parts import Part, fraction_part, ratio_part
from nociscope.models.blood.selection import redraw
from nociscope.models.blood.settings import BloodSettings
from nociscope.models.blood.whole_blood import BloodPoints, merged

_GRID = ((0.0, 5.0, 1 / 60), (5.0, 10.0, 5 / 60), (10.0, 30.0, 0.25), (30.0, math.inf, 0.5))


def time_grid(end_min: float) -> Array:
    """Times of the input function, min: every second to 5 min, then 5 s, 15 s and 30 s, closing on the end."""
    parts = [np.arange(start, min(stop, end_min), step) for start, stop, step in _GRID if start < end_min]
    grid = np.concatenate([*parts, [end_min]])
    keep: Array = grid[np.concatenate([np.diff(grid) > 1e-9, [True]])]
    return keep


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


def _ensemble(parts: Sequence[Part], grid: Array, rng: np.random.Generator, n: int) -> list[Array]:
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
    ratio = ratio_part(blood, settings)
    fraction = fraction_part(blood.parent_fraction, settings)
    if missing_part := next((p for p in (ratio, fraction) if not p.chosen.status.keeps_value), None):
        return blocked(blood, [*found, _unfitted(missing_part)])
    found += [*ratio.problems, *fraction.problems]
    points = _points(blood, settings, ratio.chosen)
    curve = WHOLE_BLOOD[settings.whole_blood].fit(points)
    whole = Part("whole_blood_radioactivity", points.time, points.activity, [curve], curve)
    if not curve.status.keeps_value:
        return blocked(blood, [*found, _unfitted(whole)])
    return _result(blood, settings, (whole, ratio, fraction), points, found, rng)


def _unfitted(part: Part) -> Problem:
    return Problem(
        f"{part.symbol.replace('_', '-')}-unfitted", part.symbol,
        f"{part.values.size} usable samples; the curve {part.chosen.model}: {part.chosen.status.sentence}",
        checks.BLOCKS, "name a simpler curve, or give the tracer's ratio where that lacks", "error",
    )  # fmt: skip


def _result(
    blood: Blood, settings: BloodSettings, parts: Sequence[Part], points: BloodPoints,
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
