"""From optima to numbers with statuses."""

from __future__ import annotations

from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from nociscope.core.estimate import Estimate
from nociscope.core.records import Array, KineticFit
from nociscope.core.status import FitStatus
from nociscope.core.vocabulary import quantity
from nociscope.models.pet.base import CompartmentModel, Curves, KineticModel
from nociscope.models.pet.criteria import criteria
from nociscope.models.pet.least_squares import Optima
from nociscope.models.pet.uncertainty import Optimum

RELATIVE_SE_LIMIT = 0.5
"""A number whose standard error exceeds half its size is not identifiable."""
SAME_COST, SAME_VALUE = 1e-6, 1e-3
RIVAL_DEVIANCE, RIVAL_VALUE = 2.0, 0.1
"""A rival optimum: log-likelihood ratio within 2 of the best, outcome more than 10 % away."""


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


def assemble(
    model: CompartmentModel, curves: Curves, row: int, optimum: Optimum, shares: tuple[float, FitStatus]
) -> KineticFit:
    """Turn the best optimum of one region into a `KineticFit`."""
    at_bound = tuple(p.symbol for p, r in zip(model.params, optimum.resting[row], strict=True) if r)
    suspect = FitStatus.AT_BOUND if at_bound else shares[1]
    held = {p.symbol for p, h in zip(model.params, optimum.held, strict=True) if h}
    kind = "ensemble" if optimum.ensemble else "delta"
    estimates = {
        s: judged(s, v, e, kind, FitStatus.OK if s in held else suspect)
        for s, v, e in zip(model.symbols, optimum.values[row].tolist(), optimum.errors[row].tolist(), strict=True)
    }
    return KineticFit(
        model=model.name,
        region=curves.regions[row],
        status=suspect if suspect is not FitStatus.OK else estimates[model.outcome].status,
        estimates=estimates,
        frames=curves.frames,
        measured=curves.activity[row],
        fitted=optimum.fitted[row],
        weights=curves.weights,
        used=curves.used,
        criteria=criteria(optimum.n, optimum.n - optimum.dof, float(optimum.cost[row])),
        agreement=shares[0],
        note=f"{', '.join(at_bound)} at bound" if at_bound else "",
    )
