"""From columns to held-out scores: harmonise, standardise, select, tune and fit, each inside the fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, ShapeError
from nociscope.stats.design import Array
from nociscope.stats.prediction.auc import win_matrix
from nociscope.stats.prediction.estimators import Estimator, estimator
from nociscope.stats.prediction.folds import Flags, Fold, Index, dealt

INNER_FOLDS = 5
"""Folds inside training people that pick the penalty."""


@dataclass(frozen=True, eq=False)
class Recipe:
    """What is done to columns inside every fold, in this order.

    Parameters
    ----------
    estimator : key of the table of models.
    classes : whether the outcome is one of two labels, else a number.
    harmonised : the first so many columns go through ComBat, fitted to training people without their outcome.
    select : keep so many columns, those most correlated with the outcome in training people; 0 keeps all.
    """

    estimator: str = "ridge"
    classes: bool = True
    harmonised: int = 0
    select: int = 0

    @property
    def model(self) -> Estimator:
        """Entry of the table of models."""
        return estimator(self.estimator, self.classes)


@dataclass(frozen=True, eq=False)
class Columns:
    """What predicts, and what holds people together.

    Parameters
    ----------
    x : shape (person, column), finite.
    batch : shape (person,), labels of ComBat, or None.
    blocks : shape (person,), integer, or None; kept together in inner folds too.
    """

    x: Array
    batch: NDArray[np.str_] | None = None
    blocks: Index | None = None

    def __post_init__(self) -> None:
        if self.x.ndim != 2 or not np.isfinite(self.x).all():
            raise ShapeError("columns that predict", expected="(person, column), finite", got=self.x.shape)
        if self.x.shape[1] == 0:
            raise InputError("nothing predicts", expected="one column or more", got=0)

    def without_batch(self, x: Array) -> Columns:
        """The same people with other columns that are not harmonised."""
        return replace(self, x=x, batch=None)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Scores of people by models that never saw them.

    Parameters
    ----------
    folds : as given.
    scores : one array per fold, in the order of its test people: logits, margins or predicted numbers.
    base : per fold, the mean outcome of its training people.
    penalty : per fold, the place of the penalty that was picked; -1 where too few people left no choice.
    """

    folds: tuple[Fold, ...]
    scores: tuple[Array, ...]
    base: Array
    penalty: Index

    def wins(self, positive: Flags) -> Array:
        """Win matrix (positive, negative): only people held out by the same model are compared."""
        row, column = np.cumsum(positive) - 1, np.cumsum(~positive) - 1
        total = np.zeros((int(positive.sum()), int((~positive).sum())))
        seen = np.zeros_like(total)
        for fold, scores in zip(self.folds, self.scores, strict=True):
            is_positive = positive[fold.test]
            place = np.ix_(row[fold.test[is_positive]], column[fold.test[~is_positive]])
            total[place] += win_matrix(scores[is_positive], scores[~is_positive])
            seen[place] += 1
        return np.asarray(np.divide(total, seen, out=np.full_like(total, np.nan), where=seen > 0))

    def per_person(self, n: int, values: Sequence[Array]) -> Array:
        """Mean over folds of a value per test person, shape (person,); nan for whoever was never held out."""
        total, seen = np.zeros(n), np.zeros(n)
        for fold, value in zip(self.folds, values, strict=True):
            np.add.at(total, fold.test, value)
            np.add.at(seen, fold.test, 1)
        return np.asarray(np.divide(total, seen, out=np.full(n, np.nan), where=seen > 0))

    def probability(self, n: int) -> Array:
        """Mean held-out probability of everybody, shape (person,); of logits only."""
        return self.per_person(n, [1 / (1 + np.exp(-s)) for s in self.scores])


def held_out(columns: Columns, outcome: Array, made: Sequence[Fold], recipe: Recipe, seed: int = 0) -> HeldOut:
    """Predict everybody from others only.

    Parameters
    ----------
    outcome : shape (person,); 0 and 1, or numbers.
    made : folds, see `nociscope.stats.prediction.folds`.
    seed : of the inner folds.
    """
    y = np.asarray(outcome, float)
    rng = np.random.default_rng([seed, 7])
    scores, picked = [], []
    for fold in made:
        known, new = _harmonised(columns, fold, recipe)
        best = _penalty(known, y[fold.train], _part(columns.blocks, fold.train), recipe, rng)
        penalties = recipe.model.penalties
        scores.append(predicted(known, y[fold.train], new, recipe, penalties[[max(best, 0)]])[:, 0])
        picked.append(best)
    base = np.array([y[f.train].mean() for f in made])
    return HeldOut(tuple(made), tuple(scores), base, np.array(picked, dtype=np.int64))


def _part(labels: Index | None, people: Index) -> Index | None:
    return None if labels is None else labels[people]


def _penalty(x: Array, y: Array, blocks: Index | None, recipe: Recipe, rng: np.random.Generator) -> int:
    """Place of the penalty with the smallest loss in inner folds, of equal ones the strongest; -1 without a choice."""
    strata = y.astype(np.int64) if recipe.classes else np.zeros(y.size, dtype=np.int64)
    smallest = int(np.bincount(strata, minlength=2).min()) if recipe.classes else y.size // 2
    if smallest < 2 or (blocks is not None and np.unique(blocks).size < 2):
        return -1
    model = recipe.model
    place = dealt(strata, min(INNER_FOLDS, smallest), rng, blocks)
    if model.compiled is not None and not recipe.select:
        from nociscope.stats.prediction.inner_folds import losses

        total, used = losses(
            _plain(x), _plain(y), place, model.penalties, (model.compiled, model.probability), recipe.classes
        )
        return int(np.argmin(total)) if used else -1
    total, used = np.zeros(model.penalties.size), 0
    for fold in np.unique(place):
        known = place != fold
        if known.sum() < 2 or (recipe.classes and np.ptp(y[known]) == 0):
            continue
        total += model.loss(predicted(x[known], y[known], x[~known], recipe, model.penalties), y[~known])
        used += 1
    return int(np.argmin(total)) if used else -1


def _plain(values: Array) -> Array:
    """In one layout: another would be compiled again."""
    return np.ascontiguousarray(values, dtype=np.float64)


def predicted(known: Array, y: Array, new: Array, recipe: Recipe, penalties: Array) -> Array:
    """Scores of new people for every penalty, shape (person, penalty), from known people alone.

    Standardisation and selection of columns look at known people only.
    """
    model = recipe.model
    if model.compiled is not None and not recipe.select:
        from nociscope.stats.prediction.inner_folds import scores

        kind = (model.compiled, model.probability)
        found: Array = scores(_plain(known), _plain(y), _plain(new), penalties, kind)
        return found
    centre, spread = known.mean(axis=0), known.std(axis=0)
    spread = np.where(spread > 1e-12 * np.maximum(1, np.abs(centre)), spread, np.inf)  # a constant column says nothing
    known, new = (known - centre) / spread, (new - centre) / spread
    if 0 < recipe.select < known.shape[1]:
        strength = np.abs((y - y.mean()) @ known)
        kept = np.sort(np.argsort(-strength, kind="stable")[: recipe.select])
        known, new = known[:, kept], new[:, kept]
    path = model.path(known, y, penalties)
    return np.asarray(new @ path[:, :-1].T + path[:, -1])


def _harmonised(columns: Columns, fold: Fold, recipe: Recipe) -> tuple[Array, Array]:
    """Columns of training and test people; ComBat is fitted to training people and never told their outcome."""
    known, new = columns.x[fold.train], columns.x[fold.test]
    if columns.batch is None or recipe.harmonised == 0:
        return known, new
    from nociscope.stats.prediction.harmonise import harmonised

    width, batch = recipe.harmonised, columns.batch
    first, second = harmonised(known[:, :width], batch[fold.train], new[:, :width], batch[fold.test])
    return np.hstack([first, known[:, width:]]), np.hstack([second, new[:, width:]])
