"""A design as rows: what one relabelling needs so that a matrix product gives its statistic in every element."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, ShapeError
from nociscope.stats.design import Array, Design
from nociscope.stats.reduction import reduction as huh_jhun_basis
from nociscope.stats.relabelling import Relabellings

_RANK = 1e-8
_FULLY_FITTED = 1e-9
_MOVES_HELD = 256


@dataclass(frozen=True, eq=False)
class Reduction:
    """What is left of a design once nuisance is projected out of the data.

    Parameters
    ----------
    interest : shape (question, person), orthonormal; what nuisance leaves of the regressors of interest.
    held : shape (column, person), orthonormal; directions of the nuisance space that a relabelling mixes into the
        residuals. The intercept is none of them when people are permuted, and is one when signs are flipped.
    nuisance : shape (column, person), orthonormal; all of the nuisance space.
    basis : shape (person, m), orthonormal; everything but the nuisance space.
    weights : shape (person,); multiply squared residuals to give the HC2 variance of the estimate; empty where the
        error is pooled.
    dof : residual degrees of freedom of the full model.
    length : of the regressor of interest after nuisance; the estimate is the first coefficient over it.
    method : ``freedman-lane``, ``dekker`` or ``huh-jhun``.
    """

    interest: Array
    held: Array
    nuisance: Array
    basis: Array
    weights: Array
    dof: int
    length: float
    method: str

    @property
    def questions(self) -> int:
        """Rows of the numerator: one for a t."""
        return int(self.interest.shape[0])

    @property
    def hc2(self) -> bool:
        """Whether each person has a spread of their own."""
        return self.weights.size > 0

    @property
    def directions(self) -> Array:
        """Interest, then what is held, shape (direction, person)."""
        return np.vstack([self.interest, self.held])

    @property
    def rows(self) -> int:
        """Matrix rows that one relabelling needs."""
        return len(self.directions) * (2 if self.hc2 else 1)


@dataclass(frozen=True, eq=False)
class Rows:
    """Relabellings as matrices.

    Parameters
    ----------
    reduced : shape (relabelling, row, m), to be multiplied with reduced data.
    people : shape (relabelling, row, person), the same for data as they came.
    squares : shape (relabelling, person), to be multiplied with squared residuals; empty where the error is pooled.
    """

    reduced: Array
    people: Array
    squares: Array


def reduction(design: Design, moves: Relabellings, error: str = "pooled") -> Reduction:
    """Reduce a design whose question is estimable.

    Parameters
    ----------
    error : ``pooled``, or ``hc2`` for one question asked by Freedman and Lane's method.

    Raises
    ------
    InputError
        Nothing can be estimated, or the error does not go with the question or the method.
    ShapeError
        The relabellings are not about these people.
    """
    interest, n = _columns(design.interest), len(design.interest)
    nuisance, basis = _split(_columns(design.nuisance), n)
    if design.method == "huh-jhun":
        basis = huh_jhun_basis(_columns(design.nuisance))
    left = interest - nuisance.T @ (nuisance @ interest)
    rows = _orthonormal(left)
    dof = n - len(nuisance) - len(rows)
    if not len(rows) or dof < 1:
        raise InputError("the design leaves nothing to estimate", expected="an estimable question", got=f"{dof} dof")
    weights = _hc2_weights(rows, nuisance) if error == "hc2" else np.zeros(0)
    if weights.size and (len(rows) > 1 or design.method != "freedman-lane"):
        raise InputError("HC2 errors go with one question and Freedman–Lane", got=f"{len(rows)}, {design.method}")
    whole = basis.shape[1] if design.method == "huh-jhun" else n
    if moves.order.shape[1] != whole:
        raise ShapeError("relabellings do not fit the design", expected=(whole,), got=moves.order.shape)
    held = _mixed_in(nuisance, basis, moves) if design.method == "freedman-lane" else nuisance[:0]
    length = float(np.linalg.norm(left[:, 0]))
    return Reduction(rows, held, nuisance, basis, weights, dof, length, design.method)


def rows_of(reduced: Reduction, order: NDArray[np.int64], signs: NDArray[np.int8]) -> Rows:
    """Rows of some relabellings, shapes (relabelling, person) each."""
    if reduced.method == "huh-jhun":
        moved = _relabelled(reduced.interest @ reduced.basis, order, signs)
        return Rows(moved, moved @ reduced.basis.T, np.zeros((len(order), 0)))
    directions = reduced.directions
    if reduced.hc2:
        directions = np.vstack([directions, directions * reduced.weights])
    turned = _relabelled(directions, order, signs) @ reduced.basis
    if reduced.method == "dekker":
        turned = _normalised(turned)
    squares = np.zeros((len(order), 0))
    if reduced.hc2:
        squares = _relabelled(reduced.weights[None], order, np.ones_like(signs))[:, 0]
    return Rows(turned, turned @ reduced.basis.T, squares)


def _columns(matrix: Array) -> Array:
    return np.asarray(matrix, dtype=np.float64).reshape(len(matrix), -1)


def _split(nuisance: Array, n: int) -> tuple[Array, Array]:
    """Orthonormal rows of the nuisance space, and an orthonormal basis of all else."""
    length = np.linalg.norm(nuisance, axis=0)
    scaled = nuisance[:, length > 0] / length[length > 0]
    if not scaled.size:
        return np.zeros((0, n)), np.eye(n)
    u, s, _ = np.linalg.svd(scaled, full_matrices=True)
    rank = int((s > _RANK * s[0]).sum())
    return u[:, :rank].T, u[:, rank:]


def _orthonormal(columns: Array) -> Array:
    """Orthonormal rows that span the columns; a single one keeps its direction."""
    if columns.shape[1] == 1:
        length = np.linalg.norm(columns)
        return np.asarray(columns.T / length) if length > _RANK else columns.T[:0]
    u, s, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(u[:, s > _RANK * max(s[0], _RANK)].T)


def _hc2_weights(rows: Array, nuisance: Array) -> Array:
    room = 1 - (rows**2).sum(axis=0) - (nuisance**2).sum(axis=0)
    free = room > _FULLY_FITTED
    return np.where(free, rows[0] ** 2 / np.where(free, room, 1.0), 0.0)


def _relabelled(directions: Array, order: NDArray[np.int64], signs: NDArray[np.int8]) -> Array:
    """Rows which, times the data, give the directions times the relabelled data: shape (relabelling, row, person)."""
    back = np.argsort(order, axis=1, kind="stable")
    turned = directions[:, back] * np.take_along_axis(signs, back, axis=1)
    return np.ascontiguousarray(turned.transpose(1, 0, 2), dtype=np.float64)


def _mixed_in(nuisance: Array, basis: Array, moves: Relabellings) -> Array:
    """Directions of the nuisance space that are not orthogonal to the residuals under every relabelling."""
    k = len(nuisance)
    seen = np.zeros((k, k))
    for start in range(0, moves.count, _MOVES_HELD):
        part = slice(start, start + _MOVES_HELD)
        turned = _relabelled(nuisance, moves.order[part], moves.signs[part]) @ basis
        seen += np.einsum("pkm,plm->kl", turned, turned, optimize=True)
    if not k:
        return nuisance
    size, direction = np.linalg.eigh(seen)
    return np.asarray(direction[:, size > 1e-20 * moves.count].T @ nuisance)


def _normalised(turned: Array) -> Array:
    if turned.shape[1] > 1:
        return np.ascontiguousarray(np.linalg.qr(turned.transpose(0, 2, 1))[0].transpose(0, 2, 1))
    length = np.linalg.norm(turned, axis=2, keepdims=True)
    return np.asarray(np.divide(turned, length, out=np.zeros_like(turned), where=length > _RANK))
