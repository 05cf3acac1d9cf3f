"""What holds for every map, every pair of maps and every curve."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nociscope.core.status import FitStatus
from nociscope.models import tms

X, Y = (a.ravel() for a in np.meshgrid(np.arange(5.0), np.arange(4.0)))
PULSES = arrays(np.float64, (20, 3), elements=st.one_of(st.just(np.nan), st.floats(0, 2000, width=32)))
RULES = st.builds(
    tms.MapRules, threshold=st.sampled_from(["absolute", "share"]), level=st.sampled_from([0.1, 0.25]) | st.just(50.0),
    area=st.sampled_from(["cell", "voronoi", "hull"]),
)  # fmt: skip


def muscle_map(pulses):
    return tms.MuscleMap("m", X, Y, pulses, 1.0)


@settings(max_examples=150, deadline=None)
@given(PULSES, RULES)
def test_a_map_has_numbers_or_reasons_and_stays_inside(pulses, rules):
    found = tms.map_metrics(muscle_map(pulses), rules, draws=5)
    for score in found.scores.values():
        assert np.isfinite(score.value) == score.status.keeps_value
    assert 0 <= found["map_area"].value <= 20 + 1e-9
    if found["map_cog_x"].status is FitStatus.OK:
        assert X.min() - 1e-9 <= found["map_cog_x"].value <= X.max() + 1e-9
    assert found["map_peaks"].value <= max(1, found.active.sum())
    assert found.truncated == bool(
        found.active[(X == 0) | (X == 4) | (Y == 0) | (Y == 3)].any()
    )  # whoever is active at the edge


@settings(max_examples=100, deadline=None)
@given(PULSES, PULSES)
def test_overlaps_are_shares_and_symmetric(first, second):
    rules = tms.MapRules()
    there = tms.map_overlap(muscle_map(first), muscle_map(second), rules)
    back = tms.map_overlap(muscle_map(second), muscle_map(first), rules)
    for name, score in there.items():
        assert np.isclose(score.value, back[name].value, equal_nan=True)
        if score.status.keeps_value and score.unit == "1":
            assert -1e-12 <= score.value <= 1 + 1e-12
    if there["map_overlap_dice"].status.keeps_value:
        jaccard, dice = there["map_overlap_jaccard"].value, there["map_overlap_dice"].value
        assert np.isclose(dice, 2 * jaccard / (1 + jaccard))


def test_sizes_that_differ_by_round_off_alone_have_no_spread():
    intensity, sizes = np.repeat(np.arange(40.0, 80, 5), 5), np.full(40, 13.494596111)
    sizes[0] = 1.0
    found = tms.recruitment_curve(intensity, sizes, "FDI", errors="weighted", floor=True)
    assert set(found.scores)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, 40, elements=st.floats(0.01, 20)), st.sampled_from(["log", "weighted", "constant"]))
def test_a_curve_through_anything_has_a_status(sizes, errors):
    intensity = np.repeat(np.arange(40, 80, 5.0), 5)
    found = tms.recruitment_curve(intensity, sizes, "FDI", errors=errors, floor=True)
    for score in found.scores.values():
        assert np.isfinite(score.value) == score.status.keeps_value
