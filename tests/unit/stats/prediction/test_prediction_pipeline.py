"""Folds keep people apart, nothing leaks, models are those of scikit-learn."""

from itertools import combinations

import numpy as np
import pytest

from nociscope.core.errors import InputError
from nociscope.stats.prediction.auc import auc
from nociscope.stats.prediction.calibration import calibration
from nociscope.stats.prediction.chance import chance, outcome_orders
from nociscope.stats.prediction.estimators import CLASSIFIERS, REGRESSIONS
from nociscope.stats.prediction.folds import Scheme, chosen_kind, dealt, folds
from nociscope.stats.prediction.pipeline import Columns, Recipe, held_out

Y = np.arange(24) < 10


@pytest.mark.parametrize("kind", ["leave-pair-out", "repeated-k-fold", "leave-site-out"])
def test_nobody_and_no_family_is_in_training_and_test(kind):
    blocks, sites = np.repeat(np.arange(12), 2), np.repeat(np.arange(3), 8)
    y = np.tile([True, False, False, True], 6)
    for fold in folds(Scheme(kind, 4, 2, blocks, sites), 24, y):
        assert not set(blocks[fold.train]) & set(blocks[fold.test])
        if kind == "leave-site-out":
            assert not set(sites[fold.train]) & set(sites[fold.test])


def test_every_pair_is_left_out_once():
    made = folds(Scheme("leave-pair-out"), 24, Y)
    assert len(made) == 10 * 14
    assert all(len(f.train) == 22 for f in made)


def test_everybody_is_held_out_once_a_repeat_and_outcomes_are_even():
    made = folds(Scheme("repeated-k-fold", 5, 3), 24, Y)
    for repeat in range(3):
        tests = [f.test for f in made if f.repeat == repeat]
        assert sorted(np.concatenate(tests)) == list(range(24))
        assert {int(Y[t].sum()) for t in tests} == {2}


def test_blocks_are_dealt_whole_and_evenly():
    blocks = np.repeat(np.arange(10), 3)
    place = dealt(np.tile([0, 1, 0], 10), 5, np.random.default_rng(0), blocks)
    assert all(np.unique(place[blocks == b]).size == 1 for b in range(10))
    assert np.bincount(place).tolist() == [6] * 5


def test_leave_one_out_is_not_offered_and_says_why():
    with pytest.raises(InputError, match="AUC of noise falls"):
        chosen_kind("leave-one-out", Y)
    assert chosen_kind("auto", Y) == "leave-pair-out"
    assert chosen_kind("auto", np.arange(60) < 30) == "repeated-k-fold"
    assert chosen_kind("auto", None) == "repeated-k-fold"
    with pytest.raises(InputError, match="two sites"):
        folds(Scheme("leave-site-out"), 24, Y)


@pytest.mark.parametrize("columns", [4, 60])
def test_ridge_is_the_logistic_regression_of_scikit_learn(columns):
    from sklearn.linear_model import LogisticRegression

    x = np.random.default_rng(0).normal(size=(24, columns))
    found = CLASSIFIERS["ridge"].path(x, Y.astype(float), np.array([10.0, 1.0]))
    expected = LogisticRegression(C=1.0, tol=1e-12, max_iter=10_000).fit(x, Y)
    assert found[1, :-1] == pytest.approx(expected.coef_[0], abs=1e-5)
    assert found[1, -1] == pytest.approx(expected.intercept_[0], abs=1e-5)


def test_ridge_and_lasso_of_numbers_are_those_of_scikit_learn():
    from sklearn.linear_model import ElasticNet, Ridge

    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(24, 5)), rng.normal(size=24)
    found = REGRESSIONS["ridge"].path(x, y, np.array([3.0]))[0]
    assert found[:-1] == pytest.approx(Ridge(alpha=3.0).fit(x, y).coef_, abs=1e-10)
    strongest = np.abs(x.T @ (y - y.mean())).max() / 24 / 0.5
    found = REGRESSIONS["elastic-net"].path(x, y, np.array([1.0, 0.3]))
    expected = ElasticNet(alpha=0.3 * strongest, l1_ratio=0.5, tol=1e-12, max_iter=100_000).fit(x, y)
    assert not found[0, :-1].any()
    assert found[1, :-1] == pytest.approx(expected.coef_, abs=1e-6)


def test_sparse_logistic_regression_meets_its_optimality_conditions():
    x = np.random.default_rng(2).normal(size=(24, 8))
    y = Y.astype(float)
    for name, share in (("lasso", 1.0), ("elastic-net", 0.5)):
        beta = CLASSIFIERS[name].path(x, y, np.array([0.4]))[0]
        strongest = 0.4 * np.abs(x.T @ (y - y.mean())).max() / 24 / share
        slope = x.T @ (y - 1 / (1 + np.exp(-(x @ beta[:-1] + beta[-1])))) / 24 - strongest * (1 - share) * beta[:-1]
        kept = beta[:-1] != 0
        assert slope[kept] == pytest.approx(strongest * share * np.sign(beta[:-1][kept]), abs=1e-5)
        assert (np.abs(slope[~kept]) <= strongest * share + 1e-6).all()


def _noise(seed, select=0, columns=200):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(24, columns)), np.arange(24) < 12
    made = folds(Scheme("repeated-k-fold", 4, 2, seed=seed), 24, y)
    inside = auc(held_out(Columns(x), y, made, Recipe(select=select)).wins(y))
    strength = np.abs((y - 0.5) @ ((x - x.mean(0)) / x.std(0)))
    outside = auc(held_out(Columns(x[:, np.argsort(-strength)[:5]]), y, made, Recipe()).wins(y))
    return inside, outside


def test_choosing_columns_outside_the_folds_finds_what_is_not_there():
    inside, outside = np.mean([_noise(seed, select=5) for seed in range(12)], axis=0)
    assert abs(inside - 0.5) < 0.09
    assert outside > 0.85


def test_harmonising_with_the_outcome_kept_outside_the_folds_leaks():
    """ComBat told the outcome of everybody, then cross-validated, separates noise; inside the folds it cannot."""
    from nociscope.stats.sites.combat import harmonised

    leaky, honest = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        site = np.repeat(["A", "B"], 12)
        y = np.r_[np.arange(12) < 9, np.arange(12) < 3]
        x = rng.normal(size=(24, 40))
        made = folds(Scheme("repeated-k-fold", 4, 2, seed=seed), 24, y)
        told = harmonised(x, site, y.astype(float)[:, None])
        leaky.append(auc(held_out(Columns(told), y, made, Recipe()).wins(y)))
        honest.append(auc(held_out(Columns(x, site), y, made, Recipe(harmonised=40)).wins(y)))
    assert np.mean(leaky) > np.mean(honest) + 0.1
    assert abs(np.mean(honest) - 0.5) < 0.12


@pytest.mark.parametrize("estimator", ["ridge", "lasso", "elastic-net", "svm"])
def test_every_estimator_finds_what_is_there(estimator):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(24, 4)) + 2 * Y[:, None] * np.array([1, 0, 0, 0])
    made = folds(Scheme("repeated-k-fold", 4, 1), 24, Y)
    assert auc(held_out(Columns(x), Y, made, Recipe(estimator)).wins(Y)) > 0.75
    y = x[:, 0] + 0.2 * rng.normal(size=24)
    held = held_out(Columns(x), y, folds(Scheme("repeated-k-fold", 4, 1), 24, None), Recipe(estimator, False))
    assert np.corrcoef(held.per_person(24, held.scores), y)[0, 1] > 0.8


def test_a_scale_does_not_matter_and_a_constant_column_says_nothing():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(24, 3))
    made = folds(Scheme("repeated-k-fold", 4, 1), 24, Y)
    plain = held_out(Columns(x), Y, made, Recipe())
    scaled = held_out(Columns(np.column_stack([x * [1e6, 1e-6, 3] + 7, np.full(24, 5.0)])), Y, made, Recipe())
    assert np.concatenate(plain.scores) == pytest.approx(np.concatenate(scaled.scores), abs=1e-6)


def test_pairs_left_out_of_noise_average_to_exactly_one_half():
    """Over all labellings: each pair is equally likely to be called either way."""
    x = np.random.default_rng(5).normal(size=(6, 2))
    values = []
    for chosen in combinations(range(6), 3):
        y = np.isin(np.arange(6), chosen)
        values.append(auc(held_out(Columns(x), y, folds(Scheme("leave-pair-out"), 6, y), Recipe()).wins(y)))
    assert np.mean(values) == pytest.approx(0.5, abs=1e-12)


def test_few_are_enumerated_and_p_is_a_multiple():
    y = np.arange(9) < 5
    orders, exact, distinct = outcome_orders(y.astype(float), np.zeros(9, int), None, 500, 0)
    assert exact
    assert distinct == len(orders) == 126
    assert len({tuple(y[o]) for o in orders}) == 126
    x = np.arange(9.0)[::-1]
    found = chance(lambda v: float(x @ v), y.astype(float), np.zeros(9, int), None, 500, 0)
    assert found.p == pytest.approx(1 / 126)


def test_outcomes_stay_within_strata_and_families_change_places_whole():
    y = np.array([1, 1, 0, 0, 1, 1, 0, 0.0])
    blocks = np.repeat(np.arange(4), 2)
    orders, _, distinct = outcome_orders(y, np.zeros(8, int), blocks, 100, 0)
    assert distinct == len(orders) == 6
    assert all(np.ptp(y[o].reshape(4, 2), axis=1).max() == 0 for o in orders)
    strata = np.repeat([0, 1], 4)
    orders, _, _ = outcome_orders(np.tile([1.0, 0], 4), strata, None, 100, 0)
    assert all((strata[o] == strata).all() for o in orders)
    orders, _, _ = outcome_orders(np.tile([1.0, 0], 4), np.zeros(8, int), blocks, 100, 0)
    assert all((blocks[o] == blocks).all() for o in orders)


def test_calibration_is_that_of_statsmodels():
    import statsmodels.api as sm

    rng = np.random.default_rng(6)
    logit = rng.normal(size=80)
    y = rng.random(80) < 1 / (1 + np.exp(-0.6 * logit - 0.3))
    found = calibration(1 / (1 + np.exp(-logit)), y)
    fitted = sm.Logit(y.astype(float), sm.add_constant(logit)).fit(disp=0)
    assert (found.intercept, found.slope) == pytest.approx(fitted.params, abs=1e-6)
    assert (found.slope_low, found.slope_high) == pytest.approx(fitted.conf_int()[1], abs=1e-5)
    large = sm.GLM(y.astype(float), np.ones(80), family=sm.families.Binomial(), offset=logit).fit()
    assert found.in_the_large == pytest.approx(large.params[0], abs=1e-6)
    assert not found.enough


def test_complete_separation_has_no_slope():
    found = calibration(np.r_[np.full(5, 0.2), np.full(5, 0.8)], np.arange(10) >= 5)
    assert np.isnan(found.slope)
    assert found.brier == pytest.approx(0.04)
