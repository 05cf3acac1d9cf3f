"""Reliability, power and corrections."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError
from nociscope.stats import adjust_family, evaluate, power, retest
from nociscope.stats.adjust import adjusted
from nociscope.stats.design import two_groups
from nociscope.stats.reliability import absolute_variability, mean_squares, minimal_detectable_change, reliability


def test_reliability_from_its_definitions():
    values = np.array([[310, 335], [420, 405], [255, 290], [380, 400], [505, 480.0], [290, 315]])
    found = reliability(values)
    between, within = mean_squares(values)
    assert found.icc == pytest.approx((between - within) / (between + within))
    assert found.sem == pytest.approx(np.sqrt(within))
    assert found.mdc == pytest.approx(1.959964 * np.sqrt(2) * found.sem, rel=1e-6)
    assert found.mdc_single * np.sqrt(2) == pytest.approx(found.mdc)
    difference = values[:, 1] - values[:, 0]
    assert found.bias == pytest.approx(difference.mean())
    half = 1.959964 * difference.std(ddof=1)
    assert (found.loa_low, found.loa_high) == pytest.approx((found.bias - half, found.bias + half), rel=1e-6)
    interval = stats.ttest_1samp(difference, 0).confidence_interval()
    assert (found.bias_low, found.bias_high) == pytest.approx(tuple(interval))
    by_hand = np.sqrt(np.mean((difference**2 / 2) / values.mean(axis=1) ** 2)) * 100
    assert found.cv == pytest.approx(by_hand)


def test_absolute_variability_is_200_times_difference_over_sum():
    assert absolute_variability(np.array([[1.0, 3.0], [2, 2]])) == pytest.approx([100, 0])
    assert absolute_variability(np.array([[1.0, 3.0, 3.0]])) == pytest.approx([200 / 3])


def test_an_icc_may_be_negative_and_is_then_not_hidden():
    found = reliability(np.array([[1.0, 3.0], [3.1, 1], [1.1, 3], [3, 1.2]]))
    assert -1 <= found.icc_low <= found.icc < 0


@pytest.mark.parametrize("values", [np.ones((1, 2)), np.ones((4, 1)), np.ones((4, 2)), np.array([[1, np.nan], [2, 3]])])
def test_reliability_refuses_what_it_cannot_use(values):
    with pytest.raises(InputError):
        reliability(values)


def test_retest_finding_has_no_p_and_says_who_missed_a_session():
    values = np.array([[3.0, 3.2], [4.1, 4.0], [2.2, np.nan], [5.0, 4.7], [3.6, 3.5]])
    finding = retest(values)
    assert finding.status == "ok" and np.isnan(finding.p_value) and finding.n == {"people": 4}
    assert finding.excluded == (("3", "no value in session session 2"),)
    assert finding.effect_size.name == "icc11" and finding.details["sem"] > 0
    assert retest(values[:2]).status == "not_estimable"


def test_minimal_detectable_change_forms():
    assert minimal_detectable_change(7.29) == pytest.approx(20.2, abs=0.02)
    assert minimal_detectable_change(1.0, sessions=1) == pytest.approx(1.959964)
    assert minimal_detectable_change(1.0, 0.90) == pytest.approx(2.3262, abs=1e-4)


def test_power_agrees_with_simulation():
    rng = np.random.default_rng(0)
    d = power.minimal_detectable_d(8, 12)
    a, b = rng.normal(d, 1, (4000, 8)), rng.normal(0, 1, (4000, 12))
    found = np.mean(stats.ttest_ind(a, b, axis=1).pvalue <= 0.05)
    assert found == pytest.approx(0.8, abs=0.02)


def test_minimal_detectable_effect_of_a_design_without_covariates_is_that_of_two_groups():
    design = two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, int))
    assert power.minimal_detectable_effect(design) == pytest.approx(power.minimal_detectable_d(4, 5))
    held = two_groups(np.arange(9) < 4, np.arange(9.0)[:, None] ** 2, np.zeros(9, int))
    assert power.minimal_detectable_effect(held) > power.minimal_detectable_d(4, 5)


def test_minimal_detectable_correlation_is_found_in_eight_of_ten():
    r, n = power.minimal_detectable_correlation(20), 20
    rng = np.random.default_rng(1)
    x = stats.zscore(rng.normal(size=n))
    y = r * x + np.sqrt(1 - r**2) * rng.normal(size=(3000, n))
    found = [stats.pearsonr(x, row).pvalue <= 0.05 for row in y]
    assert np.mean(found) == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(
    ("method", "expected"),
    [("holm", [0.04, 0.06, 0.06, 0.5]), ("fdr", [0.04, 0.04, 0.04, 0.5]), ("none", [0.01, 0.02, 0.03, 0.5])],
)
def test_corrections_by_hand(method, expected):
    shuffled = np.array([3, 0, 2, 1])
    p = np.array([0.01, 0.02, 0.03, 0.5])
    assert adjusted(p, method) == pytest.approx(expected)
    assert adjusted(p[shuffled], method) == pytest.approx(np.array(expected)[shuffled])
    with_missing = adjusted(np.r_[p, np.nan], method)
    assert with_missing[:4] == pytest.approx(expected) and np.isnan(with_missing[4])


def test_fdr_agrees_with_scipy():
    p = np.random.default_rng(2).uniform(size=30) ** 2
    assert adjusted(p, "fdr") == pytest.approx(stats.false_discovery_control(p))


def test_unknown_correction_is_an_error():
    with pytest.raises(InputError, match="adjustment"):
        adjusted(np.array([0.1]), "max")


@pytest.mark.parametrize("method", ["max", "holm", "fdr", "none"])
def test_a_family_of_two_hypotheses_is_corrected_jointly(cohort, contrast, method):
    one = evaluate(cohort(effect=2.0), contrast(name="a", family="f", adjust=method))
    two = evaluate(cohort(effect=1.0, seed=5), contrast(name="b", family="f", adjust=method))
    joint = adjust_family(one + two)
    assert [f.hypothesis for f in joint] == ["a"] * 3 + ["b"] * 3
    before, after = (np.array([f.p_adjusted for f in fs]) for fs in (one + two, joint))
    if method == "max":
        assert after == pytest.approx(np.minimum(1, 2 * before))
    else:
        assert after == pytest.approx(adjusted(np.array([f.p_value for f in joint]), method))


def test_methods_that_share_a_family_share_its_level(cohort, contrast):
    one = evaluate(cohort(), contrast(name="a", family="f"))
    two = evaluate(cohort(seed=5), contrast(name="b", family="f", adjust="holm"))
    three = evaluate(cohort(seed=6), contrast(name="c", family="f", adjust="holm"))
    joint = adjust_family(one + two + three)
    after = np.array([f.p_adjusted for f in joint])
    assert after[:3] == pytest.approx(np.minimum(1, 3 * np.array([f.p_adjusted for f in one])))
    of_two = adjusted(np.array([f.p_value for f in two + three]), "holm")
    assert after[3:] == pytest.approx(np.minimum(1, 3 / 2 * of_two))


def test_hypotheses_of_different_families_stay_as_they_are(cohort, contrast):
    one, two = evaluate(cohort(), contrast(name="a")), evaluate(cohort(seed=5), contrast(name="b"))
    after = adjust_family(one + two)
    assert [f.p_adjusted for f in after] == [f.p_adjusted for f in one + two]
    assert [f.details for f in after] == [f.details for f in one + two]


def test_refused_findings_stay_out_of_the_family(cohort, contrast):
    one = evaluate(cohort(effect=2.0), contrast(name="a", family="f"))
    refused = evaluate(cohort(3, 3), contrast(name="b", family="f"))
    assert adjust_family(one + refused) == one + refused


def test_a_finding_without_its_parts_cannot_be_built(cohort, contrast):
    finding = evaluate(cohort(), contrast())[0]
    nan = float("nan")
    for wrong in (
        {"n": {}}, {"method": ""}, {"family": ""}, {"seed": -1}, {"ci_low": nan}, {"estimate": nan}, {"p_value": 0.0},
        {"p_adjusted": nan}, {"effect_size": replace(finding.effect_size, value=nan)}, {"status": "fine"},
        {"status": "refused"}, {"unit": ""},
    ):  # fmt: skip
        with pytest.raises(InputError):
            replace(finding, **wrong)
