"""What the whole pipeline finds where there is nothing: the outcome permuted, everything done again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from nociscope.stats.design import Array, Design
from nociscope.stats.prediction.folds import Index
from nociscope.stats.relabelling import relabellings

PERMUTED_REPEATS = 4
"""Repeats of k-fold in every permutation; the observed outcome is judged by the same number."""

DRAWS_OF_SPREAD = 100
"""Permutations that show how far performance scatters where the study file asks for no test by permutation."""

_TIE, _SMALLEST = 1e-9, 1e-300


@dataclass(frozen=True, eq=False)
class Chance:
    """Null distribution of a performance, large when good.

    Parameters
    ----------
    observed : performance of the observed outcome, with as many repeats as the permutations have.
    null : shape (permutation,), the observed one first.
    p : share of the null that is at least as good; without a test by permutation, the tail of a normal curve with
        the mean and spread of the null.
    tested : whether p is that share.
    exact : whether every distinct permutation was looked at. distinct : how many there are; 0 where not counted.
    """

    observed: float
    null: Array
    p: float
    tested: bool
    exact: bool
    distinct: int


def chance(
    performance: Callable[[Array], float], y: Array, strata: Index, blocks: Index | None, draws: int, seed: int
) -> Chance:
    """Permute the outcome and run `performance`, which must repeat every step that looks at it.

    Parameters
    ----------
    y : shape (person,). strata : exchanged within. blocks : people who stay together, or None.
    draws : random permutations; all distinct ones where there are no more than that. 0: p from a normal curve.
    """
    orders, exact, distinct = outcome_orders(y, strata, blocks, draws or DRAWS_OF_SPREAD, seed)
    null = np.array([performance(y[order]) for order in orders])
    observed = float(null[0])
    # a permutation whose folds could not be scored counts against the finding
    p = float(np.mean(~(null < observed - _TIE * max(1.0, abs(observed)))))
    if draws == 0 and len(null) > 2 and np.ptp(null[1:]) > 0:
        p = max(float(stats.norm.sf((observed - null[1:].mean()) / null[1:].std(ddof=1))), _SMALLEST)
    return Chance(observed, null, p, draws > 0, exact, distinct)


def outcome_orders(y: Array, strata: Index, blocks: Index | None, draws: int, seed: int) -> tuple[Index, bool, int]:
    """Who gets whose outcome, shape (permutation, person), nobody moved first; whether all; how many there are.

    Where members of a block share their outcome, whole blocks of one size change places; else members change places
    within their block.
    """
    if blocks is None or np.unique(blocks).size == y.size:
        return _of_people(y, strata, draws, seed)
    shared = all(np.ptp(y[blocks == b]) == 0 for b in np.unique(blocks))
    if not shared:
        within = np.unique(np.column_stack([strata, blocks]), axis=0, return_inverse=True)[1].reshape(-1)
        return _of_people(y, within.astype(np.int64), draws, seed)
    members = [np.flatnonzero(blocks == b) for b in np.unique(blocks)]
    kinds = np.array([[m.size, strata[m[0]]] for m in members])
    kind = np.unique(kinds, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    moves, exact, distinct = _of_people(np.array([y[m[0]] for m in members]), kind, draws, seed)
    out = np.tile(np.arange(y.size, dtype=np.int64), (len(moves), 1))
    for row, move in zip(out, moves, strict=True):
        for place, source in enumerate(move):
            row[members[place]] = members[source]
    return out, exact, distinct


def _of_people(y: Array, strata: Index, draws: int, seed: int) -> tuple[Index, bool, int]:
    design = Design(y.astype(np.float64), np.ones((y.size, 1)), strata)
    moves = relabellings(design, draws, max(1, draws), seed)
    # a relabelling says who stands in whose place; the outcome that somebody gets is that of the place
    return np.argsort(moves.order, axis=1).astype(np.int64), moves.exact, moves.distinct
