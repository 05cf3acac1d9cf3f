"""Least squares for several contrasts at once: F, its Welch-type form, and partial eta squared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from nociscope.core.errors import InputError
from nociscope.stats.design import Array, Design
from nociscope.stats.linear import residual_maker

FULLY_FITTED = 1e-9
"""A person with leverage within this of one has no residual and says nothing about spread."""

_RIDGE = 1e-12
"""Fraction of its trace added to a covariance of estimates, so that groups without spread do not divide by zero."""


@dataclass(frozen=True, eq=False)
class JointAlgebra:
    """What an F needs to know of a design.

    Parameters
    ----------
    basis : orthonormal columns of what is asked beyond the nuisance columns, shape (person, question).
    residual_maker, nuisance_residual_maker : shape (person, person), of the full and of the nuisance model.
    leverage : shape (person,).
    spread_groups : shape (group, person), 1 where a person belongs.
    dof : residual degrees of freedom.
    equal_spread : whether all people are said to share one variance.
    """

    basis: Array
    residual_maker: Array
    nuisance_residual_maker: Array
    leverage: Array
    spread_groups: Array
    dof: int
    equal_spread: bool = False

    @property
    def questions(self) -> int:
        """Contrasts that are tested together: the first degrees of freedom of F."""
        return int(self.basis.shape[1])


def joint_algebra(design: Design) -> JointAlgebra:
    """Least-squares algebra of a design all of whose questions are estimable.

    Raises
    ------
    InputError
        Some of the questions cannot be told apart from one another or from the nuisance columns.
    """
    if not design.estimable:
        raise InputError("the columns that are asked about are not estimable together", do="drop the aliased columns")
    nuisance = residual_maker(design.nuisance)
    scaled = design.questions / np.linalg.norm(design.questions, axis=0)
    full = residual_maker(design.matrix)
    return JointAlgebra(
        basis=np.linalg.qr(nuisance @ scaled)[0],
        residual_maker=full,
        nuisance_residual_maker=nuisance,
        leverage=1 - np.diag(full),
        spread_groups=design.spread_groups,
        dof=round(float(np.trace(full))),
        equal_spread=design.has_equal_spread,
    )


def joint_algebra_beyond(nuisance: Array, questions: Array, spread_groups: Array, equal_spread: bool) -> JointAlgebra:
    """Algebra of several regressors beyond a nuisance model that is known by its residual maker."""
    basis = np.linalg.qr(nuisance @ questions)[0]
    full = nuisance - basis @ basis.T
    return JointAlgebra(
        basis=basis,
        residual_maker=full,
        nuisance_residual_maker=nuisance,
        leverage=1 - np.diag(full),
        spread_groups=spread_groups,
        dof=round(float(np.trace(nuisance))) - questions.shape[1],
        equal_spread=equal_spread,
    )


def pooled_f(a: JointAlgebra, coefficients: Array, squared: Array) -> Array:
    """Classical F; shapes (question, anything), (person, anything)."""
    explained = (coefficients**2).sum(axis=0) / a.questions
    left = squared.sum(axis=0) / a.dof
    f: Array = np.divide(explained, left, out=np.zeros_like(left), where=left > 0)
    return f


def welch_f(a: JointAlgebra, coefficients: Array, squared: Array) -> tuple[Array, Array]:
    """F of a Wald statistic with HC2 covariance, and its second degrees of freedom (Johansen 1980).

    For groups without covariates this is Welch's (1951) F exactly; for one question the square of our t, up to the
    degrees of freedom.

    Parameters
    ----------
    coefficients : estimates along `JointAlgebra.basis`, shape (question, anything).
    squared : residuals of the full model, squared, shape (person, anything).
    """
    k, room = a.questions, 1 - a.leverage
    scale = np.where(room > FULLY_FITTED, 1 / np.maximum(room, FULLY_FITTED), 0.0)
    covariance = _covariance(a.basis, scale[:, None] * squared)
    wald = np.einsum("kc,ck->c", coefficients, np.linalg.solve(covariance, coefficients.T[:, :, None])[:, :, 0])
    penalty = _johansen(a, squared)
    return wald / (k + 2 * penalty - 6 * penalty / (k + 2)), k * (k + 2) / (3 * penalty)


def _johansen(a: JointAlgebra, squared: Array) -> Array:
    """Half of what the groups' shares of the covariance, squared, lack in freedom; shape of one row of `squared`."""
    inside = a.spread_groups
    freedom = np.maximum(inside @ (1 - a.leverage), FULLY_FITTED)
    variance = (inside @ squared) / freedom[:, None]
    whole = _covariance(a.basis, inside.T @ variance)
    penalty = np.zeros(squared.shape[1])
    for group, of_group in enumerate(inside):
        part = variance[group][:, None, None] * ((a.basis * of_group[:, None]).T @ a.basis)
        share = np.linalg.solve(whole, part)
        both = np.einsum("cij,cji->c", share, share) + np.einsum("cii->c", share) ** 2
        penalty += both / (2 * freedom[group])
    return penalty


def _covariance(basis: Array, variance: Array) -> Array:
    """Covariance of the estimates along a basis, shape (anything, question, question)."""
    k = basis.shape[1]
    outer = (basis[:, :, None] * basis[:, None, :]).reshape(-1, k * k)
    covariance = (variance.T @ outer).reshape(-1, k, k)
    size = np.einsum("cii->c", covariance)
    ridge = np.where(size > 0, _RIDGE * size, 1.0)
    return np.asarray(covariance + ridge[:, None, None] * np.eye(k))


@dataclass(frozen=True, eq=False)
class JointFit:
    """Several contrasts together in every region, shapes (region,).

    Parameters
    ----------
    statistic : F; Welch-type, or classical where the design says that all share one variance.
    dof1, dof2 : its degrees of freedom; ``dof1`` is the number of contrasts.
    statistic_pooled : classical F, with ``dof1`` and ``residual_dof``.
    explained, unexplained : sums of squares of what is asked and of the residuals.
    spread : residual SD.
    """

    statistic: Array
    dof1: int
    dof2: Array
    statistic_pooled: Array
    explained: Array
    unexplained: Array
    spread: Array
    residual_dof: int

    @property
    def partial_eta2(self) -> Array:
        """Share of the variance that the covariates leave which the contrasts explain."""
        whole = self.explained + self.unexplained
        return np.divide(self.explained, whole, out=np.zeros_like(whole), where=whole > 0)

    @property
    def p(self) -> Array:
        """Tail probability of the F distribution, for diagnostics only."""
        return np.asarray(special.fdtrc(self.dof1, self.dof2, self.statistic))


def fit_joint(design: Design, y: Array) -> JointFit:
    """Fit a design with several columns of interest to values of shape (person, region)."""
    a = joint_algebra(design)
    coefficients, squared = a.basis.T @ y, (a.residual_maker @ y) ** 2
    classical = pooled_f(a, coefficients, squared)
    statistic, dof2 = classical, np.full(y.shape[1], float(a.dof))
    if not a.equal_spread:
        statistic, dof2 = welch_f(a, coefficients, squared)
    return JointFit(
        statistic=statistic,
        dof1=a.questions,
        dof2=dof2,
        statistic_pooled=classical,
        explained=(coefficients**2).sum(axis=0),
        unexplained=squared.sum(axis=0),
        spread=np.sqrt(squared.sum(axis=0) / a.dof),
        residual_dof=a.dof,
    )
