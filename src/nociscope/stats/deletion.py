"""A design without each of its people, from what is known of the whole one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nociscope.stats.design import Design
from nociscope.stats.linear import Algebra, algebra, algebra_beyond

_OWN_SHARE = 1e-3
"""Share of a person's value that the others leave unexplained, below which dividing by it would lose digits."""


def only(design: Design, kept: NDArray[np.bool_]) -> Design:
    """Keep these people of a design, shape (person,)."""
    return replace(
        design,
        interest=design.interest[kept],
        nuisance=design.nuisance[kept],
        strata=design.strata[kept],
        blocks=None if design.blocks is None else design.blocks[kept],
        spread=None if design.spread is None else design.spread[kept],
    )


def each_left_out(design: Design) -> Iterator[tuple[int, Design, Algebra]]:
    """Person, the design of the others, and its algebra; nobody without whom nothing can be estimated.

    A residual maker without person i is the whole one less m mᵀ/m_i, m its column: nothing is decomposed again.
    """
    whole = algebra(design)
    nuisance, own = whole.nuisance_residual_maker, np.diag(whole.residual_maker)
    for i in range(design.n):
        kept = np.arange(design.n) != i
        others = only(design, kept)
        if own[i] < _OWN_SHARE or whole.dof < 2:
            if others.estimable:
                yield i, others, algebra(others)
            continue
        column = nuisance[kept, i]
        maker = nuisance[np.ix_(kept, kept)] - np.outer(column, column / nuisance[i, i])
        yield i, others, algebra_beyond(maker, others.interest, others.spread_groups, others.has_equal_spread)
