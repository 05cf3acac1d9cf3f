"""Partial conjunction, minimum statistic, overlap and correlation of maps."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.stats.sites.conjunction import (
    minimum_statistic,
    partial_conjunction,
    same_direction,
    sites_with_effect,
)
from nociscope.stats.sites.overlap import across_people, map_correlation, overlap, overlap_of_maps, spun


def test_any_site_is_the_combined_test_and_all_sites_is_the_largest_p():
    p = np.array([0.01, 0.2, 0.03])
    assert partial_conjunction(p, 1)[0] == pytest.approx(stats.combine_pvalues(p, "fisher").pvalue)
    for method in ("fisher", "simes", "bonferroni"):
        assert partial_conjunction(p, 3, method)[0] == pytest.approx(0.2)
    assert partial_conjunction(p, 2)[0] == pytest.approx(stats.combine_pvalues([0.03, 0.2], "fisher").pvalue)
    assert partial_conjunction(p, 2, "bonferroni")[0] == pytest.approx(0.06)
    assert partial_conjunction(p, 2, "simes")[0] == pytest.approx(0.06)


def test_a_site_without_answer_is_no_evidence():
    assert partial_conjunction([0.01, np.nan, 0.03], 2)[0] == pytest.approx(partial_conjunction([0.01, 1, 0.03], 2)[0])


@pytest.mark.parametrize("method", ["fisher", "simes", "bonferroni"])
def test_the_level_holds_when_one_site_has_a_huge_effect(method):
    rng = np.random.default_rng(0)
    p = rng.uniform(size=(3, 20_000))
    p[0] = 1e-12
    assert (partial_conjunction(p, 2, method) <= 0.05).mean() <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 20_000)


def test_opposite_directions_do_not_add_up():
    greater = np.array([0.001, 0.999])
    assert same_direction(greater, 1 - greater, 2)[0] == 1
    assert same_direction([0.001, 0.002], [0.999, 0.998], 2)[0] == pytest.approx(0.004)


def test_lower_bound_of_the_number_of_sites():
    p = np.array([[1e-6, 1e-6, 0.5], [1e-6, 0.3, 0.6], [1e-6, 0.7, 0.9]])
    assert sites_with_effect(p).tolist() == [3, 1, 0]


def test_minimum_statistic():
    t = np.array([[3.0, -2.0, 2.0, 0.0], [1.5, -4.0, -5.0, 3.0]])
    assert minimum_statistic(t).tolist() == [1.5, -2.0, 0.0, 0.0]
    with pytest.raises(ShapeError):
        minimum_statistic(t[0])


def test_impossible_questions():
    with pytest.raises(RangeError):
        partial_conjunction([0.1, 0.2], 3)
    with pytest.raises(RangeError):
        partial_conjunction([0.1, 1.2], 1)
    with pytest.raises(InputError):
        partial_conjunction([0.1, 0.2], 1, "stouffer")


def test_dice_and_jaccard_by_hand():
    found = overlap([1, 1, 1, 0, 0, 0, 0, 0], [0, 1, 1, 1, 1, 0, 0, 0])
    assert (found.both, found.dice, found.jaccard) == (2, pytest.approx(4 / 7), pytest.approx(2 / 5))
    assert np.isnan(overlap([0, 0], [0, 0]).dice)
    with pytest.raises(ShapeError):
        overlap([1, 0], [1, 0, 0])


def test_expected_dice_is_that_of_chance():
    rng = np.random.default_rng(0)
    first = np.arange(500) < 150
    found = [overlap(first, rng.permutation(np.arange(500) < 60)) for _ in range(400)]
    assert np.mean([f.dice for f in found]) == pytest.approx(found[0].expected_dice, abs=0.01)


def test_thresholds_below_zero_look_below():
    a, b = np.array([-3.0, -1, 2, np.nan]), np.array([-4.0, 1, 3, 5])
    assert overlap_of_maps(a, b, -2).both == 1
    assert overlap_of_maps(a, b, 2).both == 1
    assert overlap_of_maps(a, b, 2).places == 3
    with pytest.raises(InputError):
        overlap_of_maps([np.nan], [1.0], 1)


def test_smooth_maps_need_smooth_surrogates():
    rng = np.random.default_rng(1)
    sphere = rng.normal(size=(300, 3))
    sphere /= np.linalg.norm(sphere, axis=1)[:, None]
    smooth = np.exp(-((sphere[:, None] - sphere[None]) ** 2).sum(axis=2) / 0.3)
    a, b = (smooth @ rng.normal(size=300) for _ in range(2))
    turned = spun(a, sphere, 200, rng)
    assert turned.shape == (200, 300)
    found = map_correlation(a, b, turned)
    naive = stats.pearsonr(a, b).pvalue
    assert found.r == pytest.approx(stats.pearsonr(a, b).statistic)
    assert found.p > naive
    assert np.isnan(map_correlation(a, b).p)
    again = spun(a, sphere, 3, np.random.default_rng(5))
    assert np.array_equal(again, spun(a, sphere, 3, np.random.default_rng(5)))


def test_across_people():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(2, 12, 3))
    a[0, 1] = np.nan
    b[:, 2] = 4
    r = across_people(a, b)
    assert r[0] == pytest.approx(np.corrcoef(a[:, 0], b[:, 0])[0, 1])
    assert r[1] == pytest.approx(np.corrcoef(a[1:, 1], b[1:, 1])[0, 1])
    assert np.isnan(r[2])
