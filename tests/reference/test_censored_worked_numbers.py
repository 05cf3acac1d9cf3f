"""Worked numbers of log-normal means with limits, computed independently by maximising the likelihood numerically.

Relative tolerance 1e-5: the numbers are printed with six digits.
"""

import numpy as np
import pytest
from scipy import optimize, stats

from nociscope.core.errors import InputError
from nociscope.core.status import FitStatus
from nociscope.models.biosample.censored import censored_fit, substituted

ONE = np.array([2.1, 3.5, 1.2, 4.8, 2.7, 1.6, 5.9, 1.0, 1.0, 1.0]), np.array([0] * 7 + [-1] * 3)
TWO = (
    np.array([2.1, 3.5, 1.2, 4.8, 2.7, 1, 1, 5.9, 1.6, 3.9, 6.2, 2.8, 1]),
    np.array([0] * 5 + [-1] * 2 + [0] * 5 + [-1]),
    np.column_stack([np.ones(13), np.r_[np.zeros(7), np.ones(6)]]),
)


def test_one_group_with_three_below_the_limit():
    fit = censored_fit(*ONE)
    found = (fit.coefficients[0], fit.spread, fit.geometric_mean, fit.log_likelihood)
    assert found == pytest.approx((0.541353, 0.861134, 1.718331, -11.706515), rel=1e-5)
    assert (fit.n, fit.n_low, fit.n_high, fit.status) == (10, 3, 0, FitStatus.OK)


def test_two_groups_as_a_ratio():
    fit = censored_fit(*TWO)
    assert fit.coefficients == pytest.approx((0.545616, 0.470108), rel=1e-5)
    assert np.exp(fit.coefficients[1]) == pytest.approx(1.600167, rel=1e-5)
    assert fit.spread == pytest.approx(0.778823, rel=1e-5)


@pytest.mark.parametrize(
    ("rule", "mean", "spread"), [("half", 1.633035, 0.943259), ("root", 1.811966, 0.802681), ("drop", 2.712016, None)]
)
def test_what_substitution_would_have_said(rule, mean, spread):
    found = substituted(*ONE, rule)
    assert found[0] == pytest.approx(mean, rel=1e-5)
    assert spread is None or found[1] == pytest.approx(spread, rel=1e-5)


def test_upper_limits_mirror_lower_ones():
    values, side = ONE
    fit, mirrored = censored_fit(values, side), censored_fit(1 / values, -side)
    assert mirrored.coefficients[0] == pytest.approx(-fit.coefficients[0], abs=1e-6)
    assert (mirrored.low[0], mirrored.high[0]) == pytest.approx((-fit.high[0], -fit.low[0]), abs=1e-4)


def test_without_limits_it_is_the_mean_with_its_t_interval():
    values = np.exp(np.random.default_rng(0).normal(size=12))
    fit, y = censored_fit(values, np.zeros(12, np.int8)), np.log(values)
    assert fit.coefficients[0] == pytest.approx(y.mean(), abs=1e-7)
    low, high = stats.t.interval(0.95, 11, y.mean(), stats.sem(y))
    assert (fit.low[0], fit.high[0]) == pytest.approx((low, high), abs=1e-4)


def test_against_a_likelihood_written_out():
    values, side, x = TWO
    y = np.log(values)

    def negative(theta):
        mean = x @ theta[:2]
        return -np.where(
            side < 0, stats.norm.logcdf(y, mean, np.exp(theta[2])), stats.norm.logpdf(y, mean, np.exp(theta[2]))
        ).sum()

    best = optimize.minimize(negative, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    assert censored_fit(*TWO).log_likelihood == pytest.approx(-best.fun, abs=1e-7)


def test_the_unit_moves_the_mean_alone():
    values, side = ONE
    fit, scaled = censored_fit(values, side), censored_fit(1000 * values, side)
    assert scaled.geometric_mean == pytest.approx(1000 * fit.geometric_mean, rel=1e-6)
    assert scaled.spread == pytest.approx(fit.spread, rel=1e-6)


def test_too_many_limits_are_a_status():
    values, side = np.full(10, 1.0), np.array([-1] * 9 + [0])
    fit = censored_fit(values, side)
    assert fit.status is FitStatus.TOO_FEW_TRIALS
    assert np.isnan(fit.coefficients).all()
    many = censored_fit(np.r_[np.ones(6), 2.0, 3.0, 4.0, 5.0], np.array([-1] * 6 + [0] * 4))
    assert many.status is FitStatus.FEW_TRIALS


@pytest.mark.parametrize("bad", [(np.array([0.0, 1.0]), np.array([0, 0])), (np.array([1.0, 2.0]), np.array([0, 2]))])
def test_impossible_samples_are_refused(bad):
    with pytest.raises(InputError, match="concentrations"):
        censored_fit(*bad)
