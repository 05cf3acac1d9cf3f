"""Standard errors of graphical and multilinear methods."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nociscope.core.records import Array
from nociscope.models.pet.integration import Integrator
from nociscope.models.pet.options import FitOptions
from nociscope.models.pet.regression import DIFFERENCE, Chosen, Regression, finite, outcomes, solve


@dataclass(frozen=True, eq=False)
class Solution:
    """Coefficients ``beta`` (column,), and the points (frame,) and weights (frame,) that gave them."""

    beta: Array
    chosen: Chosen
    weights: Array


def standard_errors(
    found: Regression, work: Integrator, at: Solution, options: FitOptions, rng: np.random.Generator
) -> tuple[Array, str]:
    """Errors of all outcomes, (symbol,), and how they were made.

    The noise of every frame is propagated by derivatives or, with ``options.bootstrap``, by fresh noise on the curve;
    the input ensemble and a shared k2' add their share.
    """
    scale = found.noise(at.beta, at.chosen, at.weights)
    if options.bootstrap and np.isfinite(scale):
        variance, kind = _drawn(found, work, at, (scale, options.bootstrap), rng), "bootstrap"
    else:
        moved = outcomes(found.model, solve(found.nudged, at.weights, at.chosen))
        slope = (moved - outcomes(found.model, at.beta)[:, None]) / found.nudge
        variance, kind = scale * (slope**2 * found.variance).sum(axis=1), "delta"
    between = _between(found, work, at)
    shared = _by_k2prime(found, work, at)
    return np.sqrt(variance + between + shared), "ensemble" if between.any() and kind == "delta" else kind


def _drawn(
    found: Regression, work: Integrator, at: Solution, noise: tuple[float, int], rng: np.random.Generator
) -> Array:
    """Variance of the outcomes over curves with fresh noise: half the central 68 %, squared, (symbol,).

    A graphical method has no model of the frames before t*, so noise is laid on the measured curve.
    """
    scale, count = noise
    curve = found.sums.uncorrected
    many = curve + rng.standard_normal((count, curve.size)) * np.sqrt(scale * found.variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        rows = finite(found.model.rows(work.sums(many)))
    low, high = np.nanquantile(outcomes(found.model, solve(rows, at.weights, at.chosen)), (0.158655, 0.841345), axis=1)
    spread: Array = ((high - low) / 2) ** 2
    return spread


def _by_k2prime(found: Regression, work: Integrator, at: Solution) -> Array:
    """Variance that the error of a shared k2' brings, (symbol,): the regression repeated with k2' moved a little."""
    model = found.model
    if not model.uses_k2prime or not work.k2prime_se > 0:
        return np.zeros(len(model.outcomes))
    step = DIFFERENCE * work.k2prime
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = finite(model.rows(replace(found.sums, k2prime=work.k2prime + step)))
    there = outcomes(model, solve(moved, at.weights, at.chosen))
    share: Array = ((there - outcomes(model, at.beta)) / step * work.k2prime_se) ** 2
    return share


def _between(found: Regression, work: Integrator, at: Solution) -> Array:
    """Between-draw variance: every draw of the input is refitted in full."""
    draws, model = work.curves.draws, found.model
    if draws is None or len(draws) < 2:
        return np.zeros(len(model.outcomes))
    with np.errstate(divide="ignore", invalid="ignore"):
        sums = [work.sums(found.sums.uncorrected, a, b) for a, b in draws]
        results = [outcomes(model, solve(finite(model.rows(s)), at.weights, at.chosen)) for s in sums]
    return np.asarray(np.nanvar(np.stack(results), axis=0, ddof=1))
