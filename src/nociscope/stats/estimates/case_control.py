"""One person against few controls (Crawford & Howell 1998): t, effect size, percentile, and exchange of roles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from nociscope.core.errors import RangeError, ShapeError
from nociscope.stats.design import Array
from nociscope.stats.intervals import standardised_interval
from nociscope.stats.permutation import TIE_TOLERANCE, oriented

FEWEST_CONTROLS = 3
"""With two controls the 5 % limit lies 16 of their SD away."""


@dataclass(frozen=True, eq=False)
class SingleCaseTest:
    """A case against its controls, arrays of shape (element,); nan where controls do not differ.

    Parameters
    ----------
    difference, low, high : case minus mean of the controls, with the interval that belongs to `p`.
    t : of `controls` − 1 degrees of freedom, the case being one draw from a population of its own.
    p : of t, by the alternative.
    z : effect size z_cc, the difference in SDs of the controls; z_low, z_high : its interval (Crawford et al. 2010).
    percentile : estimated share of the control population below the case, percent, with percentile_low and _high.
    p_exchange, p_max : share of people, the case among them, who lie as far from the others; `p_max` by the largest t
        over the elements. Neither can be below 1 / (controls + 1).
    controls : how many.
    """

    difference: Array
    low: Array
    high: Array
    t: Array
    p: Array
    z: Array
    z_low: Array
    z_high: Array
    percentile: Array
    percentile_low: Array
    percentile_high: Array
    p_exchange: Array
    p_max: Array
    controls: int


def single_case_test(
    case: ArrayLike, controls: ArrayLike, alternative: str = "two-sided", level: float = 0.95
) -> SingleCaseTest:
    """Test one person in every element against controls.

    A z score takes the mean and SD of few controls for those of the population and finds too much: with 8 controls
    about 11 % instead of 5 %. Crawford and Howell's t, (x − m) / (s √((n + 1)/n)), does not, for normal controls.

    Parameters
    ----------
    case : shape (element,). controls : shape (control, element), without missing values.

    Raises
    ------
    ShapeError
        Arrays that do not fit.
    RangeError
        Fewer than 2 controls.
    """
    x, y = np.atleast_1d(np.asarray(case, dtype=np.float64)), np.asarray(controls, dtype=np.float64)
    if y.ndim != 2 or x.shape != y.shape[1:]:
        raise ShapeError("case and controls do not fit", expected=("control", x.size), got=y.shape)
    n = len(y)
    if n < 2:
        raise RangeError("too few controls", expected="2 or more", got=n)
    mean, sd = y.mean(axis=0), y.std(axis=0, ddof=1)
    t = crawford_howell_t(x, mean, sd, n)
    half = stats.t.ppf(0.5 + level / 2, n - 1) * sd * np.sqrt((n + 1) / n)
    z = t * np.sqrt((n + 1) / n)
    z_low, z_high = (
        end / np.sqrt(n) for end in standardised_interval(z * np.sqrt(n), np.full(z.shape, n - 1.0), level)
    )
    p_exchange, p_max = exchange_of_roles(x, y, alternative)
    return SingleCaseTest(
        x - mean, x - mean - half, x - mean + half, t, _p(t, n - 1, alternative), z, z_low, z_high,
        100 * special.stdtr(n - 1, t), 100 * special.ndtr(z_low), 100 * special.ndtr(z_high), p_exchange, p_max, n,
    )  # fmt: skip


def crawford_howell_t(case: ArrayLike, mean: ArrayLike, sd: ArrayLike, n: int) -> Array:
    """T of a case from the mean and SD of `n` controls, n − 1 degrees of freedom; nan where these do not differ."""
    case, mean, sd = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(case, mean, sd))
    # controls that are equal but for round-off do not differ
    differ = sd > 1e-12 * np.abs(mean)
    out: Array = np.divide(case - mean, sd * np.sqrt((n + 1) / n), out=np.full(case.shape, np.nan), where=differ)
    return out


def leave_one_out_scores(controls: ArrayLike) -> Array:
    """T of each control against the others, shape (control, element): a control's own map must not contain itself."""
    y = np.asarray(controls, dtype=np.float64)
    n = len(y) - 1
    if n < 2:
        raise RangeError("too few controls", expected="3 or more", got=len(y))
    mean = (y.sum(axis=0) - y) / n
    centred = y - y.mean(axis=0)
    # sums of squares without each person, from deviations so that large means do not cancel
    squares = (centred**2).sum(axis=0) - centred**2 * (n + 1) / n
    return crawford_howell_t(y, mean, np.sqrt(np.maximum(squares, 0) / (n - 1)), n)


def _p(t: Array, dof: int, alternative: str) -> Array:
    tails = 2 if alternative == "two-sided" else 1
    return np.asarray(tails * special.stdtr(dof, -oriented(t, alternative)))


def exchange_of_roles(case: Array, controls: Array, alternative: str = "two-sided") -> tuple[Array, Array]:
    """Everybody takes the role of the case once: share of people who lie as far out, and by the largest over elements.

    Neither can be below 1 / (controls + 1), and assumes nothing but that case and controls could have been exchanged.

    Parameters
    ----------
    case : shape (element,). controls : shape (control, element).
    """
    scores = oriented(leave_one_out_scores(np.vstack([case, controls])), alternative)
    floor = scores[0] - TIE_TOLERANCE * np.abs(scores[0])
    known = np.where(np.isfinite(scores), scores, -np.inf)
    p = np.where(np.isfinite(scores[0]), (known >= floor).mean(axis=0), np.nan)
    p_max = np.where(np.isfinite(scores[0]), (known.max(axis=1)[:, None] >= floor).mean(axis=0), np.nan)
    return p, p_max
