"""All numbers of one question: fit, test, effect, floor, leave-one-out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from nociscope.core.finding import EffectSize
from nociscope.stats import effects, intervals, linear
from nociscope.stats.asked import Question
from nociscope.stats.deletion import each_left_out, only
from nociscope.stats.design import Array, Design
from nociscope.stats.joint import JointFit, fit_joint
from nociscope.stats.permutation import PermutationTest, oriented, permutation_test
from nociscope.stats.power import minimal_detectable_correlation, minimal_detectable_effect
from nociscope.stats.relabelling import Relabellings
from nociscope.stats.settings import TestSettings
from nociscope.stats.variance_share import minimal_detectable_share, shares

NAN = float("nan")

Without = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Analysis:
    """Numbers of one question, arrays of shape (region,).

    Parameters
    ----------
    fitted : of a question with one column; None for an F.
    estimate, low, high : in the unit of the question.
    spread : residual SD.
    statistic : per region, what ``statistic`` of the finding holds.
    test, pooled : permutation tests with the spread of each group, and with one spread for all.
    detectable : minimal detectable effect, standardised as the effect is.
    without : per region, participant to (estimate, p) with that person left out.
    """

    fitted: linear.LinearFit | None
    estimate: Array
    low: Array
    high: Array
    spread: Array
    statistic: tuple[dict[str, float], ...]
    effect: tuple[EffectSize, ...]
    effect_interval: str
    test: PermutationTest
    pooled: PermutationTest
    detectable: float
    without: tuple[Without, ...]


def analyse(
    asked: Question,
    moves: Relabellings,
    who: tuple[str, ...],
    alternative: str,
    settings: TestSettings,
    test: PermutationTest | None = None,
) -> Analysis:
    """Fit and test an estimable question.

    Parameters
    ----------
    who : its people, in order.
    test : of these values, where it has been made already.
    """
    done = test or permutation_test(asked.design, asked.values, moves, alternative, asked.error)
    pooled = done
    if asked.kind == "contrast" and not asked.design.has_equal_spread and test is None:
        pooled = permutation_test(asked.design, asked.values, moves, alternative, "pooled")
    tested = (done, pooled)
    return _f(asked, who, tested, settings) if asked.is_joint else _t(asked, who, tested, alternative, settings)


def _t(
    asked: Question,
    who: tuple[str, ...],
    tested: tuple[PermutationTest, PermutationTest],
    alternative: str,
    settings: TestSettings,
) -> Analysis:
    fitted = linear.fit(asked.design, asked.values)
    boot = effects.Bootstrap(settings.resamples, settings.seed, settings.ci_level)
    effect, how = _effect(asked, fitted, boot)
    estimate, (low, high) = fitted.estimate, intervals.estimate_interval(fitted, settings.ci_level)
    if asked.effect == "spearman_rho":
        estimate, low, high = (np.array([getattr(e, k) for e in effect]) for k in ("value", "ci_low", "ci_high"))
    return Analysis(
        fitted, estimate, low, high, fitted.spread, _t_statistic(asked, fitted, tested[1]), effect, how, *tested,
        _detectable(asked, alternative, settings), _leave_one_out(asked, who, alternative),
    )  # fmt: skip


def _f(
    asked: Question, who: tuple[str, ...], tested: tuple[PermutationTest, PermutationTest], settings: TestSettings
) -> Analysis:
    fitted = fit_joint(asked.design, asked.values)
    effect = shares(fitted, settings.ci_level)
    return Analysis(
        fitted=None,
        estimate=fitted.partial_eta2,
        low=np.array([e.ci_low for e in effect]),
        high=np.array([e.ci_high for e in effect]),
        spread=fitted.spread,
        statistic=_f_statistic(fitted),
        effect=effect,
        effect_interval="noncentral F",
        test=tested[0],
        pooled=tested[1],
        detectable=minimal_detectable_share(fitted.dof1, fitted.residual_dof, settings.power, settings.alpha),
        without=_leave_one_out(asked, who, "two-sided"),
    )


def _f_statistic(fitted: JointFit) -> tuple[dict[str, float], ...]:
    return tuple(
        {
            "F": float(fitted.statistic[i]),
            "dof1": float(fitted.dof1),
            "dof2": float(fitted.dof2[i]),
            "F_pooled": float(fitted.statistic_pooled[i]),
            "dof_pooled": float(fitted.residual_dof),
        }
        for i in range(fitted.statistic.size)
    )


def _t_statistic(asked: Question, fitted: linear.LinearFit, pooled: PermutationTest) -> tuple[dict[str, float], ...]:
    own = asked.error == "hc2"
    return tuple(
        {
            "t": float(fitted.t[i]) if own else float(pooled.statistic[i]),
            "dof": float(fitted.dof[i]) if own else float(fitted.residual_dof),
            "se": float(fitted.se[i]),
            "se_hc3": float(fitted.se_hc3[i]),
            "t_pooled": float(fitted.estimate[i] / fitted.se_pooled[i]) if fitted.se_pooled[i] > 0 else NAN,
            "dof_pooled": float(fitted.residual_dof),
        }
        for i in range(fitted.estimate.size)
    )


def _effect(asked: Question, fitted: linear.LinearFit, boot: effects.Bootstrap) -> tuple[tuple[EffectSize, ...], str]:
    if asked.effect in ("pearson_r", "spearman_rho"):
        return effects.correlations(asked.design, asked.values, boot, asked.effect == "spearman_rho")
    return effects.standardised(asked.design, asked.values, fitted, boot, asked.effect)


def _detectable(asked: Question, alternative: str, settings: TestSettings) -> float:
    if asked.effect in ("pearson_r", "spearman_rho"):
        return minimal_detectable_correlation(asked.design.n, asked.held, settings.power, settings.alpha, alternative)
    return minimal_detectable_effect(asked.design, settings.power, settings.alpha, alternative)


def _leave_one_out(asked: Question, who: tuple[str, ...], alternative: str) -> tuple[Without, ...]:
    """Estimate and p by t or F without each person; someone without whom nothing can be estimated is left in."""
    found: list[dict[str, tuple[float, float]]] = [{} for _ in range(asked.values.shape[1])]
    for i, estimates, p in _each_left_out(asked, alternative):
        for region, pair in enumerate(zip(estimates.tolist(), p.tolist(), strict=True)):
            found[region][who[i]] = pair
    return tuple(found)


def _each_left_out(asked: Question, alternative: str) -> Iterator[tuple[int, Array, Array]]:
    if not asked.is_joint:
        for i, _, others in each_left_out(asked.design):
            fitted = linear.fit_by(others, np.delete(asked.values, i, axis=0))
            yield i, fitted.estimate, t_based_p(fitted, alternative)
        return
    for i in range(asked.design.n):
        design = only(asked.design, np.arange(asked.design.n) != i)
        if design.estimable:
            yield i, *fitted_quickly(design, np.delete(asked.values, i, axis=0), alternative)


def fitted_quickly(design: Design, y: Array, alternative: str) -> tuple[Array, Array]:
    """Estimate (of an F the share of variance) and p by t or F, for diagnostics only; shapes (region,)."""
    if design.is_joint:
        joint = fit_joint(design, y)
        return joint.partial_eta2, joint.p
    fitted = linear.fit(design, y)
    return fitted.estimate, t_based_p(fitted, alternative)


def t_based_p(fitted: linear.LinearFit, alternative: str) -> Array:
    """Give the p of the t distribution, for diagnostics only, shape (region,)."""
    tails = 2 if alternative == "two-sided" else 1
    return np.asarray(np.minimum(1.0, tails * special.stdtr(fitted.dof, -oriented(fitted.t, alternative))))
