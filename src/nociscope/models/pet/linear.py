"""Graphical and multilinear methods: one weighted regression, shared.

A measured curve stands on both sides of these equations, so regression errors misjudge them. Here the noise of every
frame is carried through the whole calculation, integrals included: the noise scale comes from residuals divided by
their own propagated variance, and the error of an outcome from its derivative by every frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import NDArray

from nociscope.core.records import Array, KineticFit, LinearPlot
from nociscope.core.status import FitStatus
from nociscope.models.pet import tstar
from nociscope.models.pet.base import Curves, KineticModel
from nociscope.models.pet.criteria import criteria
from nociscope.models.pet.estimates import failed, judged, triage
from nociscope.models.pet.integration import Integrator, Sums
from nociscope.models.pet.options import FitOptions

DIFFERENCE = 1e-4
BENT = 2.5
"""A region is called non-linear where points leave the line by more than 10 % and bend beyond their noise."""
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


def _regression(model: LinearModel, work: Integrator, curve: Array, options: FitOptions) -> Regression:
    curves = work.curves
    nudge = np.full(curve.size, DIFFERENCE * float(np.abs(curve).max()))
    sums = work.sums(curve)
    with np.errstate(divide="ignore", invalid="ignore"):
        rows, nudged = model.rows(sums), model.rows(work.sums(curve + np.diag(nudge)))
    variance = np.where(curves.weights > 0, 1 / np.where(curves.weights > 0, curves.weights, 1), 0.0)
    return Regression(model, sums, _finite(rows), _finite(nudged), nudge, variance, options.integration != "exact")


def _finite(rows: Rows) -> Rows:
    return Rows(np.nan_to_num(rows.y, posinf=0, neginf=0), np.nan_to_num(rows.x, posinf=0, neginf=0))


def fit_linear(
    model: LinearModel, work: Integrator, options: FitOptions, rng: np.random.Generator
) -> tuple[KineticFit, ...]:
    """Fit a linear model to every region; one region's trouble leaves the others untouched.

    t* is chosen once, on the mean curve of the scan: chosen per region it would follow each region's noise, and its
    interval would be too short.
    """
    curves = work.curves
    usable = curves.used & (curves.weights > 0)
    states = [_triage(curve, usable, curves.used) for curve in curves.activity]
    alive = [row for row, state in enumerate(states) if state is FitStatus.OK]
    after = _after_tstar(model, work, curves.activity[alive].mean(axis=0), options) if alive else usable
    return tuple(
        _fit_one(model, work, row, after, options) if state is FitStatus.OK else failed(model, curves, row, state)
        for row, state in enumerate(states)
    )


def _triage(curve: Array, usable: Chosen, used: Chosen) -> FitStatus:
    if int(usable.sum()) < tstar.MINIMUM_FRAMES:
        return FitStatus.TOO_FEW_FRAMES
    return triage(curve, used, tstar.MINIMUM_FRAMES)


def _after_tstar(model: LinearModel, work: Integrator, curve: Array, options: FitOptions) -> Chosen:
    """Frames that enter, (frame,): all of them, or those after t*."""
    usable = work.curves.used & (work.curves.weights > 0)
    if model.whole and not options.tstar_frames and options.tstar_min == "auto":
        return usable
    check = _regression(model.checked_by or model, work, np.where(work.curves.used, curve, 0.0), options)
    usable = usable & _on_plot(check)
    if usable.sum() < tstar.MINIMUM_FRAMES:
        return usable
    return tstar.choose(work.curves.frames, usable, options, _line(check, usable))


def _on_plot(check: Regression) -> Chosen:
    """Points that a straight-line plot can show: activity and abscissa above zero."""
    if not check.model.axes[0]:
        return np.ones(check.rows.y.shape, bool)
    shown: Chosen = (check.sums.curve > 0) & (check.rows.x[:, 0] > 0)
    return shown


def _line(check: Regression, usable: Chosen) -> tstar.Line:
    index = np.flatnonzero(usable)
    late = np.zeros_like(usable)
    late[index[len(index) // 2 :]] = True
    return tstar.Line(check.rows.x, check.rows.y, check.weights(late))


def _fit_one(model: LinearModel, work: Integrator, row: int, after: Chosen, options: FitOptions) -> KineticFit:
    curves = work.curves
    curve = np.where(curves.used, np.nan_to_num(curves.activity[row]), 0.0)
    regression = _regression(model, work, curve, options)
    check = _regression(model.checked_by, work, curve, options) if model.checked_by else regression
    chosen = after & _on_plot(check)
    if chosen.sum() <= regression.rows.x.shape[-1]:
        return failed(model, curves, row, FitStatus.TOO_FEW_FRAMES)
    weights = regression.weights(chosen)
    beta = solve(regression.rows, weights, chosen)
    errors, kind = standard_errors(regression, work, beta, chosen, weights)
    plot = _plot(check, chosen, float(curves.frames.start[chosen][0])) if check.model.axes[0] else None
    straight = plot is None or plot.deviation <= tstar.MAX_DEVIATION or _line(check, chosen).bend(chosen) < BENT
    status = FitStatus.OK if straight else FitStatus.NONLINEAR
    return _report(regression, curves, row, chosen, beta, (errors, kind, status), plot)


def _outcomes(model: LinearModel, beta: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.stack([np.asarray(f(beta), float) for f in model.outcomes.values()])


def standard_errors(
    regression: Regression, work: Integrator, beta: Array, chosen: Chosen, weights: Array
) -> tuple[Array, str]:
    """Errors of all outcomes by propagation of frame noise, (symbol,); the input ensemble adds its spread."""
    model = regression.model
    scale = regression.noise(beta, chosen, weights)
    moved = _outcomes(model, solve(regression.nudged, weights, chosen))
    slope = (moved - _outcomes(model, beta)[:, None]) / regression.nudge
    variance = scale * (slope**2 * regression.variance).sum(axis=1)
    between = _between(regression, work, chosen, weights)
    shared = _by_k2prime(regression, work, beta, chosen, weights)
    return np.sqrt(variance + between + shared), "ensemble" if between.any() else "delta"


def _by_k2prime(regression: Regression, work: Integrator, beta: Array, chosen: Chosen, weights: Array) -> Array:
    """Variance that the error of a shared k2' brings, (symbol,): the regression repeated with k2' moved a little."""
    model = regression.model
    if not model.uses_k2prime or not work.k2prime_se > 0:
        return np.zeros(len(model.outcomes))
    step = DIFFERENCE * work.k2prime
    moved = model.rows(replace(regression.sums, k2prime=work.k2prime + step))
    there = _outcomes(model, solve(_finite(moved), weights, chosen))
    share: Array = ((there - _outcomes(model, beta)) / step * work.k2prime_se) ** 2
    return share


def _between(regression: Regression, work: Integrator, chosen: Chosen, weights: Array) -> Array:
    """Between-draw variance: every draw of the input is refitted in full."""
    draws, model = work.curves.draws, regression.model
    if draws is None or len(draws) < 2:
        return np.zeros(len(model.outcomes))
    results = [
        _outcomes(model, solve(_finite(model.rows(work.sums(regression.sums.uncorrected, a, b))), weights, chosen))
        for a, b in draws
    ]
    return np.asarray(np.nanvar(np.stack(results), axis=0, ddof=1))


def _report(
    regression: Regression,
    curves: Curves,
    row: int,
    chosen: Chosen,
    beta: Array,
    verdict: tuple[Array, str, FitStatus],
    plot: LinearPlot | None,
) -> KineticFit:
    model, (errors, kind, status) = regression.model, verdict
    values = _outcomes(model, beta)
    estimates = {
        s: judged(s, float(v), float(e), kind, status) for s, v, e in zip(model.outcomes, values, errors, strict=True)
    }
    begin = float(curves.frames.start[chosen][0])
    if not model.whole:
        estimates["tstar"] = judged("tstar", begin, nan, "none", FitStatus.OK)
    line = regression.rows.x @ beta
    weights = regression.weights(chosen)
    residual = (regression.rows.y - line)[chosen]
    wrss = float((weights[chosen] * residual**2).sum())
    implied = line if model.curve is None else model.curve(regression.sums, beta)
    main = estimates[model.outcome].status
    return KineticFit(
        model=model.name,
        region=curves.regions[row],
        status=main if main is not FitStatus.OK else status,
        estimates=estimates,
        frames=curves.frames,
        measured=curves.activity[row],
        fitted=np.where(chosen, implied, nan),
        weights=curves.weights,
        used=chosen,
        criteria=criteria(int(chosen.sum()), beta.size, wrss),
        plot=plot,
        note="" if status is FitStatus.OK else f"no {tstar.MINIMUM_FRAMES} last frames lie within 10 % of a line",
    )


def _plot(check: Regression, chosen: Chosen, begin: float) -> LinearPlot:
    """Return the straight-line view with its own line, whichever method made the estimate."""
    beta = solve(check.rows, check.weights(chosen), chosen)
    y, line = check.rows.y, check.rows.x @ beta
    return LinearPlot(
        x=check.rows.x[:, 0],
        y=y,
        used=chosen,
        slope=float(beta[0]),
        intercept=float(beta[1]),
        tstar_min=begin,
        deviation=tstar.deviation(y[chosen], line[chosen]),
        x_label=check.model.axes[0],
        y_label=check.model.axes[1],
    )
