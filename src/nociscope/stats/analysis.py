"""All numbers of one question: fit, test, effect, floor, leave-one-out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from nociscope.core.finding import EffectSize
from nociscope.stats import effects, intervals, linear
from nociscope.stats.design import Array, Design
from nociscope.stats.permutation import PermutationTest, oriented, permutation_test
from nociscope.stats.power import minimal_detectable_correlation, minimal_detectable_effect
from nociscope.stats.question import Question
from nociscope.stats.relabelling import Relabellings
from nociscope.stats.settings import TestSettings

Without = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Analysis:
    """Numbers of one question, arrays of shape (region,).

    Parameters
    ----------
    estimate, low, high : in the unit of the question.
    welch, pooled : permutation tests with the spread of each group, and with one spread for all.
    detectable : minimal detectable effect, standardised as the effect is.
    without : per region, participant to (estimate, p) with that person left out.
    """

    fitted: linear.LinearFit
    estimate: Array
    low: Array
    high: Array
    effect: tuple[EffectSize, ...]
    effect_interval: str
    test: PermutationTest
    pooled: PermutationTest
    detectable: float
    without: tuple[Without, ...]


def analyse(
    asked: Question, moves: Relabellings, who: tuple[str, ...], alternative: str, settings: TestSettings
) -> Analysis:
    """Fit and test an estimable question; `who` names its people, in order."""
    fitted = linear.fit(asked.design, asked.values)
    boot = effects.Bootstrap(settings.resamples, settings.seed, settings.ci_level)
    effect, how = _effect(asked, fitted, boot)
    estimate, (low, high) = fitted.estimate, intervals.estimate_interval(fitted, settings.ci_level)
    if asked.effect == "spearman_rho":
        estimate, low, high = (np.array([getattr(e, k) for e in effect]) for k in ("value", "ci_low", "ci_high"))
    test = permutation_test(asked.design, asked.values, moves, alternative, asked.error)
    pooled = test
    if asked.kind == "contrast":
        pooled = permutation_test(asked.design, asked.values, moves, alternative, "pooled")
    return Analysis(
        fitted, estimate, low, high, effect, how, test, pooled,
        _detectable(asked, alternative, settings), _leave_one_out(asked, who, alternative),
    )  # fmt: skip


def _effect(asked: Question, fitted: linear.LinearFit, boot: effects.Bootstrap) -> tuple[tuple[EffectSize, ...], str]:
    if asked.kind == "correlate":
        return effects.correlations(asked.design, asked.values, boot, asked.effect == "spearman_rho")
    return effects.standardised(asked.design, asked.values, fitted, boot, asked.effect)


def _detectable(asked: Question, alternative: str, settings: TestSettings) -> float:
    if asked.kind == "correlate":
        return minimal_detectable_correlation(asked.design.n, asked.held, settings.power, settings.alpha, alternative)
    return minimal_detectable_effect(asked.design, settings.power, settings.alpha, alternative)


def _leave_one_out(asked: Question, who: tuple[str, ...], alternative: str) -> tuple[Without, ...]:
    """Estimate and t-based p without each person; someone without whom nothing can be estimated is left in."""
    found: list[dict[str, tuple[float, float]]] = [{} for _ in range(asked.values.shape[1])]
    for i, name in enumerate(who):
        design, y = _dropped(asked.design, i), np.delete(asked.values, i, axis=0)
        if not design.estimable:
            continue
        fitted = linear.fit(design, y)
        for region, (estimate, p) in enumerate(zip(fitted.estimate, t_based_p(fitted, alternative), strict=True)):
            found[region][name] = (float(estimate), float(p))
    return tuple(found)


def t_based_p(fitted: linear.LinearFit, alternative: str) -> Array:
    """Give the p of the t distribution, for diagnostics only, shape (region,)."""
    tails = 2 if alternative == "two-sided" else 1
    return np.asarray(np.minimum(1.0, tails * stats.t.sf(oriented(fitted.t, alternative), fitted.dof)))


def _dropped(design: Design, i: int) -> Design:
    return replace(
        design,
        interest=np.delete(design.interest, i),
        nuisance=np.delete(design.nuisance, i, axis=0),
        strata=np.delete(design.strata, i),
    )
