"""Is the effect too small to matter: two one-sided tests against a margin that was declared (Schuirmann 1987)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from nociscope.core.errors import RangeError
from nociscope.stats.design import Array
from nociscope.stats.noncentral import cdfs, noncentralities

VERDICTS = ("undecided", "different and not equivalent", "equivalent", "different but within the margin")
"""What the two questions *is it zero* and *is it small* can say together."""


@dataclass(frozen=True, eq=False)
class EquivalenceVerdict:
    """Two one-sided tests, arrays of one shape.

    Parameters
    ----------
    p_lower, p_upper : against *at or below −margin* and *at or above margin*.
    p : the larger of the two.
    ci_low, ci_high : interval of level 1 − 2 alpha; it lies within the margin exactly where ``p < alpha``.
    p_difference : two-sided, against zero.
    verdict : one of `VERDICTS`.
    """

    p_lower: Array
    p_upper: Array
    p: Array
    ci_low: Array
    ci_high: Array
    p_difference: Array
    verdict: NDArray[np.str_]


def equivalence_of(
    estimate: ArrayLike, se: ArrayLike, dof: ArrayLike, margin: float, alpha: float = 0.05
) -> EquivalenceVerdict:
    """Test estimates in units against ± `margin`, by t with `dof`; infinite `dof` is a normal test.

    Parameters
    ----------
    estimate, se, dof : any shapes that broadcast, such as (region,).
    margin : in the unit of the estimate.

    Raises
    ------
    RangeError
        The margin is not above 0, or alpha not within (0, 0.5).
    """
    _check(margin, alpha)
    b, s, nu = (np.asarray(x, dtype=np.float64) for x in np.broadcast_arrays(estimate, se, dof))
    half = stats.t.ppf(1 - alpha, nu) * s
    return _verdict(
        stats.t.sf(_over(b + margin, s), nu), stats.t.cdf(_over(b - margin, s), nu), (b - half, b + half),
        2 * stats.t.sf(np.abs(_over(b, s)), nu), alpha,
    )  # fmt: skip


def standardised_equivalence_of(
    t: ArrayLike, dof: ArrayLike, scale: float, margin: float, alpha: float = 0.05
) -> EquivalenceVerdict:
    """Test standardised effects, d = t × `scale`, against ± `margin`, by the noncentral t.

    Multiplying the margin by the observed SD would take that SD for the true one; the noncentral t does not.

    Parameters
    ----------
    t, dof : pooled t and its degrees of freedom, any shapes that broadcast.
    scale : of the design, √(1/n1 + 1/n2) for two groups; `nociscope.stats.linear.algebra` has its weights.
    margin : in standard deviations.
    """
    _check(margin, alpha)
    t, nu = (np.asarray(x, dtype=np.float64) for x in np.broadcast_arrays(t, dof))
    bound = margin / scale
    ends = tuple(scale * noncentralities(t, nu, p) for p in (1 - alpha, alpha))
    return _verdict(
        1 - cdfs(t, nu, np.full(t.shape, -bound)), cdfs(t, nu, np.full(t.shape, bound)), (ends[0], ends[1]),
        2 * stats.t.sf(np.abs(t), nu), alpha,
    )  # fmt: skip


def correlation_equivalence_of(
    r: ArrayLike, n: int, held: int, margin: float, alpha: float = 0.05
) -> EquivalenceVerdict:
    """Test (partial) correlations, `held` covariates held constant, against ± `margin`, by Fisher's z.

    Raises
    ------
    RangeError
        The margin is not within (0, 1), or nobody is left to estimate an error from.
    """
    if not 0 < margin < 1 or n - held <= 3:
        raise RangeError("impossible margin", expected="0 < margin < 1, n − held > 3", got=(margin, n, held))
    z = np.arctanh(np.clip(np.asarray(r, dtype=np.float64), -1 + 1e-15, 1 - 1e-15))
    found = equivalence_of(z, 1 / np.sqrt(n - held - 3), np.inf, float(np.arctanh(margin)), alpha)
    return EquivalenceVerdict(
        found.p_lower, found.p_upper, found.p, np.tanh(found.ci_low), np.tanh(found.ci_high), found.p_difference,
        found.verdict,
    )  # fmt: skip


def _check(margin: float, alpha: float) -> None:
    if not (margin > 0 and 0 < alpha < 0.5):
        raise RangeError("impossible margin or level", expected="margin > 0, 0 < alpha < 0.5", got=(margin, alpha))


def _over(top: Array, bottom: Array) -> Array:
    still = np.where(top == 0, 0.0, np.copysign(np.inf, top))
    return np.divide(top, bottom, out=still, where=bottom > 0)


def _verdict(
    lower: ArrayLike, upper: ArrayLike, ends: tuple[Array, Array], zero: ArrayLike, alpha: float
) -> EquivalenceVerdict:
    lower, upper, zero = (np.asarray(x, dtype=np.float64) for x in (lower, upper, zero))
    p = np.maximum(lower, upper)
    which = (zero < alpha).astype(int) + 2 * (p < alpha).astype(int)
    words = np.where(np.isfinite(p), np.array(VERDICTS)[which], "undecided")
    return EquivalenceVerdict(lower, upper, p, ends[0], ends[1], zero, words)
