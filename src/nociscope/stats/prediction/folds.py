"""Who is held out when: nobody is ever in training and test of the same fold, nor is their family or site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.stats.design import Array

Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

KINDS = ("leave-pair-out", "repeated-k-fold", "leave-site-out")

PAIRS_LEFT_OUT = 150
"""Pairs of a positive and a negative person up to which ``auto`` leaves out every pair."""


@dataclass(frozen=True, eq=False)
class Fold:
    """Places of the people who are learned from and of those who are predicted."""

    train: Index
    test: Index
    repeat: int = 0


@dataclass(frozen=True, eq=False)
class Scheme:
    """How people are held out.

    Parameters
    ----------
    kind : one of `KINDS`, or ``auto``.
    k, repeats : of repeated k-fold.
    blocks : shape (person,), integer; people of one block are held out together (a family, a site), or None.
    sites : shape (person,), integer, for leave-site-out, or None.
    spread : shape (person,), integer, or None; people of one level (a scanner) are dealt evenly to folds.
    seed : of the shuffling.
    """

    kind: str = "auto"
    k: int = 5
    repeats: int = 20
    blocks: Index | None = None
    sites: Index | None = None
    spread: Index | None = None
    seed: int = 0


def chosen_kind(kind: str, positive: Flags | None) -> str:
    """Resolve ``auto``: every pair where there are few, else repeated k-fold; numbers have no pairs.

    Raises
    ------
    InputError
        An unknown kind, or pooled leave-one-out, with the reason why it is not offered.
    """
    if kind == "leave-one-out":
        raise InputError(
            "leave-one-out scores come from different models and cannot be pooled into an AUC: whoever is left out "
            "shifts the share of the outcome in training the other way, so that the AUC of noise falls below 0.5",
            expected=", ".join(KINDS), got=kind, do="use leave-pair-out",
        )  # fmt: skip
    if kind not in (*KINDS, "auto"):
        raise InputError("unknown folds", expected=", ".join((*KINDS, "auto")), got=kind)
    if kind == "leave-pair-out" and positive is None:
        raise InputError("a number has no pairs to leave out", expected="repeated-k-fold or leave-site-out", got=kind)
    if kind != "auto":
        return kind
    few = positive is not None and int(positive.sum()) * int((~positive).sum()) <= PAIRS_LEFT_OUT
    return "leave-pair-out" if few else "repeated-k-fold"


def folds(scheme: Scheme, n: int, positive: Flags | None) -> tuple[Fold, ...]:
    """Every fold of a scheme; those whose training people all have one outcome cannot be learned from and are gone.

    Parameters
    ----------
    n : people.
    positive : shape (person,), or None where the outcome is a number.

    Raises
    ------
    InputError
        No fold is left, or a site is needed and not given.
    """
    kind = chosen_kind(scheme.kind, positive)
    blocks = np.arange(n) if scheme.blocks is None else np.asarray(scheme.blocks)
    if kind == "leave-pair-out" and positive is not None:
        made: Sequence[Fold] = _pairs(blocks, positive)
    elif kind == "leave-site-out":
        made = _sites(scheme.sites, blocks)
    else:
        made = _repeated(scheme, blocks, positive)
    kept = tuple(f for f in made if f.train.size and (positive is None or 0 < positive[f.train].mean() < 1))
    if not kept:
        raise InputError("no fold can be learned from", expected="both outcomes in training", got=f"{n} people")
    return kept


def _pairs(blocks: Index, positive: Flags) -> list[Fold]:
    out = []
    for i in np.flatnonzero(positive):
        for j in np.flatnonzero(~positive):
            train = np.flatnonzero((blocks != blocks[i]) & (blocks != blocks[j]))
            out.append(Fold(train, np.array([i, j], dtype=np.int64)))
    return out


def _sites(sites: Index | None, blocks: Index) -> list[Fold]:
    if sites is None or np.unique(sites).size < 2:
        raise InputError("leave-site-out needs two sites or more", expected="a site for everybody", got="one or none")
    out = []
    for site in np.unique(sites):
        test = sites == site
        related = np.isin(blocks, blocks[test])
        out.append(Fold(np.flatnonzero(~test & ~related), np.flatnonzero(test)))
    return out


def _repeated(scheme: Scheme, blocks: Index, positive: Flags | None) -> list[Fold]:
    rng = np.random.default_rng(scheme.seed)
    strata = np.zeros(blocks.size, dtype=np.int64) if positive is None else positive.astype(np.int64)
    if scheme.spread is not None:
        strata = strata * (int(scheme.spread.max()) + 1) + scheme.spread
    out = []
    for repeat in range(scheme.repeats):
        place = dealt(strata, scheme.k, rng, None if scheme.blocks is None else blocks)
        for fold in np.unique(place):
            out.append(Fold(np.flatnonzero(place != fold), np.flatnonzero(place == fold), repeat))
    return out


def dealt(strata: Index, k: int, rng: np.random.Generator, blocks: Index | None = None) -> Index:
    """Fold of everybody, shape (person,), every stratum spread as evenly as whole blocks allow.

    Without blocks people are shuffled and dealt like cards, stratum after stratum. With blocks the largest go first,
    each to the fold where it makes the counts most even.
    """
    n = strata.size
    if blocks is None:
        order = rng.permutation(n)
        order = order[np.argsort(strata[order], kind="stable")]
        place = np.empty(n, dtype=np.int64)
        place[order] = np.arange(n) % k
        return place
    names, of = np.unique(blocks, return_inverse=True)
    counts = np.zeros((names.size, int(strata.max()) + 1))
    np.add.at(counts, (of, strata), 1)
    if names.size < 2:
        raise InputError("everybody belongs to one block", expected="two blocks or more", got=names.size)
    shuffled = rng.permutation(names.size)
    held = np.zeros((min(k, names.size), counts.shape[1]))
    fold_of = np.empty(names.size, dtype=np.int64)
    for block in shuffled[np.argsort(-counts[shuffled].sum(axis=1), kind="stable")]:
        uneven = [((held + np.eye(len(held))[f][:, None] * counts[block]) ** 2).sum() for f in range(len(held))]
        fold_of[block] = int(np.argmin(uneven))
        held[fold_of[block]] += counts[block]
    return fold_of[of]


def pairs_compared(made: Sequence[Fold], positive: Flags) -> Array:
    """How often each pair of a positive and a negative person is held out together, shape (positive, negative)."""
    row = np.cumsum(positive) - 1
    column = np.cumsum(~positive) - 1
    seen = np.zeros((int(positive.sum()), int((~positive).sum())))
    for fold in made:
        a, b = fold.test[positive[fold.test]], fold.test[~positive[fold.test]]
        seen[np.ix_(row[a], column[b])] += 1
    return seen
