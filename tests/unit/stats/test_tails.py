"""Far tails: fitted where they fit, counted elsewhere, never below what a design can give."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.stats.tail_fit import gamma_tail, pareto_fit, pareto_gof, pareto_survival, pareto_tail
from nociscope.stats.tails import STATUSES, TailP, tail_p, tail_p_columns


def exponential(n=2000, seed=0):
    return np.random.default_rng(seed).exponential(size=n)


@pytest.mark.parametrize("shape", [-0.3, -0.1, 0.0, 0.3])
def test_the_pareto_fit_is_the_maximum_likelihood_of_scipy(shape):
    x = np.sort(stats.genpareto.rvs(shape, scale=2, size=300, random_state=3))
    ours = pareto_fit(x)
    theirs = stats.genpareto.fit(x, floc=0)
    likelihood = [stats.genpareto.logpdf(x, s, scale=c).sum() for s, c in (ours, (theirs[0], theirs[2]))]
    assert likelihood[0] >= likelihood[1] - 1e-3
    assert ours[0] == pytest.approx(theirs[0], abs=0.01)
    assert np.allclose(pareto_survival(x, *ours), stats.genpareto.sf(x, ours[0], scale=ours[1]))


def test_the_critical_values_are_those_of_a_simulation():
    """Share of true Pareto samples whose A² lies beyond the tabulated points (Choulakian & Stephens 2001)."""
    rows = np.sort(stats.genpareto.rvs(-0.1, size=(800, 125), random_state=4), axis=1)
    p = np.array([pareto_gof(row, *pareto_fit(row)) for row in rows])
    assert np.mean(p <= 0.05) == pytest.approx(0.05, abs=0.025)
    assert np.mean(p <= 0.25) == pytest.approx(0.25, abs=0.05)


def test_what_is_no_tail_is_not_fitted():
    lumps = np.repeat(np.arange(20.0), 25)
    assert pareto_tail(lumps) is None and gamma_tail(lumps) is None
    found = tail_p([90.0], np.r_[90.0, lumps])
    assert found.status[0] == "no_fit" and found.p[0] == 1 / 501 and np.isnan(found.threshold[0])


def test_a_bent_null_fits_only_further_out():
    """The upper quarter is lumpy, the upper tenth exponential: the threshold rises until it fits."""
    rng = np.random.default_rng(1)
    null = np.r_[rng.normal(0, 0.01, 1850), 1 + rng.exponential(size=150)]
    tail = pareto_tail(null)
    assert tail is not None and tail.share < 0.1 and tail.threshold > 0.5


@pytest.mark.parametrize("method", ["gpd", "gamma"])
def test_an_exponential_tail_is_met(method):
    values = [10.0, 12.0]
    found = tail_p(values, np.r_[10.0, exponential(20_000)], method)
    assert set(found.status) == {"fitted"}
    assert np.allclose(np.log10(found.p), np.log10(np.exp(-np.array(values))), atol=0.5)
    assert (found.gof_p > 0.05).all()


def test_near_values_are_counted_exactly():
    null = np.r_[1.0, exponential(999)]
    found = tail_p([1.0, null[5]], null)
    assert found.status[0] == "counted" and found.p[0] == np.mean(null >= 1.0 - 1e-9)


def test_an_enumerated_design_is_counted():
    null = np.random.default_rng(0).gamma(2, size=126)
    found = tail_p([null.max()], np.sort(null)[::-1], "gamma", floor=1 / 126)
    assert found.status[0] == "enumerated" and found.p[0] == 1 / 126


def test_no_p_lies_below_what_the_design_can_give():
    null = np.r_[30.0, exponential(5000)]
    assert tail_p([30.0], null, floor=1e-6).p[0] == 1e-6
    assert tail_p([30.0], null, floor=1e-6).status[0] == "at_floor"
    assert tail_p([30.0], null).p[0] < 1e-6


def test_beyond_the_end_of_a_bounded_tail_p_is_counted_not_zero():
    null = np.r_[9.0, np.random.default_rng(0).beta(1, 3, size=1000)]
    found = tail_p([9.0], null)
    assert found.status[0] == "beyond" and found.p[0] == 1 / 1001


def test_the_observed_value_does_not_shape_its_own_null():
    null = exponential(1000)
    a, b = (tail_p([x], np.r_[x, null]) for x in (7.5, 900.0))
    assert a.shape[0] == b.shape[0] and a.threshold[0] == b.threshold[0]


def test_columns_are_single_nulls():
    rng = np.random.default_rng(2)
    null = rng.gamma(2, size=(600, 3))
    observed = np.array([20.0, 1.0, 15.0])
    null[0] = observed
    together = tail_p_columns(observed, null, "gpd")
    for i in range(3):
        assert together.p[i] == tail_p(observed[[i]], null[:, i]).p[0]
    assert isinstance(tail_p_columns(np.zeros(0), np.zeros((5, 0))), TailP)
    assert set(together.status) <= set(STATUSES)


def test_too_few_and_impossible_input():
    assert tail_p([5.0], np.r_[5.0, exponential(60)]).status[0] == "too_few"
    for bad, kind in ((("x",), InputError), (("gpd", 2.0), RangeError)):
        with pytest.raises(kind):
            tail_p([1.0], exponential(100), *bad)
    with pytest.raises(InputError):
        tail_p([np.nan], exponential(100))
    with pytest.raises(ShapeError):
        tail_p_columns([1.0], exponential(100))
