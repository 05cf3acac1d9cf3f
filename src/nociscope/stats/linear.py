"""Least squares for one contrast: the estimate, its errors, and their degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from nociscope.stats.design import Array, Design

_FULLY_FITTED = 1e-9
"""A person with leverage within this of one has no residual and says nothing about spread."""


@dataclass(frozen=True, eq=False)
class Algebra:
    """What least squares needs to know of a design, computed once and applied to every region and relabelling.

    Parameters
    ----------
    weights : shape (person,); the estimate is ``weights @ y``.
    residual_maker : shape (person, person).
    nuisance_residual_maker : shape (person, person), of the design without the regressor of interest.
    leverage : shape (person,).
    spread_groups : shape (group, person), 1 where a person belongs; people of one group share a spread.
    dof : residual degrees of freedom.
    equal_spread : whether all people are said to share one variance, so that the error is the classical one.
    """

    weights: Array
    residual_maker: Array
    nuisance_residual_maker: Array
    leverage: Array
    spread_groups: Array
    dof: int
    equal_spread: bool = False

    @property
    def rests_on_fully_fitted(self) -> bool:
        """Whether the estimate uses a person who has no residual: its error would be too small."""
        fitted = 1 - self.leverage <= _FULLY_FITTED
        return bool((np.abs(self.weights[fitted]) > 1e-9 * np.abs(self.weights).max()).any())

    @cached_property
    def hc2_weights(self) -> Array:
        """Multiply squared residuals to give the variance of the estimate, each person with a spread of their own.

        Without covariates the sum is Welch's s1²/n1 + s2²/n2 exactly (MacKinnon & White 1985).
        """
        return self._spread_weights(1)

    @cached_property
    def hc3_weights(self) -> Array:
        """As `hc2_weights`, with the jackknife-like HC3 (MacKinnon & White 1985)."""
        return self._spread_weights(2)

    @cached_property
    def pooled_weights(self) -> Array:
        """As `hc2_weights`, with one spread for all: the classical error."""
        return np.full(self.weights.size, self.weights @ self.weights / self.dof)

    @property
    def error_weights(self) -> Array:
        """As `hc2_weights`, or the classical ones where all people are said to share one variance."""
        return self.pooled_weights if self.equal_spread else self.hc2_weights

    def error_dof(self, squared: Array) -> Array:
        """Degrees of freedom of the error that `error_weights` gives, shape of one row of `squared`."""
        return np.full(squared.shape[1:], float(self.dof)) if self.equal_spread else self.hc2_dof(squared)

    def hc2_dof(self, squared: Array) -> Array:
        """Satterthwaite degrees of freedom of the HC2 variance, the spread estimated in each group.

        Without covariates these are Welch's; where there are no groups, those of Bell and McCaffrey (2002).

        Parameters
        ----------
        squared : residuals of the full model, squared, shape (person, anything).
        """
        share, cross, room = self._hc2_of_groups
        variance = (self.spread_groups @ squared) / room[:, None]
        variance = np.where(variance.sum(axis=0) > 0, variance, 1.0)
        top = (share @ variance) ** 2
        return np.asarray(top / (variance * (cross @ variance)).sum(axis=0))

    @cached_property
    def _hc2_of_groups(self) -> tuple[Array, Array, Array]:
        """Mean and covariance of the HC2 variance in the variances of groups, and the freedom of each group."""
        maker, inside = self.residual_maker, self.spread_groups
        quadratic = (maker * self.hc2_weights) @ maker
        room = np.maximum(inside @ np.diag(maker), _FULLY_FITTED)
        return inside @ np.diag(quadratic), inside @ quadratic**2 @ inside.T, room

    def _spread_weights(self, power: int) -> Array:
        room = 1 - self.leverage
        free = room > _FULLY_FITTED
        return np.where(free, self.weights**2 / np.where(free, room, 1.0) ** power, 0.0)


@lru_cache(maxsize=16)
def algebra(design: Design) -> Algebra:
    """Least-squares algebra of a design whose contrast is estimable; the same object for the same design."""
    nuisance = residual_maker(design.nuisance)
    own = nuisance @ design.interest
    full = residual_maker(design.matrix)
    return Algebra(
        weights=own / (own @ own),
        residual_maker=full,
        nuisance_residual_maker=nuisance,
        leverage=1 - np.diag(full),
        spread_groups=design.spread_groups,
        dof=round(float(np.trace(full))),
        equal_spread=design.has_equal_spread,
    )


def algebra_beyond(nuisance: Array, interest: Array, spread_groups: Array, equal_spread: bool) -> Algebra:
    """Algebra of one regressor beyond a nuisance model that is known by its residual maker, shape (person, person)."""
    own = nuisance @ interest
    square = float(own @ own)
    weights = own / square if square > 0 else np.zeros_like(own)
    full = nuisance - np.outer(weights, own)
    return Algebra(
        weights=weights,
        residual_maker=full,
        nuisance_residual_maker=nuisance,
        leverage=1 - np.diag(full),
        spread_groups=spread_groups,
        dof=round(float(np.trace(nuisance))) - 1,
        equal_spread=equal_spread,
    )


def residual_maker(matrix: Array) -> Array:
    """Matrix that takes from values what the columns explain, shape (person, person)."""
    n = matrix.shape[0]
    length = np.linalg.norm(matrix, axis=0) if matrix.size else np.zeros(0)
    scaled = matrix[:, length > 0] / length[length > 0] if matrix.size else np.zeros((n, 0))
    if not scaled.size:
        return np.eye(n)
    u, s, _ = np.linalg.svd(scaled, full_matrices=False)
    basis = u[:, s > 1e-8 * s[0]]
    maker: Array = np.eye(n) - basis @ basis.T
    return maker


@dataclass(frozen=True, eq=False)
class LinearFit:
    """One contrast in every region, shapes (region,): estimate, errors, residual spread and t values.

    ``se`` is HC2 with Satterthwaite's ``dof``, or the classical error where the design says that all share one
    variance; ``se_pooled`` the classical one; ``spread`` the residual SD.
    """

    estimate: Array
    se: Array
    dof: Array
    se_pooled: Array
    se_hc3: Array
    spread: Array
    residual_dof: int

    @property
    def t(self) -> Array:
        """Estimate over its error; infinite where people do not differ."""
        still = np.where(self.estimate == 0, 0.0, np.copysign(np.inf, self.estimate))
        return np.divide(self.estimate, self.se, out=still, where=self.se > 0)


def fit(design: Design, y: Array) -> LinearFit:
    """Fit a design to values of shape (person, region)."""
    return fit_by(algebra(design), y)


def fit_by(a: Algebra, y: Array) -> LinearFit:
    """As `fit`, the algebra known."""
    squared = (a.residual_maker @ y) ** 2
    return LinearFit(
        estimate=a.weights @ y,
        se=np.sqrt(a.error_weights @ squared),
        dof=a.error_dof(squared),
        se_pooled=np.sqrt(a.pooled_weights @ squared),
        se_hc3=np.sqrt(a.hc3_weights @ squared),
        spread=np.sqrt(squared.sum(axis=0) / a.dof),
        residual_dof=a.dof,
    )
