"""Design matrices without formulas: what is asked, nuisance columns, and who may be exchanged with whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import ShapeError

Array = NDArray[np.float64]
Labels = NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Design:
    """What is asked (`interest`), what is held constant (`nuisance`) and who may be exchanged with whom (`strata`).

    Parameters
    ----------
    interest : shape (person,) for a t: 1 and 0 for two groups, a measured variable for a correlation, all 1 for
        differences. Shape (person, question) for an F.
    nuisance : shape (person, column), the intercept included where there is one.
    strata : shape (person,), integer; people of one stratum may be exchanged.
    scheme : ``permute`` (errors exchangeable), ``flip`` (errors symmetric about zero) or ``both``. Never inferred.
    blocks : shape (person,), integer, or None; people of one block change places, or sign, together with another block.
    spread : shape (person,), integer, or None; people of one spread group share a variance. None: the groups that
        `interest` codes, or everybody their own along a measured variable. One group: the classical t or F.
    method : ``freedman-lane``, ``dekker`` or ``huh-jhun``.
    """

    interest: Array
    nuisance: Array
    strata: NDArray[np.int64]
    scheme: str = "permute"
    blocks: NDArray[np.int64] | None = None
    spread: NDArray[np.int64] | None = None
    method: str = "freedman-lane"

    @property
    def n(self) -> int:
        """People."""
        return int(self.interest.shape[0])

    @property
    def questions(self) -> Array:
        """Columns of interest, shape (person, question), also where there is one."""
        return self.interest.reshape(self.n, -1)

    @property
    def is_joint(self) -> bool:
        """Whether several columns are asked about together, by an F."""
        return self.interest.ndim == 2

    @cached_property
    def has_equal_spread(self) -> bool:
        """Whether the caller said that all people share one variance."""
        return self.spread is not None and np.unique(self.spread).size == 1

    @cached_property
    def spread_groups(self) -> Array:
        """Who shares a variance with whom, shape (group, person), 1 where a person belongs.

        Groups that the columns of interest code may differ; along a measured variable there is one group.
        """
        labels = self.spread
        if labels is None:
            labels = row_labels(self.questions)
            if np.unique(labels).size > self.questions.shape[1] + 1:
                labels = np.zeros(self.n, dtype=np.int64)
        inside: Array = (labels == np.unique(labels)[:, None]).astype(np.float64)
        return inside

    @cached_property
    def matrix(self) -> Array:
        """Interest first, then nuisance, shape (person, column)."""
        return np.column_stack([self.interest, self.nuisance])

    @cached_property
    def rank(self) -> int:
        """Rank of `matrix`, columns scaled to unit length."""
        return column_rank(self.matrix)

    @cached_property
    def estimable(self) -> bool:
        """Whether all that is asked can be told apart from the nuisance columns, with freedom left."""
        return self.rank == column_rank(self.nuisance) + self.questions.shape[1] and self.n > self.rank


def two_groups(is_first: NDArray[np.bool_], covariates: Array, strata: NDArray[np.int64]) -> Design:
    """First group minus second, covariates held constant; shapes (person,), (person, column), (person,)."""
    return Design(is_first.astype(np.float64), _with_intercept(covariates), strata)


def slope(predictor: Array, covariates: Array, strata: NDArray[np.int64]) -> Design:
    """Change of the measure per unit of the predictor, covariates held constant."""
    return Design(predictor.astype(np.float64), _with_intercept(covariates), strata)


def one_sample(n: int, covariates: Array) -> Design:
    """Mean of differences, at the mean of the covariates; tested by sign flips."""
    centred = covariates - covariates.mean(axis=0) if covariates.size else covariates.reshape(n, 0)
    return Design(np.ones(n), independent(np.zeros((n, 0)), centred), np.zeros(n, dtype=np.int64), scheme="flip")


def several_groups(labels: Sequence[object], covariates: Array, strata: NDArray[np.int64]) -> Design:
    """Whether any of several groups differs, covariates held constant: an F, groups in sorted order."""
    levels = integer_labels(labels)
    indicators = (levels[:, None] == np.unique(levels)[1:]).astype(np.float64)
    return Design(indicators, _with_intercept(covariates), strata)


def _with_intercept(covariates: Array) -> Array:
    """Intercept and the covariate columns that are neither constant nor repeat one another."""
    intercept = np.ones((covariates.shape[0], 1))
    return np.hstack([intercept, independent(intercept, covariates)])


def code(columns: Mapping[str, object], n: int) -> tuple[Array, tuple[str, ...]]:
    """Columns of a design from covariates: numbers are centred, labels become indicators of all levels but the first.

    Returns
    -------
    matrix : shape (person, column).
    names : one per column, ``name`` or ``name=level``.

    Raises
    ------
    ShapeError
        A covariate that does not have one entry per person.
    """
    parts: list[Array] = []
    names: list[str] = []
    for name, column in columns.items():
        values = np.asarray(column)
        if values.shape != (n,):
            raise ShapeError(f"covariate {name!r} does not fit the values", expected=(n,), got=values.shape)
        if is_numeric(values):
            number = values.astype(np.float64)
            parts.append(number - number.mean())
            names.append(name)
        else:
            for level in np.unique(values.astype(str))[1:]:
                parts.append((values.astype(str) == level).astype(np.float64))
                names.append(f"{name}={level}")
    return (np.column_stack(parts) if parts else np.zeros((n, 0))), tuple(names)


def is_numeric(values: NDArray[np.generic]) -> bool:
    """Whether a covariate is a number (else it is a label)."""
    return bool(np.issubdtype(values.dtype, np.number)) or values.dtype == np.bool_


def integer_labels(labels: Sequence[object]) -> NDArray[np.int64]:
    """Labels as integers, in sorted order."""
    return np.unique(np.asarray(labels).astype(str), return_inverse=True)[1].astype(np.int64)


def row_labels(rows: Array) -> NDArray[np.int64]:
    """Integer for every row, the same for equal rows; shape (row,)."""
    one = rows.shape[1] == 1  # whole rows are compared much more slowly
    labels = np.unique(rows[:, 0] if one else rows, axis=None if one else 0, return_inverse=True)[1]
    return labels.reshape(-1).astype(np.int64)


def column_rank(matrix: Array) -> int:
    """Rank with columns scaled to unit length, so that age in days and sex weigh the same."""
    length = np.linalg.norm(matrix, axis=0)
    kept = matrix[:, length > 0] / length[length > 0]
    return int(np.linalg.matrix_rank(kept, tol=1e-8)) if kept.size else 0


def independent(base: Array, columns: Array) -> Array:
    """Columns that say something which `base` and the columns before them do not."""
    kept = base
    for column in columns.T:
        wider = np.column_stack([kept, column])
        if column_rank(wider) == wider.shape[1]:
            kept = wider
    return kept[:, base.shape[1] :]


def aliased_with(interest: Array, columns: Array) -> bool:
    """Whether the columns and an intercept reproduce the regressor of interest."""
    base = np.hstack([np.ones((interest.size, 1)), columns])
    return column_rank(np.column_stack([base, interest])) == column_rank(base)
