"""Responder analysis against enumeration and scipy."""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError
from nociscope.stats.prediction import responders as r

FIVE_OF_NINE = np.arange(9) < 5


def test_five_of_nine_can_give_no_smaller_p():
    found = r.responder_analysis(np.arange(9.0)[::-1], FIVE_OF_NINE)
    assert found.best_p == pytest.approx(2 / 126)
    assert found.best_p_one_sided == pytest.approx(1 / 126)
    assert found.test.p == pytest.approx(2 / 126)
    assert found.test.p_greater == pytest.approx(1 / 126)
    assert found.auc.value == 1
    assert found.auc.low < 0.75


@pytest.mark.parametrize("seed", range(5))
def test_without_ties_it_is_the_test_of_scipy(seed):
    x = np.random.default_rng(seed).normal(size=9)
    expected = stats.mannwhitneyu(x[FIVE_OF_NINE], x[~FIVE_OF_NINE], method="exact")
    found = r.rank_test(x, FIVE_OF_NINE)
    assert (found.u, found.p) == pytest.approx((expected.statistic, expected.pvalue))


def test_ties_are_enumerated():
    x = np.array([3.0, 3, 2, 2, 5, 1, 2, 3, 1])
    ranks = stats.rankdata(x)
    sums = np.array([ranks[list(c)].sum() for c in combinations(range(9), 5)])
    seen = ranks[FIVE_OF_NINE].sum()
    found = r.rank_test(x, FIVE_OF_NINE)
    assert found.p == pytest.approx(np.mean(np.abs(sums - 25) >= abs(seen - 25)))
    assert found.p_greater == pytest.approx(np.mean(sums >= seen))


def test_twenty_against_twenty_needs_no_list():
    x = np.random.default_rng(0).normal(size=40)
    y = np.arange(40) < 20
    assert r.rank_test(x, y).p == pytest.approx(stats.mannwhitneyu(x[y], x[~y], method="exact").pvalue)


def test_shift_interval_holds_exactly_what_the_test_does_not_reject():
    rng = np.random.default_rng(1)
    first, second = rng.normal(1, 1, 7), rng.normal(0, 1, 6)
    low, high = r.shift_interval(first, second)
    y = np.arange(13) < 7
    for shift, inside in ((low + 1e-9, True), (low - 1e-9, False), (high - 1e-9, True), (high + 1e-9, False)):
        assert (r.rank_test(np.r_[first - shift, second], y).p > 0.05) == inside


def test_too_few_for_an_interval_say_so():
    assert r.shift_interval(np.array([1.0, 2]), np.array([0.0, 3])) == (-math.inf, math.inf)


def test_threshold_of_a_measure_that_is_lower_in_responders():
    x = np.array([1.0, 2, 3, 7, 8, 9])
    cut, higher = r.youden_threshold(x, np.arange(6) < 3)
    assert cut == 5
    assert not higher
    assert (r.left_out_calls(x, np.arange(6) < 3) == (np.arange(6) < 3)).all()


def test_nobody_helps_to_find_their_own_threshold():
    """Seen with everybody, one value separates noise by itself; left out, it cannot."""
    x = np.array([0.0, 10, 1, 9, 2, 8])
    y = np.array([1, 0, 0, 1, 1, 0], bool)
    cut, higher = r.youden_threshold(x, y)
    apparent = np.mean((x > cut if higher else x < cut) == y)
    assert np.mean(r.left_out_calls(x, y) == y) < apparent


@pytest.mark.parametrize("n", [6, 8])
def test_exact_spearman_is_that_of_enumeration(n):
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=n), np.round(rng.normal(size=n), 0)
    rho, p, exact = r.exact_spearman(x, y)
    assert exact
    assert rho == pytest.approx(stats.spearmanr(x, y).statistic)
    check = stats.permutation_test((x,), lambda v: abs(stats.spearmanr(v, y).statistic), permutation_type="pairings",
                                   alternative="greater", n_resamples=200) if n == 6 else None  # fmt: skip
    assert check is None or abs(check.pvalue - p) < 0.12


def test_bad_input_is_told():
    with pytest.raises(InputError):
        r.responder_analysis(np.arange(4.0), np.array([1, 0, 0, 0], bool))
    with pytest.raises(InputError):
        r.exact_spearman(np.ones(5), np.arange(5.0))
