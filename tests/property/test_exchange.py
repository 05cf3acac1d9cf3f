"""What must hold of permutation tests whatever the numbers, the design and the scheme are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nociscope.stats.design import Design, several_groups, two_groups
from nociscope.stats.permutation import permutation_test, smallest_attainable_p
from nociscope.stats.relabelling import distinct_relabellings, relabellings

FEW = settings(max_examples=25, deadline=None)
eight = st.lists(st.floats(-50, 50).map(lambda x: round(x, 2)), min_size=8, max_size=8, unique=True)
errors = st.sampled_from(["pooled", "hc2"])
schemes = st.sampled_from(["permute", "flip"])
NOBODY = np.zeros(8, dtype=np.int64)


def designs():
    """Exact designs of eight people: two groups, three groups, whole blocks, strata."""
    two = two_groups(np.arange(8) < 4, np.zeros((8, 0)), NOBODY)
    return st.sampled_from(
        [
            two,
            several_groups(["a"] * 3 + ["b"] * 3 + ["c"] * 2, np.zeros((8, 0)), NOBODY),
            replace(two, blocks=np.arange(8) // 2),
            two_groups(np.arange(8) < 4, (np.arange(8) % 2)[:, None].astype(float), np.arange(8) % 2),
        ]
    )


def reordered(design: Design, order) -> Design:
    return replace(
        design,
        interest=design.interest[order],
        nuisance=design.nuisance[order],
        strata=design.strata[order],
        blocks=None if design.blocks is None else design.blocks[order],
    )


def result(design, y, error):
    moves = relabellings(design, 1, 50_000, 0)
    assert moves.exact
    return permutation_test(design, np.asarray(y)[:, None], moves, error=error)


@FEW
@given(designs(), eight, st.permutations(range(8)), schemes, errors)
def test_the_order_of_people_does_not_change_p(design, values, order, scheme, error):
    design, y = replace(design, scheme=scheme), np.array(values)
    if design.blocks is not None:  # inside a block the order says who corresponds to whom
        order = [i for b in np.random.default_rng(order[0]).permutation(4) for i in (2 * b, 2 * b + 1)]
    here, there = result(design, y, error), result(reordered(design, order), y[order], error)
    assert there.p == pytest.approx(here.p, abs=1e-12)


@FEW
@given(designs(), eight, st.floats(0.01, 1000), st.floats(-1000, 1000), schemes, errors)
def test_units_and_zero_points_do_not_change_p(design, values, scale, shift, scheme, error):
    design, y = replace(design, scheme=scheme), np.array(values)
    here, there = result(design, y, error), result(design, scale * y + shift, error)
    assert there.p == pytest.approx(here.p, abs=1e-12)


@FEW
@given(designs(), eight, schemes, errors)
def test_p_is_a_share_of_all_relabellings_and_not_below_the_floor(design, values, scheme, error):
    design = replace(design, scheme=scheme)
    p, count = result(design, values, error).p[0], distinct_relabellings(design)
    floor = smallest_attainable_p(design, relabellings(design, 1, 50_000, 0))
    assert p * count == pytest.approx(round(p * count), abs=1e-9) and floor - 1e-12 <= p <= 1


@FEW
@given(
    st.lists(st.integers(0, 2), min_size=8, max_size=8),
    st.lists(st.integers(0, 3), min_size=8, max_size=8),
    st.sampled_from(["permute", "flip", "both"]),
)
def test_blocks_keep_their_people_and_counts_are_those_enumerated(covariate, blocks, scheme):
    blocks = np.array(blocks)
    design = replace(
        two_groups(np.arange(8) % 2 == 0, np.array(covariate, float)[:, None], NOBODY), blocks=blocks, scheme=scheme
    )
    moves = relabellings(design, 50, 20_000, 0)
    assert moves.exact and moves.count == distinct_relabellings(design)
    assert np.array_equal(np.sort(moves.order, axis=1), np.tile(np.arange(8), (moves.count, 1)))
    for block in np.unique(blocks):
        people = np.flatnonzero(blocks == block)
        moved = blocks[moves.order[:, people]]
        assert (moved == moved[:, :1]).all(), "whoever takes the place of a block is a block"
        signs = moves.signs[:, people]
        assert (signs == signs[:, :1]).all()
    rows = np.empty((moves.count, 8, design.matrix.shape[1] + 1))
    for k in range(moves.count):
        rows[k, moves.order[k]] = np.column_stack([design.matrix, moves.signs[k]])
    assert len({r.tobytes() for r in rows}) == moves.count
