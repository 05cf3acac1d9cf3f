"""Reliability against closed forms, factor analysis of scikit-learn and statsmodels, and known loadings."""

import numpy as np
import pytest

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.status import FitStatus
from nociscope.models.phenotype.reliability import (
    cronbach_alpha,
    one_factor,
    reliability,
    reliable_change,
    standard_error_of_measurement,
)

LOADINGS = np.array([0.8, 0.7, 0.6, 0.5, 0.75])


def sample(n=400, seed=0):
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(n, 5)) * np.sqrt(1 - LOADINGS**2)
    return rng.normal(size=(n, 1)) * LOADINGS + noise


def test_alpha_of_parallel_items_is_spearman_and_brown():
    """Of k items with equal variance and correlation r, α = k r / (1 + (k − 1) r)."""
    k, r = 6, 0.3
    covariance = np.full((k, k), r) + (1 - r) * np.eye(k)
    assert cronbach_alpha(covariance) == pytest.approx(k * r / (1 + (k - 1) * r), rel=1e-12)


def test_alpha_is_the_definition_by_variances():
    x = np.round(sample() * 2)
    k = x.shape[1]
    expected = k / (k - 1) * (1 - x.var(axis=0, ddof=1).sum() / x.sum(axis=1).var(ddof=1))
    assert reliability(x, -100, 100).alpha == pytest.approx(expected, rel=1e-12)


def test_loadings_are_those_of_scikit_learn():
    from sklearn.decomposition import FactorAnalysis

    x = sample() * [1.0, 2.0, 0.5, 1.5, 1.0]
    peer = FactorAnalysis(n_components=1, tol=1e-10, max_iter=20_000).fit(x)
    expected = peer.components_[0] * np.sign(peer.components_.sum())
    found = one_factor(np.cov(x, rowvar=False, bias=True))
    assert found == pytest.approx(expected, rel=1e-4)
    common = expected.sum() ** 2
    assert reliability(x, -100, 100).omega == pytest.approx(common / (common + peer.noise_variance_.sum()), rel=1e-4)


def test_loadings_are_those_of_statsmodels():
    from statsmodels.multivariate.factor import Factor

    x = sample(seed=3)
    peer = Factor(corr=np.corrcoef(x, rowvar=False), n_factor=1, method="ml").fit()
    expected = np.abs(peer.loadings[:, 0])
    assert one_factor(np.corrcoef(x, rowvar=False)) == pytest.approx(expected, abs=1e-4)


def test_exact_loadings_are_recovered_and_omega_is_the_closed_form():
    covariance = np.outer(LOADINGS, LOADINGS) + np.diag(1 - LOADINGS**2)
    found = one_factor(covariance)
    assert found == pytest.approx(LOADINGS, abs=1e-7)
    omega = LOADINGS.sum() ** 2 / covariance.sum()
    assert omega > cronbach_alpha(covariance)  # α is a lower bound of ω where loadings differ


def test_item_rest_leaves_the_item_out():
    x = sample()
    found = reliability(x, -100, 100).item_rest
    assert found[2] == pytest.approx(np.corrcoef(x[:, 2], np.delete(x, 2, axis=1).sum(axis=1))[0, 1])


def test_floor_and_ceiling_are_shares_of_people():
    x = np.array([[0, 0, 0]] * 4 + [[1, 2, 1]] * 10 + [[3, 3, 3]] * 2 + [[2, 1, 1]] * 4, dtype=float)
    found = reliability(x, 0, 9)
    assert (found.floor, found.ceiling, found.crowded) == (0.2, 0.1, True)


def test_people_who_miss_an_item_are_left_out_and_counted():
    x = sample(50)
    x[:7, 1] = np.nan
    found = reliability(x, -100, 100)
    assert (found.n, found.n_asked) == (43, 50)
    assert found.alpha == pytest.approx(reliability(x[7:], -100, 100).alpha)


def test_what_cannot_be_said_has_a_status():
    assert reliability(sample(9), -100, 100).status == FitStatus.TOO_FEW_TRIALS
    assert reliability(np.ones((20, 4)), 0, 4).status == FitStatus.NO_SIGNAL
    two = reliability(sample()[:, :2], -100, 100)
    assert two.status == FitStatus.NOT_CONVERGED
    assert np.isfinite(two.alpha)
    assert np.isnan(two.omega)
    with pytest.raises(ShapeError, match="two items"):
        reliability(np.ones((20, 1)), 0, 1)


def test_reliable_change_of_the_worked_example():
    """28 → 40 with a standard error of 4.5 is no reliable change at 1.96."""
    assert reliable_change(28, 40, 4.5) == pytest.approx(1.885618, abs=1e-6)
    assert reliable_change(40, 28, 4.5) == pytest.approx(-1.885618, abs=1e-6)
    with pytest.raises(RangeError, match="positive"):
        reliable_change(1, 2, 0)


def test_standard_error_of_measurement():
    assert standard_error_of_measurement(10, 0.91) == pytest.approx(3.0)
    with pytest.raises(InputError, match="reliability"):
        standard_error_of_measurement(10, 1.2)
