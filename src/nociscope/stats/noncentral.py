"""The noncentral t distribution, by quadrature: exact to 1e-10 where library routines return nan."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import optimize, special, stats

from nociscope.stats.design import Array

_NODES = 200
_TAIL = 1e-15


def cdf(t: float, dof: float, noncentrality: float) -> float:
    """Probability that a noncentral t with `dof` is at most `t`.

    T = (Z + δ)/S with S² a chi-square over its degrees of freedom, so P(T ≤ t) is the mean of Φ(tS − δ) over S.
    """
    spread, weight = _scaled_chi(dof)
    return float(weight @ special.ndtr(t * spread - noncentrality))


def noncentrality(t: float, dof: float, probability: float) -> float:
    """Noncentrality parameter for which `t` has this cumulative probability."""

    def excess(delta: float) -> float:
        return cdf(t, dof, delta) - probability

    reach = 10.0
    while not excess(t - reach) > 0 > excess(t + reach):
        reach *= 2
    return float(optimize.brentq(excess, t - reach, t + reach, xtol=1e-10))


@lru_cache(maxsize=64)
def _scaled_chi(dof: float) -> tuple[Array, Array]:
    """Nodes and weights of the distribution of √(χ²/dof)."""
    low = np.sqrt(stats.chi2.ppf(_TAIL, dof) / dof)
    high = np.sqrt(stats.chi2.isf(_TAIL, dof) / dof)
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    spread = low + (high - low) * (node + 1) / 2
    density = 2 * dof * spread * stats.chi2.pdf(dof * spread**2, dof)
    weights = weight * density
    return spread, weights / weights.sum()
