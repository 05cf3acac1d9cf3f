"""The smallest p that a hypothesis can have, from who is in which group, before a single value is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.hypothesis import Hypothesis
from nociscope.stats.design import Design, code, integer_labels, one_sample, several_groups, two_groups
from nociscope.stats.permutation import smallest_attainable_p
from nociscope.stats.relabelling import distinct_relabellings, relabellings
from nociscope.stats.settings import TestSettings

FEWEST_DOF = 2
"""As for a finding, which is not estimable with fewer."""


@dataclass(frozen=True)
class Floor:
    """Smallest attainable p of a design.

    Parameters
    ----------
    p : the floor. count : relabellings that will be used, the observed one among them. exact : whether these are all.
    """

    p: float
    count: int
    exact: bool


def floor_of_groups(
    groups: Sequence[str],
    hypothesis: Hypothesis,
    settings: TestSettings,
    covariates: Mapping[str, NDArray[np.generic]] | None = None,
    strata: Sequence[str] = (),
) -> Floor | None:
    """Floor of a contrast if everybody has a number; None where nothing could be estimated.

    Parameters
    ----------
    groups, strata : one label per person.

    Raises
    ------
    ShapeError
        A covariate that does not have one entry per person.
    """
    n = len(groups)
    columns = {**(covariates or {}), **({" strata": np.array(strata)} if strata else {})}
    held, _ = code(columns, n)
    labels = integer_labels(list(strata)) if strata else np.zeros(n, dtype=np.int64)
    if len(hypothesis.contrast) > 2:
        design = several_groups(groups, held, labels)
    else:
        design = two_groups(np.array([g == hypothesis.contrast[0] for g in groups]), held, labels)
    return _floor(design, hypothesis, settings)


def floor_of_pairs(people: int, hypothesis: Hypothesis, settings: TestSettings) -> Floor | None:
    """Floor of a paired question if everybody has both sessions."""
    return _floor(one_sample(people, np.zeros((people, 0))), hypothesis, settings)


def _floor(design: Design, hypothesis: Hypothesis, settings: TestSettings) -> Floor | None:
    if not design.estimable or design.n - design.rank < FEWEST_DOF:
        return None
    distinct = distinct_relabellings(design)
    if distinct > settings.exact_limit:
        return Floor(1 / (hypothesis.permutations + 1), hypothesis.permutations + 1, False)
    moves = relabellings(design, hypothesis.permutations, settings.exact_limit, settings.seed)
    return Floor(smallest_attainable_p(design, moves, hypothesis.alternative), moves.count, True)
