"""Posterior and Bayes factors against closed forms, brute force and printed numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from nociscope.core.errors import RangeError
from nociscope.stats.estimates.bayes import (
    DEFAULT_PRIOR,
    Prior,
    bayes_factor_r,
    bayes_factor_t,
    bayesian_estimate,
    prior_matters,
    under_other_priors,
)


def test_printed_bayes_factors():
    """T 3.5 of 20 and 20: 26.743, of 20 pairs: 17.185; r 0.6 of 20: 10.634, as the documentation of pingouin prints."""
    assert bayes_factor_t(3.5, 38, 10, Prior("cauchy", 0.707)) == pytest.approx(26.743, abs=5e-4)
    assert bayes_factor_t(3.5, 19, 20, Prior("cauchy", 0.707)) == pytest.approx(17.185, abs=5e-4)
    assert bayes_factor_r(0.6, 20) == pytest.approx(10.634, abs=5e-4)


def test_bayes_factors_of_rouder():
    """Rouder et al. 2009 print 1.56 and 1.02 in favour of none for t 2.03 and 2.24 of 80 people, Cauchy(0, 1)."""
    unit = Prior("cauchy", 1.0)
    assert 1 / bayes_factor_t(2.03, 79, 80, unit) == pytest.approx(1.56, abs=0.005)
    assert 1 / bayes_factor_t(2.24, 79, 80, unit) == pytest.approx(1.02, abs=0.005)


@pytest.mark.parametrize("prior", [DEFAULT_PRIOR, Prior("normal", 0.5)])
@pytest.mark.parametrize(("t", "dof", "n"), [(0.1, 7, 2.2), (2.5, 18, 5.0)])
def test_a_bayes_factor_is_the_mean_likelihood_under_the_prior(prior, t, dof, n):
    """The marginal of t is a noncentral t whose parameter is drawn from the prior."""

    def weighted(delta: float) -> float:
        return float(stats.nct.pdf(t, dof, delta * np.sqrt(n)) * prior.density(np.array(delta)))

    marginal = integrate.quad(weighted, -15, 15, limit=300, points=[0])[0]
    assert bayes_factor_t(t, dof, n, prior) == pytest.approx(marginal / stats.t.pdf(t, dof), rel=1e-4)


@pytest.mark.parametrize(("estimate", "se", "scale"), [(1.0, 0.4, 0.5), (5.0, 0.4, 0.2), (1.0, 2.0, 0.5), (0.0, 1, 1)])
def test_a_normal_prior_and_a_known_error_have_a_closed_form(estimate, se, scale):
    found = bayesian_estimate(estimate, se, 1e9, 1.0, Prior("normal", scale))
    share = scale**2 / (scale**2 + se**2)
    half = stats.norm.ppf(0.975) * se * np.sqrt(share)
    assert found.mean == pytest.approx(share * estimate, abs=1e-6)
    assert (found.ci_low, found.ci_high) == pytest.approx((share * estimate - half, share * estimate + half), abs=3e-4)
    assert found.p_positive == pytest.approx(stats.norm.cdf(np.sqrt(share) * estimate / se), abs=1e-5)


def test_a_posterior_by_brute_force():
    at = np.linspace(-60, 60, 400_001)
    weight = stats.t.pdf((at + 1) / 2, 3) * stats.cauchy.pdf(at / 1.5, scale=np.sqrt(0.5))
    weight /= weight.sum()
    found = bayesian_estimate(-1.0, 2.0, 3, 1.5, margin=0.9)
    assert found.mean == pytest.approx(weight @ at, abs=2e-3)
    assert found.p_positive == pytest.approx(weight[at > 0].sum(), abs=1e-3)
    assert found.p_within_margin == pytest.approx(weight[np.abs(at) < 0.9].sum(), abs=1e-3)
    assert found.ci_low == pytest.approx(at[np.searchsorted(np.cumsum(weight), 0.025)], abs=5e-3)


def test_the_unit_of_the_measure_does_not_matter():
    small, large = bayesian_estimate(1, 0.5, 9, 0.8), bayesian_estimate(1000, 500, 9, 800)
    assert large.mean == pytest.approx(1000 * small.mean) and large.p_positive == pytest.approx(small.p_positive)


def test_a_sceptical_prior_matters_where_the_data_are_few():
    few = (bayesian_estimate(1.9, 0.8, 7, 1.0), *under_other_priors(1.9, 0.8, 7, 1.0))
    many = (bayesian_estimate(1.9, 0.2, 90, 1.0), *under_other_priors(1.9, 0.2, 90, 1.0))
    assert not prior_matters(many) and all(e.excludes_zero == 1 for e in many)
    assert len({e.prior for e in few}) == 5
    wide = bayesian_estimate(2.2, 0.8, 60, 1.0, Prior("normal", 50.0))
    narrow = bayesian_estimate(2.2, 0.8, 60, 1.0, Prior("normal", 0.2))
    assert prior_matters((wide, narrow)) and wide.excludes_zero == 1 and narrow.excludes_zero == 0


def test_names_and_impossible_priors():
    assert DEFAULT_PRIOR.name == "Cauchy(0, 0.707)"
    with pytest.raises(RangeError):
        Prior("uniform", 1.0)
    with pytest.raises(RangeError):
        Prior("normal", 0.0)
    with pytest.raises(RangeError):
        bayesian_estimate(1.0, 0.0, 9, 1.0)
    assert bayes_factor_r(1.0, 10) == np.inf
