"""The map engine against brute force in float64, against enumeration, and against nilearn on the same permutations."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError
from nociscope.stats.design import one_sample, several_groups, slope, two_groups
from nociscope.stats.maps.engine import EngineOptions, map_test, null_summaries
from nociscope.stats.permutation import permutation_test
from nociscope.stats.relabelling import Relabellings, relabellings


def brute_force(design, y, moves, hc2=False):
    """Freedman–Lane with one least-squares fit per relabelling: signed t, shape (relabelling, element)."""
    z, x = design.nuisance, design.matrix
    fitted = z @ np.linalg.lstsq(z, y, rcond=None)[0] if z.size else np.zeros_like(y)
    inverse = np.linalg.inv(x.T @ x)
    weights = inverse @ x.T
    room = 1 - np.diag(x @ weights)
    out = np.empty((moves.count, y.shape[1]))
    for k in range(moves.count):
        star = fitted + (y - fitted)[moves.order[k]] * moves.signs[k][:, None]
        squares = (star - x @ (weights @ star)) ** 2
        pooled = inverse[0, 0] * squares.sum(axis=0) / (len(y) - x.shape[1])
        variance = (weights[0] ** 2 / room) @ squares if hc2 else pooled
        out[k] = weights[0] @ star / np.sqrt(variance)
    return out


def tied(null, observed):
    return null >= observed - 1e-9 * np.abs(observed)


def case(kind, n=13, elements=700, seed=0):
    rng = np.random.default_rng(seed)
    covariates = np.column_stack([rng.normal(size=n), np.arange(n) % 2])
    strata = np.zeros(n, dtype=np.int64)
    design = {
        "two groups": lambda: two_groups(np.arange(n) < 5, covariates, strata),
        "plain": lambda: two_groups(np.arange(n) < 5, np.zeros((n, 0)), strata),
        "slope": lambda: slope(rng.normal(size=n), covariates, strata),
        "flips": lambda: one_sample(n, np.zeros((n, 0))),
        "flips with covariates": lambda: one_sample(n, covariates),
        "strata": lambda: two_groups(np.arange(n) < 5, covariates[:, 1:], np.arange(n) % 2),
    }[kind]()
    y = rng.normal(size=(n, elements)) + 3 * covariates[:, :1]
    y[:5, ::50] += 2
    return design, y, relabellings(design, 150, 100, 0)


@pytest.mark.parametrize("kind", ["two groups", "plain", "slope", "flips", "flips with covariates", "strata"])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("error", ["pooled", "hc2"])
def test_equals_brute_force(kind, alternative, error):
    design, y, moves = case(kind)
    brute = brute_force(design, y, moves, error == "hc2")
    turned = {"two-sided": np.abs(brute), "greater": brute, "less": -brute}[alternative]
    test = map_test(design, y, moves, EngineOptions(alternative=alternative, error=error))
    assert test.statistic == pytest.approx(brute[0], rel=1e-9)
    assert test.null_max == pytest.approx(turned.max(axis=1), rel=1e-9)
    assert np.array_equal(test.p, tied(turned, turned[0]).mean(axis=0))
    assert np.array_equal(test.p_max, tied(turned.max(axis=1)[:, None], turned[0]).mean(axis=0))


@pytest.mark.parametrize("method", ["dekker", "huh-jhun"])
def test_other_methods_equal_the_test_of_regions(method):
    design = replace(case("two groups")[0], method=method)
    y = case("two groups")[1]
    moves = relabellings(design, 150, 100, 0)
    test, regions = map_test(design, y, moves), permutation_test(design, y, moves)
    assert test.null_max == pytest.approx(regions.null_max, rel=1e-8)
    assert np.array_equal(test.p, regions.p)


def test_f_equals_a_comparison_of_models():
    labels, rng = np.array(list("aaaabbbbbcccc")), np.random.default_rng(2)
    age = rng.normal(size=(13, 1))
    design = several_groups(labels, age, np.zeros(13, dtype=np.int64))
    y = rng.normal(size=(13, 600))
    test = map_test(design, y, relabellings(design, 100, 50, 0))
    small, full = design.nuisance, design.matrix
    left = [((y - m @ np.linalg.lstsq(m, y, rcond=None)[0]) ** 2).sum(axis=0) for m in (small, full)]
    assert test.statistic == pytest.approx((left[0] - left[1]) / 2 / (left[1] / (13 - 4)), rel=1e-9)
    assert test.null_max[0] == test.statistic.max() and test.p.min() >= 1 / 101


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_four_against_five_is_the_enumeration_by_hand(dtype):
    """Ties, tiny integers and effects of 50 SD: every p is k/126 with the right k."""
    rng = np.random.default_rng(1)
    y = np.hstack([rng.normal(size=(9, 300)), rng.integers(0, 4, (9, 300)), rng.normal(size=(9, 300))])
    y[:4, 600:] += 50
    y = y[:, (np.ptp(y[:4], axis=0) > 0) | (np.ptp(y[4:], axis=0) > 0)].astype(dtype)
    design = two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, dtype=np.int64))
    moves = relabellings(design, 1, 20_000, 0)
    by_hand = np.zeros(y.shape[1])
    exact = y.astype(np.float64)
    away = np.abs(exact[:4].mean(axis=0) - exact[4:].mean(axis=0))
    for c in combinations(range(9), 4):
        other = np.delete(exact, c, axis=0).mean(axis=0)
        by_hand += np.abs(exact[list(c)].mean(axis=0) - other) >= away * (1 - 1e-9) - 1e-12
    test = map_test(design, y, moves)
    assert np.array_equal(np.round(test.p * 126), by_hand)
    assert test.p * 126 == pytest.approx(by_hand, abs=1e-9)


def test_mirror_of_equal_groups_ties_in_every_element_and_in_the_maximum():
    y = np.random.default_rng(3).normal(size=(10, 5000)).astype(np.float32)
    design = two_groups(np.arange(10) < 5, np.zeros((10, 0)), np.zeros(10, dtype=np.int64))
    test = map_test(design, y, relabellings(design, 1, 20_000, 0))
    counts = np.round(test.p * 252).astype(int)
    assert counts.min() >= 2 and not (counts % 2).any()
    assert not (np.round(test.p_max * 252).astype(int) % 2).any()


def test_null_maximum_is_nilearn_s_on_the_same_permutations():
    from nilearn.mass_univariate import permuted_ols
    from sklearn.utils import check_random_state

    rng = np.random.default_rng(4)
    n, count = 24, 15
    group, covariates = np.arange(n) < 12, rng.normal(size=(n, 2))
    y = rng.normal(size=(n, 2000)) + covariates @ rng.normal(size=(2, 2000))
    peer = permuted_ols(
        group[:, None].astype(float), y, covariates, model_intercept=True, n_perm=count, n_jobs=1, random_state=0,
        output_type="dict",
    )  # fmt: skip
    # nilearn draws a seed for its one job, and shuffles the rows of the design again and again
    seed = check_random_state(0).randint(1, np.iinfo(np.int32).max - 1)
    drawn, place, orders = check_random_state(seed), np.arange(n), [np.arange(n)]
    for _ in range(count):
        place = place[drawn.permutation(n)]
        orders.append(np.argsort(place))
    moves = Relabellings(np.array(orders), np.ones((count + 1, n), dtype=np.int8), False, 10**9)
    design = two_groups(group, covariates, np.zeros(n, dtype=np.int64))
    ours = map_test(design, y.astype(np.float32), moves, EngineOptions(counts=False)).null_max[1:]
    assert np.sort(ours) == pytest.approx(np.sort(peer["h0_max_t"][0]), abs=1e-5)


@pytest.mark.parametrize("error", ["pooled", "hc2"])
def test_bytes_do_not_depend_on_threads_or_on_counting(error):
    design, y, moves = case("two groups", elements=3000)
    tests = [map_test(design, y, moves, EngineOptions(error=error, threads=t)) for t in (1, 2, 5)]
    for name in ("statistic", "p", "p_max", "null_max"):
        assert len({getattr(test, name).tobytes() for test in tests}) == 1
    alone = map_test(design, y, moves, EngineOptions(error=error, counts=False, threads=2))
    assert alone.null_max.tobytes() == tests[0].null_max.tobytes()


def test_step_down_is_westfall_and_young_s():
    design, y, moves = case("plain", elements=400)
    y[:5, :3] += 4
    test = map_test(design, y, moves, EngineOptions(step_down=True))
    null = np.abs(brute_force(design, y, moves))
    order = np.argsort(-null[0])
    down = np.maximum.accumulate(null[:, order][:, ::-1], axis=1)[:, ::-1]
    by_hand = np.maximum.accumulate(tied(down, null[0][order]).mean(axis=0))
    assert test.p_step[order] == pytest.approx(by_hand)
    assert np.array_equal(test.p, tied(null, null[0]).mean(axis=0))
    assert (test.p_step <= test.p_max).all() and (test.p_step < test.p_max).any()


def test_step_down_beyond_the_lead_never_goes_below_what_is_true(monkeypatch):
    design, y, moves = case("plain", elements=900)
    full = map_test(design, y, moves, EngineOptions(step_down=True))
    monkeypatch.setattr("nociscope.stats.maps.engine.LEAD", 40)
    few = map_test(design, y, moves, EngineOptions(step_down=True))
    lead = np.argsort(-np.abs(full.statistic))[:40]
    assert np.array_equal(few.p_step[lead], full.p_step[lead]) and np.array_equal(few.p, full.p)
    assert np.array_equal(few.null_max, full.null_max) and (few.p_step >= full.p_step).all()


@pytest.mark.parametrize("draws", [60, 0])
def test_summaries_see_the_map_of_every_relabelling(draws):
    design, y, moves = case("two groups", elements=1100)
    moves = replace(moves, exact=draws == 0)
    brute = brute_force(design, y, moves)
    seen = null_summaries(design, y, moves, lambda maps: maps.max(axis=1) + 10 * maps[:, 700])
    assert seen == pytest.approx(brute.max(axis=1) + 10 * brute[:, 700], abs=2e-4)


def test_a_million_elements_of_five_people_fit():
    y = np.random.default_rng(5).normal(size=(5, 1_000_000)).astype(np.float32)
    design = two_groups(np.arange(5) < 2, np.zeros((5, 0)), np.zeros(5, dtype=np.int64))
    moves = relabellings(design, 1, 20_000, 0)
    tracemalloc.start()
    test = map_test(design, y, moves, EngineOptions(threads=2))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert test.p.min() >= 1 / 10 and np.ptp(np.round(test.p * 10) - test.p * 10) < 1e-9
    t = stats.ttest_ind(y[:2, :100].astype(float), y[2:, :100].astype(float)).statistic
    assert test.statistic[:100] == pytest.approx(t, rel=1e-6)
    assert peak < 200e6


def test_values_that_are_not_numbers_or_do_not_vary_raise():
    design, y, moves = case("plain")
    for bad in (np.nan, np.inf):
        broken = y.copy()
        broken[2, 5] = bad
        with pytest.raises(InputError, match="no finite spread"):
            map_test(design, broken, moves)
    with pytest.raises(InputError, match="no finite spread"):
        map_test(design, np.ones_like(y), moves)


def test_progress_is_told():
    design, y, moves = case("plain", elements=50)
    told = []
    map_test(design, y, moves, EngineOptions(progress=lambda done, of: told.append((done, of))))
    assert told[-1] == (moves.count, moves.count)
