"""A Bayesian estimate of one effect under a prior that is named, and how much the prior matters. No sampling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from nociscope.core.errors import RangeError
from nociscope.stats.design import Array

_PLACES = 4001


@dataclass(frozen=True)
class Prior:
    """Belief about a standardised effect before the data: ``cauchy`` or ``normal`` about 0.

    ``scale`` is the half-width that holds half of a Cauchy, or the SD of a normal.
    """

    shape: str
    scale: float

    def __post_init__(self) -> None:
        if self.shape not in ("cauchy", "normal") or not self.scale > 0:
            raise RangeError("impossible prior", expected="cauchy or normal, scale > 0", got=(self.shape, self.scale))

    @property
    def name(self) -> str:
        """As it is printed."""
        return f"{self.shape.capitalize()}(0, {self.scale:.3g})"

    def density(self, effect: Array) -> Array:
        """At a standardised effect."""
        # written out: the checks of scipy.stats cost more than the densities, five times in every region
        x = np.asarray(effect) / self.scale
        if self.shape == "cauchy":
            return np.asarray(1 / (np.pi * self.scale * (1 + x**2)))
        return np.asarray(np.exp(-(x**2) / 2) / (np.sqrt(2 * np.pi) * self.scale))


DEFAULT_PRIOR = Prior("cauchy", float(np.sqrt(0.5)))
"""Half of the belief within ± 0.707 SD: the default of the field's Bayes factors (Rouder et al. 2009, Morey)."""

OTHER_PRIORS = (Prior("normal", 0.5), Prior("normal", 1.0), Prior("cauchy", 0.35), Prior("cauchy", float(np.sqrt(2))))
"""Against which the default is held: sceptical and generous ones."""


@dataclass(frozen=True)
class BayesianEstimate:
    """Posterior of one effect, in the unit of the effect.

    Parameters
    ----------
    mean, ci_low, ci_high : of the posterior; the interval has equal tails.
    p_positive : probability that the effect is above 0.
    p_within_margin : that it lies within ± the margin; nan where none was declared.
    prior : its name.
    """

    mean: float
    ci_low: float
    ci_high: float
    p_positive: float
    p_within_margin: float
    prior: str

    @property
    def excludes_zero(self) -> int:
        """1 or −1 where the interval lies above or below 0, else 0."""
        return int(self.ci_low > 0) - int(self.ci_high < 0)


def bayesian_estimate(
    estimate: float,
    se: float,
    dof: float,
    sd: float,
    prior: Prior = DEFAULT_PRIOR,
    margin: float = np.nan,
    level: float = 0.95,
) -> BayesianEstimate:
    """Posterior of an effect whose likelihood is a t about the estimate, as its interval has it.

    With Welch's error and degrees of freedom groups may differ in spread. The prior is about effect / `sd`; a flat one
    would make the posterior that t.

    Parameters
    ----------
    estimate, se, dof : of the effect, in its unit.
    sd : residual SD, which makes the effect standardised.
    margin : in the unit of the effect.

    Raises
    ------
    RangeError
        An error or SD that is not above 0.
    """
    return bayesian_estimates(estimate, se, dof, sd, (prior,), margin, level)[0]


def bayesian_estimates(
    estimate: float,
    se: float,
    dof: float,
    sd: float,
    priors: Sequence[Prior],
    margin: float = np.nan,
    level: float = 0.95,
) -> tuple[BayesianEstimate, ...]:
    """As `bayesian_estimate` under each of several priors, the likelihood computed once."""
    if not (se > 0 and sd > 0 and dof > 0):
        raise RangeError("impossible likelihood", expected="se, dof and sd above 0", got=(se, dof, sd))
    # dense about the estimate, and far enough out to hold the prior
    reach = np.arcsinh(max(50.0, 3 * abs(estimate) / se))
    away = np.sinh(np.linspace(-reach, reach, _PLACES))
    square = away**2
    # likelihood of t, up to a factor, times the distance between places
    likelihood = np.exp(-(dof + 1) / 2 * np.log1p(square / dof)) * np.sqrt(1 + square)
    at = estimate + se * away
    standard = at / sd
    weights = (likelihood * prior.density(standard) for prior in priors)
    return tuple(_summary(at, w / w.sum(), prior, margin, level) for w, prior in zip(weights, priors, strict=True))


def _summary(at: Array, weight: Array, prior: Prior, margin: float, level: float) -> BayesianEstimate:
    below = np.cumsum(weight) - weight / 2
    low, high = np.interp([(1 - level) / 2, (1 + level) / 2], below, at)
    within = float(np.interp(margin, at, below) - np.interp(-margin, at, below)) if np.isfinite(margin) else np.nan
    positive = float(1 - np.interp(0.0, at, below, left=0.0, right=1.0))
    return BayesianEstimate(float(weight @ at), float(low), float(high), positive, within, prior.name)


def under_other_priors(
    estimate: float, se: float, dof: float, sd: float, priors: Sequence[Prior] = OTHER_PRIORS
) -> tuple[BayesianEstimate, ...]:
    """Return the same estimate under each of other priors."""
    return bayesian_estimates(estimate, se, dof, sd, priors)


def prior_matters(estimates: Sequence[BayesianEstimate]) -> bool:
    """Whether the 95 % interval excludes 0 under some priors and not, or on the other side, under others."""
    return len({e.excludes_zero for e in estimates}) > 1


def bayes_factor_t(t: float, dof: float, effective_n: float, prior: Prior = DEFAULT_PRIOR) -> float:
    """Evidence for an effect over none (BF10) from a t, its error pooled; Cauchy: JZS (Rouder et al. 2009).

    Parameters
    ----------
    effective_n : n1 n2 / (n1 + n2) for two groups, n for one; 1 over the squared length of the contrast's weights.
    """
    null = np.log1p(t**2 / dof)

    def against(g: Array) -> Array:
        wider = 1 + effective_n * g * prior.scale**2
        return np.asarray(np.exp(((dof + 1) * (null - np.log1p(t**2 / (wider * dof))) - np.log(wider)) / 2))

    if prior.shape == "normal":
        return float(against(np.ones(1))[0])
    # g is inverse chi-square with 1 degree of freedom; on the log scale it is smooth and dies at both ends, so that
    # equal steps are exact to round-off
    step = 0.1
    log_g = np.arange(-7.0, 60.0, step)
    g = np.exp(log_g)
    return float(against(g) @ np.exp(-1 / (2 * g) - log_g / 2)) * step / math.sqrt(2 * math.pi)


def bayes_factor_r(r: float, n: int, held: int = 0) -> float:
    """Evidence for a (partial) correlation over none, all correlations equally likely before (Ly et al. 2016).

    `held` covariates are taken from n. Infinite where all points lie on a line.
    """
    people = n - held
    if abs(r) >= 1:
        return np.inf
    factor = np.sqrt(np.pi) / 2 * np.exp(special.gammaln((people + 1) / 2) - special.gammaln((people + 2) / 2))
    return float(factor * special.hyp2f1((people - 1) / 2, (people - 1) / 2, (people + 2) / 2, r**2))
