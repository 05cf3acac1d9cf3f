"""From optima to numbers with errors and statuses."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from nociscope.core.estimate import Estimate
from nociscope.core.records import Array, KineticFit
from nociscope.core.status import FitStatus
from nociscope.core.vocabulary import quantity
from nociscope.models.pet.base import CompartmentModel, Curves, KineticModel
from nociscope.models.pet.convolve import exponential_means, frame_means
from nociscope.models.pet.criteria import criteria
from nociscope.models.pet.least_squares import COMPLEX_STEP, Optima, linearise, named

RELATIVE_SE_LIMIT = 0.5
"""A number whose standard error exceeds half its size is not identifiable."""
SAME_COST, SAME_VALUE = 1e-6, 1e-3
RIVAL_DEVIANCE, RIVAL_VALUE = 2.0, 0.1
"""A rival optimum: log-likelihood ratio within 2 of the best, outcome more than 10 % away."""


@dataclass(frozen=True, eq=False)
class Uncertain:
    """Value and covariance of all parameters of one region; ``free`` are those not held or at a bound."""

    theta: Array
    covariance: Array
    free: NDArray[np.bool_]
    at_bound: tuple[str, ...]
    dof: int


def triage(curve: Array, used: NDArray[np.bool_], needed: int) -> FitStatus:
    """Say whether a curve can be fitted at all.

    ``curve`` (frame,), kBq/mL; ``used`` (frame,); ``needed`` frames for the fit and one for its noise.
    """
    values = curve[used]
    if values.size < needed:
        return FitStatus.TOO_FEW_FRAMES
    if not np.isfinite(values).all():
        return FitStatus.NOT_FINITE
    if np.ptp(values) == 0 or not (values > 0).any():
        return FitStatus.NO_SIGNAL
    return FitStatus.OK


def failed(model: KineticModel, curves: Curves, row: int, status: FitStatus, note: str = "") -> KineticFit:
    """Return a fit that holds no number, and the reason."""
    gone = {s: Estimate.missing(quantity(s).unit, status) for s in model.symbols}
    empty = np.full(len(curves.frames), nan)
    return KineticFit(
        model=model.name,
        region=curves.regions[row],
        status=status,
        estimates=gone,
        frames=curves.frames,
        measured=curves.activity[row],
        fitted=empty,
        weights=curves.weights,
        used=curves.used,
        note=note,
    )


def jacobian(model: CompartmentModel, theta: Array, curves: Curves) -> Array:
    """Derivative of the exact model curve by its parameters, (frame, parameter), at ``theta`` (parameter,)."""
    amplitude, rate, _, d_amplitude, d_rate, d_column = (part[0] for part in linearise(model, theta[None]))
    step = np.maximum(rate, 1e-6) * 1e-4
    rates = np.concatenate((rate, rate + step, np.maximum(rate - step, 0)))
    means = exponential_means(rates, curves.time, curves.driver, curves.frames)
    value, above, below = np.split(means, 3)
    slope = (above - below) / (rates[len(rate) : 2 * len(rate)] - rates[2 * len(rate) :])[:, None]
    columns = np.stack((curves.direct, curves.integral))
    result: Array = (d_amplitude @ value + (d_rate * amplitude) @ slope + d_column @ columns).T
    return result


def uncertainty(model: CompartmentModel, theta: Array, cost: float, optima: Optima, curves: Curves) -> Uncertain:
    """Covariance of the parameters from the weighted Jacobian, scaled by the residual variance."""
    held = optima.low == optima.high
    span = 1e-6 * (optima.high - optima.low)
    resting = ~held & ((theta <= optima.low + span * 1e-3) | (theta >= optima.high - span))
    free = ~held & ~resting
    use = curves.used & (curves.weights > 0)
    dof = int(use.sum() - (~held).sum())
    covariance = np.zeros((theta.size, theta.size))
    j = jacobian(model, theta, curves)[np.ix_(use, free)] * np.sqrt(curves.weights[use])[:, None]
    size = np.sqrt((j * j).sum(axis=0))
    size[size == 0] = 1.0
    gram = (j / size).T @ (j / size)
    if free.any() and dof > 0:
        inverse = np.linalg.pinv(gram, rcond=1e-13, hermitian=True)
        covariance[np.ix_(free, free)] = inverse / np.outer(size, size) * (cost / dof)
    at_bound = tuple(p.symbol for p, r in zip(model.params, resting, strict=True) if r)
    return Uncertain(theta, covariance, free, at_bound, dof)


def gradients(model: CompartmentModel, theta: Array) -> tuple[Array, Array]:
    """Values of parameters and derived quantities, and their gradients: (symbol,), (symbol, parameter)."""
    shifted = theta + 1j * COMPLEX_STEP * np.eye(theta.size)
    parts = named(model.params, shifted)
    values = [*np.moveaxis(shifted, -1, 0), *(f(parts) for f in model.derived.values())]
    stacked = np.stack([np.broadcast_to(v, theta.shape) for v in values])
    return stacked[:, 0].real, stacked.imag / COMPLEX_STEP


def ensemble_variance(model: CompartmentModel, sure: Uncertain, gradient: Array, curves: Curves) -> Array:
    """Between-draw variance of every quantity when the input is redrawn, (symbol,).

    Each draw moves the estimates by one Gauss–Newton step from the optimum, which is exact to first order and costs
    one evaluation of the model in place of a refit.
    """
    if curves.draws is None or len(curves.draws) < 2:
        return np.zeros(len(gradient))
    use = curves.used & (curves.weights > 0)
    j = jacobian(model, sure.theta, curves)[np.ix_(use, sure.free)]
    root = np.sqrt(curves.weights[use])
    amplitude, rate, column = (part[0] for part in linearise(model, sure.theta[None])[:3])
    moved = []
    for driver, blood in curves.draws:
        plain = frame_means(curves.time, driver, curves.frames)
        direct = frame_means(curves.time, blood, curves.frames)[0]
        curve = amplitude @ exponential_means(rate, curves.time, driver, curves.frames)
        moved.append((curve + column[0] * direct + column[1] * plain[1])[use])
    shifts = np.asarray(moved) - np.mean(moved, axis=0)
    steps = -np.linalg.lstsq(j * root[:, None], (shifts * root).T, rcond=1e-12)[0]
    variance: Array = np.var(gradient[:, sure.free] @ steps, axis=1, ddof=1)
    return variance


def judged(symbol: str, value: float, se: float, error: str, whole: FitStatus) -> Estimate:
    """Return an estimate with the status it has earned."""
    unit, known = quantity(symbol).unit, quantity(symbol)
    if not isfinite(value):
        return Estimate.missing(unit, FitStatus.NOT_CONVERGED)
    status = whole
    if status is FitStatus.OK and isfinite(se) and se > RELATIVE_SE_LIMIT * abs(value):
        status = FitStatus.NOT_IDENTIFIABLE
    if status is FitStatus.OK and not known.low <= value <= known.high:
        status = FitStatus.IMPLAUSIBLE
    return Estimate(value, se, unit, error if isfinite(se) else "none", status)


def agreement(optima: Optima, outcome: Array, row: int, n: int) -> tuple[float, FitStatus]:
    """Share of starts that reached the best optimum, and whether a rival stands beside it.

    ``outcome`` (start,) is the model's outcome at each start's end; ``n`` counts weighted frames.
    """
    cost = optima.cost[row]
    best = int(np.argmin(cost))
    near = np.abs(outcome - outcome[best]) <= SAME_VALUE * np.abs(outcome[best])
    same = (cost <= cost[best] * (1 + SAME_COST) + 1e-300) & near | (cost <= 1e-18 * cost.max(initial=0.0))
    share = float(same.mean())
    floor = max(float(cost[best]), 1e-300)
    close = n * np.log(np.maximum(cost, floor) / floor) < RIVAL_DEVIANCE
    far = np.abs(outcome - outcome[best]) > RIVAL_VALUE * np.abs(outcome[best])
    rival = bool((close & far & optima.converged[row]).any())
    return share, FitStatus.LOCAL_MINIMA if rival or share < 0.5 else FitStatus.OK


def whole_status(sure: Uncertain, starts: FitStatus, outcome: Estimate) -> FitStatus:
    """Status of the fit: bounds first, then rivals, then the outcome's own."""
    if sure.at_bound:
        return FitStatus.AT_BOUND
    return starts if starts is not FitStatus.OK else outcome.status


def assemble(
    model: CompartmentModel, curves: Curves, row: int, optima: Optima, fitted: Array, shares: tuple[float, FitStatus]
) -> KineticFit:
    """Turn the best optimum of one region into a `KineticFit`."""
    best = int(np.argmin(optima.cost[row]))
    theta, cost = optima.theta[row, best], float(optima.cost[row, best])
    sure = uncertainty(model, theta, cost, optima, curves)
    values, gradient = gradients(model, theta)
    variance = np.einsum("sp,pq,sq->s", gradient, sure.covariance, gradient)
    between = ensemble_variance(model, sure, gradient, curves)
    known = np.abs(gradient[:, sure.free]).sum(axis=1) > 0
    se = np.where(known, np.sqrt(np.maximum(variance, 0) + between), nan)
    kind = "ensemble" if between.any() else "delta"
    suspect = FitStatus.AT_BOUND if sure.at_bound else shares[1]
    held = dict(zip((p.symbol for p in model.params), optima.low == optima.high, strict=True))
    estimates = {
        s: judged(s, float(v), float(e), kind, FitStatus.OK if held.get(s, False) else suspect)
        for s, v, e in zip(model.symbols, values, se, strict=True)
    }
    use = int((curves.used & (curves.weights > 0)).sum())
    return KineticFit(
        model=model.name,
        region=curves.regions[row],
        status=whole_status(sure, shares[1], estimates[model.outcome]),
        estimates=estimates,
        frames=curves.frames,
        measured=curves.activity[row],
        fitted=fitted,
        weights=curves.weights,
        used=curves.used,
        criteria=criteria(use, use - sure.dof, cost),
        agreement=shares[0],
        note=f"{', '.join(sure.at_bound)} at bound" if sure.at_bound else "",
    )
