"""The same question asked a little differently: within genotype, without a site; and what covariates cost it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from nociscope.core.finding import Safeguard
from nociscope.core.hypothesis_data import MISSING_LABELS, HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats import checks
from nociscope.stats.analysis import Analysis, fitted_quickly
from nociscope.stats.asked import Question
from nociscope.stats.deletion import only
from nociscope.stats.design import Array, Design, integer_labels
from nociscope.stats.linear import algebra
from nociscope.stats.permutation import permutation_test, smallest_attainable_p
from nociscope.stats.relabelling import relabellings
from nociscope.stats.safeguards import raised
from nociscope.stats.sample import Sample
from nociscope.stats.settings import TestSettings

INFLATED = 4.0
"""Variance inflation at which covariates double the standard error of what is asked (O'Brien 2007)."""

LEVERAGE = 0.5
"""Leverage above which the model follows one person's value rather than the others' (Huber 1981)."""


@dataclass(frozen=True, eq=False)
class Beside:
    """What stands beside one region's finding."""

    details: Mapping[str, object] = field(default_factory=dict)
    safeguards: tuple[Safeguard, ...] = ()


def beside(
    asked: Question,
    done: Analysis,
    sample: Sample,
    data: HypothesisData,
    hypothesis: Hypothesis,
    settings: TestSettings,
) -> tuple[Beside, ...]:
    """Ask again, one answer a region; nothing of pairs, which hold genotype, site and covariates constant."""
    regions = int(asked.values.shape[1])
    if asked.kind == "paired":
        return (Beside(),) * regions
    shared, guards = _cost_of_covariates(asked, sample)
    within = _within_genotype(asked, sample, data, hypothesis, settings)
    without = _without_sites(asked, sample, hypothesis.alternative)
    out = []
    for i in range(regions):
        details, own = dict(shared), list(guards)
        for found in (_genotype(within, done, i, settings.alpha), _sites(without, asked, done, i, settings.alpha)):
            details |= found.details
            own += found.safeguards
        out.append(Beside(details, tuple(own)))
    return tuple(out)


def variance_inflation(design: Design) -> float:
    """How many times covariates make the variance of the estimate larger, at one residual spread; 1 without any."""
    x = design.interest - design.interest.mean()
    own = algebra(design).nuisance_residual_maker @ design.interest
    return float(x @ x / (own @ own))


def _cost_of_covariates(asked: Question, sample: Sample) -> tuple[dict[str, object], tuple[Safeguard, ...]]:
    """Inflation and leverage, of a question with one column and something held constant."""
    if asked.is_joint or asked.held == 0 or asked.per_level or asked.kind == "formula":
        return {}, ()
    inflation, leverage = variance_inflation(asked.design), algebra(asked.design).leverage
    who = int(np.argmax(leverage))
    highest, name = float(leverage[who]), sample.people[who].participant
    out = []
    if inflation > INFLATED:
        names = " and ".join(asked.covariates) or "strata"
        out.append(raised("covariates-collinear", values={"vif": inflation, "names": names}))
    if highest > LEVERAGE:
        out.append(raised("leverage-high", values={"who": name, "leverage": highest}))
    return {"variance_inflation": inflation, "leverage_high": highest, "leverage_who": name}, tuple(out)


@dataclass(frozen=True, eq=False)
class _Within:
    p: Array
    floor: float
    count: int


def _within_genotype(
    asked: Question, sample: Sample, data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings
) -> _Within | None:
    """Permute within genotype only, which assumes nothing about how genotype acts on binding."""
    held = {*asked.covariates, *(data.terms.variables if data.terms is not None else ())}
    genotype, design = sample.labels("genotype"), asked.design
    plain = design.scheme == "permute" and design.method != "huh-jhun" and np.unique(design.strata).size == 1
    if data.genotype_covariate not in held or hypothesis.harmonise or not plain or design.blocks is not None:
        return None
    if np.unique(genotype).size < 2 or set(genotype) & MISSING_LABELS:
        return None
    inside = replace(design, strata=integer_labels(genotype.tolist()))
    moves = relabellings(inside, hypothesis.permutations, settings.exact_limit, settings.seed)
    if moves.count < 2:
        return None
    p = permutation_test(inside, asked.values, moves, hypothesis.alternative, asked.error).p
    return _Within(p, smallest_attainable_p(inside, moves, hypothesis.alternative), moves.count)


def _genotype(within: _Within | None, done: Analysis, i: int, alpha: float) -> Beside:
    if within is None:
        return Beside()
    p, own = float(done.test.p[i]), float(within.p[i])
    values = {"p": p, "within": own, "floor": within.floor, "count": within.count}
    could = within.floor <= alpha  # strata so small that nothing could be significant do not disagree
    code = "genotype-strata-disagree" if could and (p <= alpha) != (own <= alpha) else "genotype-within-strata"
    details = {"p_within_genotype": own, "p_within_genotype_floor": within.floor}
    return Beside(details, (raised(code, values=values),))


def _without_sites(asked: Question, sample: Sample, alternative: str) -> dict[str, tuple[Array, Array]]:
    """Site to (estimate, p by t) without its people; sites without which nothing can be estimated are left in."""
    site = sample.labels("site")
    names = [str(s) for s in np.unique(site) if s not in MISSING_LABELS]
    if asked.is_joint or len(names) < 2 or asked.effect == "spearman_rho":
        return {}
    out = {}
    for name in names:
        kept = site != name
        design = only(asked.design, kept)
        if np.ptp(design.interest) > 0 and design.n >= 3 and design.estimable:
            out[name] = fitted_quickly(design, asked.values[kept], alternative)
    return out


def _sites(without: Mapping[str, tuple[Array, Array]], asked: Question, done: Analysis, i: int, alpha: float) -> Beside:
    if not without or done.fitted is None:
        return Beside()
    here = {name: (float(estimate[i]), float(p[i])) for name, (estimate, p) in without.items()}
    estimates = [estimate for estimate, _ in here.values()]
    details = {"leave_one_site_out_low": min(estimates), "leave_one_site_out_high": max(estimates)}
    carried = checks.carried_by_one(
        float(done.fitted.estimate[i]), float(done.test.p[i]), here, alpha, code_="one-site-carries"
    )
    return Beside(details, carried)
