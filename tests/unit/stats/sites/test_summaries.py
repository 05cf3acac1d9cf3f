"""Effect sizes from printed numbers, against the same from the numbers themselves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError, RangeError
from nociscope.stats.sites import summaries as s


def test_all_routes_lead_to_the_same_effect():
    rng = np.random.default_rng(0)
    a, b = rng.normal(5, 2, 14), rng.normal(4, 2, 11)
    test = stats.ttest_ind(a, b)
    low, high = test.confidence_interval()
    whole = s.from_means(a.mean(), a.std(ddof=1), 14, b.mean(), b.std(ddof=1), 11)
    one_sided = stats.ttest_ind(a, b, alternative="greater").pvalue
    routes = (
        whole, s.from_t(test.statistic, 14, 11), s.from_p(test.pvalue, 14, 11, int(np.sign(test.statistic))),
        s.from_difference(a.mean() - b.mean(), low, high, 14, 11), s.from_d(whole.d, 14, 11),
    )  # fmt: skip
    for route in routes:
        assert (route.value, route.variance, route.p) == pytest.approx((whole.value, whole.variance, test.pvalue))
    if test.statistic > 0:
        assert s.from_p(one_sided, 14, 11, 1, tails=1).value == pytest.approx(whole.value)


def test_welch_from_means():
    rng = np.random.default_rng(1)
    a, b = rng.normal(5, 1, 9), rng.normal(4, 3, 12)
    theirs = stats.ttest_ind(a, b, equal_var=False)
    mine = s.welch_from_means(a.mean(), a.std(ddof=1), 9, b.mean(), b.std(ddof=1), 12)
    assert mine == pytest.approx((theirs.statistic, theirs.df, theirs.pvalue))


def test_paired_effect_is_on_the_scale_of_one_condition():
    rng = np.random.default_rng(2)
    a = rng.normal(5, 1, 400)
    b = a - 0.5 + rng.normal(0, 0.4, 400)
    t = stats.ttest_rel(a, b).statistic
    r = np.corrcoef(a, b)[0, 1]
    found = s.from_paired_t(t, 400, r)
    assert found.d == pytest.approx(0.5 / a.std(), abs=0.05)
    by_means = s.from_paired_means(a.mean(), a.std(ddof=1), b.mean(), b.std(ddof=1), 400, r)
    assert by_means.value == pytest.approx(found.value)


def test_correlation():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 30))
    theirs = stats.pearsonr(x, y)
    found = s.from_correlation(theirs.statistic, 30)
    assert found.p == pytest.approx(theirs.pvalue)
    ends = np.tanh(found.value + np.array([-1, 1]) * stats.norm.ppf(0.975) * found.se)
    assert tuple(ends) == pytest.approx(tuple(theirs.confidence_interval()))


def test_odds_ratio():
    found = s.from_odds_ratio(2.0, 1.0, 4.0)
    assert found.value == pytest.approx(np.log(2))
    assert found.se == pytest.approx(np.log(4) / (2 * stats.norm.ppf(0.975)))
    d = s.standardised_from_log_odds(found)
    assert (d.value, d.t) == pytest.approx((np.log(2) * np.sqrt(3) / np.pi, found.t))


def test_e_value_is_symmetric():
    assert s.e_value(2.0) == pytest.approx(s.e_value(0.5)) == pytest.approx(2 + np.sqrt(2))
    assert s.e_value(1.0) == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: s.from_means(1, 0, 10, 1, 1, 10), lambda: s.from_means(1, 1, 1, 1, 1, 10),
        lambda: s.from_p(0.0, 10, 10, 1), lambda: s.from_difference(3, 4, 5, 10, 10),
        lambda: s.from_correlation(1.0, 10), lambda: s.from_correlation(0.1, 3), lambda: s.e_value(-1),
        lambda: s.from_paired_t(1, 10, 1.0), lambda: s.from_interval(1, 1, 1, "hedges_g"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(call):
    with pytest.raises(RangeError):
        call()


def test_a_direction_is_needed():
    with pytest.raises(InputError):
        s.from_p(0.02, 10, 10, 0)
    with pytest.raises(InputError):
        s.standardised_from_log_odds(s.from_d(1, 10, 10))
