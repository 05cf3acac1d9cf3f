"""``equivalence`` of a hypothesis: whether an effect is too small to matter, beside the test against zero."""

from __future__ import annotations

import math

import numpy as np

from nociscope.core.study import Hypothesis
from nociscope.stats.analysis import Analysis
from nociscope.stats.asked import Question
from nociscope.stats.estimates.equivalence import (
    EquivalenceVerdict,
    correlation_equivalence_of,
    equivalence_of,
    standardised_equivalence_of,
)
from nociscope.stats.linear import LinearFit, algebra


def equivalence_details(
    asked: Question, done: Analysis, hypothesis: Hypothesis, alpha: float
) -> tuple[dict[str, object], ...]:
    """Two one-sided tests against the margin that was declared, one set of details a region; empty where none was."""
    regions = done.estimate.size
    if hypothesis.equivalence is None or done.fitted is None:
        return ({},) * regions
    found = _verdict(asked, done, done.fitted, hypothesis, alpha)
    margin, scale = hypothesis.equivalence.margin, hypothesis.equivalence.scale
    return tuple(
        {
            "equivalence_margin": margin,
            "equivalence_scale": asked.unit if scale == "measure" else asked.effect,
            "equivalence_p": float(found.p[i]),
            "equivalence_ci_low": float(found.ci_low[i]),
            "equivalence_ci_high": float(found.ci_high[i]),
            "equivalence_ci_level": 1 - 2 * alpha,
            "equivalence_verdict": str(found.verdict[i]),
        }
        for i in range(regions)
    )


def _verdict(
    asked: Question, done: Analysis, fitted: LinearFit, hypothesis: Hypothesis, alpha: float
) -> EquivalenceVerdict:
    stated = hypothesis.equivalence
    margin = stated.margin if stated else math.nan
    effect = np.array([e.value for e in done.effect])
    if asked.effect == "spearman_rho" or (asked.effect == "pearson_r" and stated and stated.scale == "standardised"):
        return correlation_equivalence_of(effect, asked.design.n, asked.held, margin, alpha)
    if stated and stated.scale == "standardised":
        weights = algebra(asked.design).weights
        t = np.divide(fitted.estimate, fitted.se_pooled)
        return standardised_equivalence_of(t, fitted.residual_dof, float(np.linalg.norm(weights)), margin, alpha)
    return equivalence_of(fitted.estimate, fitted.se, fitted.dof, margin, alpha)
