"""How far the maps of two muscles lie over one another, in several numbers and no composite.

"Smudging" of the maps of back muscles has been reported as centres of gravity that come together (Tsao et al. 2011);
shared sites and shared strength are other questions, and the numbers need not agree.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.core.scores import Score
from nociscope.core.status import FitStatus
from nociscope.core.tms import Flags, MapRules, MuscleMap
from nociscope.models.tms.map_geometry import Geometry, geometry
from nociscope.models.tms.map_numbers import LEAST_ACTIVE, active_sites
from nociscope.models.tms.muscle_map import default_rules, drawn_values, interval, site_values, threshold_above

Array = NDArray[np.float64]

MEASURES = {
    "map_overlap_dice": "1", "map_overlap_jaccard": "1", "map_overlap_smaller": "1", "map_overlap_weighted": "1",
    "map_overlap_bhattacharyya": "1", "map_cog_distance": "cm", "map_overlap_area": "cm2",
}  # fmt: skip


def map_overlap(
    first: MuscleMap, second: MuscleMap, rules: MapRules | None = None, draws: int = 0, seed: int = 0,
    level: float = 0.95,
) -> dict[str, Score]:  # fmt: skip
    """Compare the maps of two muscles from the same sites.

    Where both muscles were recorded at the same pulses, the bootstrap takes the same pulses for both.

    Parameters
    ----------
    first, second : on the same sites in the same order.
    rules : for both; the default of each where absent.
    draws, seed, level : of the bootstrap over pulses within site; 0 draws give no intervals.

    Returns
    -------
    Dice, Jaccard, share of the smaller map, Σmin/Σmax of maps over their maxima, Bhattacharyya coefficient of maps over
    their sums, distance of centres of gravity, shared area.

    Raises
    ------
    InputError
        The maps have other sites.
    """
    if first.x.shape != second.x.shape or not (np.allclose(first.x, second.x) and np.allclose(first.y, second.y)):
        raise InputError(
            "maps of two muscles", expected="the same sites in the same order",
            got=f"{first.x.size} and {second.x.size} sites", do="keep the sites that both have",
        )  # fmt: skip
    chosen = (rules or default_rules(first), rules or default_rules(second))
    sites = geometry(first, chosen[0].area)
    pair = [(m, r) for m, r in zip((first, second), chosen, strict=True)]
    held = [_active_values(site_values(m)[None], m, r) for m, r in pair]
    numbers = {k: float(v[0]) for k, v in overlap_numbers(held[0], held[1], sites).items()}
    drawn = _drawn(pair, sites, draws, seed) if draws else {}
    flags = ("default_threshold",) if not all(r.declared for r in chosen) else ()
    part = f"{first.muscle}-{second.muscle}"
    asked = first.pulses.size + second.pulses.size
    given = int(np.isfinite(first.pulses).sum() + np.isfinite(second.pulses).sum())
    return {
        name: _score(name, numbers[name], drawn.get(name), level, (part, first.side, given, asked, chosen[0], flags))
        for name in MEASURES
    }


def overlap_numbers(first: Array, second: Array, sites: Geometry) -> dict[str, Array]:
    """Measure rows of active values, shape (map, site), µV and 0 where inactive; returns shape (map,) each."""
    a, b = first > 0, second > 0
    both, na, nb = (a & b).sum(axis=1), a.sum(axis=1), b.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, q = first / first.max(axis=1, keepdims=True), second / second.max(axis=1, keepdims=True)
        shares = [v / v.sum(axis=1, keepdims=True) for v in (first, second)]
        centres = [
            np.where((n >= LEAST_ACTIVE)[:, None], s @ sites.places, np.nan)
            for s, n in zip(shares, (na, nb), strict=True)
        ]  # fmt: skip
        found = {
            "map_overlap_dice": 2 * both / (na + nb),
            "map_overlap_jaccard": both / (na + nb - both),
            "map_overlap_smaller": both / np.minimum(na, nb),
            "map_overlap_weighted": np.minimum(p, q).sum(axis=1) / np.maximum(p, q).sum(axis=1),
            "map_overlap_bhattacharyya": np.sqrt(shares[0] * shares[1]).sum(axis=1),
            "map_cog_distance": np.hypot(*(centres[0] - centres[1]).T),
            "map_overlap_area": (a & b) @ sites.areas,
        }
    empty = np.minimum(na, nb) == 0
    return {k: np.where(empty, np.nan, v) for k, v in found.items()}


def _active_values(values: Array, muscle_map: MuscleMap, rules: MapRules) -> Array:
    active: Flags = active_sites(values, rules, threshold_above(muscle_map, rules))
    return np.where(active, values, 0.0)


def _drawn(pair: list[tuple[MuscleMap, MapRules]], sites: Geometry, draws: int, seed: int) -> dict[str, Array]:
    """Draws of both maps; together where they come from the same pulses."""
    (first, _), (second, _) = pair
    together = np.array_equal(np.isfinite(first.pulses), np.isfinite(second.pulses))
    seeds = (seed, seed) if together else np.random.SeedSequence(seed).generate_state(2).tolist()
    held = []
    for (muscle_map, rules), own in zip(pair, seeds, strict=True):
        values, _ = drawn_values(muscle_map, draws, np.random.default_rng(own))
        held.append(_active_values(values, muscle_map, rules))
    return overlap_numbers(held[0], held[1], sites)


_Place = tuple[str, str, int, int, MapRules, tuple[str, ...]]


def _score(name: str, value: float, drawn: Array | None, level: float, place: _Place) -> Score:
    part, side, given, asked, rules, flags = place
    status = FitStatus.TOO_FEW_TRIALS if math.isnan(value) else FitStatus.OK
    se, detail = interval(drawn, level) if status.keeps_value else (math.nan, {})
    return Score(
        name, part, value, MEASURES[name], status, f"{rules.words}, version 1", side, se, value, value, given, asked,
        flags=flags, detail=detail, cites=("tsao2011",) if name == "map_cog_distance" else (),
    )  # fmt: skip
