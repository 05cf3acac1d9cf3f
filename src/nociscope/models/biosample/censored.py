"""Concentrations with limits of quantification: a normal likelihood on the log scale in which a limit is a limit.

A value below the lower limit says that it is below, no more: putting half the limit, or the limit over √2, in its place
shifts the mean and shrinks the spread. Left-censored, right-censored and measured values enter one likelihood (Tobin
1958, 10.2307/1907382; Helsel 2012, 10.1002/9781118162729), with any columns beside the mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from nociscope.core.errors import InputError, ShapeError
from nociscope.core.status import FitStatus

Array = NDArray[np.float64]

MOST_CENSORED = 0.8
"""Above this share of limits only *detected or not* can be analysed."""
MANY_CENSORED = 0.5
"""Above this share the numbers rest on the shape of a curve that nobody saw, and say so."""

_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True, eq=False)
class CensoredFit:
    """Means on the log scale.

    Parameters
    ----------
    coefficients, se : shape (column,), natural log; the first is the mean where the design is an intercept.
    low, high : shape (column,), ends of the profile-likelihood interval.
    spread : residual SD, natural log. spread_se : of its logarithm.
    log_likelihood : at the optimum.
    n, n_low, n_high : values, those below and those above a limit.
    """

    coefficients: Array
    se: Array
    low: Array
    high: Array
    spread: float
    spread_se: float
    log_likelihood: float
    n: int
    n_low: int
    n_high: int
    status: FitStatus
    level: float

    @property
    def geometric_mean(self) -> float:
        """In the unit of the values, of a design that is an intercept alone."""
        return float(np.exp(self.coefficients[0]))


def censored_fit(
    values: Array, censored: NDArray[np.int8], design: Array | None = None, level: float = 0.95
) -> CensoredFit:
    """Fit a log-normal regression to values of which some are limits (Tobit).

    Parameters
    ----------
    values : shape (sample,), above zero; the limit itself where censored.
    censored : shape (sample,), −1 below the limit, 0 measured, +1 above it.
    design : shape (sample, column), an intercept where absent; plates enter as columns.
    level : of the intervals.

    Raises
    ------
    InputError
        A value that is not above zero, or a design without full rank.
    ShapeError
        Shapes that do not fit.
    """
    y, side, x = _checked(values, censored, design)
    counts = (y.size, int((side < 0).sum()), int((side > 0).sum()))
    share = (counts[1] + counts[2]) / max(1, counts[0])
    measured = counts[0] - counts[1] - counts[2]
    if measured <= x.shape[1] or share > MOST_CENSORED:
        return _nothing(x.shape[1], counts, level)
    best = _maximum(y, side, x)
    curvature = _information(best, y, side, x)
    errors = np.sqrt(np.diag(np.linalg.inv(curvature)))
    k = x.shape[1]
    low, high = _profile(best, y, side, x, errors, level)
    return CensoredFit(
        best[:k], errors[:k], low, high, float(np.exp(best[k])), float(errors[k]),
        -_negative(best, y, side, x)[0], *counts,
        FitStatus.FEW_TRIALS if share > MANY_CENSORED else FitStatus.OK, level,
    )  # fmt: skip


def substituted(values: Array, censored: NDArray[np.int8], rule: str) -> tuple[float, float]:
    """Geometric mean and log SD with limits replaced, as a labelled sensitivity analysis only.

    Parameters
    ----------
    rule : ``half`` (limit / 2), ``root`` (limit / √2) or ``drop``.

    Raises
    ------
    InputError
        An unknown rule, or a value above its upper limit, which no rule replaces.
    """
    factors = {"half": 0.5, "root": 1 / math.sqrt(2), "drop": math.nan}
    if rule not in factors or (np.asarray(censored) > 0).any():
        raise InputError("no such substitution", expected="half, root or drop, of lower limits", got=rule)
    y = np.log(np.where(np.asarray(censored) < 0, np.asarray(values) * factors[rule], values))
    y = y[np.isfinite(y)]
    return float(np.exp(y.mean())), float(y.std(ddof=1))


def _checked(values: Array, censored: NDArray[np.int8], design: Array | None) -> tuple[Array, NDArray[np.int8], Array]:
    values, side = np.asarray(values, dtype=np.float64), np.asarray(censored, dtype=np.int8)
    x = np.ones((values.size, 1)) if design is None else np.asarray(design, dtype=np.float64)
    if values.shape != side.shape or x.shape[:1] != values.shape:
        raise ShapeError("values, censoring and design", expected=values.shape, got=f"{side.shape} and {x.shape}")
    if not (values > 0).all() or not np.isin(side, (-1, 0, 1)).all():
        raise InputError(
            "concentrations", expected="numbers above zero, the limit itself where censored, and −1, 0 or 1",
            got=values[~(values > 0)].tolist(), do="leave missing samples out by name",
        )  # fmt: skip
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise InputError("the design has no full rank", expected=f"{x.shape[1]} independent columns", do="drop one")
    return np.log(values), side, x


def _negative(theta: Array, y: Array, side: NDArray[np.int8], x: Array) -> tuple[float, Array]:
    """Negative log-likelihood and its gradient in the coefficients and the log of the spread."""
    spread = math.exp(theta[-1])
    z = (y - x @ theta[:-1]) / spread
    seen = side == 0
    toward = np.where(side > 0, -z, z)
    tail = special.log_ndtr(toward)
    hazard = np.exp(-0.5 * toward**2 - _HALF_LOG_2PI - tail)
    likelihood = np.where(seen, -0.5 * z**2 - _HALF_LOG_2PI - theta[-1], tail)
    slope = np.where(seen, -z, np.where(side > 0, -hazard, hazard))  # of the likelihood in z
    by_coefficient = -(slope / spread) @ x
    by_log_spread = float((-slope * z).sum() - seen.sum())
    return -float(likelihood.sum()), -np.append(by_coefficient, by_log_spread)


def _maximum(y: Array, side: NDArray[np.int8], x: Array) -> Array:
    start, *_ = np.linalg.lstsq(x, y, rcond=None)
    rest = y - x @ start
    theta = np.append(start, math.log(max(float(rest.std()), 1e-3)))
    found = optimize.minimize(_negative, theta, args=(y, side, x), jac=True, method="BFGS", options={"gtol": 1e-9})
    return np.asarray(found.x)


def _information(theta: Array, y: Array, side: NDArray[np.int8], x: Array) -> Array:
    """Observed information by central differences of the gradient."""
    step = 1e-5
    rows = []
    for i in range(theta.size):
        move = np.zeros(theta.size)
        move[i] = step
        rows.append((_negative(theta + move, y, side, x)[1] - _negative(theta - move, y, side, x)[1]) / (2 * step))
    matrix = np.array(rows)
    return np.asarray((matrix + matrix.T) / 2)


def _profile(
    best: Array, y: Array, side: NDArray[np.int8], x: Array, errors: Array, level: float
) -> tuple[Array, Array]:
    """Ends at which the profile likelihood has fallen by a quantile of F rather than χ²: few samples need the more."""
    k = x.shape[1]
    n = int((side == 0).sum())
    drop = 0.5 * n * math.log1p(float(special.fdtri(1, max(1, n - k), level)) / max(1, n - k))
    floor = _negative(best, y, side, x)[0] + drop
    low, high = np.empty(k), np.empty(k)
    for j in range(k):
        for end, direction in ((low, -1.0), (high, 1.0)):
            end[j] = _end(best, j, direction * errors[j], floor, (y, side, x))
    return low, high


def _end(best: Array, j: int, step: float, floor: float, data: tuple[Array, NDArray[np.int8], Array]) -> float:
    """Where fixing one coefficient costs as much as the interval allows; infinite where it never does."""

    def excess(distance: float) -> float:
        return _fixed(best, j, best[j] + distance * step, data) - floor

    reach = 2.0
    while excess(reach) < 0:
        reach *= 2
        if reach > 1000:
            return math.copysign(math.inf, step)
    return float(best[j] + step * optimize.brentq(excess, 0.0, reach, xtol=1e-6))


def _fixed(best: Array, j: int, value: float, data: tuple[Array, NDArray[np.int8], Array]) -> float:
    y, side, x = data
    free = np.delete(np.arange(best.size), j)

    def cost(part: Array) -> tuple[float, Array]:
        theta = np.empty(best.size)
        theta[free], theta[j] = part, value
        loss, slope = _negative(theta, y, side, x)
        return loss, slope[free]

    return float(optimize.minimize(cost, best[free], jac=True, method="BFGS").fun)


def _nothing(columns: int, counts: tuple[int, int, int], level: float) -> CensoredFit:
    blank = np.full(columns, np.nan)
    nan = math.nan
    return CensoredFit(blank, blank, blank, blank, nan, nan, nan, *counts, FitStatus.TOO_FEW_TRIALS, level)
