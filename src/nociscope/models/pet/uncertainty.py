"""Standard errors of compartment models, all regions of a scan at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.records import Array
from nociscope.models.pet.base import CompartmentModel, Curves
from nociscope.models.pet.convolve import convolver, frame_means
from nociscope.models.pet.least_squares import COMPLEX_STEP, Optima, linearise, named


@dataclass(frozen=True, eq=False)
class Optimum:
    """The best optimum of every region, and how sure it is.

    Parameters
    ----------
    theta : (region, parameter). cost : (region,). fitted : (region, frame), kBq/mL.
    held : (parameter,), fixed by the options. resting : (region, parameter), stopped by a bound.
    covariance : (region, parameter, parameter), zero where a parameter is held or resting.
    values, errors : (region, symbol), of parameters and derived quantities; nan where nothing free moves them.
    added : (region, symbol), the part of ``errors`` that the input ensemble and a shared k2' bring.
    n, dof : weighted frames, and those less the parameters that are not held.
    ensemble : the errors hold the spread of an input ensemble.
    """

    theta: Array
    cost: Array
    fitted: Array
    held: NDArray[np.bool_]
    resting: NDArray[np.bool_]
    covariance: Array
    values: Array
    errors: Array
    added: Array
    n: int
    dof: int
    ensemble: bool


def optimum(model: CompartmentModel, optima: Optima, curves: Curves, k2prime_se: float = 0.0) -> Optimum:
    """Value and error of all quantities at the best end of each region's starts.

    Parameters
    ----------
    model : whose ``optima`` these are. curves : that were fitted.
    k2prime_se : 1/min, of a shared k2' that was held in the fit; its share is added to the errors.

    Notes
    -----
    The covariance comes from the weighted Jacobian, scaled by the residual variance (Seber and Wild 1989); derived
    quantities follow by their gradient.
    """
    rows = np.arange(len(optima.cost))
    best = np.argmin(optima.cost, axis=1)
    theta, cost = optima.theta[rows, best], optima.cost[rows, best]
    fitted, slopes = sensitivity(model, theta, curves)
    held = optima.low == optima.high
    span = 1e-6 * (optima.high - optima.low)
    resting = ~held & ((theta <= optima.low + span * 1e-3) | (theta >= optima.high - span))
    free = ~held & ~resting
    use = curves.used & (curves.weights > 0)
    n = int(use.sum())
    dof = n - int((~held).sum())
    root = np.sqrt(curves.weights[use])[:, None]
    weighted = slopes[:, use] * root
    unit = _inverse(weighted, free)
    covariance = unit * (cost / dof if dof > 0 else np.zeros_like(cost))[:, None, None]
    values, gradient = gradients(model, theta)
    variance = np.einsum("rsp,rpq,rsq->rs", gradient, covariance, gradient)
    between = _ensemble_variance(model, theta, (unit, gradient), (weighted, root), curves)
    shared = _k2prime_variance(model, (unit, gradient, weighted), k2prime_se)
    known = (np.abs(gradient) * free[:, None]).sum(axis=2) > 0
    errors = np.where(known, np.sqrt(np.maximum(variance, 0) + between + shared), np.nan)
    ensemble = curves.draws is not None and len(curves.draws) > 1
    return Optimum(
        theta, cost, fitted, held, resting, covariance, values, errors, np.sqrt(between + shared), n, dof, ensemble
    )


def sensitivity(model: CompartmentModel, theta: Array, curves: Curves) -> tuple[Array, Array]:
    """Exact model curves and their derivatives: (region, frame), (region, frame, parameter)."""
    parts, moves = linearise(model, theta)
    amplitude, rate, column = _split(parts)
    d_amplitude, d_rate, d_column = _split(moves)
    step = np.maximum(rate, 1e-6) * 1e-4
    below = np.maximum(rate - step, 0)
    means = convolver(curves.time, curves.frames)(np.stack((rate, rate + step, below)).ravel(), curves.driver)
    value, above, under = means.reshape(3, *rate.shape, -1)
    slope = (above - under) / (rate + step - below)[..., None]
    columns = np.stack((curves.direct, curves.integral))
    fitted = np.einsum("rt,rtf->rf", amplitude, value) + column @ columns
    moved = np.einsum("rpt,rtf->rfp", d_amplitude, value)
    moved += np.einsum("rpt,rt,rtf->rfp", d_rate, amplitude, slope)
    moved += np.einsum("rpc,cf->rfp", d_column, columns)
    return fitted, moved


def _split(coefficients: Array) -> tuple[Array, Array, Array]:
    """Amplitudes, rates, and weights of the direct and the integral curve."""
    count = (coefficients.shape[-1] - 2) // 2
    return coefficients[..., :count], coefficients[..., count:-2], coefficients[..., -2:]


def _inverse(weighted: Array, free: NDArray[np.bool_]) -> Array:
    """Inverse of JᵀWJ on the free parameters, zero elsewhere, (region, parameter, parameter)."""
    j = weighted * free[:, None]
    size = np.sqrt((j * j).sum(axis=1, keepdims=True))
    size[size == 0] = 1.0
    gram = np.swapaxes(j / size, 1, 2) @ (j / size)
    inverse: Array = np.linalg.pinv(gram, rcond=1e-13, hermitian=True)
    scaled: Array = inverse / (np.swapaxes(size, 1, 2) * size)
    return scaled


def gradients(model: CompartmentModel, theta: Array) -> tuple[Array, Array]:
    """Values of parameters and derived quantities, and their gradients: (region, symbol), (…, symbol, parameter)."""
    count = theta.shape[-1]
    shifted = theta[:, None] + 1j * COMPLEX_STEP * np.eye(count)
    parts = named(model.params, shifted)
    values = [*np.moveaxis(shifted, -1, 0), *(f(parts) for f in model.derived.values())]
    stacked = np.stack([np.broadcast_to(v, shifted.shape[:2]) for v in values], axis=1)
    return stacked[:, :, 0].real, stacked.imag / COMPLEX_STEP


def _ensemble_variance(
    model: CompartmentModel, theta: Array, local: tuple[Array, Array], scaled: tuple[Array, Array], curves: Curves
) -> Array:
    """Between-draw variance of every quantity when the input is redrawn, (region, symbol).

    Each draw moves the estimates by one Gauss–Newton step from the optimum, which is exact to first order and costs
    one evaluation of the model in place of a refit.
    """
    (unit, gradient), (weighted, root) = local, scaled
    if curves.draws is None or len(curves.draws) < 2:
        return np.zeros(gradient.shape[:2])
    amplitude, rate, column = _split(linearise(model, theta)[0])
    convolve = convolver(curves.time, curves.frames)
    moved = []
    for driver, blood in curves.draws:
        plain = frame_means(curves.time, driver, curves.frames)
        direct = frame_means(curves.time, blood, curves.frames)[0]
        value = convolve(rate.ravel(), driver).reshape(*rate.shape, -1)
        moved.append(np.einsum("rt,rtf->rf", amplitude, value) + column @ np.stack((direct, plain[1])))
    use = curves.used & (curves.weights > 0)
    shifts = (np.asarray(moved) - np.mean(moved, axis=0))[..., use] * root[:, 0]
    steps = -np.einsum("rpq,rfq,drf->drp", unit, weighted, shifts, optimize=True)
    variance: Array = np.var(np.einsum("rsp,drp->drs", gradient, steps), axis=0, ddof=1)
    return variance


def _k2prime_variance(model: CompartmentModel, local: tuple[Array, Array, Array], se: float) -> Array:
    """Share of a held k2' in every quantity: the optimum moves along, by the implicit function theorem."""
    unit, gradient, weighted = local
    at = [k for k, p in enumerate(model.params) if p.symbol == "k2prime" and p.shared]
    if not at or not se > 0:
        return np.zeros(gradient.shape[:2])
    step = -np.einsum("rpq,rfq,rf->rp", unit, weighted, weighted[..., at[0]])
    step[:, at[0]] = 1.0
    shared: Array = (np.einsum("rsp,rp->rs", gradient, step) * se) ** 2
    return shared
