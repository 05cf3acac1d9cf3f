"""What every finding of a contrast, correlation or pair carries beside estimate, interval and p."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nociscope.core.finding import Safeguard
from nociscope.core.hypothesis import Equivalence, Hypothesis
from nociscope.stats.design import Array, Design
from nociscope.stats.estimates.bayes import (
    DEFAULT_PRIOR,
    OTHER_PRIORS,
    BayesianEstimate,
    bayes_factor_r,
    bayes_factor_t,
    bayesian_estimates,
    prior_matters,
)
from nociscope.stats.estimates.error_types import error_types_of
from nociscope.stats.linear import LinearFit, algebra
from nociscope.stats.power import minimal_detectable_noncentrality
from nociscope.stats.safeguards import raised
from nociscope.stats.settings import TestSettings

CORRELATIONS = ("pearson_r", "spearman_rho")
WITHOUT = ("partial_eta_squared",)
"""Effects of several columns at once, which have neither a sign nor a margin."""


class Asked(Protocol):
    """What is needed of a question."""

    @property
    def design(self) -> Design:
        """Of one contrast."""

    @property
    def effect(self) -> str:
        """Name of the standardised effect."""

    @property
    def held(self) -> int:
        """Nuisance columns besides the intercept."""


@dataclass(frozen=True, eq=False)
class _Numbers:
    """One question in every region, ready to be summarised; `scale` turns a pooled t into a standardised effect."""

    asked: Asked
    fitted: LinearFit
    r: Array
    scale: float
    equivalence: Equivalence | None
    alternative: str
    settings: TestSettings

    @property
    def is_correlation(self) -> bool:
        return self.asked.effect in CORRELATIONS

    @property
    def t(self) -> Array:
        """Pooled t."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.fitted.estimate / self.fitted.se_pooled)

    @property
    def alpha(self) -> float:
        """Two-sided level with the critical value of the test."""
        return self.settings.alpha * (1 if self.alternative == "two-sided" else 2)


def estimate_details(
    asked: Asked, fitted: LinearFit, hypothesis: Hypothesis, settings: TestSettings
) -> tuple[dict[str, object], ...]:
    """Error types and Bayesian summary of every region, for ``Finding.details``.

    Returns
    -------
    tuple of dict
        One a region. The keys are those of the table in ``docs/explanation/estimates.md``; empty for an F.
    """
    regions = fitted.estimate.size
    if asked.effect in WITHOUT or asked.design.interest.ndim != 1:
        return tuple({} for _ in range(regions))
    weights = algebra(asked.design).weights
    t = np.divide(fitted.estimate, fitted.se_pooled, out=np.zeros(regions), where=fitted.se_pooled > 0)
    numbers = _Numbers(
        asked, fitted, t / np.sqrt(t**2 + fitted.residual_dof), math.sqrt(float(weights @ weights)),
        hypothesis.equivalence, hypothesis.alternative, settings,
    )  # fmt: skip
    shared = _error_types(numbers)
    out = []
    for region in range(regions):
        own: dict[str, object] = dict(shared)
        if fitted.se[region] > 0 and fitted.spread[region] > 0:
            own |= _bayes(numbers, region)
        out.append(own)
    return tuple(out)


def estimate_safeguards(details: Mapping[str, object]) -> tuple[Safeguard, ...]:
    """What the details of one region raise, those of `equivalence_details` among them."""
    out = []
    if "type_m_at_half_mde" in details:
        out.append(raised("exaggeration", values=details))
    if "equivalence_verdict" in details:
        out.append(raised("equivalence", values=details))
    if details.get("bayes_prior_matters"):
        out.append(raised("prior-matters", values=details))
    return tuple(out)


def _error_types(numbers: _Numbers) -> dict[str, object]:
    dof = numbers.fitted.residual_dof
    mde = minimal_detectable_noncentrality(dof, numbers.settings.power, numbers.settings.alpha, numbers.alternative)
    places = {"mde": mde, "half_mde": mde / 2}
    if (at_margin := _margin_in_errors(numbers)) is not None:
        places["margin"] = at_margin
    found = error_types_of(np.array(list(places.values())), 1.0, dof, numbers.alpha)
    out: dict[str, object] = {}
    for i, place in enumerate(places):
        out |= {f"power_at_{place}": float(found.power[i])} if place != "mde" else {}
        out |= {f"type_s_at_{place}": float(found.type_s[i]), f"type_m_at_{place}": float(found.type_m[i])}
    return out


def _margin_in_errors(numbers: _Numbers) -> float | None:
    """The declared margin as noncentrality of the pooled t; None where there is none in standardised units."""
    declared = numbers.equivalence
    if declared is None or declared.scale != "standardised":
        return None
    if numbers.is_correlation:
        if declared.margin >= 1:
            return None
        people = numbers.asked.design.n - numbers.asked.held
        return declared.margin / math.sqrt(1 - declared.margin**2) * math.sqrt(people)
    return declared.margin / numbers.scale


def _bayes(numbers: _Numbers, region: int) -> dict[str, object]:
    if numbers.asked.effect == "spearman_rho":
        return {}
    fitted, sd = numbers.fitted, _standard(numbers, region)
    likelihood = (float(fitted.estimate[region]), float(fitted.se[region]), float(fitted.dof[region]), sd)
    margin = math.nan
    if numbers.equivalence is not None:
        margin = numbers.equivalence.margin * (sd if numbers.equivalence.scale == "standardised" else 1.0)
    priors = (DEFAULT_PRIOR, *OTHER_PRIORS)
    under = bayesian_estimates(*likelihood, priors, margin, numbers.settings.ci_level)
    posterior = under[0]
    out: dict[str, object] = {
        "bayes_prior": posterior.prior,
        "bayes_estimate": posterior.mean,
        "bayes_low": posterior.ci_low,
        "bayes_high": posterior.ci_high,
        "bayes_p_positive": posterior.p_positive,
        "bayes_factor": _bayes_factor(numbers, region),
    }
    if math.isfinite(margin):
        out["bayes_p_within_margin"] = posterior.p_within_margin
    return out | _sensitivity(under)


def _sensitivity(estimates: tuple[BayesianEstimate, ...]) -> dict[str, object]:
    means, positive = [e.mean for e in estimates], [e.p_positive for e in estimates]
    return {
        "bayes_estimate_other_priors": [min(means), max(means)],
        "bayes_p_positive_other_priors": [min(positive), max(positive)],
        "bayes_prior_matters": int(prior_matters(estimates)),
    }


def _standard(numbers: _Numbers, region: int) -> float:
    """What makes the effect standardised: the residual SD; of a slope per SD of what is left of the other variable."""
    spread = float(numbers.fitted.spread[region])
    if not numbers.is_correlation:
        return spread
    return spread * numbers.scale * math.sqrt(numbers.asked.design.n - 1 - numbers.asked.held)


def _bayes_factor(numbers: _Numbers, region: int) -> float:
    if numbers.is_correlation:
        return bayes_factor_r(float(numbers.r[region]), numbers.asked.design.n, numbers.asked.held)
    return bayes_factor_t(float(numbers.t[region]), numbers.fitted.residual_dof, 1 / numbers.scale**2)
