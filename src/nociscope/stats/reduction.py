"""Huh and Jhun's reduction: as many observations as the nuisance model leaves free, and no nuisance model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nociscope.core.errors import InputError
from nociscope.stats.design import Array, Design, column_rank
from nociscope.stats.linear import residual_maker

_SAME_LEVERAGE = 9
"""Decimal places to which leverages are compared, so that round-off does not choose between equal people."""


def reduced_design(design: Design) -> Design:
    """Design of the reduced observations, which are exchanged freely.

    Raises
    ------
    InputError
        Strata, blocks or groups of spread: a reduced observation mixes people and belongs to none of them.
    """
    several = [
        name
        for name, labels in (("strata", design.strata), ("blocks", design.blocks), ("groups of spread", design.spread))
        if labels is not None and (name == "blocks" or np.unique(labels).size > 1)
    ]
    if several:
        raise InputError(
            f"Huh and Jhun's reduced observations mix people, so {' and '.join(several)} cannot be kept",
            do="use freedman-lane or dekker",
        )
    interest = reduction(design.nuisance).T @ design.interest
    m = interest.shape[0]
    nobody = np.zeros(m, dtype=np.int64)
    return replace(
        design, interest=interest, nuisance=np.zeros((m, 0)), strata=nobody, method="freedman-lane",
        spread=None if design.spread is None else nobody,
    )  # fmt: skip


def reduction(nuisance: Array) -> Array:
    """Orthonormal columns that span what the nuisance columns leave, shape (person, free).

    Any such basis will do (Huh & Jhun 2001), and p depends on which. Theil's (1965) is taken: the columns are as close
    as possible to the residuals of all people but as many as there are nuisance columns; those with the largest
    leverage, one after another, are passed over, in the order of the table where they are equal.
    """
    n = nuisance.shape[0]
    maker = residual_maker(nuisance)
    kept = np.setdiff1d(np.arange(n), _passed_over(maker, column_rank(nuisance)))
    values, vectors = np.linalg.eigh(maker[np.ix_(kept, kept)])
    return np.asarray(maker[:, kept] @ (vectors / np.sqrt(values)) @ vectors.T)


def _passed_over(maker: Array, count: int) -> list[int]:
    explained = np.eye(len(maker)) - maker
    chosen: list[int] = []
    for _ in range(count):
        own = np.round(np.diag(explained), _SAME_LEVERAGE)
        own[chosen] = -1.0
        best = int(np.argmax(own))
        chosen.append(best)
        column = explained[:, best].copy()
        explained = explained - np.outer(column, column) / column[best]
    return chosen
