"""Effects and intervals against other ways to get the same number."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nociscope.stats import linear
from nociscope.stats.design import one_sample, slope, two_groups
from nociscope.stats.effects import Bootstrap, correlations, partial_correlation, small_sample_factor, standardised
from nociscope.stats.intervals import bca, correlation_interval, noncentrality_interval
from nociscope.stats.noncentral import cdf, noncentrality

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
    assert g.value == pytest.approx(d * small_sample_factor(7)) and how == "noncentral t"
    low, high = noncentrality_interval(d / np.sqrt(1 / 4 + 1 / 5), 7, 0.95)
    assert (g.ci_low, g.ci_high) == pytest.approx((low * np.sqrt(0.45), high * np.sqrt(0.45)))


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


def test_bootstrap_is_used_when_groups_are_large_and_is_seeded():
    rng = np.random.default_rng(1)
    y = rng.normal(size=(50, 2))
    y[:25] += 1
    design = two_groups(np.arange(50) < 25, np.zeros((50, 0)), np.zeros(50, int))
    fitted = linear.fit(design, y)
    first, how = standardised(design, y, fitted, BOOT, "hedges_g")
    assert how.startswith("BCa") and all(e.ci_low < e.value < e.ci_high for e in first)
    assert standardised(design, y, fitted, BOOT, "hedges_g")[0] == first
    assert standardised(design, y, fitted, Bootstrap(1000, 1, 0.95), "hedges_g")[0] != first


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
