"""Values of the battery where readings are missing, limits of the device, or cannot be."""

import math

import numpy as np
import pytest

from nociscope.core.citations import CITATIONS
from nociscope.core.errors import InputError, ShapeError, UnitError
from nociscope.core.status import FitStatus
from nociscope.core.vocabulary import VOCABULARY
from nociscope.io.qst_reference import read_reference, shipped_reference
from nociscope.models import psychophysics as qst

UP_DOWN = ["asc"] * 5 + ["desc"] * 5


def value(test, **columns):
    return qst.participant_value(qst.trials(test, "hand", "R", **columns))


@pytest.mark.parametrize("test", ["CDT", "WDT", "CPT", "HPT", "PPT", "VDT"])
def test_two_of_three_readings_are_few_and_one_is_too_few(test):
    reading = {"CDT": 31.0, "WDT": 34.0, "CPT": 12.0, "HPT": 43.0, "PPT": 300.0, "VDT": 7.0}[test]
    two = value(test, reading=[reading, math.nan, reading])
    assert (two.status, two.n_valid, two.n_asked) == (FitStatus.FEW_TRIALS, 2, 3)
    one = value(test, reading=[reading] * 3, valid=[True, False, False])
    assert one.status is FitStatus.TOO_FEW_TRIALS
    assert math.isnan(one.value)


def test_pairs_count_only_when_both_ends_are_there():
    readings = [1.0, 2, 1, 2, 1, 0.5, 1, math.nan, 0.5, 1]
    found = value("MDT", reading=readings, direction=UP_DOWN)
    assert found.n_valid == 4
    assert found.value == pytest.approx(np.exp(np.log([1, 2, 2, 1, 0.5, 1, 0.5, 1]).mean()))
    readings[0] = math.nan
    assert value("MDT", reading=readings, direction=UP_DOWN).status is FitStatus.TOO_FEW_TRIALS


def test_ratings_need_half_of_what_was_presented():
    ratings = np.r_[np.full(17, 10.0), np.full(18, np.nan)]
    assert value("MPS", response=ratings).status is FitStatus.TOO_FEW_TRIALS
    ratings[17] = 10.0
    assert value("MPS", response=ratings).value == pytest.approx(10.1)


@pytest.mark.parametrize(
    ("single", "train", "status"),
    [(0.0, 10.0, FitStatus.UNDEFINED_ZERO), (10.0, 20.0, FitStatus.OK), (-1.0, 5.0, FitStatus.OUT_OF_RANGE)],
)
def test_windup_without_a_single_rating_is_not_a_number(single, train, status):
    found = value("WUR", response=[single] * 5 + [train] * 5, phase=["single"] * 5 + ["train"] * 5)
    assert found.status is status


def test_windup_with_an_offset_is_flagged():
    pinpricks = qst.trials("WUR", "hand", response=[0.0] * 5 + [10.0] * 5, phase=["single"] * 5 + ["train"] * 5)
    found = qst.windup_ratio(pinpricks, offset=0.1)
    assert found.value == pytest.approx(101)
    assert "nonstandard_offset" in found.flags


def test_cold_that_never_hurt_is_a_bound_from_above():
    found = value("CPT", reading=[0.0, 0.0, 3.0])
    assert found.status is FitStatus.CENSORED
    assert (found.low, found.high, found.value) == (-math.inf, 1.0, 1.0)


def test_heat_that_never_hurt_is_a_bound_from_below():
    found = value("HPT", reading=[50.0, 49.0, 48.0])
    assert (found.low, found.high) == (49.0, math.inf)


def test_cold_that_was_never_felt_is_a_large_step():
    found = value("CDT", reading=[0.0, 20.0, 25.0])
    assert (found.status, found.high) == (FitStatus.CENSORED, math.inf)


def test_pressure_marked_by_hand_is_a_bound():
    found = value("PPT", reading=[900, 1000, 1000], censored=[0, 1, 1])
    assert (found.low, found.high) == (pytest.approx(2900 / 3), math.inf)


def test_filament_at_the_end_of_the_set_is_a_reading_and_beyond_it_a_bound():
    at = value("MDT", reading=[0.5] * 5 + [0.25] * 5, direction=UP_DOWN)
    beyond = value("MDT", reading=[0.25] * 5 + [0.125] * 5, direction=UP_DOWN)
    assert at.status is FitStatus.OK
    assert (beyond.status, beyond.low) == (FitStatus.CENSORED, 0.0)


def test_warmth_felt_below_the_skin_cannot_be():
    assert value("WDT", reading=[31.0, 30.0, 31.5]).status is FitStatus.OUT_OF_RANGE


def test_another_temperature_of_the_skin():
    assert value("WDT", reading=[32.0, 32, 32], baseline_temp=30.0).value == pytest.approx(2)


def test_a_cold_phase_that_is_missing_could_have_been_one_more():
    found = value("PHS", response=[1.0, 0.0, math.nan])
    assert (found.value, found.low, found.high, found.status) == (1, 1, 2, FitStatus.FEW_TRIALS)


def test_turning_points_need_directions_and_units_are_held():
    with pytest.raises(InputError, match="direction"):
        value("TSL", reading=[34.0, 30.0])
    with pytest.raises(UnitError, match="kPa"):
        value("PPT", reading=[4.0] * 3, reading_unit="kgf/cm2")
    with pytest.raises(InputError, match="battery"):
        value("XYZ", reading=[1.0])
    with pytest.raises(ShapeError):
        qst.trials("PPT", "hand", reading=[1.0, 2.0], valid=[True])


def test_practice_is_marked_and_not_dropped():
    readings = [64, 32, 64, 32, 64, 32, 64, 32, 512, 512.0]
    pairs = qst.trials("MPT", "hand", reading=readings, trial=np.repeat(range(1, 6), 2), direction=["asc", "desc"] * 5)
    later = qst.without_first(pairs)
    assert later.n == 10
    assert list(later.valid[:3]) == [False, False, True]
    assert qst.participant_value(later).n_valid == 4


REFERENCE = read_reference(shipped_reference())


def one(test, reading, sex="F", age=40.0, **more):
    return qst.profile([qst.trials(test, "hand", "R", reading=reading, **more)], REFERENCE, sex, age).z[0]


def test_a_limit_shows_neither_more_loss_nor_more_gain_than_it_can():
    cold, heat = one("CPT", [0.0] * 3), one("HPT", [50.0] * 3)
    assert (cold.band, cold.high) == ("loss|none", pytest.approx(-12 / 7))
    assert (heat.band, heat.high) == ("loss", pytest.approx(-6.5 / 2.8))
    assert cold.low == heat.low == -math.inf


@pytest.mark.parametrize(("age", "part"), [(12.0, "hand"), (math.nan, "hand"), (40.0, "knee")])
def test_nothing_is_extrapolated(age, part):
    given = qst.trials("PPT", part, "R", reading=[300.0] * 3)
    z = qst.profile([given], REFERENCE, "F", age).z[0]
    assert (z.status, z.band) == (FitStatus.NO_REFERENCE, "")


def test_z_does_not_depend_on_the_unit():
    cell = REFERENCE.cell("PPT", "hand", "F", 40)
    kgf = math.log10(300 / 98.0665)
    moved = (kgf - (cell.mean - math.log10(98.0665))) / cell.sd
    assert one("PPT", [300.0] * 3).value == pytest.approx(-moved, rel=1e-9)


@pytest.mark.parametrize(
    ("test", "more", "sign"), [("HPT", 1.0, -1), ("CPT", 1.0, 1), ("PPT", 50.0, -1), ("CDT", -1.0, -1), ("VDT", 0.1, 1)]
)
def test_direction_of_every_z(test, more, sign):
    start = {"HPT": 43.0, "CPT": 12.0, "PPT": 300.0, "CDT": 30.0, "VDT": 7.0}[test]
    before, after = (one(test, [start + step] * 3).value for step in (0.0, more))
    assert np.sign(after - before) == sign


def test_z_of_the_mean_is_zero():
    assert one("HPT", [43.5] * 3).value == 0
    assert one("PPT", [10**2.62] * 3).value == pytest.approx(0, abs=1e-12)


def test_allodynia_is_gain_without_z():
    none = qst.profile([qst.trials("DMA", "hand", "R", response=[0.0] * 15)], REFERENCE, "F", 40)
    some = qst.profile([qst.trials("DMA", "hand", "R", response=[0.0] * 14 + [2.0])], REFERENCE, "F", 40)
    assert (none.z[0].band, some.z[0].band) == ("none", "gain")
    assert some.loss_gain["hand", "R"].gained == ("DMA",)


def test_a_profile_refuses_what_stands_twice():
    twice = [qst.trials("PPT", "hand", "R", reading=[300.0] * 3)] * 2
    with pytest.raises(InputError, match="twice"):
        qst.profile(twice)
    with pytest.raises(InputError, match="no trials"):
        qst.profile([])


def test_a_censored_test_leaves_loss_and_gain_open():
    given = [
        qst.trials("CPT", "hand", "R", reading=[0.0] * 3),
        qst.trials("CDT", "hand", "R", reading=[0.0] * 3),
    ]
    found = qst.profile(given, REFERENCE, "F", 40).loss_gain["hand", "R"]
    assert found.lost == ("CDT",)  # a step that never was felt is loss, however far it goes on
    assert found.losses == (1, 3)


def test_sides_swap_their_sign_and_limits_widen():
    left, right = (
        qst.participant_value(qst.trials("PPT", "lumbar", side, reading=r))
        for side, r in (("L", [300.0] * 3), ("R", [200.0] * 3))
    )
    there, back = qst.side_difference(left, right), qst.side_difference(right, left)
    assert there.value == pytest.approx(-back.value)
    assert there.detail["ratio"] == pytest.approx(1.5)
    assert "over_35_percent" in there.flags
    assert "over_35_percent" not in back.flags  # 33 % of the control side
    top = qst.participant_value(qst.trials("PPT", "lumbar", "L", reading=[300.0] * 3, censored=1))
    assert qst.side_difference(top, right).high == math.inf
    judged = qst.side_difference(left, right, (0.0, 0.05))
    assert judged.detail["z"] == pytest.approx(-math.log10(1.5) / 0.05)
    assert judged.band == "loss"


def test_simulated_people_come_back():
    rng = np.random.default_rng(4)
    for _ in range(250):
        z = rng.normal(size=4)
        wanted = {"PPT": 10 ** (2.62 - 0.14 * z[0]), "HPT": 43.5 - 1.0 * z[1], "VDT": 7.0, "CDT": None}
        given = [qst.trials(t, "hand", "R", reading=[v] * 3) for t, v in wanted.items() if v is not None]
        found = {s.measure: s.value for s in qst.profile(given, REFERENCE, "M", 30).z}
        assert found["PPT_z"] == pytest.approx(z[0], abs=1e-9)
        assert found["HPT_z"] == pytest.approx(z[1] / 2.8, abs=1e-9)


def everything():
    given = [
        qst.trials("CPT", "lumbar", "R", reading=[10.0] * 3), qst.trials("DMA", "lumbar", "R", response=[0.0] * 15),
    ]  # fmt: skip
    done = qst.profile(given, REFERENCE, "F", 40)
    cpm = qst.trials("CPM", "hand", reading=[1.0, 2, 1, 1], phase=["baseline", "conditioned", "sham_baseline", "sham"])
    two = qst.trials("TPD", "lumbar", reading=[9.0] * 4, direction=["asc", "desc"] * 2, orientation="vertical")
    tsp = qst.trials("TSP", "hand", response=[1.0, 2, 3], phase=["", "", "after"], stimulus=[0.0, 0, 15])
    return [
        *done.scores, qst.side_difference(done.values[0], done.values[0]), *qst.conditioned_modulation(cpm),
        *qst.temporal_summation(tsp), qst.two_point_limits(two),
        qst.letters_on_skin(qst.trials("g", "hand", response=[1.0])),
        qst.localisation_error(qst.trials("l", "hand", reading=[3.0])),
        *qst.laterality(["L", "R"], ["L", "R"], np.ones(2), "back", qst.Trimming()),
    ]  # fmt: skip


@pytest.mark.parametrize("score", everything(), ids=lambda s: s.measure)
def test_every_score_has_a_quantity_a_method_and_known_sources(score):
    known = {*VOCABULARY, "DMA_z"}  # a band without z
    assert score.measure in known
    assert set(score.cites) <= set(CITATIONS)
    assert score.method[-1].isdigit() or "," in score.method
