"""When the tracer reaches the tissue: fitted once on a whole-brain curve, then fixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.estimate import Estimate
from nociscope.core.records import Array, InputFunction, Tacs
from nociscope.core.status import FitStatus
from nociscope.models.pet.convolve import COARSE
from nociscope.models.pet.estimates import triage
from nociscope.models.pet.least_squares import bounds, optimise, starting_points
from nociscope.models.pet.options import FitOptions
from nociscope.models.pet.scan import arterial_curves, combined
from nociscope.models.pet.two_tissue import TWO_TISSUE
from nociscope.models.pet.uncertainty import optimum

STEP = 0.1
REFINEMENTS = 24


@dataclass(frozen=True, eq=False)
class DelayFit:
    """Delay of the tissue behind the sampler, and the input moved by it.

    Parameters
    ----------
    delay : min; ``at_bound`` where the search ended at its limit. vB : 1, nan with a reason where it was held.
    input : as the tissue sees it.
    profile : (2, step), delays that were tried and their weighted residual sum of squares.
    """

    delay: Estimate
    vB: Estimate
    input: InputFunction
    profile: Array


def fit_delay(
    tacs: Tacs,
    input_: InputFunction,
    *,
    region: str | None = None,
    max_min: float = 1.0,
    options: FitOptions | None = None,
    seed: int = 0,
) -> DelayFit:
    """Fit the delay by the profile of a 2TCM over it, on one curve.

    Parameters
    ----------
    tacs : curves of one scan. region : a region, or several joined by ``+``; default: ``WB``, else the mean of all.
    max_min : the search runs from -max to +max, min.
    options : ``vB="fit"`` estimates the blood volume with it.

    Returns
    -------
    `DelayFit`; where the curve cannot be fitted, the delay is nan with a reason and the input is not moved.

    Raises
    ------
    InputError
        The named region is not there, or ``max_min`` is not positive.
    """
    options = options or FitOptions()
    if not max_min > 0:
        raise InputError("the delay needs room to move", expected="max_min > 0", got=max_min)
    one = _whole_brain(tacs, region, options)
    curve = one.activity[0]
    early = np.isfinite(curve)
    state = triage(curve, early, 8)
    if state is not FitStatus.OK:
        gone = Estimate.missing("min", state)
        return DelayFit(gone, Estimate.missing("1", state), input_, np.empty((2, 0)))
    search = _Profile(one, input_, options, seed)
    delays = np.arange(-max_min, max_min + STEP / 2, STEP)
    costs = np.array([search.cost(d, COARSE) for d in delays])
    best = _refined(lambda d: search.cost(d, COARSE), delays, costs, max_min)
    return search.report(best, max_min, np.stack((delays, costs)))


def _whole_brain(tacs: Tacs, region: str | None, options: FitOptions) -> Tacs:
    from nociscope.models.pet.weights import frame_weights, mean_curve

    name = region or ("WB" if "WB" in tacs.regions else None)
    curve = mean_curve(tacs) if name is None else combined(tacs, name)
    if curve is None:
        raise InputError(f"no region {name!r} for the delay", expected=f"one of {', '.join(tacs.regions)}", got=name)
    weights = frame_weights(tacs, options)
    return Tacs(curve[None], tacs.frames, ("delay",), weights=weights)


@dataclass(eq=False)
class _Profile:
    """Cost of the best 2TCM at a given delay; every fit starts where the last one ended, beside a fixed start."""

    tacs: Tacs
    input: InputFunction
    options: FitOptions
    seed: int

    def __post_init__(self) -> None:
        self.low, self.high = bounds(TWO_TISSUE.params, self.options)
        rng = np.random.default_rng(self.seed)
        self.start = starting_points(TWO_TISSUE.params, self.low, self.high, (1, 4), rng)
        self.plain = replace(self.options, weights="supplied")

    def cost(self, delay: float, step: float) -> float:
        curves = arterial_curves(self.tacs, self.input.shifted(delay), self.plain, step)
        optima = optimise(TWO_TISSUE, curves, self.start, self.low, self.high)
        best = int(np.argmin(optima.cost[0]))
        self.start[0, 1] = optima.theta[0, best]
        return float(optima.cost[0, best])

    def report(self, delay: float, max_min: float, profile: Array) -> DelayFit:
        moved = self.input.shifted(delay)
        curves = arterial_curves(self.tacs, moved, self.plain)
        optima = optimise(TWO_TISSUE, curves, self.start, self.low, self.high)
        found = optimum(TWO_TISSUE, optima, replace(curves, draws=None))
        cost, at = float(found.cost[0]), TWO_TISSUE.symbols.index("vB")
        limit = abs(delay) > max_min - 1e-3
        status = FitStatus.AT_BOUND if limit else FitStatus.OK
        se = self._delay_se(delay, found.dof, cost)
        blood = FitStatus.AT_BOUND if found.resting[0, at] else FitStatus.OK
        held = self.options.vB != "fit"
        return DelayFit(
            Estimate(delay, se, "min", "delta", status),
            Estimate(float(found.values[0, at]), float(found.errors[0, at]), "1", "none" if held else "delta", blood),
            moved,
            profile,
        )

    def _delay_se(self, delay: float, dof: int, cost: float) -> float:
        """Curvature of the profile: the cost rises by one noise variance at one standard error."""
        h = 0.02
        bend = (self.cost(delay + h, COARSE) - 2 * self.cost(delay, COARSE) + self.cost(delay - h, COARSE)) / h**2
        return float(np.sqrt(2 * cost / max(dof - 1, 1) / bend)) if bend > 0 else float("nan")


def _refined(cost: Callable[[float], float], delays: Array, costs: Array, limit: float) -> float:
    """Golden-section search around the best step of the profile."""
    best = float(delays[int(np.argmin(costs))])
    low, high = max(best - STEP, -limit), min(best + STEP, limit)
    ratio = (np.sqrt(5) - 1) / 2
    a, b = high - ratio * (high - low), low + ratio * (high - low)
    fa, fb = cost(a), cost(b)
    for _ in range(REFINEMENTS):
        if high - low < 1e-4:
            break
        if fa < fb:
            high, b, fb = b, a, fa
            a = high - ratio * (high - low)
            fa = cost(a)
        else:
            low, a, fa = a, b, fb
            b = low + ratio * (high - low)
            fb = cost(b)
    return float((low + high) / 2)
