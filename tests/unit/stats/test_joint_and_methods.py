"""F tests and the methods of permutation against scipy, statsmodels, brute force and closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError, ShapeError
from nociscope.stats.design import Design, one_sample, several_groups, two_groups
from nociscope.stats.joint import fit_joint
from nociscope.stats.linear import fit, residual_maker
from nociscope.stats.permutation import permutation_test, smallest_attainable_p
from nociscope.stats.reduction import reduced_design, reduction
from nociscope.stats.relabelling import distinct_relabellings, relabellings

LABELS = ["a"] * 8 + ["b"] * 4 + ["c"] * 5


def three_groups(covariates=None):
    return several_groups(LABELS, np.zeros((17, 0)) if covariates is None else covariates, np.zeros(17, int))


def values(regions=4, seed=0):
    spread = np.r_[np.ones(8), 3 * np.ones(4), np.ones(5)][:, None]
    return np.random.default_rng(seed).normal(size=(17, regions)) * spread


def test_f_without_covariates_is_welchs_and_the_classical():
    oneway = pytest.importorskip("statsmodels.stats.oneway")
    y = values()
    fitted = fit_joint(three_groups(), y)
    for region in range(4):
        groups = [y[:8, region], y[8:12, region], y[12:, region]]
        theirs = oneway.anova_oneway(groups, use_var="unequal")
        mine = (fitted.statistic[region], fitted.dof2[region], fitted.p[region])
        assert mine == pytest.approx((theirs.statistic, theirs.df[1], theirs.pvalue), rel=1e-8)
        assert fitted.statistic_pooled[region] == pytest.approx(stats.f_oneway(*groups).statistic)


def test_classical_f_with_covariates_and_partial_eta_squared_by_two_fits():
    rng = np.random.default_rng(1)
    covariates, y = rng.normal(size=(17, 2)), values()
    design = replace(three_groups(covariates), spread=np.zeros(17, int))
    fitted = fit_joint(design, y)
    rss = [
        np.linalg.lstsq(x, y, rcond=None)[1] for x in (design.nuisance, np.hstack([design.interest, design.nuisance]))
    ]
    assert fitted.statistic == pytest.approx(((rss[0] - rss[1]) / 2) / (rss[1] / 12))
    assert fitted.partial_eta2 == pytest.approx(1 - rss[1] / rss[0])
    assert (fitted.dof1, fitted.residual_dof) == (2, 12) and fitted.dof2 == pytest.approx(12)


def test_f_of_one_question_is_t_squared():
    y = values()[:9]
    design = two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, int))
    joint, single = fit_joint(replace(design, interest=design.interest[:, None]), y), fit(design, y)
    assert joint.statistic == pytest.approx(single.t**2, rel=1e-9) and joint.dof2 == pytest.approx(single.dof, rel=1e-9)
    moves = relabellings(design, 1, 20_000, 0)
    of_f = permutation_test(replace(design, interest=design.interest[:, None]), y, moves, error="hc2")
    assert of_f.p == pytest.approx(permutation_test(design, y, moves, error="hc2").p)


def test_the_coding_of_groups_does_not_matter():
    y, design = values(), three_groups(np.random.default_rng(2).normal(size=(17, 1)))
    other = replace(design, interest=design.interest @ np.array([[2.0, 1.0], [-1.0, 5.0]]) + 3.0)
    assert fit_joint(other, y).statistic == pytest.approx(fit_joint(design, y).statistic, rel=1e-9)
    moves = relabellings(design, 99, 10, 0)
    assert permutation_test(other, y, moves, error="hc2").null_max == pytest.approx(
        permutation_test(design, y, moves, error="hc2").null_max, rel=1e-8
    )


def test_f_null_equals_a_fit_per_relabelling():
    rng = np.random.default_rng(3)
    design, y = three_groups(rng.normal(size=(17, 1))), values(3)
    moves = relabellings(design, 100, 10, 0)
    z, x = design.nuisance, design.matrix
    fitted = z @ np.linalg.lstsq(z, y, rcond=None)[0]
    brute = []
    for order in moves.order:
        star = fitted + (y - fitted)[order]
        rss = [np.linalg.lstsq(m, star, rcond=None)[1] for m in (z, x)]
        brute.append((((rss[0] - rss[1]) / 2) / (rss[1] / (17 - 4))).max())
    assert permutation_test(design, y, moves).null_max == pytest.approx(brute, rel=1e-9)


def test_equal_spread_is_the_classical_test_whatever_error_is_asked():
    y = values()[:9]
    design = two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, int))
    equal = replace(design, spread=np.zeros(9, int))
    moves = relabellings(design, 1, 20_000, 0)
    assert permutation_test(equal, y, moves, error="hc2").statistic == pytest.approx(
        stats.ttest_ind(y[:4], y[4:]).statistic
    )
    assert fit(equal, y).t == pytest.approx(stats.ttest_ind(y[:4], y[4:]).statistic) and (fit(equal, y).dof == 7).all()


def test_spread_groups_other_than_the_contrast_enter_the_degrees_of_freedom():
    y = values()[:9]
    design = two_groups(np.arange(9) % 2 == 0, np.zeros((9, 0)), np.zeros(9, int))
    by_scanner = replace(design, spread=np.r_[np.zeros(5, int), np.ones(4, int)])
    assert not np.allclose(fit(by_scanner, y).dof, fit(design, y).dof)
    assert fit(by_scanner, y).se == pytest.approx(fit(design, y).se)


def test_p_of_three_groups_is_a_whole_number_of_280_halves_with_ties():
    rng = np.random.default_rng(4)
    design = several_groups(["a"] * 3 + ["b"] * 3 + ["c"] * 3, np.zeros((9, 0)), np.zeros(9, int))
    y = np.hstack([rng.normal(size=(9, 100)), rng.integers(0, 12, (9, 100)).astype(float)])
    y[:3, ::3] += 50
    moves = relabellings(design, 1, 20_000, 0)
    assert moves.count == 1680
    for error in ("pooled", "hc2"):
        p = permutation_test(design, y, moves, error=error).p
        assert np.abs(280 * p - np.round(280 * p)).max() < 1e-9, "six namings of the same partition always tie"
    assert smallest_attainable_p(design, moves) == pytest.approx(1 / 280)


def test_dekker_equals_a_fit_with_the_moved_regressor():
    rng = np.random.default_rng(5)
    design = replace(two_groups(np.arange(9) < 4, rng.normal(size=(9, 1)), np.zeros(9, int)), method="dekker")
    y = rng.normal(size=(9, 3))
    for scheme in ("permute", "flip", "both"):
        moves = relabellings(replace(design, scheme=scheme), 60, 10, 0)
        z = design.nuisance
        own = residual_maker(z) @ design.interest
        brute = []
        for order, signs in zip(moves.order, moves.signs, strict=True):
            moved = np.empty(9)
            moved[order] = signs * own
            x = np.column_stack([moved, z])
            beta, rss, *_ = np.linalg.lstsq(x, y, rcond=None)
            brute.append(np.abs(beta[0] / np.sqrt(np.linalg.inv(x.T @ x)[0, 0] * rss / 6)).max())
        assert permutation_test(design, y, moves).null_max == pytest.approx(brute, rel=1e-9)


def test_dekker_wants_one_variance():
    design = replace(two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, int)), method="dekker")
    with pytest.raises(InputError, match="one variance"):
        permutation_test(design, values()[:9], relabellings(design, 10, 200, 0), error="hc2")


@pytest.mark.parametrize("method", ["freedman-lane", "dekker", "huh-jhun"])
def test_the_observed_statistic_does_not_depend_on_the_method(method):
    rng = np.random.default_rng(6)
    design = replace(two_groups(np.arange(9) < 4, rng.normal(size=(9, 1)), np.zeros(9, int)), method=method)
    test = permutation_test(design, values()[:9], relabellings(design, 50, 10, 0))
    assert test.statistic == pytest.approx(fit(design, values()[:9]).estimate / fit(design, values()[:9]).se_pooled)


def test_the_reduction_is_an_orthonormal_basis_of_what_is_left():
    rng = np.random.default_rng(7)
    z = np.column_stack([np.ones(10), rng.normal(size=10), 1000 * rng.normal(size=10)])
    q = reduction(z)
    assert q.shape == (10, 7) and q.T @ q == pytest.approx(np.eye(7), abs=1e-12)
    assert q @ q.T == pytest.approx(residual_maker(z), abs=1e-12) and np.array_equal(q, reduction(z))
    assert reduction(z[:, [2, 0, 1]]) == pytest.approx(q, abs=1e-9), "the order of covariates does not matter"


@pytest.mark.parametrize(
    "change", [{"strata": np.arange(9) % 2}, {"blocks": np.arange(9)}, {"spread": np.arange(9) % 2}]
)
def test_huh_and_jhun_refuses_what_needs_people(change):
    design = two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, int))
    with pytest.raises(InputError, match="mix people"):
        distinct_relabellings(replace(design, method="huh-jhun", **change))


def test_huh_and_jhun_exchanges_what_the_nuisance_leaves_free():
    rng = np.random.default_rng(8)
    design = replace(two_groups(np.arange(9) < 4, rng.normal(size=(9, 1)), np.zeros(9, int)), method="huh-jhun")
    assert reduced_design(design).n == 7 and distinct_relabellings(design) == 5040
    with pytest.raises(ShapeError):
        permutation_test(design, values()[:9], relabellings(replace(design, method="freedman-lane"), 10, 10, 0))


def test_flips_between_people_refit_the_intercept():
    rng = np.random.default_rng(9)
    design = replace(two_groups(np.arange(7) < 3, np.zeros((7, 0)), np.zeros(7, int)), scheme="flip")
    y = rng.normal(size=(7, 2)) + 100
    moves = relabellings(design, 1, 1000, 0)
    left = y - y.mean(axis=0)
    brute = []
    for signs in moves.signs:
        star = left * signs[:, None]
        brute.append(np.abs(stats.ttest_ind(star[:3], star[3:]).statistic).max())
    assert permutation_test(design, y, moves).null_max == pytest.approx(brute, rel=1e-9)


def test_step_down_by_hand_and_never_above_the_single_step():
    rng = np.random.default_rng(10)
    design = two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, int))
    y = rng.normal(size=(9, 6)) + np.where(np.arange(9) < 4, 1.5, 0)[:, None] * np.array([2, 1, 1, 0, 0, 0])
    moves = relabellings(design, 1, 20_000, 0)
    test = permutation_test(design, y, moves)
    null = np.stack([permutation_test(design, y[:, [r]], moves).null_max for r in range(6)], axis=1)
    falling = np.argsort(-null[0])
    by_hand, before = np.empty(6), 0.0
    for k, region in enumerate(falling):
        largest = null[:, falling[k:]].max(axis=1)
        before = by_hand[region] = max(before, np.mean(largest >= null[0, region] * (1 - 1e-9)))
    assert test.p_step_down == pytest.approx(by_hand)
    assert (test.p_step_down <= test.p_max + 1e-12).all() and (test.p_step_down >= test.p - 1e-12).all()
    assert test.p_step_down[falling[0]] == test.p_max[falling[0]]


def test_memory_blocks_do_not_change_the_answer(monkeypatch):
    design = two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, int))
    moves = relabellings(design, 1, 20_000, 0)
    whole = permutation_test(design, values()[:9], moves, error="hc2")
    monkeypatch.setattr("nociscope.stats.permutation._BLOCK_ELEMENTS", 50)
    pieces = permutation_test(design, values()[:9], moves, error="hc2")
    for name in ("p", "p_max", "p_step_down"):
        assert np.array_equal(getattr(whole, name), getattr(pieces, name))


def test_one_sided_tests_of_several_questions_and_aliased_questions_are_refused():
    design = three_groups()
    with pytest.raises(InputError, match="two-sided for an F"):
        permutation_test(design, values(), relabellings(design, 10, 10, 0), "greater")
    aliased = Design(np.column_stack([design.interest, design.interest[:, 0]]), design.nuisance, design.strata)
    assert not aliased.estimable
    with pytest.raises(InputError, match="not estimable"):
        fit_joint(aliased, values())


def test_values_of_other_people_are_refused():
    design = one_sample(6, np.zeros((6, 0)))
    with pytest.raises(ShapeError):
        permutation_test(design, values(), relabellings(design, 1, 100, 0))
