"""Discrimination and proportions against closed forms, brute force and other libraries."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError, RangeError
from nociscope.stats.prediction import auc
from nociscope.stats.prediction.net_benefit import net_benefit, net_benefit_of_all
from nociscope.stats.prediction.proportions import classification, proportion


def _scores(seed, m=12, n=9, shift=0.7, digits=None):
    rng = np.random.default_rng(seed)
    x = np.r_[rng.normal(shift, 1, m), rng.normal(0, 1, n)]
    return (x if digits is None else np.round(x, digits)), np.arange(m + n) < m


@pytest.mark.parametrize("digits", [None, 0])
def test_auc_is_that_of_scikit_learn_with_and_without_ties(digits):
    from sklearn.metrics import roc_auc_score

    x, y = _scores(1, digits=digits)
    assert auc.auc(auc.wins_of(x, y)) == pytest.approx(roc_auc_score(y, x), abs=1e-14)


def test_round_off_does_not_break_a_tie():
    assert auc.win_matrix(np.array([0.1 + 0.2]), np.array([0.3]))[0, 0] == 0.5


def test_delong_variance_is_that_of_the_double_sum():
    x, y = _scores(2, digits=1)
    wins = auc.wins_of(x, y)
    m, n = wins.shape
    mean = wins.mean()
    of_positive = sum((wins[i].mean() - mean) ** 2 for i in range(m)) / (m - 1)
    of_negative = sum((wins[:, j].mean() - mean) ** 2 for j in range(n)) / (n - 1)
    assert auc.delong_covariance((wins,))[0, 0] == pytest.approx(of_positive / m + of_negative / n, rel=1e-12)


def test_a_model_does_not_differ_from_itself():
    wins = auc.wins_of(*_scores(3))
    difference = auc.delong_difference(wins, wins)
    assert (difference.value, difference.low, difference.high, difference.p) == (0, 0, 0, 1)


def test_paired_difference_is_narrower_than_that_of_strangers():
    x, y = _scores(4)
    near = auc.wins_of(x + np.random.default_rng(0).normal(0, 0.1, x.size), y)
    wins = auc.wins_of(x, y)
    apart = np.sqrt(auc.delong_covariance((wins,))[0, 0] + auc.delong_covariance((near,))[0, 0])
    assert auc.delong_difference(wins, near).se < 0.5 * apart


def test_lehmann_distribution_is_that_of_exponential_scores():
    rng = np.random.default_rng(5)
    value, m, n = 0.7, 3, 2
    hazard = (1 - value) / value
    draws = rng.exponential(1 / hazard, (200_000, m))[:, :, None] > rng.exponential(1, (200_000, n))[:, None, :]
    counted = np.bincount(draws.sum(axis=(1, 2)), minlength=m * n + 1) / 200_000
    law = auc.lehmann_distribution(m, n, value)
    assert law.sum() == pytest.approx(1)
    assert np.abs(law - counted).max() < 0.005


def test_lehmann_distribution_without_effect_is_that_of_the_rank_sum():
    ways = [sum(1 for i in c for j in set(range(7)) - set(c) if i > j) for c in combinations(range(7), 3)]
    expected = np.bincount(ways, minlength=13) / len(ways)
    assert auc.lehmann_distribution(3, 4, 0.5) == pytest.approx(expected, abs=1e-12)


def test_exact_interval_of_perfect_separation_inverts_its_tail():
    found = auc.exact_interval(np.ones((5, 4)))
    assert found.high == 1
    tails = auc.lehmann_distribution(5, 4, found.low)[-1], auc.lehmann_distribution(4, 5, found.low)[-1]
    assert max(tails) == pytest.approx(0.025, rel=1e-3)


def test_exact_interval_mirrors_when_outcomes_change_names():
    wins = auc.wins_of(*_scores(6, 6, 5))
    exact, mirrored = auc.exact_interval(wins), auc.exact_interval(1 - wins.T)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((exact.low, exact.high), abs=1e-4)


@pytest.mark.parametrize("value", [0.5, 0.8])
def test_exact_interval_covers_at_least_as_often_as_it_says(value):
    """Every count weighted by its own probability: no simulation."""
    law = auc.lehmann_distribution(4, 5, value)
    covers = []
    for count in range(21):
        wins = np.zeros(20)
        wins[:count] = 1
        found = auc.exact_interval(wins.reshape(4, 5))
        covers.append(found.low <= value <= found.high)
    assert law @ np.array(covers) >= 0.95


@pytest.mark.parametrize("value", [0.0, 0.3, 0.8, 1.0])
def test_newcombe_ends_solve_the_score_equation(value):
    found = auc.newcombe_interval(value, 20, 15)
    z = stats.norm.ppf(0.975)
    for end in (found.low, found.high):
        if 0 < end < 1 and end != value:
            variance = auc.hanley_mcneil_variance(end, 20, 15, balanced=True)
            assert (end - value) ** 2 == pytest.approx(z**2 * variance, rel=1e-6)
    assert found.low < found.high


def test_bootstrap_and_delong_agree_where_people_are_many():
    wins = auc.wins_of(*_scores(7, 120, 100))
    boot, delong = auc.bootstrap_interval(wins, 0.95, 2000, 0), auc.delong_interval(wins)
    assert boot.se == pytest.approx(delong.se, rel=0.08)
    assert boot.low == pytest.approx(delong.low, abs=0.02)


def test_pairs_never_held_out_together_are_left_out():
    wins = np.array([[1.0, np.nan], [np.nan, 0.0]])
    assert auc.auc(wins) == 0.5


def test_widening_is_the_ratio_of_scatter_to_expected_error():
    null = np.array([0.3, 0.7, 0.5, 0.5])
    assert auc.chance_widening(null, np.full(4, 0.1)) == pytest.approx(null.std(ddof=1) / 0.1)
    assert auc.chance_widening(null, np.full(4, 9.0)) == 1


@pytest.mark.parametrize("positive", [np.ones(3, bool), np.zeros(3, bool)])
def test_an_auc_needs_both_outcomes(positive):
    with pytest.raises(InputError, match="both outcomes"):
        auc.wins_of(np.arange(3.0), positive)


@pytest.mark.parametrize("count", range(0, 8))
def test_clopper_pearson_is_that_of_statsmodels(count):
    from statsmodels.stats.proportion import proportion_confint

    found = proportion(count, 7)
    assert (found.low, found.high) == pytest.approx(proportion_confint(count, 7, method="beta"), abs=1e-12)


def test_nobody_to_count_has_no_share():
    assert np.isnan(proportion(0, 0).low)
    with pytest.raises(RangeError):
        proportion(3, 2)


def test_classification_counts_the_four_cells():
    called = np.array([1, 1, 0, 0, 1], bool)
    found = classification(called, np.array([1, 0, 0, 1, 1], bool))
    shares = [getattr(found, f) for f in found.__dataclass_fields__]
    assert [(s.count, s.total) for s in shares] == [(2, 3), (1, 2), (2, 3), (1, 2)]


def test_net_benefit_by_hand():
    p, y = np.array([0.1, 0.4, 0.6, 0.9]), np.array([0, 1, 0, 1], bool)
    assert net_benefit(p, y, np.array([0.5]))[0] == pytest.approx(1 / 4 - 1 / 4)
    assert net_benefit_of_all(y, np.array([0.2]))[0] == pytest.approx(0.5 - 0.5 * 0.25)
    with pytest.raises(RangeError):
        net_benefit(p, y, np.array([1.0]))


def test_a_difference_from_a_model_that_separates_keeps_the_doubt_of_both():
    from nociscope.stats.prediction.evidence import widened_difference

    positive = np.arange(12) < 6
    perfect = auc.wins_of(np.where(positive, 2.0, 0.0) + np.arange(12) / 100, positive)
    weak = auc.wins_of(np.array([1, 5, 2, 7, 3, 9, 4, 6, 8, 0, 2.5, 3.5]), positive)
    plain, ours = auc.delong_difference(perfect, weak), widened_difference(perfect, weak, 0.95, 1.0)
    assert ours.value == plain.value
    assert ours.low < plain.low
    assert np.isnan(ours.p)
