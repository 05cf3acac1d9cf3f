"""The printed example of Shrout & Fleiss (1979), and a table of two sessions worked by an independent program."""

import numpy as np
import pytest

from nociscope.stats.icc import icc_forms, measurement_error, standardised_bands, two_way
from nociscope.stats.reliability import minimal_detectable_change, reliability

SIX_BY_FOUR = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
PRESSURE = np.array(
    [(310, 335), (420, 405), (255, 290), (380, 400), (505, 480), (290, 315), (350, 372), (445, 430), (268, 300),
     (330, 352)], float,
)  # fmt: skip


def test_mean_squares_of_the_printed_table():
    m = two_way(SIX_BY_FOUR)
    assert (m.people, m.sessions, m.error, m.within) == pytest.approx((11.2417, 32.4861, 1.0194, 6.2639), abs=5e-5)


@pytest.mark.parametrize(
    ("form", "value", "low", "high"),
    [
        ("ICC(1,1)", 0.1657, -0.1329, 0.7226),
        ("ICC(A,1)", 0.2898, 0.0188, 0.7611),
        ("ICC(C,1)", 0.7148, 0.3425, 0.9459),
        ("ICC(1,k)", 0.4428, None, None),
        ("ICC(A,k)", 0.6201, None, None),
        ("ICC(C,k)", 0.9093, None, None),
    ],
)
def test_six_forms_of_the_printed_table(form, value, low, high):
    found = {i.form: i for i in icc_forms(SIX_BY_FOUR)}[form]
    assert found.value == pytest.approx(value, abs=5e-5)
    if low is not None:
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_pressure_pain_over_two_sessions():
    found = {i.form: i for i in icc_forms(PRESSURE)}
    agreement = found["ICC(A,1)"]
    assert (agreement.value, agreement.low, agreement.high) == pytest.approx((0.9435, 0.7744, 0.9859), abs=5e-5)
    assert found["ICC(C,1)"].value == pytest.approx(0.9535, abs=5e-5)
    error = measurement_error(PRESSURE)
    assert (error.consistency, error.agreement) == pytest.approx((15.5535, 17.2366), abs=5e-5)
    assert minimal_detectable_change(error.consistency) == pytest.approx(43.1121, abs=1e-3)
    assert minimal_detectable_change(error.agreement) == pytest.approx(47.7774, abs=1e-3)
    # printed with 1.645 for the quantile, which is 1.64485
    assert minimal_detectable_change(error.consistency, 0.90) == pytest.approx(36.1834, abs=4e-3)
    done = reliability(PRESSURE)
    assert (done.bias, done.loa_low, done.loa_high) == pytest.approx((12.6, -30.512, 55.712), abs=1e-3)
    assert 100 * error.consistency / PRESSURE.mean() == pytest.approx(4.3013, abs=1e-4)


def test_one_way_agrees_with_the_retest_of_a_finding():
    done, (one_way, *_) = reliability(PRESSURE), icc_forms(PRESSURE)
    assert (one_way.value, one_way.low, one_way.high) == pytest.approx((done.icc, done.icc_low, done.icc_high))


def test_published_smallest_real_difference_and_its_form_without_the_root():
    sd = np.sqrt((11.7**2 + 11.9**2) / 2)
    assert minimal_detectable_change(sd * np.sqrt(1 - 0.618)) == pytest.approx(20.2, abs=0.05)
    assert minimal_detectable_change(6.6, sessions=1) == pytest.approx(12.9, abs=0.05)
    assert minimal_detectable_change(6.6) == pytest.approx(18.29, abs=0.01)


def test_forms_do_not_depend_on_units_or_order():
    order = np.random.default_rng(0).permutation(len(PRESSURE))
    for a, b in zip(icc_forms(PRESSURE), icc_forms(PRESSURE[order] / 98.0665 + 3), strict=True):
        assert (a.value, a.low, a.high) == pytest.approx((b.value, b.low, b.high))


def test_perfect_agreement_and_words():
    same = np.tile(np.arange(5.0)[:, None], 3)
    assert all(i.value == 1 for i in icc_forms(same))
    assert [standardised_bands(v) for v in (0.2, 0.5, 0.8, 0.95)] == ["poor", "moderate", "good", "excellent"]
