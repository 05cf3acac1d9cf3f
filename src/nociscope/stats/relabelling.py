"""Which relabellings of people a design allows: counted, enumerated where few, drawn where many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.stats import exchange_tree as tree
from nociscope.stats.design import Design, row_labels
from nociscope.stats.linear import residual_maker
from nociscope.stats.reduction import reduced_design

Index = NDArray[np.int64]
Signs = NDArray[np.int8]

SCHEMES = ("permute", "flip", "both")

_SAME_REGRESSOR = 9
"""Decimal places to which residualised regressors of two people are compared, as a fraction of the largest."""


@dataclass(frozen=True, eq=False)
class Relabellings:
    """Row 0 leaves everybody in place: the observed labelling, counted once.

    Parameters
    ----------
    order : shape (relabelling, person); who stands where. Under Huh and Jhun's method places are reduced observations.
    signs : shape (relabelling, person); +1 or −1.
    exact : whether every distinct relabelling is there once.
    distinct : how many distinct relabellings the design has.
    """

    order: Index
    signs: Signs
    exact: bool
    distinct: int

    @property
    def count(self) -> int:
        """Relabellings used, the observed one included."""
        return int(self.order.shape[0])


def distinct_relabellings(design: Design) -> int:
    """Count relabellings that can give different data.

    Two people with the same row of the design are interchangeable, so 4 against 5 without covariates has
    9!/(4! 5!) = 126, not 362,880. Turning all signs at once is a relabelling of its own: it turns the sign of t.
    """
    design = _as_exchanged(design)
    return _count(design, _tree(design))


def relabellings(design: Design, draws: int, exact_limit: int, seed: int) -> Relabellings:
    """All distinct relabellings where there are at most `exact_limit`, else `draws` random ones and the observed.

    Parameters
    ----------
    draws : random relabellings, without the observed one.
    seed : of the draws; the same seed gives the same bytes.

    Raises
    ------
    InputError
        An unknown scheme; a block that lies in several strata; Huh and Jhun's method with strata, blocks or groups of
        spread.
    """
    design = _as_exchanged(design)
    return _relabellings(design, _tree(design), draws, exact_limit, seed)


def relabellings_from_tree(design: Design, levels: Index, draws: int, exact_limit: int, seed: int) -> Relabellings:
    """As `relabellings`, with the multi-level blocks of a table (Winkler et al. 2015) instead of strata and blocks.

    Parameters
    ----------
    levels : shape (person, level), integer. Positive: the sub-blocks of this block change places as a whole; negative:
        they stay, and only what is inside them is shuffled. Under sign flips the sub-blocks of a positive block change
        sign as a whole.
    """
    if design.method == "huh-jhun":
        raise InputError("Huh and Jhun's method leaves no people who could be in blocks", do="use freedman-lane")
    if len(levels) != design.n:
        raise InputError("the table of blocks has other people", expected=design.n, got=len(levels))
    return _relabellings(design, tree.tree_of_levels(levels), draws, exact_limit, seed)


def blocks_that_stay(design: Design) -> tuple[int, ...]:
    """Blocks that can change places with no other, because none of their stratum has their size."""
    if design.blocks is None or design.scheme == "flip":
        return ()
    alone = tree.immovable(_tree(design))
    return tuple(int(design.blocks[people[0]]) for people in alone)


def _as_exchanged(design: Design) -> Design:
    if design.scheme not in SCHEMES:
        raise InputError("unknown scheme", expected=", ".join(SCHEMES), got=design.scheme)
    return reduced_design(design) if design.method == "huh-jhun" else design


def _tree(design: Design) -> tree.Node:
    return tree.exchange_tree(design.strata, design.blocks)


def _count(design: Design, node: tree.Node) -> int:
    places = 1 if design.scheme == "flip" else tree.count(node, _cells(design))
    flips = 1 if design.scheme == "permute" else 2 ** len(tree.flip_units(node))
    return int(places * flips)


def _relabellings(design: Design, node: tree.Node, draws: int, exact_limit: int, seed: int) -> Relabellings:
    distinct = _count(design, node)
    exact = distinct <= exact_limit
    rng = np.random.default_rng(seed)
    order, signs = _all(design, node) if exact else _random(design, node, draws, rng)
    return Relabellings(order, signs, exact, distinct)


def _all(design: Design, node: tree.Node) -> tuple[Index, Signs]:
    order = _all_orders(design, node)
    if design.scheme == "permute":
        return order, np.broadcast_to(np.int8(1), order.shape)
    signs = _all_signs(node, design.n)
    places = np.repeat(order, len(signs), axis=0)
    # signs belong to people: each goes where its person goes
    return places, np.take_along_axis(np.tile(signs, (len(order), 1)), places, axis=1)


def _random(design: Design, node: tree.Node, draws: int, rng: np.random.Generator) -> tuple[Index, Signs]:
    n = design.n
    order = np.tile(np.arange(n, dtype=np.int64), (draws + 1, 1))
    signs = np.ones((draws + 1, n), dtype=np.int8)
    if design.scheme != "permute":
        units = tree.flip_units(node)
        turned = (1 - 2 * rng.integers(0, 2, (draws, len(units)))).astype(np.int8)
        signs[1:] = turned[:, _unit_of(units, n)]
    if design.scheme != "flip":
        order[1:, node.people] = tree.drawn(node, draws, rng)
    return order, signs


def _all_orders(design: Design, node: tree.Node) -> Index:
    """Every distinct way to hand the rows of the design around, the observed one first."""
    own = np.arange(design.n, dtype=np.int64)
    if design.scheme == "flip":
        return own[None, :]
    cells = _cells(design)
    ways = tree.arrangements(node, cells)
    rows_from = np.empty_like(ways)
    rows_from[:, node.people] = ways
    first = np.flatnonzero((cells[rows_from] == cells).all(axis=1))[0]
    rows_from[[0, first]] = rows_from[[first, 0]]
    rows_from[0] = own
    return np.argsort(rows_from, axis=1).astype(np.int64)


def _all_signs(node: tree.Node, n: int) -> Signs:
    units = tree.flip_units(node)
    bits = (np.arange(2 ** len(units))[:, None] >> np.arange(len(units))) & 1
    return (1 - 2 * bits).astype(np.int8)[:, _unit_of(units, n)]


def _unit_of(units: list[list[int]], n: int) -> Index:
    """Which unit each person belongs to, shape (person,)."""
    unit = np.empty(n, dtype=np.int64)
    for k, people in enumerate(units):
        unit[people] = k
    return unit


def _cells(design: Design) -> Index:
    """People with the same row of the design, and the same spread group, share an integer.

    Where the regressor moves instead of the residuals (Dekker), the row is the residualised regressor.
    """
    rows = design.matrix
    if design.method == "dekker":
        own = residual_maker(design.nuisance) @ design.questions
        rows = np.round(own / np.abs(own).max(), _SAME_REGRESSOR) + 0.0
    spread = [] if design.spread is None else [design.spread]
    return row_labels(np.column_stack([rows, *spread, design.spread_groups.argmax(axis=0)]))
