"""Graphical and multilinear methods: one weighted regression, shared.

A measured curve stands on both sides of these equations, so regression errors misjudge them. Here the noise of every
frame is carried through the whole calculation, integrals included: the noise scale comes from residuals divided by
their own propagated variance, and the error of an outcome from its derivative by every frame.
"""

from __future__ import annotations

from math import nan

import numpy as np

from nociscope.core.records import Array, KineticFit, LinearPlot
from nociscope.core.status import FitStatus
from nociscope.models.pet import tstar
from nociscope.models.pet.base import Curves
from nociscope.models.pet.criteria import criteria
from nociscope.models.pet.estimates import failed, judged, triage
from nociscope.models.pet.integration import Integrator
from nociscope.models.pet.linear_errors import Solution, standard_errors
from nociscope.models.pet.options import FitOptions
from nociscope.models.pet.regression import Chosen, LinearModel, Regression, outcomes, regression, solve

BENT = 2.5
"""A region is called non-linear where points leave the line by more than 10 % and bend beyond their noise."""


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
        _fit_one(model, work, row, after, options, rng) if state is FitStatus.OK else failed(model, curves, row, state)
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
    check = regression(model.checked_by or model, work, np.where(work.curves.used, curve, 0.0), options)
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


def _fit_one(
    model: LinearModel, work: Integrator, row: int, after: Chosen, options: FitOptions, rng: np.random.Generator
) -> KineticFit:
    curves = work.curves
    curve = np.where(curves.used, np.nan_to_num(curves.activity[row]), 0.0)
    found = regression(model, work, curve, options)
    check = regression(model.checked_by, work, curve, options) if model.checked_by else found
    chosen = after & _on_plot(check)
    if chosen.sum() <= found.rows.x.shape[-1]:
        return failed(model, curves, row, FitStatus.TOO_FEW_FRAMES)
    weights = found.weights(chosen)
    at = Solution(solve(found.rows, weights, chosen), chosen, weights)
    errors, kind = standard_errors(found, work, at, options, rng)
    plot = _plot(check, chosen, float(curves.frames.start[chosen][0])) if check.model.axes[0] else None
    straight = plot is None or plot.deviation <= tstar.MAX_DEVIATION or _line(check, chosen).bend(chosen) < BENT
    status = FitStatus.OK if straight else FitStatus.NONLINEAR
    return _report(found, curves, row, at, (errors, kind, status), plot)


def _report(
    found: Regression,
    curves: Curves,
    row: int,
    at: Solution,
    verdict: tuple[Array, str, FitStatus],
    plot: LinearPlot | None,
) -> KineticFit:
    model, (errors, kind, status) = found.model, verdict
    beta, chosen, weights = at.beta, at.chosen, at.weights
    values = outcomes(model, beta)
    estimates = {
        s: judged(s, float(v), float(e), kind, status) for s, v, e in zip(model.outcomes, values, errors, strict=True)
    }
    begin = float(curves.frames.start[chosen][0])
    if not model.whole:
        estimates["tstar"] = judged("tstar", begin, nan, "none", FitStatus.OK)
    line = found.rows.x @ beta
    residual = (found.rows.y - line)[chosen]
    wrss = float((weights[chosen] * residual**2).sum())
    implied = line if model.curve is None else model.curve(found.sums, beta)
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
