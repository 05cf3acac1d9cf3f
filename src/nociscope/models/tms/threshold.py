"""Motor threshold: the least intensity that answers in half of the pulses, by four named methods.

Intensities are % of the stimulator's output, 0 to 100. Where the stimulator ends before the muscle answers, the number
is a bound and says so. Rossini et al. 2015 (10.1016/j.clinph.2015.02.001) describe relative frequency and two
thresholds; threshold hunting by maximum likelihood is that of Awiszus 2003.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from nociscope.core.errors import RangeError, ShapeError
from nociscope.core.scores import Score
from nociscope.core.status import FitStatus

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

MAXIMUM = 100.0
SPREAD = 0.07
"""SD of the threshold's Gaussian as a share of the threshold."""


def relative_frequency(
    intensity: Array, response: Flags, measure: str = "RMT", muscle: str = "n/a", side: str = "n/a",
    share: float = 0.5, pulses: int = 10,
) -> Score:  # fmt: skip
    """Find the lowest intensity that answers in the share of the pulses.

    An intensity is decided as soon as its pulses cannot change the answer: five responses are enough of ten.

    Parameters
    ----------
    intensity, response : shape (pulse,), %MSO and whether a potential was evoked.
    share, pulses : such as 5 of 10.
    """
    levels, hits, given = _counts(intensity, response)
    needed = math.ceil(share * pulses)
    above, below = hits >= needed, given - hits > pulses - needed
    method = f"lowest intensity with {needed} of {pulses}, version 1"
    if not above.any():
        return _not_reached(measure, muscle, side, levels, method, given)
    threshold = float(levels[above][0])
    under = levels[below & (levels < threshold)]
    flags: tuple[str, ...] = ("not_monotone",) if (below & (levels > threshold)).any() else ()
    flags += ("undecided_level",) if (~above & ~below & (levels < threshold)).any() else ()
    low = threshold if under.size else 0.0
    status = FitStatus.OK if under.size else FitStatus.CENSORED
    detail = {"highest_below": float(under[-1])} if under.size else {}
    return Score(measure, muscle, threshold, "%MSO", status, method, side, math.nan, low, threshold, int(given.sum()),
                 int(given.sum()), flags=flags if under.size else (*flags, "lowest_tested_answers"), detail=detail,
                 cites=("rossini2015",))  # fmt: skip


def two_thresholds(
    intensity: Array, response: Flags, measure: str = "RMT", muscle: str = "n/a", side: str = "n/a", pulses: int = 10
) -> Score:
    """Mean of the lowest intensity that always answers and the highest that never does."""
    levels, hits, given = _counts(intensity, response)
    whole = given >= pulses
    always, never = levels[whole & (hits == given)], levels[whole & (hits == 0)]
    method = f"mean of lowest with {pulses} of {pulses} and highest with 0, version 1"
    if not always.size:
        return _not_reached(measure, muscle, side, levels, method, given)
    upper = float(always[0])
    under = never[never < upper]
    lower = float(under[-1]) if under.size else 0.0
    status = FitStatus.OK if under.size else FitStatus.CENSORED
    value = (upper + lower) / 2 if under.size else upper
    ends = (value, value) if under.size else (0.0, upper)
    return Score(measure, muscle, value, "%MSO", status, method, side, math.nan, *ends, int(given.sum()),
                 int(given.sum()), detail={"upper": upper, "lower": lower}, cites=("mills1997",))  # fmt: skip


def probit_threshold(
    intensity: Array, response: Flags, measure: str = "RMT", muscle: str = "n/a", side: str = "n/a"
) -> Score:
    """Half-way point of a cumulative Gaussian through all pulses, with the SD of the Gaussian in the detail."""
    levels, hits, given = _counts(intensity, response)
    method, total = "probit, maximum likelihood, version 1", int(given.sum())
    if hits.sum() == 0:
        return _not_reached(measure, muscle, side, levels, method, given)
    if hits.sum() == total or _separated(hits, given):
        return Score(measure, muscle, math.nan, "%MSO", FitStatus.INDETERMINATE, method, side, n_valid=total,
                     n_asked=total, flags=("no_overlap_of_responses",))  # fmt: skip
    a, b, covariance = _probit(levels, hits, given)
    if b <= 0:
        return Score(measure, muscle, math.nan, "%MSO", FitStatus.NOT_CONVERGED, method, side, n_valid=total,
                     n_asked=total, flags=("responses_fall_with_intensity",))  # fmt: skip
    centre = float(levels.mean())
    value, slope = centre - a / b, np.array([-1 / b, a / b**2])
    se = float(np.sqrt(slope @ covariance @ slope))
    status = FitStatus.OK if levels[0] <= value <= levels[-1] else FitStatus.NOT_IDENTIFIABLE
    return Score(measure, muscle, value, "%MSO", status, method, side, se, value, value, total, total,
                 detail={"spread": 1 / b}, cites=("rossini2015",))  # fmt: skip


def hunted_threshold(
    intensity: Array, response: Flags, measure: str = "RMT", muscle: str = "n/a", side: str = "n/a",
    spread: float = SPREAD,
) -> Score:  # fmt: skip
    """Find the threshold that makes the responses likeliest, where its Gaussian's SD is a fixed share of it.

    Parameters
    ----------
    intensity, response : shape (pulse,), in any order.
    spread : SD as a share of the threshold.
    """
    x, hit = _pulses(intensity, response)
    method = f"maximum likelihood, SD {100 * spread:g} % of the threshold, version 1"
    status, value = FitStatus.OK, math.nan
    if hit.all() or not hit.any():
        status = FitStatus.CENSORED
        value = float(x.max() if not hit.any() else x.min())
    else:
        value = likeliest(x, hit, spread)
    low, high = (value, value) if status is FitStatus.OK else ((value, math.inf) if not hit.any() else (0.0, value))
    return Score(measure, muscle, value, "%MSO", status, method, side,
                 _likelihood_se(value, x, hit, spread) if status is FitStatus.OK else math.nan,
                 low, high, x.size, x.size, cites=("awiszus2003",))  # fmt: skip


def likeliest(intensity: Array, response: Flags, spread: float = SPREAD) -> float:
    """Return the threshold with the greatest likelihood, which is where the next pulse of a hunt goes.

    With no miss or no hit yet, the stimulator's ends count as one each.
    """
    x, hit = np.r_[0.0, MAXIMUM, intensity], np.r_[False, True, response]
    if hit[2:].any() and not hit[2:].all():
        x, hit = x[2:], hit[2:]
    grid = np.arange(1.0, MAXIMUM + 0.25, 0.5)
    start = grid[np.argmax(_log_likelihood(grid, x, hit, spread))]
    found = optimize.minimize_scalar(
        lambda at: -_log_likelihood(np.array([at]), x, hit, spread)[0],
        bounds=(max(0.5, start - 1), min(MAXIMUM, start + 1)), method="bounded", options={"xatol": 1e-7},
    )  # fmt: skip
    return float(found.x)


def _log_likelihood(at: Array, x: Array, hit: Flags, spread: float) -> Array:
    z = (x - at[:, None]) / (spread * at[:, None])
    return np.asarray(special.log_ndtr(np.where(hit, z, -z)).sum(axis=1))


def _likelihood_se(value: float, x: Array, hit: Flags, spread: float) -> float:
    step = 1e-3 * value
    left, middle, right = _log_likelihood(np.array([value - step, value, value + step]), x, hit, spread)
    curvature = -(left - 2 * middle + right) / step**2
    return 1 / math.sqrt(curvature) if curvature > 0 else math.nan


def _probit(levels: Array, hits: Array, given: Array) -> tuple[float, float, Array]:
    """Intercept and slope at the mean level, and their covariance, by Fisher scoring."""
    design = np.column_stack([np.ones_like(levels), levels - levels.mean()])
    theta = np.array([0.0, 1 / max(float(levels.std()), 1e-3)])
    for _ in range(100):
        eta = np.clip(design @ theta, -8, 8)
        p, density = special.ndtr(eta), np.exp(-0.5 * eta**2) / math.sqrt(2 * math.pi)
        variance = np.maximum(p * (1 - p), 1e-300)
        information = design.T @ (design * (given * density**2 / variance)[:, None])
        move = np.linalg.solve(information, design.T @ ((hits - given * p) * density / variance))
        theta = theta + move
        if np.abs(move).max() < 1e-12:
            break
    return float(theta[0]), float(theta[1]), np.linalg.inv(information)


def _separated(hits: Array, given: Array) -> bool:
    """Whether some intensity parts every miss from every hit: then the Gaussian has no width."""
    first_hit = int(np.flatnonzero(hits > 0)[0])
    last_miss = int(np.flatnonzero(hits < given)[-1])
    return last_miss <= first_hit


def _pulses(intensity: Array, response: Flags) -> tuple[Array, Flags]:
    x, hit = np.asarray(intensity, dtype=np.float64), np.asarray(response, dtype=bool)
    if x.ndim != 1 or x.shape != hit.shape or not x.size:
        raise ShapeError("pulses", expected="one response an intensity", got=f"{x.shape} and {hit.shape}")
    if not ((x >= 0) & (x <= MAXIMUM)).all():
        raise RangeError(
            "an intensity", expected="0 to 100 % of the stimulator's output", got=x[~(x <= MAXIMUM)].tolist()
        )
    return x, hit


def _counts(intensity: Array, response: Flags) -> tuple[Array, Array, Array]:
    x, hit = _pulses(intensity, response)
    levels, index = np.unique(x, return_inverse=True)
    return levels, np.bincount(index, hit).astype(np.float64), np.bincount(index).astype(np.float64)


def _not_reached(measure: str, muscle: str, side: str, levels: Array, method: str, given: Array) -> Score:
    """Return a lower bound: no tested intensity answered."""
    top = float(levels[-1])
    flags = ("not_reached_at_100" if top >= MAXIMUM else "not_reached_below_100",)
    return Score(measure, muscle, top, "%MSO", FitStatus.CENSORED, method, side, math.nan, top, math.inf,
                 int(given.sum()), int(given.sum()), flags=flags)  # fmt: skip
