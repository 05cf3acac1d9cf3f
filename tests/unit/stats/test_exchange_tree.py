"""Blocks, signs and nested blocks: counted by the formula, enumerated by brute force, and never crossed."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from math import comb, factorial

import numpy as np
import pytest

from nociscope.core.errors import InputError
from nociscope.stats.design import one_sample, slope, two_groups
from nociscope.stats.relabelling import (
    blocks_that_stay,
    distinct_relabellings,
    relabellings,
    relabellings_from_tree,
)


def distinct_people(n):
    return slope(np.arange(float(n)) ** 2, np.zeros((n, 0)), np.zeros(n, int))


def rows_handed_around(design, moves):
    rows = design.matrix[np.argsort(moves.order, axis=1)]
    return {r.tobytes() for r in rows}


def test_whole_blocks_change_places_together_and_are_counted():
    design = replace(distinct_people(8), blocks=np.repeat([0, 1, 2, 3], 2))
    moves = relabellings(design, 1, 20_000, 0)
    assert moves.exact and moves.count == distinct_relabellings(design) == factorial(4)
    assert len(rows_handed_around(design, moves)) == 24
    assert (np.diff(moves.order.reshape(-1, 4, 2)) == 1).all(), "the first of a block stays the first"


def test_blocks_with_the_same_rows_are_interchangeable():
    design = two_groups(np.repeat([1, 0, 1, 0, 0], 2) == 1, np.zeros((10, 0)), np.zeros(10, int))
    design = replace(design, blocks=np.repeat(np.arange(5), 2))
    assert distinct_relabellings(design) == comb(5, 2) == relabellings(design, 1, 100, 0).count


def test_blocks_stay_in_their_stratum_and_only_equal_sizes_change_places():
    design = replace(
        distinct_people(9), strata=np.r_[np.zeros(7, int), 1, 1], blocks=np.array([0, 0, 1, 1, 2, 2, 2, 3, 4])
    )
    moves = relabellings(design, 1, 20_000, 0)
    assert moves.count == 2 * 2 and blocks_that_stay(design) == (2,)
    assert (moves.order[:, 4:7] == [4, 5, 6]).all()
    assert (design.strata[moves.order] == design.strata).all()
    drawn = relabellings(design, 200, 1, 0)
    assert not drawn.exact and rows_handed_around(design, drawn) == rows_handed_around(design, moves)


def test_a_block_across_strata_is_named():
    design = replace(distinct_people(4), strata=np.array([0, 1, 0, 1]), blocks=np.array([5, 5, 6, 6]))
    with pytest.raises(InputError, match="block 5 has people of several strata"):
        relabellings(design, 10, 100, 0)


def test_blocks_change_sign_together():
    design = replace(one_sample(6, np.zeros((6, 0))), blocks=np.repeat([0, 1, 2], 2))
    moves = relabellings(design, 10, 100, 0)
    assert moves.count == 8 == len(np.unique(moves.signs, axis=0))
    assert (moves.signs[:, ::2] == moves.signs[:, 1::2]).all() and (moves.order == np.arange(6)).all()


@pytest.mark.parametrize("scheme", ["permute", "flip", "both"])
@pytest.mark.parametrize("limit", [1, 100_000])
def test_the_observed_labelling_comes_first_in_every_scheme(scheme, limit):
    design = replace(two_groups(np.arange(5) < 2, np.zeros((5, 0)), np.zeros(5, int)), scheme=scheme)
    moves = relabellings(design, 50, limit, 1)
    assert (moves.order[0] == np.arange(5)).all() and (moves.signs[0] == 1).all()
    assert moves.distinct == {"permute": 10, "flip": 32, "both": 320}[scheme]
    assert moves.count == (51 if limit == 1 else moves.distinct)


def test_permuting_and_flipping_is_every_signed_labelling_once():
    design = replace(two_groups(np.arange(4) < 2, np.zeros((4, 0)), np.zeros(4, int)), scheme="both")
    moves = relabellings(design, 1, 1000, 0)
    y = np.array([1.0, 2.0, 4.0, 8.0])
    mine = {(*np.sort(m[:2]), *np.sort(m[2:])) for m in y[moves.order] * moves.signs}
    brute = {
        (*np.sort(m[:2]), *np.sort(m[2:]))
        for p in permutations(range(4))
        for bits in range(16)
        for m in [y[list(p)] * (1 - 2 * ((bits >> np.arange(4)) & 1))]
    }
    assert len(mine) == moves.count == len(brute) == 6 * 16


def test_both_has_no_duplicates_where_permuting_does_nothing():
    assert distinct_relabellings(replace(one_sample(7, np.zeros((7, 0))), scheme="both")) == 2**7


def test_nested_blocks_shuffle_inside_and_as_a_whole():
    levels = np.array([[1, 1, 1], [1, 1, 2], [1, 1, 3], [1, 2, 1], [1, 2, 2], [1, 2, 3]])
    moves = relabellings_from_tree(distinct_people(6), levels, 1, 1000, 0)
    assert moves.count == 2 * factorial(3) ** 2
    fixed_inside = levels * [1, -1, 1]
    assert relabellings_from_tree(distinct_people(6), fixed_inside, 1, 1000, 0).count == 2
    fixed_outside = levels * [-1, 1, 1]
    assert relabellings_from_tree(distinct_people(6), fixed_outside, 1, 1000, 0).count == factorial(3) ** 2


def test_nested_blocks_count_repeated_rows_by_brute_force():
    levels = np.column_stack([np.ones(8, int), np.repeat([1, 2, 3, 4], 2), np.tile([1, 2], 4)])
    design = two_groups(np.array([1, 0, 0, 1, 1, 1, 0, 0]) == 1, np.zeros((8, 0)), np.zeros(8, int))
    moves = relabellings_from_tree(design, levels, 1, 1000, 0)
    group = design.interest.reshape(4, 2)
    brute = {
        np.concatenate([group[b][:: 1 - 2 * turn] for b, turn in zip(order, turns, strict=True)]).tobytes()
        for order in permutations(range(4))
        for turns in np.ndindex(2, 2, 2, 2)
    }
    assert moves.count == moves.distinct == len(brute) == len(rows_handed_around(design, moves))


def test_sign_flips_of_nested_blocks_are_those_of_the_shuffled_level():
    levels = np.array([[-1, 1, 1], [-1, 1, 2], [-1, -2, 1], [-1, -2, 2], [-1, -2, 3]])
    design = replace(distinct_people(5), scheme="flip")
    assert relabellings_from_tree(design, levels, 1, 1000, 0).count == 2**5
    whole = np.column_stack([np.ones(6, int), np.repeat([-1, -2, -3], 2), np.tile([1, 2], 3)])
    moves = relabellings_from_tree(replace(distinct_people(6), scheme="flip"), whole, 1, 1000, 0)
    assert moves.count == 2**3 and (moves.signs[:, ::2] == moves.signs[:, 1::2]).all()


@pytest.mark.parametrize("levels", [np.array([[1, 0], [1, 2]]), np.array([[1, 1], [2, 1]]), np.array([1, 2])])
def test_tables_that_are_no_tree_are_refused(levels):
    with pytest.raises(InputError):
        relabellings_from_tree(distinct_people(2), levels, 1, 10, 0)


def test_an_unknown_scheme_is_refused():
    with pytest.raises(InputError, match="permute, flip, both"):
        relabellings(replace(distinct_people(4), scheme="shuffle"), 10, 10, 0)
