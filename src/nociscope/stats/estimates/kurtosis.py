"""How well a residual spread is known where tails are heavier than those of a bell curve."""

from __future__ import annotations

import math

import numpy as np

from nociscope.stats.design import Array
from nociscope.stats.linear import Algebra

_FEWEST_DOF = 1.0
_ROOM = 1e-3


def excess_kurtosis(a: Algebra, y: Array) -> Array:
    """Excess kurtosis of the errors of a linear model, from its residuals, shape (region,).

    Residuals are mixtures of errors and so look more like a bell curve than these; their fourth moment is solved for
    that of the errors, E Σe⁴ = σ⁴ (3 Σ m_ii² + γ ΣΣ m_ij⁴) with M the residual maker. 0 without spread.

    Parameters
    ----------
    y : shape (person, region).
    """
    maker, dof = a.residual_maker, a.dof
    own, mixed = float(np.sum(np.diag(maker) ** 2)), float(np.sum(maker**4))
    residuals = maker @ y
    variance = (residuals**2).sum(axis=0) / dof
    fourth = np.divide(
        (residuals**4).sum(axis=0), variance**2, out=np.full_like(variance, 3 * own / (1 + 2 / dof)), where=variance > 0
    )
    return np.asarray((fourth * (1 + 2 / dof) - 3 * own) / np.maximum(mixed - fourth * own / dof**2, _ROOM * mixed))


def spread_dof(a: Algebra, y: Array) -> Array:
    """Degrees of freedom of the residual variance that allow for heavy tails, shape (region,); at most ``a.dof``.

    The variance of a variance is σ⁴ (2/ν + γ Σ m_ii²/ν²) (Box 1953), that of a chi-square with
    ν/(1 + γ Σ m_ii²/2ν) degrees of freedom. Few people show too little of γ, so one standard error is added, √(24/n)
    and growing with γ itself.
    """
    own = float(np.sum(np.diag(a.residual_maker) ** 2))
    seen = np.maximum(excess_kurtosis(a, y), 0.0)
    gamma = seen + math.sqrt(24 / a.weights.size) * (1 + seen / 2)
    return np.maximum(a.dof / (1 + gamma * own / (2 * a.dof)), min(_FEWEST_DOF, a.dof))
