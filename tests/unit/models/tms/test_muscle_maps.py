"""Maps of muscles: geometry against brute force, peaks, truncation, bootstrap, overlap."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.status import FitStatus
from nociscope.models.tms import MapRules, MuscleMap, map_metrics, map_overlap
from nociscope.models.tms.map_geometry import geometry, hull_corners, polygon_area

X, Y = (a.ravel() for a in np.meshgrid(np.arange(-4, 5.0), np.arange(-4, 5.0)))


def hills(*places, width=1.0, height=1000.0):
    return sum(height * np.exp(-((X - x) ** 2 + (Y - y) ** 2) / 2 / width**2) for x, y in places)


def grid(values, **more):
    values = np.asarray(values, float)
    return MuscleMap("m", X, Y, values[:, None] if values.ndim == 1 else values, 1.0, **more)


def test_centre_of_a_hill_off_the_grid():
    found = map_metrics(grid(hills((0.3, -0.2))), MapRules(level=5.0))
    assert (found["map_cog_x"].value, found["map_cog_y"].value) == pytest.approx((0.3, -0.2), abs=0.02)
    assert found["map_peaks"].value == 1
    assert not found.truncated


def test_moving_and_scaling_a_map():
    first = map_metrics(grid(hills((0, 0), (2, 1))), MapRules(threshold="share", level=0.2))
    moved = MuscleMap("m", X + 3, Y - 1, 5 * hills((0, 0), (2, 1))[:, None], 1.0)
    second = map_metrics(moved, MapRules(threshold="share", level=0.2))
    assert second["map_cog_x"].value == pytest.approx(first["map_cog_x"].value + 3)
    assert second["map_volume"].value == pytest.approx(5 * first["map_volume"].value)
    for same in ("map_area", "map_volume_normalised", "map_peaks"):
        assert second[same].value == pytest.approx(first[same].value)


def brute_peaks(values, rules):
    top, at = values.max(), {(x, y): v for x, y, v in zip(X, Y, values, strict=True)}
    around = [s for s in itertools.product((-1, 0, 1), repeat=2) if s != (0, 0)]
    candidates = []
    for (x, y), v in at.items():
        lower = sum(v - at.get((x + i, y + j), -math.inf) >= rules.peak_prominence * top for i, j in around)
        if v > rules.peak_share * top and lower >= rules.peak_neighbours:
            candidates.append((v, x, y))
    kept = []
    for v, x, y in sorted(candidates, reverse=True):
        if all(max(abs(x - a), abs(y - b)) > 1 for _, a, b in kept):
            kept.append((v, x, y))
    return {(x, y) for _, x, y in kept}


def test_peaks_against_brute_force():
    rng, rules = np.random.default_rng(0), MapRules(level=0.0, peak_neighbours=6, peak_share=0.3)
    for _ in range(200):
        values = rng.gamma(1.0, 100.0, X.size)
        found = map_metrics(grid(values), rules)
        assert {(X[i], Y[i]) for i in found.peaks} == brute_peaks(values, rules)
        assert found["map_peaks"].value == len(found.peaks)


def test_a_gap_inside_the_grid_is_not_lower_but_what_lies_beyond_is():
    values = hills((0, 0))
    gaps = np.isin(np.arange(X.size), np.flatnonzero((np.abs(X) <= 1) & (Y == 1)))
    keep = MuscleMap("m", X[~gaps], Y[~gaps], values[~gaps][:, None], 1.0)
    assert map_metrics(keep, MapRules())["map_peaks"].value == 0
    blank = grid(np.where(gaps, np.nan, values))
    found = map_metrics(blank, MapRules())
    assert found["map_peaks"].value == 0
    assert found.excluded == tuple(np.flatnonzero(gaps))
    assert "sites_without_pulses" in found["map_area"].flags
    corner = map_metrics(grid(hills((-4, -4))), MapRules())
    assert corner["map_peaks"].value == 1 and corner.truncated


def test_thresholds():
    values = hills((0, 0))
    at_share = map_metrics(grid(values), MapRules(threshold="share", level=0.25))
    assert at_share.active.sum() == (values >= 250).sum()
    active = grid(values + 60, background=np.full(X.size, 60.0), background_sd=np.full(X.size, 20.0))
    above = map_metrics(active, MapRules(threshold="background", level=2.0))
    assert above.active.sum() == (values > 40).sum()
    unknown = dataclasses.replace(active, background_sd=None)
    none = map_metrics(unknown, MapRules(threshold="background", level=2.0))
    assert none["map_area"].value == 0 and "no_background_sd" in none["map_area"].flags
    assert none["map_cog_x"].status is FitStatus.TOO_FEW_TRIALS
    default = map_metrics(active)
    assert "default_threshold" in default["map_area"].flags
    assert default.rules.threshold == "share"


def test_fewer_than_three_active_sites_have_no_centre():
    values = np.where(np.arange(X.size) < 2, 100.0, 0.0)
    found = map_metrics(grid(values), MapRules())
    assert found["map_area"].value == 2
    assert found["map_cog_x"].status is FitStatus.TOO_FEW_TRIALS


def scattered(n=60, seed=0):
    rng = np.random.default_rng(seed)
    return MuscleMap("m", rng.uniform(-2, 2, n), rng.uniform(-2, 2, n), rng.uniform(0, 100, (n, 3)), math.nan)


def test_voronoi_cells_fill_the_hull_and_hold_what_is_nearest():
    muscle_map = scattered()
    sites = geometry(muscle_map, "voronoi")
    corners = hull_corners(sites.places)
    assert sites.areas.sum() == pytest.approx(polygon_area(corners))
    points = np.random.default_rng(1).uniform(-2, 2, (40_000, 2))
    edges = np.roll(corners, -1, axis=0) - corners
    inside = (
        (edges[:, 0] * (points[:, None, 1] - corners[:, 1]) - edges[:, 1] * (points[:, None, 0] - corners[:, 0])) >= 0
    ).all(axis=1)
    nearest = np.hypot(*(points[inside][:, None] - sites.places).transpose(2, 0, 1)).argmin(axis=1)
    share = np.bincount(nearest, minlength=60) / inside.sum()
    assert share == pytest.approx(sites.areas / sites.areas.sum(), abs=0.006)


def test_places_chosen_by_chance_have_areas_and_no_peaks():
    found = map_metrics(scattered(), MapRules(area="hull"))
    assert found["map_area"].value == pytest.approx(polygon_area(found.hull))
    assert found["map_peaks"].status is FitStatus.NOT_APPLICABLE
    with pytest.raises(InputError, match="regular grid"):
        map_metrics(scattered(), MapRules())


def pulses(values, n=8, spread=0.4, seed=0):
    rng = np.random.default_rng(seed)
    return np.maximum(values[:, None] * np.exp(rng.normal(-(spread**2) / 2, spread, (values.size, n))), 1.0)


def test_intervals_over_pulses_cover_where_the_centre_is():
    truth = hills((0.4, 0.3), width=1.3)
    goal = float(truth @ X / truth.sum())
    inside = 0
    for seed in range(150):
        score = map_metrics(grid(pulses(truth, 6, seed=seed)), MapRules(level=0.0), draws=300, seed=seed)["map_cog_x"]
        inside += score.detail["ci_low"] <= goal <= score.detail["ci_high"]
    assert 0.88 <= inside / 150 <= 0.99


def test_the_same_seed_gives_the_same_numbers_and_missing_pulses_pass():
    table = pulses(hills((0, 0)))
    table[10, 3:] = np.nan
    table[11] = np.nan
    first, second = (map_metrics(grid(table), MapRules(), draws=50, seed=2) for _ in range(2))
    assert first.scores == second.scores
    assert first.excluded == (11,)
    assert first["map_area"].n_valid == int(np.isfinite(table).sum())


def test_one_pulse_a_site_has_no_spread():
    found = map_metrics(grid(hills((0, 0))), MapRules(), draws=20)
    assert found["map_area"].se == 0.0
    assert "single_pulse_sites" in found["map_area"].flags


def test_a_map_lies_wholly_over_itself_and_not_over_a_far_one():
    a, far = grid(hills((-2, -2), width=0.7)), grid(hills((2, 2), width=0.7))
    same = {k: s.value for k, s in map_overlap(a, a, MapRules()).items()}
    assert same["map_cog_distance"] == 0
    assert all(v == pytest.approx(1) for k, v in same.items() if k not in ("map_cog_distance", "map_overlap_area"))
    other = {k: s.value for k, s in map_overlap(a, far, MapRules()).items()}
    assert other["map_overlap_dice"] == other["map_overlap_weighted"] == other["map_overlap_bhattacharyya"] == 0
    assert other["map_cog_distance"] == pytest.approx(math.hypot(4, 4), rel=0.01)


def test_overlap_is_symmetric_and_pulses_of_both_are_drawn_together():
    a, b = grid(pulses(hills((0, 0)))), grid(pulses(hills((1, 0)), seed=9))
    first, second = map_overlap(a, b, MapRules(), draws=60), map_overlap(b, a, MapRules(), draws=60)
    assert {k: v.value for k, v in first.items()} == pytest.approx({k: v.value for k, v in second.items()})
    assert map_overlap(a, a, MapRules(), draws=60)["map_cog_distance"].detail["ci_high"] == 0
    assert first["map_cog_distance"].detail["ci_low"] > 0


def test_an_empty_map_has_no_overlap():
    found = map_overlap(grid(hills((0, 0))), grid(np.zeros(X.size)), MapRules())
    assert found["map_overlap_dice"].status is FitStatus.TOO_FEW_TRIALS
    with pytest.raises(InputError, match="same sites"):
        map_overlap(grid(hills((0, 0))), scattered(), MapRules())


def test_what_is_no_map():
    with pytest.raises(InputError, match="twice"):
        MuscleMap("m", [0, 0], [1, 1], [[1.0], [2.0]], 1.0)
    with pytest.raises(RangeError):
        MuscleMap("m", [0, 1], [1, 1], [[1.0], [-2.0]], 1.0)
    with pytest.raises(ShapeError):
        MuscleMap("m", [0, 1], [1, 1], [1.0, 2.0], 1.0)
    with pytest.raises(InputError, match="grid"):
        map_metrics(MuscleMap("m", [0, 1, 2.4], [0, 0, 0], [[1.0]] * 3, 1.0), MapRules())
    with pytest.raises(InputError, match="threshold"):
        MapRules(threshold="loud")
