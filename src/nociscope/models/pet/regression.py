"""The regression behind graphical and multilinear methods, and how it answers noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from nociscope.core.records import Array
from nociscope.models.pet.base import KineticModel
from nociscope.models.pet.integration import Integrator, Sums
from nociscope.models.pet.options import FitOptions

DIFFERENCE = 1e-4
Chosen = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rows:
    """One regression, or many: ``y`` (…, frame) on ``x`` (…, frame, column)."""

    y: Array
    x: Array


def columns(*parts: Array) -> Array:
    """Stack regressors as columns, (…, frame, column)."""
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


@dataclass(frozen=True, kw_only=True)
class LinearModel(KineticModel):
    """A model that is a regression on the measured curve and its integrals.

    Parameters
    ----------
    rows : sums of one or many curves → `Rows`.
    outcomes : symbol → function of the coefficients (…, column), ``k2prime`` where it is needed.
    curve : sums and coefficients → the curve they imply, (frame,), kBq/mL; None where ``x`` times them is it.
    axes : labels of the straight-line plot; empty for multilinear methods.
    whole : all frames enter, so there is no t*.
    uses_k2prime : the equation holds a common k2' of the reference region.
    checked_by : the straight-line form of the same equation, which then decides t* and shows the check.
    """

    rows: Callable[[Sums], Rows]
    outcomes: Mapping[str, Callable[[Array], Array]]
    curve: Callable[[Sums, Array], Array] | None = None
    axes: tuple[str, str] = ("", "")
    whole: bool = False
    uses_k2prime: bool = False
    checked_by: LinearModel | None = None

    @property
    def symbols(self) -> tuple[str, ...]:
        """All that the regression yields, and t* where there is one."""
        return tuple(self.outcomes) if self.whole else (*self.outcomes, "tstar")


def solve(rows: Rows, weights: Array, chosen: Chosen) -> Array:
    """Weighted least squares of one or many regressions on the chosen frames, (…, column)."""
    root = np.sqrt(weights[chosen])
    x = rows.x[..., chosen, :] * root[:, None]
    size = np.sqrt((x * x).sum(axis=-2, keepdims=True))
    size = np.where(size > 0, size, 1.0)
    q, r = np.linalg.qr(x / size)
    inner = (np.swapaxes(q, -1, -2) @ (rows.y[..., chosen] * root)[..., None])[..., 0]
    beta: Array = (np.linalg.pinv(r, rcond=1e-13) @ inner[..., None])[..., 0] / size[..., 0, :]
    return beta


@dataclass(frozen=True, eq=False)
class Regression:
    """One region's regression, and the same with every frame nudged in turn.

    Parameters
    ----------
    rows : of the curve. nudged : of the curve with frame j raised by ``nudge[j]``, first axis j.
    variance : (frame,), of each frame up to the noise scale.
    """

    model: LinearModel
    sums: Sums
    rows: Rows
    nudged: Rows
    nudge: Array
    variance: Array
    kinfitr: bool

    def response(self, beta: Array) -> Array:
        """How every residual answers the noise of every frame at fixed coefficients, (point, frame), in its SDs."""
        there = self.nudged.y - self.nudged.x @ beta
        here = self.rows.y - self.rows.x @ beta
        slope: Array = ((there - here) / self.nudge[:, None]).T * np.sqrt(self.variance)
        return slope

    def point_variance(self, beta: Array) -> Array:
        """Propagated variance of every residual at fixed coefficients, (frame,), up to the noise scale."""
        total: Array = np.maximum((self.response(beta) ** 2).sum(axis=1), 1e-300)
        return total

    def noise(self, beta: Array, chosen: Chosen, weights: Array) -> float:
        """Noise scale: residuals against what noise of one unit would leave of them after the regression.

        Points share their integrals, so their residuals are correlated and counting degrees of freedom would
        understate the noise.
        """
        root = np.sqrt(weights[chosen])
        x = self.rows.x[chosen] * root[:, None]
        hat = x @ np.linalg.pinv(x)
        left = self.response(beta)[chosen] * root[:, None]
        left = left - hat @ left
        residual = (self.rows.y - self.rows.x @ beta)[chosen] * root
        expected = float((left**2).sum())
        return float(residual @ residual) / expected if expected > 0 else nan

    def weights(self, chosen: Chosen) -> Array:
        """Weights of the points: the frames' own under kinfitr's rules, else 1/propagated variance (two passes)."""
        own: Array = np.where(self.variance > 0, 1 / np.where(self.variance > 0, self.variance, 1), 0.0)
        if self.kinfitr or not self.model.axes[0]:
            return own
        for _ in range(2):
            beta = solve(self.rows, own, chosen)
            own = 1 / self.point_variance(beta)
        return own


def regression(model: LinearModel, work: Integrator, curve: Array, options: FitOptions) -> Regression:
    """Set up the regression of one curve (frame,), kBq/mL."""
    curves = work.curves
    nudge = np.full(curve.size, DIFFERENCE * float(np.abs(curve).max()))
    sums = work.sums(curve)
    with np.errstate(divide="ignore", invalid="ignore"):
        rows, nudged = model.rows(sums), model.rows(work.sums(curve + np.diag(nudge)))
    variance = np.where(curves.weights > 0, 1 / np.where(curves.weights > 0, curves.weights, 1), 0.0)
    return Regression(model, sums, finite(rows), finite(nudged), nudge, variance, options.integration != "exact")


def finite(rows: Rows) -> Rows:
    """Rows without holes: points that a plot cannot show carry nothing."""
    return Rows(np.nan_to_num(rows.y, posinf=0, neginf=0), np.nan_to_num(rows.x, posinf=0, neginf=0))


def outcomes(model: LinearModel, beta: Array) -> Array:
    """Return all outcomes of coefficients (…, column), (symbol, …)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.stack([np.asarray(f(beta), float) for f in model.outcomes.values()])
