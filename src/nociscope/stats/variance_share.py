"""Partial η²: the share of variance that several contrasts explain together, its interval, and the smallest found."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special, stats

from nociscope.core.finding import EffectSize
from nociscope.stats.design import Array
from nociscope.stats.joint import JointFit
from nociscope.stats.noncentral import f_noncentralities


def share_of(noncentrality: Array, dof: float, residual_dof: float) -> Array:
    """Partial η² of the population for a noncentrality of F: λ/(λ + N), N = dof + residual dof + 1 (Steiger 2004)."""
    return np.asarray(noncentrality / (noncentrality + dof + residual_dof + 1))


def shares(fitted: JointFit, level: float) -> tuple[EffectSize, ...]:
    """Partial η² in every region with the interval of the noncentral F (Steiger 2004).

    The observed share is too large on average, so the interval of the true one may lie below it; its lower end is 0
    where F is small.
    """
    tail = (1 - level) / 2
    dofs = (fitted.dof1, fitted.residual_dof)
    low, high = (share_of(f_noncentralities(fitted.statistic_pooled, *dofs, p), *dofs) for p in (1 - tail, tail))
    return tuple(
        EffectSize("partial_eta_squared", float(v), float(a), float(b))
        for v, a, b in zip(fitted.partial_eta2, low, high, strict=True)
    )


def minimal_detectable_share(dof: int, residual_dof: int, power: float = 0.8, alpha: float = 0.05) -> float:
    """Smallest partial η² of the population that an F test finds with this power."""
    critical = float(stats.f.isf(alpha, dof, residual_dof))

    def lacking(delta: float) -> float:
        return 1 - float(special.ncfdtr(dof, residual_dof, delta, critical)) - power

    high = 10.0
    while lacking(high) < 0:
        high *= 2
    found = optimize.brentq(lacking, 0.0, high, xtol=1e-9)
    return float(share_of(np.array(found), dof, residual_dof))
