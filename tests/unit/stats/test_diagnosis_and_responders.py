"""Diagnostic accuracy, agreement, responder curve, number needed to treat, against statsmodels and closed forms."""

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError, RangeError
from nociscope.stats.diagnosis import agreement, diagnostic_accuracy, predictive_values
from nociscope.stats.prediction.proportions import wilson
from nociscope.stats.responder_curve import number_needed_to_treat, responder_curve


def test_wilson_of_51_among_108():
    found = wilson(51, 108)
    assert (found.value, found.low, found.high) == pytest.approx((0.4722, 0.3806, 0.5657), abs=5e-5)


@pytest.mark.parametrize(("count", "total"), [(0, 5), (5, 5), (3, 17), (51, 108)])
def test_wilson_as_scipy_has_it(count, total):
    found = wilson(count, total)
    peer = stats.binomtest(count, total).proportion_ci(0.95, "wilson")
    assert (found.low, found.high) == pytest.approx((peer.low, peer.high), abs=1e-12)


def test_accuracy_of_a_table():
    called = np.r_[np.ones(40), np.zeros(10), np.ones(20), np.zeros(80)].astype(bool)
    truth = np.r_[np.ones(50), np.zeros(100)].astype(bool)
    found = diagnostic_accuracy(called, truth, prevalence=0.1, scores=called * 1.0)
    assert (found.sensitivity.value, found.specificity.value) == (0.8, 0.8)
    assert found.lr_positive.value == pytest.approx(4)
    assert found.lr_negative.value == pytest.approx(0.25)
    assert np.log(found.lr_positive.high / 4) == pytest.approx(
        1.959964 * np.sqrt(1 / 40 - 1 / 50 + 1 / 20 - 1 / 100), rel=1e-6
    )
    assert (found.ppv, found.npv) == pytest.approx((0.08 / 0.26, 0.72 / 0.74))
    assert found.auc.value == pytest.approx(0.8)
    own = diagnostic_accuracy(called, truth)
    assert (own.ppv, own.npv) == pytest.approx((40 / 60, 80 / 90))


def test_what_accuracy_refuses():
    with pytest.raises(InputError, match="negative"):
        diagnostic_accuracy(np.array([True]), np.array([True]))
    with pytest.raises(RangeError, match="prevalence"):
        diagnostic_accuracy(np.array([True, False]), np.array([True, False]), prevalence=1.0)
    assert np.isnan(predictive_values(0.0, 1.0, 0.5)[0])


def test_kappa_as_statsmodels_has_it():
    inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")
    rng = np.random.default_rng(4)
    first = rng.choice(["a", "b", "c"], 90)
    second = np.where(rng.random(90) < 0.6, first, rng.choice(["a", "b", "c"], 90))
    found = agreement(first, second, ("a", "b", "c"))
    peer = inter_rater.cohens_kappa(found.table)
    assert (found.kappa, found.se) == pytest.approx((peer.kappa, peer.std_kappa), abs=1e-12)
    assert found.table.sum() == 90


def test_kappa_where_there_is_one_label_only():
    assert np.isnan(agreement(np.array(["a", "a"]), np.array(["a", "a"]), ("a", "b")).kappa)
    with pytest.raises(InputError):
        agreement(np.array(["z"]), np.array(["a"]), ("a", "b"))


def test_curve_under_both_rules_for_missing_people():
    percent = np.array([100, 60, 50, 30, 10, -20, np.nan, np.nan])
    left_out = responder_curve(percent, (0, 30, 50, 100))
    np.testing.assert_allclose(left_out.share, np.array([5, 4, 3, 1]) / 6)
    counted = responder_curve(percent, (0, 30, 50, 100), missing="nonresponder")
    np.testing.assert_allclose(counted.share, np.array([5, 4, 3, 1]) / 8)
    np.testing.assert_allclose(counted.most, np.array([7, 6, 5, 3]) / 8)
    assert (left_out.n, counted.n, left_out.n_missing) == (6, 8, 2)
    peer = stats.binomtest(4, 6).proportion_ci(0.95, "exact")
    assert (left_out.low[1], left_out.high[1]) == pytest.approx((peer.low, peer.high))
    with pytest.raises(InputError):
        responder_curve(np.array([np.nan]))


def test_a_curve_never_rises():
    found = responder_curve(np.random.default_rng(1).uniform(-50, 100, 60))
    assert (np.diff(found.share) <= 0).all()
    assert (found.least <= found.most).all()


def test_number_needed_to_treat():
    found = number_needed_to_treat(45, 100, 30, 100)
    assert found.nnt == pytest.approx(6.6667, abs=5e-5)
    assert not found.through_infinity
    assert found.low < found.nnt < found.high


def test_newcombes_worked_difference():
    """56/70 against 48/80: 0.20 (0.0524, 0.3339), Newcombe 1998, Stat Med 17:873, table II, method 10."""
    found = number_needed_to_treat(56, 70, 48, 80)
    assert (found.difference, found.difference_low, found.difference_high) == pytest.approx(
        (0.2, 0.0524, 0.3339), abs=5e-5
    )


def test_an_interval_through_infinity_says_so():
    found = number_needed_to_treat(10, 30, 8, 30)
    assert found.through_infinity
    assert found.high < 0 < found.low
    assert number_needed_to_treat(5, 10, 5, 10).nnt == np.inf
