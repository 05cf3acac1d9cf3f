"""Effects and intervals against other ways to get the same number."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nociscope.stats import linear
from nociscope.stats.design import one_sample, slope, two_groups
from nociscope.stats.effects import (
    Bootstrap,
    correlations,
    partial_correlation,
    small_sample_factor,
    standardised,
    standardised_by_bootstrap,
)
from nociscope.stats.estimates.kurtosis import excess_kurtosis, spread_dof
from nociscope.stats.estimates.variance_explained import omega_squared
from nociscope.stats.intervals import bca, correlation_interval, noncentrality_interval
from nociscope.stats.noncentral import cdf, cdfs, f_noncentralities, noncentralities, noncentrality

BOOT = Bootstrap(1000, 0, 0.95)


def test_small_sample_factor_is_hedges_approximation_within_its_error():
    for dof in (4, 10, 50):
        assert small_sample_factor(dof) == pytest.approx(1 - 3 / (4 * dof - 1), abs=3e-3 if dof < 5 else 5e-4)


@pytest.mark.parametrize(("t", "dof", "delta"), [(2.0, 7, 1.0), (0.5, 17, 0.0), (-3, 2, 1), (30, 7, 20), (5, 60, 4)])
def test_noncentral_t_agrees_with_scipy_where_that_is_finite(t, dof, delta):
    assert cdf(t, dof, delta) == pytest.approx(stats.nct.cdf(t, dof, delta), abs=1e-9)


def test_noncentral_t_where_scipy_gives_nan():
    assert cdf(0.4, 18, -4.764632200122831) == pytest.approx(1, abs=1e-5)
    low, high = noncentrality_interval(40.0, 5, 0.95)
    assert cdf(40.0, 5, low) == pytest.approx(0.975) and cdf(40.0, 5, high) == pytest.approx(0.025)


def test_noncentrality_inverts_the_distribution():
    assert noncentrality(2.3, 9, cdf(2.3, 9, 1.7)) == pytest.approx(1.7)


def test_g_and_its_interval_by_hand():
    a, b = np.array([5.1, 4.8, 6.0, 5.5]), np.array([4.0, 4.4, 3.9, 4.6, 4.1])
    pooled = np.sqrt((3 * a.var(ddof=1) + 4 * b.var(ddof=1)) / 7)
    design = two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, int))
    y = np.r_[a, b][:, None]
    (g,), how = standardised(design, y, linear.fit(design, y), BOOT, "hedges_g")
    d = (a.mean() - b.mean()) / pooled
    assert g.value == pytest.approx(d * small_sample_factor(7)) and how.startswith("noncentral t")
    (dof,) = spread_dof(linear.algebra(design), y)
    low, high = noncentrality_interval(d / np.sqrt(1 / 4 + 1 / 5), float(dof), 0.95)
    assert (g.ci_low, g.ci_high) == pytest.approx((low * np.sqrt(0.45), high * np.sqrt(0.45)))
    bell = noncentrality_interval(d / np.sqrt(1 / 4 + 1 / 5), 7, 0.95)
    assert g.ci_low < bell[0] * np.sqrt(0.45) and dof < 7, "tails heavier than a bell curve's cannot be excluded"


def test_kurtosis_of_the_errors_of_a_model_is_found_again():
    """Excess kurtosis is 0 of a normal, 6 of an exponential, −1.2 of a uniform distribution."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(400, 2))
    design = two_groups(np.arange(400) < 150, x, np.zeros(400, int))
    a = linear.algebra(design)
    noise = {"normal": rng.normal, "exponential": rng.exponential, "uniform": rng.uniform}
    found = {name: excess_kurtosis(a, draw(size=(400, 400)) + x @ np.ones((2, 1))) for name, draw in noise.items()}
    assert np.mean(found["normal"]) == pytest.approx(0, abs=0.06)
    assert np.mean(found["uniform"]) == pytest.approx(-1.2, abs=0.03)
    assert np.mean(found["exponential"]) == pytest.approx(6, abs=0.7)
    assert np.median(spread_dof(a, noise["normal"](size=(400, 50)))) == pytest.approx(396, rel=0.2)


def test_many_noncentralities_are_those_of_one():
    rng = np.random.default_rng(4)
    t, dof = rng.normal(0, 5, 60), rng.uniform(1, 60, 60)
    for p in (0.025, 0.975):
        one = [noncentrality(float(a), float(b), p) for a, b in zip(t, dof, strict=True)]
        np.testing.assert_allclose(noncentralities(t, dof, p), one, atol=1e-8)
    assert np.isnan(noncentralities([np.nan, np.inf], 7, 0.5)).all()
    np.testing.assert_allclose(cdfs(t, 9, 1.0), [cdf(float(a), 9, 1.0) for a in t])


def test_noncentrality_of_f_inverts_scipy_and_is_zero_where_f_is_small():
    low, high = f_noncentralities([0.2, 3.0, 40.0], 2, 24, 0.975), f_noncentralities([0.2, 3.0, 40.0], 2, 24, 0.025)
    assert low[0] == low[1] == 0 and high[0] > 0
    assert stats.ncf.cdf(40, 2, 24, low[2]) == pytest.approx(0.975, abs=1e-9)
    assert stats.ncf.cdf([0.2, 3.0], 2, 24, high[:2]) == pytest.approx([0.025] * 2, abs=1e-9)


def test_omega_squared_of_a_one_way_layout():
    """Of three groups, from sums of squares: (SSb − dfb MSw) / (SSt + MSw), which is the partial one without others."""
    y = [np.array([3.0, 5, 4, 6]), np.array([7.0, 6, 9, 8]), np.array([5.0, 5, 7, 4])]
    within = sum(float(((g - g.mean()) ** 2).sum()) for g in y)
    between = sum(4 * (g.mean() - np.mean(y)) ** 2 for g in y)
    f = stats.f_oneway(*y).statistic
    assert omega_squared(f, 2, 9)[0] == pytest.approx((between - 2 * within / 9) / (between + within + within / 9))
    assert omega_squared(0.5, 2, 9)[0] == 0 and omega_squared(np.inf, 2, 9)[0] == 1


def test_g_holds_covariates_constant():
    rng = np.random.default_rng(0)
    genotype = np.tile([0.0, 1.0], 6)
    y = np.where(np.arange(12) < 6, 1.0, 0.0) + 10 * genotype + rng.normal(0, 0.5, 12)
    bare = two_groups(np.arange(12) < 6, np.zeros((12, 0)), np.zeros(12, int))
    held = two_groups(np.arange(12) < 6, genotype[:, None], np.zeros(12, int))
    (raw,), _ = standardised(bare, y[:, None], linear.fit(bare, y[:, None]), BOOT, "hedges_g")
    (adjusted,), _ = standardised(held, y[:, None], linear.fit(held, y[:, None]), BOOT, "hedges_g")
    assert abs(raw.value) < 0.5 < adjusted.value


def test_dz_is_mean_over_sd_of_differences():
    d = np.array([0.4, 0.9, -0.1, 0.7, 1.2, 0.3])
    design = one_sample(6, np.zeros((6, 0)))
    (dz,), _ = standardised(design, d[:, None], linear.fit(design, d[:, None]), BOOT, "dz")
    assert dz.value == pytest.approx(small_sample_factor(5) * d.mean() / d.std(ddof=1))


def test_the_bootstrap_of_g_is_seeded():
    rng = np.random.default_rng(1)
    y = rng.normal(size=(50, 2))
    y[:25] += 1
    design = two_groups(np.arange(50) < 25, np.zeros((50, 0)), np.zeros(50, int))
    fitted = linear.fit(design, y)
    low, high = standardised_by_bootstrap(design, y, fitted, BOOT)
    assert all(a < e.value < b for a, e, b in zip(low, standardised(design, y, fitted, BOOT, "")[0], high, strict=True))
    np.testing.assert_array_equal(standardised_by_bootstrap(design, y, fitted, BOOT)[0], low)
    assert (standardised_by_bootstrap(design, y, fitted, Bootstrap(1000, 1, 0.95))[0] != low).all()


def test_bca_agrees_with_scipy():
    rng = np.random.default_rng(2)
    x = rng.exponential(size=40)
    reference = stats.bootstrap((x,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(0))
    resampled = x[np.random.default_rng(1).integers(0, 40, (20_000, 40))].mean(axis=1)[:, None]
    left_out = np.array([np.delete(x, i).mean() for i in range(40)])[:, None]
    low, high = bca(np.array([x.mean()]), resampled, left_out, 0.95)
    assert (low[0], high[0]) == pytest.approx(tuple(reference.confidence_interval), rel=0.02)


def test_bca_gives_up_when_too_many_resamples_are_singular():
    resampled = np.full((10, 1), np.nan)
    assert bca(np.zeros(1), resampled, np.zeros((4, 1)), 0.95) is None


def test_partial_correlation_is_that_of_residuals():
    rng = np.random.default_rng(3)
    x, z, y = rng.normal(size=(3, 15))
    design = slope(x, z[:, None], np.zeros(15, int))
    r_xy, r_xz, r_yz = (np.corrcoef(a, b)[0, 1] for a, b in ((x, y), (x, z), (y, z)))
    by_formula = (r_xy - r_xz * r_yz) / np.sqrt((1 - r_xz**2) * (1 - r_yz**2))
    assert partial_correlation(design, y[:, None])[0] == pytest.approx(by_formula)
    (effect,), how = correlations(design, y[:, None], BOOT, rank=False)
    assert how == "Fisher z" and (effect.ci_low, effect.ci_high) == pytest.approx(
        correlation_interval(by_formula, 15, 1, 0.95)
    )


def test_correlation_interval_is_fishers():
    reference = stats.pearsonr(np.arange(10.0), np.array([1, 3, 2, 5, 4, 6, 9, 7, 8, 10.0]))
    r = float(reference.statistic)
    assert correlation_interval(r, 10, 0, 0.95) == pytest.approx(tuple(reference.confidence_interval()))
    assert correlation_interval(0.9, 4, 1, 0.95) == (-1.0, 1.0), "with nobody left nothing is excluded"


def test_ranks_in_perfect_order_do_not_make_a_certain_interval():
    low, high = correlation_interval(1.0, 8, 0, 0.95, rank=True)
    assert 0.5 < low < 1 and high == 1
    assert correlation_interval(-1.0, 8, 0, 0.95, rank=True) == (-1.0, -low)
