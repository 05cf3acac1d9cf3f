"""The safeguards as questions to a design or a result; each answers with what it raises, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.core.finding import Finding, Safeguard
from nociscope.core.hypothesis_data import MISSING_LABELS, HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats.asked import Question
from nociscope.stats.design import aliased_with, code, column_rank
from nociscope.stats.linear import residual_maker
from nociscope.stats.permutation import PermutationTest
from nociscope.stats.relabelling import Relabellings
from nociscope.stats.safeguards import raised
from nociscope.stats.sample import BETWEEN_PEOPLE, LOW_AFFINITY, Sample

Raised = tuple[Safeguard, ...]

FEW_FOR_CORRELATION = 6
FEW_FOR_FLIPS = 6
PEOPLE_PER_COVARIATE = 5


def genotype_known(data: HypothesisData, hypothesis: Hypothesis, people: Sequence[Person]) -> Raised:
    """Absolute TSPO contrasts need rs6971; ratios without it are unadjusted. Within a person it does not matter."""
    if not data.genotype_sensitive or hypothesis.kind not in BETWEEN_PEOPLE or not people:
        return ()
    unknown = sum(p.genotype in MISSING_LABELS for p in people)
    if unknown:
        code_ = "genotype-unadjusted" if data.scale == "ratio" else "genotype-missing"
        values = {"unknown": unknown, "n": len(people), "measure": hypothesis.measure}
        return (raised(code_, hypothesis.override, values),)
    levels = {p.genotype for p in people}
    held = {*data.covariates, *(data.terms.variables if data.terms is not None else ())}
    modelled = data.genotype_covariate in held or hypothesis.separately_by == data.genotype_covariate
    modelled = modelled or {p.genotype for p in people} <= {p.stratum for p in people}
    asked = levels <= {p.group for p in people} or hypothesis.by == data.genotype_covariate
    return () if len(levels) == 1 or modelled or asked else (raised("genotype-not-modelled"),)


def genotype_cells(data: HypothesisData, asked: Question, sample: Sample) -> Raised:
    """A genotype that only one group has cannot be adjusted for, only extrapolated."""
    if not asked.groups or data.genotype_covariate not in asked.covariates:
        return ()
    lonely = _in_one_group(sample, "genotype")
    return (raised("genotype-cell-empty", values={"levels": ", ".join(lonely)}),) if lonely else ()


def low_affinity(data: HypothesisData, hypothesis: Hypothesis) -> Raised:
    """Low-affinity binders are left out of questions between people, or kept by name and flagged."""
    if not data.genotype_sensitive or hypothesis.kind not in BETWEEN_PEOPLE:
        return ()
    groups = set(hypothesis.contrast) or {p.group for p in data.people}
    who = [p.participant for p in data.people if p.genotype == LOW_AFFINITY and p.group in groups]
    name = "lab-included" if "lab-included" in hypothesis.override else "lab-excluded"
    return (raised(name, hypothesis.override, {"count": len(who), "who": ", ".join(who)}),) if who else ()


def separable(asked: Question, hypothesis: Hypothesis, sample: Sample) -> Raised:
    """Covariates that reproduce what is asked, alone or together."""
    x, n = asked.design.interest, asked.design.n
    if asked.kind in ("paired", "formula") or n == 0 or np.ptp(x) == 0 or asked.per_level:
        return ()
    if asked.is_joint:
        return _jointly_separable(asked, hypothesis)
    alone = [name for name, column in sample.covariates.items() if aliased_with(x, code({name: column}, n)[0])]
    jointly = aliased_with(x, code(sample.covariates, n)[0])
    if not (alone or aliased_with(x, asked.design.nuisance)):
        return ()
    names = alone or (list(sample.covariates) if jointly else [hypothesis.stratify or "strata"])
    interest = asked.contrast if asked.groups else hypothesis.correlate
    return (raised("covariate-aliased", hypothesis.override, {"names": " and ".join(names), "interest": interest}),)


def _jointly_separable(asked: Question, hypothesis: Hypothesis) -> Raised:
    if asked.design.rank == column_rank(asked.design.nuisance) + asked.design.questions.shape[1]:
        return ()
    values = {"names": " and ".join(asked.covariates) or hypothesis.stratify or "strata", "interest": asked.contrast}
    return (raised("covariate-aliased", hypothesis.override, values),)


def levels_beside_interaction(asked: Question, hypothesis: Hypothesis) -> Raised:
    """Estimates of levels are read beside their difference, or not at all."""
    return (raised("levels-not-tested", values={"column": hypothesis.separately_by}),) if asked.per_level else ()


def sex_separable(asked: Question, hypothesis: Hypothesis, sample: Sample) -> Raised:
    """A group that lacks a sex which another has."""
    if not asked.groups or _group_empty(hypothesis, sample) or not _in_one_group(sample, "sex"):
        return ()
    group, sex = sample.labels("group"), sample.labels("sex")
    groups = hypothesis.contrast or np.unique(group).tolist()
    cells = [
        f"{level} " + ", ".join(f"{((group == g) & (sex == level)).sum()} in {g}" for g in groups)
        for level in np.unique(sex)
    ]
    return (raised("sex-not-separable", values={"cells": "; ".join(cells)}),)


def _group_empty(hypothesis: Hypothesis, sample: Sample) -> bool:
    """A group of nobody: too few people is then what is wrong, not how sites or sexes lie."""
    return not set(hypothesis.contrast) <= set(sample.labels("group").tolist())


def site_separable(asked: Question, hypothesis: Hypothesis, sample: Sample) -> Raised:
    """Sites that contributed to one group only."""
    sites = np.unique(sample.labels("site"))
    if not asked.groups or sites.size < 2 or _group_empty(hypothesis, sample):
        return ()
    lonely = _in_one_group(sample, "site")
    if len(lonely) == sites.size:
        return (raised("site-aliased", hypothesis.override),)
    return (raised("site-confounded", values={"sites": ", ".join(lonely)}),) if lonely else ()


def few_enough_covariates(asked: Question, hypothesis: Hypothesis) -> Raised:
    """At most one covariate column for every five people."""
    n, count = asked.design.n, asked.held
    if count == 0 or count <= n / PEOPLE_PER_COVARIATE:
        return ()
    values = {"count": count, "n": n, "most": n / PEOPLE_PER_COVARIATE}
    return (raised("covariates-many", hypothesis.override, values),)


def enough_for_correlation(asked: Question, hypothesis: Hypothesis) -> Raised:
    """Below six people a correlation is shown, not tested."""
    if asked.kind != "correlate" or asked.design.n >= FEW_FOR_CORRELATION:
        return ()
    return (raised("correlation-display-only", hypothesis.override, {"n": asked.design.n}),)


def attainable(floor: float, count: int, exact: bool, alpha: float, override: Sequence[str]) -> Raised:
    """The smallest p is always said, and refuses where it lies above alpha."""
    if floor > alpha:
        return (raised("floor-above-alpha", override, {"count": count, "floor": floor, "alpha": alpha}),)
    how = f"all {count:,} distinct relabellings" if exact else f"{count - 1:,} random relabellings and the observed"
    return (raised("floor", values={"floor": floor, "how": how}),)


def equal_spread(asked: Question, region: int, p_pooled: float, p_welch: float, alpha: float) -> Raised:
    """Groups whose spread differs enough that the classical test would have said something else."""
    if asked.kind != "contrast" or asked.is_joint or asked.per_level or asked.design.has_equal_spread:
        return ()
    first = asked.design.interest == 1
    y = asked.values[:, region]
    spreads = {"first": float(y[first].std(ddof=1)), "second": float(y[~first].std(ddof=1))}
    otherwise = (p_pooled <= alpha) != (p_welch <= alpha)
    apart = max(p_pooled, p_welch) > 1.5 * min(p_pooled, p_welch) and min(p_pooled, p_welch) < 0.2
    if not (otherwise or apart):
        return ()
    return (raised("variances-unequal", values={**spreads, "pooled": p_pooled, "welch": p_welch}),)


def symmetric_errors(asked: Question, region: int) -> Raised:
    """Sign flips of few or of skewed differences or, between people, of what the model leaves."""
    if asked.design.scheme == "permute":
        return ()
    n, y = asked.design.n, asked.values[:, region]
    what = "differences" if asked.kind == "paired" else "errors"
    if asked.kind != "paired":
        y = residual_maker(asked.design.matrix) @ y
    if n < FEW_FOR_FLIPS:
        why = f"{n} people cannot show whether they are"
        return (raised("flips-asymmetric", values={"what": what, "why": why}),)
    skewness = float(stats.skew(y, bias=False))
    error = np.sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3)))
    if not abs(skewness) > 2 * error:
        return ()
    return (raised("flips-asymmetric", values={"what": what, "why": f"here their skewness is {skewness:.2f}"}),)


def carried_by_one(
    estimate: float,
    p: float,
    without: Mapping[str, tuple[float, float]],
    alpha: float,
    code_: str = "one-person-carries",
) -> Raised:
    """A finding at or below alpha that changes sign, halves, or is gone without one person, or one site.

    Parameters
    ----------
    without : participant or site to (estimate, p) with that one left out.
    code_ : what is raised, ``one-person-carries`` or ``one-site-carries``.
    """
    if p > alpha or not without:
        return ()
    turned = [who for who, (value, _) in without.items() if value * estimate <= 0]
    halved = [who for who, (value, _) in without.items() if abs(value) < abs(estimate) / 2]
    gone = sorted((p_, who) for who, (_, p_) in without.items() if p_ > 2 * alpha)
    if turned:
        values = {"who": turned[0], "change": "the effect changes its sign"}
    elif halved:
        values = {"who": halved[0], "change": f"less than half of the effect is left ({without[halved[0]][0]:.3g})"}
    elif gone:
        values = {"who": gone[-1][1], "change": f"p becomes {gone[-1][0]:.3g}"}
    else:
        return ()
    return (raised(code_, values=values),)


def tied(test: PermutationTest, moves: Relabellings, floor: float, region: int) -> Raised:
    """Relabellings that tie with the observed one beyond those that must: values that repeat, such as scores."""
    if test.ties is None:
        return ()
    count = int(test.ties[region])
    if count <= max(1, round(floor * moves.count)):
        return ()
    return (raised("ties", values={"count": count, "of": moves.count}),)


def same_verdict(asked: Question, p: float, ends: tuple[float, float], level: float, alternative: str) -> Raised:
    """An interval that holds zero beside a p below one minus its level, or the other way round.

    Both may be right: p counts relabellings of these people, the interval adds what a bell curve would hold beyond
    them. A one-sided p of half the size says no more than the two-sided interval.
    """
    if asked.is_joint:  # a share of variance has no sign, and its interval begins at zero
        return ()
    significant, excludes = p <= 1 - level, ends[0] > 0 or ends[1] < 0
    if significant == excludes:
        return ()
    two_sided = min(1.0, 2 * p) <= 1 - level
    if alternative != "two-sided" and two_sided == excludes:
        why = "this p looks in one direction, the interval in both"
    else:
        people = asked.design.n
        why = (
            f"p counts how often relabelling these {people} people goes as far, whatever the shape of their values, "
            "and the interval assumes that values follow a bell curve"
        )
    values = {"level": level, "holds": "excludes" if excludes else "holds", "p": p, "why": why}
    return (raised("interval-and-p-disagree", values=values),)


def reference_region(data: HypothesisData, gate: Finding | None, why: str, alpha: float) -> Raised:
    """What the reference region of a ratio does, beside every ratio."""
    if data.scale != "ratio":
        return ()
    region = data.reference_region or "the reference region"
    if gate is None or gate.status != "ok":
        return (raised("reference-region-unchecked", values={"region": region, "why": why}),)
    values = {
        "region": region, "what": f"{data.reference_measure} {gate.contrast}", "estimate": gate.estimate,
        "low": gate.ci_low, "high": gate.ci_high, "p": gate.p_value,
    }  # fmt: skip
    differs = gate.p_value <= alpha or gate.ci_low > 0 or gate.ci_high < 0
    return (raised("reference-region-differs" if differs else "reference-region-checked", values=values),)


def _in_one_group(sample: Sample, descriptor: str) -> list[str]:
    """Known levels of a descriptor that one group has and the other has not."""
    group, level = sample.labels("group"), sample.labels(descriptor)
    known = [value for value in np.unique(level) if value not in MISSING_LABELS]
    if len(known) < 2 or np.array_equal(group, level):  # asked about itself
        return []
    return [str(value) for value in known if np.unique(group[level == value]).size == 1]


def without_spread(asked: Question) -> NDArray[np.bool_]:
    """Regions where people do not differ, or not beyond what the design explains; shape (region,).

    Ranks may be in perfect order: a rank correlation of 1 is a result.
    """
    y = asked.values
    left = y - y.mean(axis=0) if asked.effect == "spearman_rho" else residual_maker(asked.design.matrix) @ y
    return np.asarray(np.linalg.norm(left, axis=0) <= 1e-10 * np.linalg.norm(y, axis=0))
