"""Maps of one muscle on the scalp: area, volume, centre of gravity, peaks, each with an interval over pulses.

A site's size is the mean of its pulses less the background of a contracting muscle. The threshold of an active site has
to be declared: without one, a muscle at rest is read at 50 µV and a contracting one at a quarter of the maximum, and
the numbers say that nobody chose it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nociscope.core.scores import Score
from nociscope.core.status import FitStatus
from nociscope.core.tms import MapMetrics, MapRules, MuscleMap
from nociscope.models.tms.map_geometry import Geometry, geometry, hull_corners
from nociscope.models.tms.map_numbers import active_sites, map_numbers, peak_sites, probability_area

Array = NDArray[np.float64]

UNITS = {
    "map_area": "cm2", "map_volume": "uV*cm2", "map_volume_normalised": "%", "map_cog_x": "cm", "map_cog_y": "cm",
    "map_hotspot_x": "cm", "map_hotspot_y": "cm", "map_peaks": "1", "map_probability_area": "cm2",
}  # fmt: skip


def map_metrics(
    muscle_map: MuscleMap, rules: MapRules | None = None, draws: int = 0, seed: int = 0, level: float = 0.95
) -> MapMetrics:
    """Measure a map.

    Parameters
    ----------
    muscle_map : pulses at sites.
    rules : threshold, area and peaks; a default that says so where absent.
    draws, seed, level : of the bootstrap over pulses within site; 0 draws give no intervals.
    """
    rules = rules or default_rules(muscle_map)
    sites = geometry(muscle_map, rules.area)
    values = site_values(muscle_map)
    stimulated = np.isfinite(values)
    active = active_sites(values[None], rules, threshold_above(muscle_map, rules))
    numbers = {k: float(v[0]) for k, v in map_numbers(values[None], active, sites, rules).items()}
    numbers["map_probability_area"] = float(probability_area(muscle_map.pulses[None], sites, rules)[0])
    drawn = _drawn(muscle_map, rules, sites, draws, seed) if draws else {}
    peaks = np.flatnonzero(peak_sites(values[None], sites, rules)[0]) if sites.regular and active.any() else np.zeros(0)
    truncated = bool((active[0] & sites.border).any())
    flags = _flags(muscle_map, rules, truncated, stimulated)
    scores = {
        name: _score(name, numbers[name], drawn.get(name), muscle_map, (rules, level, flags)) for name in UNITS
    }  # fmt: skip
    return MapMetrics(
        muscle_map.muscle, muscle_map.side, values, active[0],
        tuple(sorted((int(i) for i in peaks), key=lambda i: -values[i])),
        int(np.nanargmax(values)) if stimulated.any() else -1, hull_corners(sites.places[active[0]]), scores,
        tuple(int(i) for i in np.flatnonzero(~stimulated)), truncated, rules,
    )  # fmt: skip


def default_rules(muscle_map: MuscleMap) -> MapRules:
    """Return the threshold that is taken where nobody declared one, marked as such."""
    area = "cell" if math.isfinite(muscle_map.cell_cm) else "voronoi"
    if muscle_map.background is None:
        return MapRules(area=area, declared=False)
    return MapRules(threshold="share", level=0.25, area=area, declared=False)


def site_values(muscle_map: MuscleMap) -> Array:
    """Mean of each site's pulses less its background, µV, never below zero; nan where no pulse is valid."""
    given = np.isfinite(muscle_map.pulses)
    count = given.sum(axis=1)
    total = np.where(given, muscle_map.pulses, 0.0).sum(axis=1)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean if muscle_map.background is None else np.maximum(mean - muscle_map.background, 0.0)


def drawn_values(muscle_map: MuscleMap, draws: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Resample pulses within sites.

    Means of few pulses vary less when resampled than they really do, by (n − 1)/n; they are widened by that much.

    Returns
    -------
    means less background, shape (draw, site), and pulses, shape (draw, site, pulse).
    """
    order = np.argsort(np.isnan(muscle_map.pulses), axis=1, kind="stable")  # nan last, the rest as they came
    pulses = np.take_along_axis(muscle_map.pulses, order, axis=1)
    count = np.isfinite(pulses).sum(axis=1)
    pick = (rng.random((draws, *pulses.shape)) * np.maximum(count, 1)[:, None]).astype(np.int64)
    taken = pulses[np.arange(len(pulses))[:, None], pick]
    taken[:, np.arange(pulses.shape[1]) >= count[:, None]] = np.nan
    size = np.maximum(count, 1)
    mean = np.where(count > 0, np.nan_to_num(taken).sum(axis=2) / size, np.nan)
    centre = np.where(count > 0, np.nan_to_num(pulses).sum(axis=1) / size, np.nan)
    wide = centre + (mean - centre) * np.sqrt(size / np.maximum(size - 1, 1))
    background = 0.0 if muscle_map.background is None else muscle_map.background
    return np.maximum(wide - background, 0.0), taken


def threshold_above(muscle_map: MuscleMap, rules: MapRules) -> Array | float:
    """What a site must exceed above its background, µV; nan under another rule, infinite where no SD is known."""
    if rules.threshold != "background":
        return math.nan
    spread = muscle_map.background_sd
    return np.full(muscle_map.x.shape, math.inf) if spread is None else rules.level * spread


def _drawn(muscle_map: MuscleMap, rules: MapRules, sites: Geometry, draws: int, seed: int) -> dict[str, Array]:
    values, pulses = drawn_values(muscle_map, draws, np.random.default_rng(seed))
    active = active_sites(values, rules, threshold_above(muscle_map, rules))
    numbers = map_numbers(values, active, sites, rules)
    return {**numbers, "map_probability_area": probability_area(pulses, sites, rules)}


def _flags(muscle_map: MuscleMap, rules: MapRules, truncated: bool, stimulated: NDArray[np.bool_]) -> tuple[str, ...]:
    count = np.isfinite(muscle_map.pulses).sum(axis=1)
    told = {
        "default_threshold": not rules.declared,
        "truncated": truncated,
        "sites_without_pulses": not bool(stimulated.all()),
        "single_pulse_sites": bool((count == 1).any()),
        "no_background_sd": rules.threshold == "background" and muscle_map.background_sd is None,
    }
    return tuple(name for name, holds in told.items() if holds)


def _score(
    name: str, value: float, drawn: Array | None, muscle_map: MuscleMap, how: tuple[MapRules, float, tuple[str, ...]]
) -> Score:
    rules, level, flags = how
    status = FitStatus.OK
    if math.isnan(value):
        regular = math.isfinite(muscle_map.cell_cm)
        status = FitStatus.NOT_APPLICABLE if name == "map_peaks" and not regular else FitStatus.TOO_FEW_TRIALS
    se, detail = interval(drawn, level) if status.keeps_value else (math.nan, {})
    given = int(np.isfinite(muscle_map.pulses).sum())
    return Score(
        name, muscle_map.muscle, value, UNITS[name], status, f"{rules.words}, version 1", muscle_map.side, se, value,
        value, given, muscle_map.pulses.size, flags=flags, detail=detail, cites=_CITES.get(name, ()),
    )  # fmt: skip


def interval(drawn: Array | None, level: float) -> tuple[float, dict[str, float]]:
    """Standard error and percentiles of the draws in which the number is defined, and their share."""
    known = drawn[np.isfinite(drawn)] if drawn is not None else np.zeros(0)
    if drawn is None or known.size < 2:
        return math.nan, {}
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    detail = {"ci_low": float(low), "ci_high": float(high), "share_defined": known.size / drawn.size}
    return float(known.std(ddof=1)), detail


_CITES = {
    "map_peaks": ("schabrun2015",),
    "map_cog_x": ("wassermann1992",),
    "map_cog_y": ("wassermann1992",),
    "map_probability_area": ("sinitsyn2019",),
}
