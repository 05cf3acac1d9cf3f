"""Concentrations below a limit of quantification: is the mean right, and does its interval hold.

Log-normal values of 50 people (mean 0, SD 1 of the logs), a limit at the 20th, 40th or 60th percentile of the truth,
1,000 data sets each. Substitution stands beside it, on the same data.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.models.biosample.censored import censored_fit, substituted
from tools.figures import Figure

Array = NDArray[np.float64]

SETS, PEOPLE = 1000, 50
LIMITS = {20: 2, 40: 3, 60: 5}
"""Share below the limit → bias of the mean that we allow, both in percent (the bias of one SD)."""

COVERAGE = "93..97"


@cache
def simulated(share: int) -> tuple[Array, Array, Array, Array]:
    """Means, their interval ends and the means after half the limit was put in place, each shape (data set,)."""
    rng = np.random.default_rng(100 + share)
    limit = float(stats.norm.ppf(share / 100))
    out = np.full((4, SETS), np.nan)
    for i in range(SETS):
        y = rng.normal(size=PEOPLE)
        side = np.where(y < limit, -1, 0).astype(np.int8)
        values = np.exp(np.maximum(y, limit))
        fit = censored_fit(values, side)
        out[:, i] = fit.coefficients[0], fit.low[0], fit.high[0], np.log(substituted(values, side, "half")[0])
    return out[0], out[1], out[2], out[3]


def bias(share: int) -> tuple[float, float]:
    """Absolute bias of the mean in percent of the SD, and that of putting half the limit in place."""
    mean, _, _, half = simulated(share)
    return float(100 * abs(np.nanmean(mean))), float(100 * abs(half.mean()))


def coverage(share: int) -> float:
    """Intervals that hold the true mean, percent."""
    mean, low, high, _ = simulated(share)
    there = np.isfinite(mean)
    return float(100 * np.mean((low[there] <= 0) & (high[there] >= 0)))


def unfitted() -> float:
    """Data sets without a mean, of all."""
    return float(sum(np.isnan(simulated(share)[0]).sum() for share in LIMITS))


FIGURES = [
    figure
    for share, most in LIMITS.items()
    for figure in (
        Figure(
            f"biosamples.limit{share}_bias", f"{share} % below the limit, n = 50: bias of the mean, of one SD",
            "%", f"<= {most}", partial(bias, share), "half the limit in its place",
        ),
        Figure(
            f"biosamples.limit{share}_coverage", f"{share} % below the limit, n = 50: 95 % intervals that hold",
            "%", COVERAGE, partial(coverage, share),
        ),
    )
] + [
    Figure("biosamples.limit_unfitted", "Of these 3,000 data sets, those without a mean", "1", "", unfitted)
]  # fmt: skip
