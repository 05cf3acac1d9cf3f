"""The statistic of a design under each relabelling: t or F, pooled or of each group's own spread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from nociscope.core.errors import InputError, ShapeError
from nociscope.stats.design import Array, Design
from nociscope.stats.joint import JointAlgebra, joint_algebra, joint_algebra_beyond, pooled_f, welch_f
from nociscope.stats.linear import Algebra, algebra, algebra_beyond, residual_maker
from nociscope.stats.reduction import reduced_design, reduction
from nociscope.stats.relabelling import Relabellings

Statistic = Callable[[Relabellings], Array]
"""From relabellings to values, shape (relabelling, region)."""

METHODS = ("freedman-lane", "dekker", "huh-jhun")

_SMALLEST_TAIL = 1e-300

_NO_SPREAD = 1e-10
"""Smallest residual as a fraction of all, so that perfectly separated groups tie with their mirror."""


def statistic(design: Design, y: Array, error: str) -> Statistic:
    """Give the function that computes the statistic of a design under relabellings.

    Parameters
    ----------
    y : shape (person, region), without missing values.
    error : ``pooled``, or ``hc2``; a design that says that all share one variance has the pooled error either way.

    Raises
    ------
    InputError
        An unknown method or error; Dekker's method with groups that may differ in spread.
    ShapeError
        `y` has other people than the design.
    """
    if design.method not in METHODS or error not in ("pooled", "hc2"):
        raise InputError("unknown method", expected=f"{', '.join(METHODS)}; pooled or hc2", got=(design.method, error))
    if y.ndim != 2 or y.shape[0] != design.n:
        raise ShapeError("values do not fit the design", expected=(design.n, "regions"), got=y.shape)
    error = "pooled" if design.has_equal_spread else error
    if design.method == "dekker":
        if error != "pooled":
            # leverages move with the regressor, and the observed one is better balanced: too many positives
            raise InputError(
                "Dekker's method holds for one variance only", expected="equal spread",
                do='set spread = "equal", or permute by freedman-lane',
            )  # fmt: skip
        return _moving_regressors(design, y)
    if design.method == "huh-jhun":
        design, y = reduced_design(design), reduction(design.nuisance).T @ y
    return _moving_residuals(design, y, error)


def _moving_residuals(design: Design, y: Array, error: str) -> Statistic:
    """Residuals of the nuisance model change places, the design stays (Freedman & Lane 1983)."""
    a = joint_algebra(design) if design.is_joint else algebra(design)
    residuals = a.nuisance_residual_maker @ y

    def values(moves: Relabellings) -> Array:
        if moves.order.shape[1] != len(residuals):
            raise ShapeError("relabellings of other people", expected=len(residuals), got=moves.order.shape[1])
        moved = residuals[moves.order.T] * moves.signs.T[:, :, None]
        return _studentised(a, moved.reshape(len(residuals), -1), error).reshape(moves.count, -1)

    return values


def _moving_regressors(design: Design, y: Array) -> Statistic:
    """What the nuisance columns leave of the regressors changes places, values stay (Dekker et al. 2007)."""
    nuisance = residual_maker(design.nuisance)
    residuals, own = nuisance @ y, nuisance @ design.questions
    everybody = np.ones((1, design.n))

    def once(order: Array, signs: Array) -> Array:
        moved = (own * signs[:, None])[np.argsort(order)]
        if design.is_joint:
            return _studentised(joint_algebra_beyond(nuisance, moved, everybody, True), residuals, "pooled")
        return _studentised(algebra_beyond(nuisance, moved[:, 0], everybody, True), residuals, "pooled")

    def values(moves: Relabellings) -> Array:
        return np.stack([once(order, signs) for order, signs in zip(moves.order, moves.signs, strict=True)])

    return values


def _studentised(a: Algebra | JointAlgebra, values: Array, error: str) -> Array:
    """Statistic of each column of values, shape (column,)."""
    squared = a.residual_maker @ values
    squared *= squared
    squared += _NO_SPREAD**2 * np.einsum("ij,ij->j", values, values)
    if isinstance(a, JointAlgebra):
        return _joint(a, a.basis.T @ values, squared, error)
    estimate = a.weights @ values
    se = np.sqrt((a.hc2_weights if error == "hc2" else a.pooled_weights) @ squared)
    t: Array = np.divide(estimate, se, out=np.zeros_like(estimate), where=se > 0)
    return normal_deviate(t, a.hc2_dof(squared)) if error == "hc2" else t


def _joint(a: JointAlgebra, coefficients: Array, squared: Array, error: str) -> Array:
    if error == "pooled":
        return pooled_f(a, coefficients, squared)
    f, dof = welch_f(a, coefficients, squared)
    tail = np.maximum(special.fdtrc(a.questions, dof, np.maximum(f, 0.0)) / 2, _SMALLEST_TAIL)
    return np.asarray(-special.ndtri(tail))


def normal_deviate(t: Array, dof: Array) -> Array:
    """Normal deviate with the tail probability of t; at most 37, where probabilities end."""
    tail = np.maximum(special.stdtr(dof, -np.abs(t)), _SMALLEST_TAIL)
    return np.asarray(np.copysign(special.ndtri(tail), t))
