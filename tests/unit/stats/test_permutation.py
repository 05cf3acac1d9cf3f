"""Permutation tests against brute force, ties, and enumeration by hand."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from nociscope.stats.design import one_sample, slope, two_groups
from nociscope.stats.linear import fit
from nociscope.stats.permutation import permutation_test
from nociscope.stats.relabelling import relabellings


def brute_force(design, y, moves):
    """Freedman–Lane with one least-squares fit per relabelling, in plain float64."""
    z, x = design.nuisance, design.matrix
    fitted = z @ np.linalg.lstsq(z, y, rcond=None)[0]
    inverse = np.linalg.inv(x.T @ x)
    values = np.empty((moves.count, y.shape[1]))
    for k in range(moves.count):
        star = fitted + (y - fitted)[moves.order[k]] * moves.signs[k][:, None]
        beta = inverse @ x.T @ star
        variance = inverse[0, 0] * ((star - x @ beta) ** 2).sum(axis=0) / (len(y) - x.shape[1])
        values[k] = beta[0] / np.sqrt(variance)
    return values


def test_null_equals_brute_force():
    rng = np.random.default_rng(0)
    covariates = np.column_stack([rng.normal(size=11), np.arange(11) % 2])
    design = two_groups(np.arange(11) < 5, covariates, np.zeros(11, int))
    y = rng.normal(size=(11, 7)) + 3 * covariates[:, :1]
    moves = relabellings(design, 300, 100, 0)
    test = permutation_test(design, y, moves)
    brute = np.abs(brute_force(design, y, moves))
    assert test.null_max == pytest.approx(brute.max(axis=1), rel=1e-9)
    assert test.p == pytest.approx((brute >= brute[0] * (1 - 1e-9)).mean(axis=0))
    assert test.p_max == pytest.approx((brute.max(axis=1)[:, None] >= brute[0] * (1 - 1e-9)).mean(axis=0))


def test_four_against_five_is_k_of_126_with_ties_and_at_any_effect():
    rng = np.random.default_rng(1)
    design = two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, int))
    moves = relabellings(design, 1, 20_000, 0)
    y = np.hstack([rng.normal(size=(9, 400)), rng.integers(0, 3, (9, 400)), rng.normal(size=(9, 400))])
    y[:4, 800:] += 50
    y = y[:, (np.ptp(y[:4], axis=0) > 0) & (np.ptp(y[4:], axis=0) > 0)]
    for error in ("pooled", "hc2"):
        p = permutation_test(design, y, moves, error=error).p
        assert np.abs(p * 126 - np.round(p * 126)).max() < 1e-9 and p.min() >= 1 / 126


def test_pooled_p_is_the_enumeration_by_hand():
    y = np.array([4.1, 4.4, 3.2, 4.6, 3.1, 3.3, 2.9, 3.4, 4.3])
    observed = abs(y[:4].mean() - y[4:].mean())
    means = [abs(y[list(c)].mean() - np.delete(y, c).mean()) for c in combinations(range(9), 4)]
    by_hand = np.mean(np.array(means) >= observed - 1e-9)
    design = two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, int))
    test = permutation_test(design, y[:, None], relabellings(design, 1, 20_000, 0))
    assert test.p[0] == pytest.approx(by_hand), "t and the difference of means order relabellings alike"


def test_sign_flips_by_hand():
    d = np.array([0.4, 0.9, -0.1, 0.7, 1.2, 0.3])
    signs = 1 - 2 * ((np.arange(64)[:, None] >> np.arange(6)) & 1)
    by_hand = np.mean(np.abs(signs @ d) >= abs(d.sum()) - 1e-9)
    design = one_sample(6, np.zeros((6, 0)))
    assert permutation_test(design, d[:, None], relabellings(design, 1, 20_000, 0)).p[0] == pytest.approx(by_hand)


def test_one_sided_tests_look_in_one_direction():
    y = np.r_[np.linspace(2, 3, 5), np.linspace(0, 1, 5)][:, None]
    design = two_groups(np.arange(10) < 5, np.zeros((10, 0)), np.zeros(10, int))
    moves = relabellings(design, 1, 20_000, 0)
    p = {a: permutation_test(design, y, moves, a).p[0] for a in ("two-sided", "greater", "less")}
    assert p == pytest.approx({"two-sided": 2 / 252, "greater": 1 / 252, "less": 1.0})


def test_perfectly_separated_groups_tie_with_their_mirror():
    y = np.r_[np.ones(4), np.zeros(4)][:, None]
    design = two_groups(np.arange(8) < 4, np.zeros((8, 0)), np.zeros(8, int))
    for error in ("pooled", "hc2"):
        test = permutation_test(design, y, relabellings(design, 1, 20_000, 0), error=error)
        assert test.p[0] == pytest.approx(2 / 70) and np.isfinite(test.statistic).all()


def test_without_covariates_the_fit_is_welch():
    rng = np.random.default_rng(2)
    a, b = rng.normal(1, 1, 7), rng.normal(0, 3, 12)
    design = two_groups(np.arange(19) < 7, np.zeros((19, 0)), np.zeros(19, int))
    fitted = fit(design, np.r_[a, b][:, None])
    assert fitted.estimate[0] / fitted.se[0] == pytest.approx(stats.ttest_ind(a, b, equal_var=False).statistic)
    pooled = stats.ttest_ind(a, b)
    assert fitted.estimate[0] / fitted.se_pooled[0] == pytest.approx(pooled.statistic)
    assert fitted.dof[0] == pytest.approx(stats.ttest_ind(a, b, equal_var=False).df)


def test_a_slope_without_covariates_has_the_classical_error():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=15), rng.normal(size=15)
    fitted = fit(slope(x, np.zeros((15, 0)), np.zeros(15, int)), y[:, None])
    classical = stats.linregress(x, y)
    assert (fitted.estimate[0], fitted.se_pooled[0]) == pytest.approx((classical.slope, classical.stderr))
    assert fitted.residual_dof == 13 and 1 < fitted.dof[0] <= 13


def test_welch_type_null_equals_scipy_for_every_relabelling():
    rng = np.random.default_rng(4)
    y = np.r_[rng.normal(0, 3, 3), rng.normal(1, 1, 6)]
    design = two_groups(np.arange(9) < 3, np.zeros((9, 0)), np.zeros(9, int))
    moves = relabellings(design, 1, 20_000, 0)
    test = permutation_test(design, y[:, None], moves, error="hc2")
    moved = y[moves.order]
    theirs = stats.ttest_ind(moved[:, :3], moved[:, 3:], axis=1, equal_var=False).pvalue
    assert test.null_max == pytest.approx(stats.norm.isf(theirs / 2), rel=1e-6, abs=1e-6)
    assert test.p[0] == pytest.approx(np.mean(theirs <= theirs[0] * (1 + 1e-9)))


def hc2_by_loops(design, y, moves):
    """Freedman–Lane with HC2 errors and Satterthwaite's degrees of freedom: one relabelling, one fit, one person."""
    x, z, n = design.matrix, design.nuisance, design.n
    inverse = np.linalg.inv(x.T @ x)
    maker = np.eye(n) - x @ inverse @ x.T
    weight = [inverse[0] @ x[i] for i in range(n)]
    fitted = z @ np.linalg.lstsq(z, y, rcond=None)[0]
    values = []
    for order, signs in zip(moves.order, moves.signs, strict=True):
        star = np.array([fitted[i] + signs[i] * (y - fitted)[order[i]] for i in range(n)])
        beta = inverse @ x.T @ star
        residual = [star[i] - x[i] @ beta for i in range(n)]
        variance = sum(weight[i] ** 2 * residual[i] ** 2 / maker[i, i] for i in range(n))
        meat = maker @ np.diag([weight[i] ** 2 / maker[i, i] for i in range(n)]) @ maker
        groups = [np.flatnonzero(design.interest == level) for level in np.unique(design.interest)]
        groups = groups if len(groups) == 2 else [np.arange(n)]
        spread = np.zeros(n)
        for members in groups:
            spread[members] = sum(residual[i] ** 2 for i in members) / sum(maker[i, i] for i in members)
        both = meat @ np.diag(spread)
        tail = stats.t.sf(abs(beta[0]) / np.sqrt(variance), np.trace(both) ** 2 / np.trace(both @ both))
        values.append(stats.norm.isf(tail))
    return np.array(values)


@pytest.mark.parametrize("kind", ["groups", "slope", "flips"])
def test_hc2_null_with_covariates_equals_brute_force(kind):
    rng = np.random.default_rng(9)
    n = 9
    age = rng.normal(size=n)
    strata = np.zeros(n, dtype=int)
    design = {
        "groups": two_groups(np.arange(n) < 4, np.column_stack([age, np.arange(n) % 2]), strata),
        "slope": slope(rng.normal(size=n), age[:, None], strata),
        "flips": one_sample(n, age[:, None]),
    }[kind]
    y = rng.normal(size=n) * np.where(np.arange(n) < 4, 3.0, 1.0) + 2 * age + 0.5 * design.interest
    moves = relabellings(design, 250, 300, 0)
    brute = hc2_by_loops(design, y, moves)
    test = permutation_test(design, y[:, None], moves, error="hc2")
    assert test.null_max == pytest.approx(brute, rel=1e-9, abs=1e-9)
    assert test.p[0] == np.mean(brute >= brute[0] * (1 - 1e-9))


def test_hc2_max_null_with_covariates_is_the_largest_over_regions():
    rng = np.random.default_rng(10)
    design = two_groups(np.arange(9) < 4, rng.normal(size=(9, 1)), np.zeros(9, dtype=int))
    y = rng.normal(size=(9, 5))
    moves = relabellings(design, 100, 50, 0)
    brute = np.array([hc2_by_loops(design, column, moves) for column in y.T]).T
    test = permutation_test(design, y, moves, error="hc2")
    assert test.null_max == pytest.approx(brute.max(axis=1), rel=1e-9)
    assert test.p_max == pytest.approx((brute.max(axis=1)[:, None] >= brute[0] * (1 - 1e-9)).mean(axis=0))
