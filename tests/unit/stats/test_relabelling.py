"""Relabellings are counted before they are made, and every distinct one is made once."""

from __future__ import annotations

from itertools import permutations
from math import comb

import numpy as np
import pytest

from nociscope.stats.design import one_sample, slope, two_groups
from nociscope.stats.permutation import smallest_attainable_p
from nociscope.stats.relabelling import distinct_relabellings, relabellings


def groups(n1, n2, covariates=None, strata=None):
    n = n1 + n2
    z = np.zeros((n, 0)) if covariates is None else np.asarray(covariates, float).reshape(n, -1)
    s = np.zeros(n, int) if strata is None else np.asarray(strata)
    return two_groups(np.arange(n) < n1, z, s)


@pytest.mark.parametrize(("n1", "n2", "count"), [(4, 5, 126), (3, 4, 35), (6, 6, 924), (2, 2, 6), (10, 10, 184756)])
def test_two_groups_have_binomially_many(n1, n2, count):
    assert distinct_relabellings(groups(n1, n2)) == count == comb(n1 + n2, n1)


def test_nine_pairs_have_512_sign_flips_and_floor_0_0039():
    design = one_sample(9, np.zeros((9, 0)))
    moves = relabellings(design, 100, 20_000, 0)
    assert moves.count == distinct_relabellings(design) == 512 and moves.exact
    assert np.unique(moves.signs, axis=0).shape == (512, 9)
    assert smallest_attainable_p(design, moves) == pytest.approx(2 / 512)
    assert smallest_attainable_p(design, moves, "greater") == pytest.approx(1 / 512)


def test_every_distinct_relabelling_is_there_once_and_the_observed_first():
    design = groups(3, 4, covariates=[0, 1, 0, 1, 0, 1, 1])
    moves = relabellings(design, 100, 20_000, 0)
    moved = design.matrix[np.argsort(moves.order, axis=1)]
    assert moves.exact and np.array_equal(moved[0], design.matrix)
    assert np.array_equal(np.sort(moves.order, axis=1), np.tile(np.arange(7), (moves.count, 1)))
    brute = {design.matrix[list(p)].tobytes() for p in permutations(range(7))}
    assert {m.tobytes() for m in moved} == brute and moves.count == len(brute) == moves.distinct


def test_strata_are_never_crossed_and_their_counts_multiply():
    strata = np.array([0, 0, 1, 1, 0, 0, 1, 1, 1])
    design = groups(4, 5, strata=strata)
    for limit in (20_000, 1):
        moves = relabellings(design, 200, limit, 3)
        assert (strata[moves.order] == strata).all()
    assert distinct_relabellings(design) == comb(4, 2) * comb(5, 2)
    assert relabellings(design, 200, 20_000, 3).count == 60


def test_monte_carlo_has_the_observed_once_and_the_same_bytes_for_the_same_seed():
    design = groups(10, 10)
    a, b, c = (relabellings(design, 500, 20_000, seed) for seed in (7, 7, 8))
    assert not a.exact and a.count == 501 and a.distinct == 184756
    assert np.array_equal(a.order[0], np.arange(20))
    assert a.order.tobytes() == b.order.tobytes() != c.order.tobytes()
    assert smallest_attainable_p(design, a) == pytest.approx(1 / 501)


def test_a_continuous_covariate_makes_every_person_distinct():
    assert distinct_relabellings(groups(3, 3, covariates=[1, 2, 3, 4, 5, 6.5])) == 720
    assert distinct_relabellings(slope(np.arange(7.0), np.zeros((7, 0)), np.zeros(7, int))) == 5040


@pytest.mark.parametrize(
    ("n1", "n2", "alternative", "floor"),
    [
        (4, 5, "two-sided", 1 / 126),
        (5, 5, "two-sided", 2 / 252),
        (5, 5, "greater", 1 / 252),
        (3, 4, "two-sided", 1 / 35),
    ],
)
def test_smallest_attainable_p_of_two_groups(n1, n2, alternative, floor):
    design = groups(n1, n2)
    assert smallest_attainable_p(design, relabellings(design, 1, 20_000, 0), alternative) == pytest.approx(floor)
