"""Equivalence against statsmodels, error types against published programs and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import RangeError
from nociscope.stats.estimates.equivalence import (
    correlation_equivalence_of,
    equivalence_of,
    standardised_equivalence_of,
)
from nociscope.stats.estimates.error_types import error_types_of, retrodesign
from nociscope.stats.noncentral import cdf
from nociscope.stats.power import minimal_detectable_noncentrality


def test_two_one_sided_tests_as_statsmodels():
    weightstats = pytest.importorskip("statsmodels.stats.weightstats")
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.1, 1, 12), rng.normal(0, 2, 15)
    p, lower, upper = weightstats.ttost_ind(a, b, -0.9, 0.9, usevar="unequal")
    welch = stats.ttest_ind(a, b, equal_var=False)
    se = np.sqrt(a.var(ddof=1) / 12 + b.var(ddof=1) / 15)
    found = equivalence_of(a.mean() - b.mean(), se, welch.df, 0.9)
    assert (found.p, found.p_lower, found.p_upper) == pytest.approx((p, lower[1], upper[1]), rel=1e-12)
    interval = welch.confidence_interval(0.90)
    assert (found.ci_low, found.ci_high) == pytest.approx((interval.low, interval.high))
    assert found.p_difference == pytest.approx(welch.pvalue)


@pytest.mark.parametrize(
    ("estimate", "se", "verdict"),
    [
        (0.0, 0.1, "equivalent"),
        (0.3, 0.05, "different but within the margin"),
        (2.0, 0.1, "different and not equivalent"),
        (0.3, 1.0, "undecided"),
        (np.nan, 1.0, "undecided"),
    ],
)
def test_the_four_verdicts(estimate, se, verdict):
    assert equivalence_of(estimate, se, 20, 0.5).verdict == verdict


def test_the_interval_lies_within_the_margin_exactly_where_p_is_small():
    rng = np.random.default_rng(1)
    estimates, errors = rng.normal(0, 0.5, 200), rng.uniform(0.05, 0.6, 200)
    found = equivalence_of(estimates, errors, 9, 0.6)
    np.testing.assert_array_equal(found.p < 0.05, (found.ci_low > -0.6) & (found.ci_high < 0.6))


def test_a_standardised_margin_does_not_take_the_observed_sd_for_the_true_one():
    scale = np.sqrt(1 / 10 + 1 / 12)
    found = standardised_equivalence_of([0.2, 1.0], 20, scale, 0.9)
    assert found.p_lower[0] == pytest.approx(1 - cdf(0.2, 20, -0.9 / scale))
    assert found.p_upper[1] == pytest.approx(cdf(1.0, 20, 0.9 / scale))
    np.testing.assert_array_equal(found.p < 0.05, (found.ci_low > -0.9) & (found.ci_high < 0.9))
    wide = standardised_equivalence_of(0.2, 2000, np.sqrt(2 / 1001), 0.1)
    assert wide.p == pytest.approx(equivalence_of(0.2, 1.0, 2000, 0.1 / np.sqrt(2 / 1001)).p, rel=0.02)


def test_equivalence_of_a_correlation_is_that_of_its_z():
    found = correlation_equivalence_of([0.05], 103, 0, 0.3)
    assert found.p[0] == pytest.approx(stats.norm.cdf((np.arctanh(0.05) - np.arctanh(0.3)) * 10))
    assert found.ci_high[0] == pytest.approx(np.tanh(np.arctanh(0.05) + stats.norm.ppf(0.95) / 10))


@pytest.mark.parametrize("margin", [0.0, -1.0])
def test_impossible_margins_are_refused(margin):
    with pytest.raises(RangeError):
        equivalence_of(0.1, 1.0, 9, margin)
    with pytest.raises(RangeError):
        correlation_equivalence_of(0.1, 30, 0, 1.0)


@pytest.mark.parametrize(
    ("effect", "se", "power", "type_s", "type_m"),
    [(0.1, 3.28, 0.05010648, 0.4644228, 76.8), (2.0, 8.1, 0.05701294, 0.2396177, 9.57)],
)
def test_error_types_as_published(effect, se, power, type_s, type_m):
    """Output of the authors' function, Gelman & Carlin 2014 and its Stata port; type M there is simulated (10,000)."""
    for found in (retrodesign(effect, se), error_types_of(effect, se)):
        assert float(found.power) == pytest.approx(power, abs=5e-9)
        assert float(found.type_s) == pytest.approx(type_s, abs=5e-8)
        assert float(found.type_m) == pytest.approx(type_m, rel=0.01)


def test_shifted_t_against_its_simulation():
    draws = 0.5 + stats.t.rvs(10, size=400_000, random_state=0)
    hit = np.abs(draws) > stats.t.ppf(0.975, 10)
    found = retrodesign(0.5, 1.0, 10)
    assert float(found.power) == pytest.approx(hit.mean(), abs=0.002)
    assert float(found.type_s) == pytest.approx((draws[hit] < 0).mean(), abs=0.006)
    assert float(found.type_m) == pytest.approx(np.abs(draws[hit]).mean() / 0.5, rel=0.01)


def test_exact_error_types_against_simulated_t_tests():
    rng = np.random.default_rng(2)
    estimate = 1.2 + rng.normal(size=400_000)
    t = estimate / np.sqrt(rng.chisquare(7, 400_000) / 7)
    hit = np.abs(t) > stats.t.ppf(0.975, 7)
    found = error_types_of([1.2, -1.2], 1.0, 7)
    assert found.power == pytest.approx([hit.mean()] * 2, abs=0.002)
    assert found.type_s[0] == pytest.approx((estimate[hit] < 0).mean(), abs=0.002)
    assert found.type_m == pytest.approx([np.abs(estimate[hit]).mean() / 1.2] * 2, rel=0.01)


def test_power_at_the_minimal_detectable_effect_is_what_it_says():
    delta = minimal_detectable_noncentrality(7, 0.8, 0.05)
    assert float(error_types_of(delta, 1.0, 7).power) == pytest.approx(0.8, abs=1e-6)


def test_nothing_cannot_be_exaggerated():
    with pytest.raises(RangeError):
        error_types_of(0.0, 1.0)
    with pytest.raises(RangeError):
        retrodesign(1.0, 1.0, 1.0)
