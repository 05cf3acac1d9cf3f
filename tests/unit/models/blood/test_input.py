"""The input function of a simulated person, and every way in which it is refused."""

import math
from dataclasses import replace

import numpy as np
import pytest

from nociscope.core.citations import CITATIONS
from nociscope.core.errors import InputError, RangeError, TimingError
from nociscope.core.records import Blood, Samples
from nociscope.core.status import FitStatus
from nociscope.models.blood import PARENT_FRACTION, PLASMA_RATIO, WHOLE_BLOOD, BloodSettings, input_function
from nociscope.models.blood import settings as known
from nociscope.models.blood.input import time_grid
from nociscope.models.blood.parts import ratio_samples

MANUAL = np.array([0.7, 1.5, 2.5, 3.5, 5, 7, 9, 12, 20, 30, 40, 50, 60, 70, 80, 90.0])
FRACTION_AT = np.array([1, 3, 5, 10, 20, 40, 60, 90.0])
QUIET = BloodSettings(draws=0)


def true_whole(t):
    late = np.maximum(t - 0.4, 0)
    return (900 * late - 24) * np.exp(-6 * late) + 18 * np.exp(-0.5 * late) + 6 * np.exp(-0.002 * late)


def true_fraction(t):
    return PARENT_FRACTION["hill"].predict(np.array([[0.93, 2.4, 9.0]]), t)[0]


def blood(ratio=1.3):
    whole = np.maximum(true_whole(MANUAL), 0)
    return Blood(
        Samples(MANUAL, whole), Samples(MANUAL, ratio * whole), Samples(FRACTION_AT, true_fraction(FRACTION_AT))
    )


def made(of, settings=QUIET, seed=0):
    return input_function(of, settings, rng=np.random.default_rng(seed))


def codes(result):
    return {p.code for p in result.problems}


def test_the_input_is_blood_times_ratio_times_fraction():
    i = made(blood()).input_function
    late = i.time > 1
    np.testing.assert_allclose(i.plasma[late], 1.3 * i.whole_blood[late], rtol=1e-4)
    np.testing.assert_allclose(i.parent_fraction, true_fraction(i.time), atol=2e-3)
    np.testing.assert_allclose(i.aif, i.plasma * i.parent_fraction, rtol=1e-12)


def test_the_true_form_wins_and_the_table_says_by_how_much():
    part = made(blood()).parts["metabolite_parent_fraction"]
    assert part.model == "hill" and part.candidates[0].chosen
    scores = [c.AICc for c in part.candidates]
    assert scores == sorted(scores) and len(scores) == 10
    assert sum(c.weight for c in part.candidates) == pytest.approx(1)
    assert part.parameters["c"].value == pytest.approx(9.0, rel=1e-3) and part.parameters["c"].unit == "min"
    np.testing.assert_allclose(part.residual, part.measured - part.fitted)


@pytest.mark.parametrize("name", [n for n in known.PARENT_FRACTIONS if n != "best"])
def test_a_named_fraction_is_used(name):
    result = made(blood(), replace(QUIET, parent_fraction=name, parent_fraction_start="one"))
    assert result.input_function.method["parent_fraction"] == name
    assert math.isnan(result.parts["metabolite_parent_fraction"].candidates[0].weight)


@pytest.mark.parametrize("name", [n for n in known.RATIOS if n != "best"])
def test_a_named_ratio_is_used(name):
    assert made(blood(), replace(QUIET, plasma_to_blood=name)).input_function.method["plasma_to_blood"] == name


@pytest.mark.parametrize("name", known.WHOLE_BLOODS)
def test_every_blood_curve_keeps_the_area(name):
    dense = np.concatenate([np.arange(0, 5, 2 / 60), MANUAL[MANUAL > 5]])
    whole = np.where(dense > 0.4, np.maximum(true_whole(dense), 0), 0)
    of = replace(blood(), whole_blood=Samples(dense, whole), plasma=Samples(dense, 1.3 * whole))
    i = made(of, replace(QUIET, whole_blood=name)).input_function
    fine = np.linspace(0, 90, 200_000)
    truth = np.trapezoid(np.where(fine > 0.4, np.maximum(true_whole(fine), 0), 0), fine)
    assert np.trapezoid(i.whole_blood, i.time) == pytest.approx(truth, rel=0.03)
    assert i.method["whole_blood"].startswith(name)


def test_tables_and_settings_name_the_same_curves_with_known_sources():
    assert set(PARENT_FRACTION) == set(known.PARENT_FRACTIONS) - {"best"}
    assert set(PLASMA_RATIO) == set(known.RATIOS) - {"best"}
    assert set(WHOLE_BLOOD) == set(known.WHOLE_BLOODS)
    for table in (PARENT_FRACTION, PLASMA_RATIO, WHOLE_BLOOD):
        assert all(key in CITATIONS for curve in table.values() for key in curve.cites)
        assert all(curve.name == name for name, curve in table.items())


def test_draws_are_the_same_for_the_same_seed_and_carry_an_error():
    rng = np.random.default_rng(3)
    noisy = replace(blood(), plasma=Samples(MANUAL, blood().plasma.value * (1 + 0.04 * rng.standard_normal(16))))
    one, two, other = (made(noisy, BloodSettings(draws=20), seed) for seed in (1, 1, 2))
    assert one.input_function.draws.shape == (20, 2, one.input_function.time.size)
    assert np.array_equal(one.input_function.draws, two.input_function.draws)
    assert not np.array_equal(one.input_function.draws, other.input_function.draws)
    area = one.estimates["AUC_AIF"]
    assert 0 < area.relative_se < 0.2 and area.error == "ensemble"
    ratio = one.parts["plasma_to_blood_ratio"]
    assert (ratio.low <= ratio.high).all() and ratio.low.shape == one.input_function.time.shape


def test_without_draws_there_is_no_interval():
    assert made(blood()).estimates["AUC_AIF"].status is FitStatus.NO_INTERVAL


# --- what is missing -------------------------------------------------------------------------------------------


def test_no_fraction_is_never_one():
    result = made(replace(blood(), parent_fraction=None))
    assert result.input_function is None and result.status is FitStatus.MISSING_BLOOD
    assert codes(result) == {"parent-fraction-missing"} and result.problems[0].blocks == ("AIF",)


def test_no_plasma_needs_a_ratio():
    bare = replace(blood(), plasma=None)
    assert codes(made(bare)) == {"plasma-missing"}
    i = made(bare, replace(QUIET, ratio=1.3)).input_function
    np.testing.assert_allclose(i.plasma, 1.3 * i.whole_blood)
    assert i.method["plasma_to_blood"] == "given"


def test_no_whole_blood_needs_a_ratio():
    bare = replace(blood(), whole_blood=None)
    assert codes(made(bare)) == {"whole-blood-missing"}
    i = made(bare, replace(QUIET, ratio=1.3)).input_function
    np.testing.assert_allclose(i.plasma[-1], bare.plasma.value[-1])


def test_no_blood_at_all():
    assert "blood-missing" in codes(made(Blood(None, None, blood().parent_fraction)))


# --- what is wrong ---------------------------------------------------------------------------------------------


def test_zero_blood():
    zero = replace(blood(), whole_blood=Samples(MANUAL, np.zeros(16)), plasma=Samples(MANUAL, np.zeros(16)))
    assert codes(made(zero)) == {"blood-zero"}


def test_negative_activity():
    value = blood().plasma.value.copy()
    value[10] = -20
    assert codes(made(replace(blood(), plasma=Samples(MANUAL, value)))) == {"blood-negative"}


@pytest.mark.parametrize(("worst", "code"), [(1.2, "parent-fraction-range"), (-0.1, "parent-fraction-range")])
def test_an_impossible_fraction_blocks(worst, code):
    value = true_fraction(FRACTION_AT)
    value[2] = worst
    result = made(replace(blood(), parent_fraction=Samples(FRACTION_AT, value)))
    assert result.input_function is None and codes(result) == {code}


def test_percent_are_recognised():
    result = made(replace(blood(), parent_fraction=Samples(FRACTION_AT, 100 * true_fraction(FRACTION_AT))))
    assert "percent" in result.problems[0].mend


def test_a_small_excess_is_noise_and_is_named():
    value = true_fraction(FRACTION_AT)
    value[0] = 1.03
    result = made(replace(blood(), parent_fraction=Samples(FRACTION_AT, value)))
    assert codes(result) == {"parent-fraction-excess"}
    assert result.parts["metabolite_parent_fraction"].measured[0] == 1.03
    assert result.input_function.parent_fraction.max() <= 1


def test_one_sample_of_each_is_no_curve():
    one = Blood(Samples([1.0], [50.0]), Samples([1.0], [60.0]), Samples([1.0], [0.9]))
    result = made(one)
    assert result.input_function is None and result.problems[-1].code.endswith("unfitted")


def test_few_samples_fall_back_to_lines_and_say_so():
    few = replace(blood(), parent_fraction=Samples([5.0, 20.0, 60.0], [0.8, 0.3, 0.1]))
    result = made(few)
    assert codes(result) == {"too-few-for-a-curve"}
    assert result.input_function.method["parent_fraction"] == "interpolated"


def test_a_named_curve_with_too_few_samples_blocks_and_says_so():
    few = replace(blood(), parent_fraction=Samples([5.0, 20.0], [0.8, 0.3]))
    result = made(few, replace(QUIET, parent_fraction="hill", parent_fraction_start="one"))
    assert result.input_function is None and codes(result) == {"metabolite-parent-fraction-unfitted"}


def test_an_outlier_of_the_ratio_is_set_aside_and_named():
    value = blood().plasma.value.copy()
    value[8] *= 1.6
    result = made(replace(blood(), plasma=Samples(MANUAL, value)))
    assert codes(result) == {"ratio-outlier"} and "20 min" in result.problems[0].message
    assert result.parts["plasma_to_blood_ratio"].measured.size == 16
    late = result.input_function.time > 1
    np.testing.assert_allclose(
        result.input_function.plasma[late], 1.3 * result.input_function.whole_blood[late], rtol=1e-3
    )


def test_unsorted_and_missing_values_do_not_get_in():
    with pytest.raises(TimingError):
        Samples([2.0, 1.0], [1.0, 1.0])
    with pytest.raises(InputError):
        Samples([1.0, 2.0], [1.0, math.nan])


@pytest.mark.parametrize(
    "wrong", [{"dispersion_s": -1.0}, {"dispersion_s": 600.0}, {"ratio": 50.0}, {"draws": -1}, {"end_min": -3.0}]
)
def test_settings_out_of_range(wrong):
    with pytest.raises(RangeError):
        BloodSettings(**wrong)


@pytest.mark.parametrize("part", ["parent_fraction", "plasma_to_blood", "whole_blood", "parent_fraction_start"])
def test_unknown_curves_are_refused_with_the_known_ones(part):
    with pytest.raises(InputError, match="one of"):
        BloodSettings(**{part: "magic"})


def test_a_line_without_a_constant_is_used_as_measured_and_named():
    seconds = np.arange(0, 400) / 60
    line = Samples(seconds, np.where(seconds > 0.4, np.maximum(true_whole(seconds), 0), 0))
    result = made(replace(blood(), autosampler=line))
    assert codes(result) == {"dispersion-unknown"} and result.input_function is not None
    assert codes(made(replace(blood(), autosampler=line, dispersion_corrected=True))) == set()


# --- small parts -----------------------------------------------------------------------------------------------


def test_the_grid_is_fine_early_and_ends_at_the_end():
    grid = time_grid(91.3)
    assert grid[0] == 0 and grid[-1] == 91.3 and (np.diff(grid) > 0).all()
    assert np.diff(grid[grid < 5]).max() == pytest.approx(1 / 60)


def test_beyond_the_last_sample_the_level_is_held_and_named():
    result = made(blood(), replace(QUIET, end_min=93.0))
    assert codes(result) == {"blood-ends-early"} and result.input_function.time[-1] == 93.0
    assert result.input_function.whole_blood[-1] == pytest.approx(blood().whole_blood.value[-1])


def test_ratio_needs_both_samples_at_one_time():
    of = Blood(Samples([1, 5, 10], [10, 8, 6]), Samples([1.02, 5.0, 12.0], [12, 10, 9]), None)
    time, ratio = ratio_samples(of)
    np.testing.assert_allclose(time, [1.02, 5.0])
    np.testing.assert_allclose(ratio, [1.2, 1.25])
