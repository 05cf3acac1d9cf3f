"""ComBat inside a fold: learned from training people, applied to those who are predicted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nociscope.stats.design import Array
from nociscope.stats.prediction.folds import Fold
from nociscope.stats.sites.combat import CombatOptions, harmonised_model

Labels = NDArray[np.str_]

FEWEST_PEOPLE = 3
"""Training people of a site below which ComBat refuses it."""

FEWEST_FEATURES = 3
"""Columns below which there is nothing to pool."""


def harmonised(known: Array, batch: Labels, new: Array, new_batch: Labels) -> tuple[Array, Array]:
    """Columns of training and of test people without what sites add and multiply.

    The outcome is not among the effects that are kept: a test person's is unknown, and keeping it would leak it.
    Fewer columns than can be pooled are each estimated on their own.

    Parameters
    ----------
    known, new : shape (person, column). batch, new_batch : shape (person,).
    """
    method = "parametric" if known.shape[1] >= FEWEST_FEATURES else "separate"
    model, _ = harmonised_model(known, batch, options=CombatOptions(method=method))
    first, second = (
        model.applied(x, labels, np.zeros((len(x), 0))) for x, labels in ((known, batch), (new, new_batch))
    )
    return np.asarray(first, float), np.asarray(second, float)


def small_in_training(batch: Labels, made: Sequence[Fold]) -> dict[str, int]:
    """Sites that some fold leaves with too few training people, and with how many."""
    fewest = {
        str(site): min(int((batch[f.train] == site).sum()) for f in made) for site in np.unique(batch)
    }  # fmt: skip
    return {site: count for site, count in fewest.items() if count < FEWEST_PEOPLE}
