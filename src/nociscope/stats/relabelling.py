"""Which relabellings of people a design allows: counted, enumerated where few, drawn where many."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nociscope.stats.design import Design

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Relabellings:
    """Row 0 leaves everybody in place: the observed labelling, counted once.

    Parameters
    ----------
    order : shape (relabelling, person); who stands where.
    signs : shape (relabelling, person); +1 or −1.
    exact : whether every distinct relabelling is there once.
    distinct : how many distinct relabellings the design has.
    """

    order: Index
    signs: NDArray[np.int8]
    exact: bool
    distinct: int

    @property
    def count(self) -> int:
        """Relabellings used, the observed one included."""
        return int(self.order.shape[0])


def distinct_relabellings(design: Design) -> int:
    """Count relabellings that can give different statistics.

    Two people with the same row of the design are interchangeable, so 4 against 5 without covariates has
    9!/(4! 5!) = 126, not 362,880.
    """
    if design.scheme == "flip":
        return int(2**design.n)
    cells = _cells(design)
    total = 1
    for stratum in np.unique(design.strata):
        counts = np.unique(cells[design.strata == stratum], return_counts=True)[1]
        total *= math.factorial(int(counts.sum())) // math.prod(math.factorial(int(c)) for c in counts)
    return total


def relabellings(design: Design, draws: int, exact_limit: int, seed: int) -> Relabellings:
    """All distinct relabellings where there are at most `exact_limit`, else `draws` random ones and the observed.

    Parameters
    ----------
    draws : random relabellings, without the observed one.
    seed : of the draws; the same seed gives the same bytes.
    """
    distinct = distinct_relabellings(design)
    exact = distinct <= exact_limit
    rng = np.random.default_rng(seed)
    n = design.n
    if design.scheme == "flip":
        signs = _all_signs(n) if exact else _random_signs(n, draws, rng)
        order = np.broadcast_to(np.arange(n), signs.shape)
    else:
        order = _all_orders(_cells(design), design.strata) if exact else _random_orders(design.strata, draws, rng)
        signs = np.broadcast_to(np.int8(1), order.shape)
    return Relabellings(order, signs, exact, distinct)


def _cells(design: Design) -> Index:
    """People with the same row of the design share an integer."""
    return np.unique(design.matrix, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _all_signs(n: int) -> NDArray[np.int8]:
    bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    return (1 - 2 * bits).astype(np.int8)


def _random_signs(n: int, draws: int, rng: np.random.Generator) -> NDArray[np.int8]:
    drawn = (1 - 2 * rng.integers(0, 2, (draws, n))).astype(np.int8)
    return np.vstack([np.ones((1, n), dtype=np.int8), drawn])


def _random_orders(strata: Index, draws: int, rng: np.random.Generator) -> Index:
    order = np.tile(np.arange(strata.size, dtype=np.int64), (draws + 1, 1))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        order[1:, members] = rng.permuted(np.tile(members, (draws, 1)), axis=1)
    return order


def _all_orders(cells: Index, strata: Index) -> Index:
    """Every distinct way to hand the rows of the design around within strata, the observed one first."""
    assigned = cells[None, :]
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        ways = _arrangements(cells[members])
        assigned = np.repeat(assigned, ways.shape[0], axis=0)
        assigned[:, members] = np.tile(ways, (assigned.shape[0] // ways.shape[0], 1))
    stood = np.lexsort((cells, strata))
    order = np.empty_like(assigned)
    # the k-th person who now has a cell takes the place of the k-th person who had it
    order[:, stood] = np.argsort(assigned + strata * (cells.max() + 1), axis=1, kind="stable")
    first = np.flatnonzero((assigned == cells).all(axis=1))[0]
    order[[0, first]] = order[[first, 0]]
    return order


def _arrangements(labels: Index) -> Index:
    """Distinct arrangements of a multiset, shape (arrangement, place)."""
    filled = np.full((1, labels.size), -1, dtype=np.int64)
    for label, count in zip(*np.unique(labels, return_counts=True), strict=True):
        free = np.argwhere(filled < 0)[:, 1].reshape(filled.shape[0], -1)
        choices = np.array(list(combinations(range(free.shape[1]), int(count))), dtype=np.int64)
        places = free[:, choices].reshape(-1, int(count))
        filled = np.repeat(filled, choices.shape[0], axis=0)
        np.put_along_axis(filled, places, label, axis=1)
    return filled
