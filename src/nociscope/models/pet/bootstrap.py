"""Standard errors by refitting simulated curves, for where a curve is too bent for the delta method."""

from __future__ import annotations

from dataclasses import replace
from math import hypot, isfinite

import numpy as np

from nociscope.core.estimate import Estimate
from nociscope.core.records import Array, KineticFit
from nociscope.core.status import FitStatus
from nociscope.models.pet.base import CompartmentModel, Curves
from nociscope.models.pet.least_squares import bounds, named, optimise
from nociscope.models.pet.options import FitOptions


def redrawn(fit: KineticFit, options: FitOptions, rng: np.random.Generator) -> Array:
    """Curves as they might have been measured, (draw, frame), kBq/mL.

    ``parametric`` draws Gaussian noise with the fitted variance / weight; ``residual`` resamples weighted residuals,
    inflated for the parameters that were fitted. Frames that were not used stay as measured.
    """
    use = fit.used & (fit.weights > 0)
    n, k = fit.criteria["n"], fit.criteria["k"]
    root = np.sqrt(fit.weights[use])
    shape = (options.bootstrap, int(use.sum()))
    if options.bootstrap_kind == "parametric":
        noise = rng.standard_normal(shape) * np.sqrt(fit.criteria["wrss"] / (n - k))
    else:
        residual = (fit.measured - fit.fitted)[use] * root
        noise = rng.choice((residual - residual.mean()) * np.sqrt(n / (n - k)), shape)
    out = np.tile(np.nan_to_num(fit.measured), (options.bootstrap, 1))
    out[:, use] = fit.fitted[use] + noise / root
    return out


def bootstrap_compartments(
    model: CompartmentModel,
    curves: Curves,
    first: tuple[list[KineticFit], Array],
    options: FitOptions,
    rng: np.random.Generator,
) -> list[KineticFit]:
    """Replace delta-method errors by the spread of warm-started refits.

    ``first`` holds the fits, and (region, symbol) the share of the input ensemble and of a shared k2', which is kept.
    """
    return [
        _one(model, curves, (fit, dict(zip(model.symbols, added.tolist(), strict=True))), options, rng)
        if fit.criteria.get("n", 0) > fit.criteria.get("k", 0)
        else fit
        for fit, added in zip(*first, strict=True)
    ]


def _one(
    model: CompartmentModel,
    curves: Curves,
    first: tuple[KineticFit, dict[str, float]],
    options: FitOptions,
    rng: np.random.Generator,
) -> KineticFit:
    fit, added = first
    draws = redrawn(fit, options, rng)
    low, high = bounds(model.params, options)
    start = np.array([fit[p.symbol].value for p in model.params])
    many = replace(curves, activity=draws, regions=tuple(str(i) for i in range(len(draws))))
    optima = optimise(model, many, np.broadcast_to(start, (len(draws), 1, start.size)).copy(), low, high)
    parts = named(model.params, optima.theta[:, 0])
    values = {**parts, **{s: f(parts) for s, f in model.derived.items()}}
    return replace(fit, estimates={s: _widened(e, values[s], added[s]) for s, e in fit.estimates.items()})


def _widened(estimate: Estimate, draws: Array, added: float) -> Estimate:
    """Take the error from the draws: half the central 68 %, which a few runaway refits cannot move."""
    finite = draws[np.isfinite(draws)]
    if finite.size < 10 or np.ptp(finite) == 0 or not isfinite(estimate.value):
        return estimate
    low, high = np.quantile(finite, (0.158655, 0.841345))
    se = hypot(float(high - low) / 2, added)
    wide = se > 0.5 * abs(estimate.value) and estimate.status is FitStatus.OK
    status = FitStatus.NOT_IDENTIFIABLE if wide else estimate.status
    return replace(estimate, se=se, error="bootstrap", status=status)
