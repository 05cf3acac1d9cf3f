"""Regions with the same people: one design, one set of relabellings, one finding each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from nociscope.core.finding import Finding, Safeguard
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats import checks
from nociscope.stats.analysis import Analysis, analyse
from nociscope.stats.asked import Question
from nociscope.stats.blank_finding import blank_finding
from nociscope.stats.details import axis_details, question_details
from nociscope.stats.estimability import why_not
from nociscope.stats.estimates.summary import estimate_details, estimate_safeguards
from nociscope.stats.finding_text import cites, method_text, points
from nociscope.stats.harmonising import WORDS, harmonise_raised, harmonised
from nociscope.stats.margins import equivalence_details
from nociscope.stats.permutation import smallest_attainable_p
from nociscope.stats.question import question
from nociscope.stats.relabelling import Relabellings, relabellings
from nociscope.stats.safeguards import raised, refuses
from nociscope.stats.sample import Sample
from nociscope.stats.sensitivity import beside
from nociscope.stats.settings import TestSettings

NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Part:
    """Regions with the same people, and what was raised for all of them."""

    sample: Sample
    data: HypothesisData
    hypothesis: Hypothesis
    settings: TestSettings
    shared: tuple[Safeguard, ...]


def part_findings(part: Part) -> tuple[Finding, ...]:
    """Findings of one part, corrected over its own regions by the maximum or its steps."""
    asked = question(part.sample, part.data, part.hypothesis)
    before = (*part.shared, *_structural(part, asked))
    if refuses(before):
        return _without_numbers(part, asked, before, "refused")
    if why := why_not(asked):
        note = raised("too-few-people", values={"what": why})
        return _without_numbers(part, asked, (*before, note), "not_estimable")
    moves = relabellings(asked.design, part.hypothesis.permutations, part.settings.exact_limit, part.settings.seed)
    floor = smallest_attainable_p(asked.design, moves, part.hypothesis.alternative)
    before = (
        *before,
        *checks.attainable(floor, moves.count, moves.exact, part.settings.alpha, part.hypothesis.override),
    )
    if refuses(before):
        return _without_numbers(part, asked, before, "refused", {"smallest_attainable_p": floor})
    return _with_numbers(part, asked, moves, before, floor)


def _structural(part: Part, asked: Question) -> tuple[Safeguard, ...]:
    """What can be said before a single number is looked at."""
    hypothesis, sample = part.hypothesis, part.sample
    return (
        *checks.genotype_cells(part.data, asked, sample),
        *checks.separable(asked, hypothesis, sample),
        *checks.sex_separable(asked, hypothesis, sample),
        *checks.site_separable(asked, hypothesis, sample),
        *checks.few_enough_covariates(asked, hypothesis),
        *checks.enough_for_correlation(asked, hypothesis),
        *checks.levels_beside_interaction(asked, hypothesis),
        *harmonise_raised(asked, sample, hypothesis),
    )


def _with_numbers(
    part: Part, asked: Question, moves: Relabellings, before: tuple[Safeguard, ...], floor: float
) -> tuple[Finding, ...]:
    still = checks.without_spread(asked)
    flat = _without_numbers(part, asked, before, "not_estimable")
    out = [_constant(f) for f in flat]
    if still.all():
        return tuple(out)
    live = np.flatnonzero(~still)
    asked = replace(asked, values=asked.values[:, live])
    who = tuple(p.participant for p in part.sample.people)
    asked, test = harmonised(asked, part.sample, moves, part.hypothesis)
    done = analyse(asked, moves, who, part.hypothesis.alternative, part.settings, test)
    own = question_details(asked, done, part.settings.ci_level)
    floors = {"smallest_attainable_p": floor, "distinct_relabellings": moves.distinct}
    margins = equivalence_details(asked, done, part.hypothesis, part.settings.alpha)
    worth = _worth(part, asked, done)
    again = beside(asked, done, part.sample, part.data, part.hypothesis, part.settings)
    for i, place in enumerate(live):
        details = {**flat[place].details, **own[i], **floors, **worth[i], **margins[i], **again[i].details}
        after = (*_afterwards(part, asked, done, i), *checks.tied(done.test, moves, floor, i), *again[i].safeguards)
        safeguards = (*before, *after, *estimate_safeguards(details))
        out[place] = _numbers(replace(flat[place], safeguards=safeguards, details=details), part, asked, moves, done, i)
    return tuple(out)


def _worth(part: Part, asked: Question, done: Analysis) -> tuple[dict[str, object], ...]:
    """Error types and Bayesian summary of every region; nothing of an F."""
    if done.fitted is None:
        return tuple({} for _ in range(done.estimate.size))
    return estimate_details(asked, done.fitted, part.hypothesis, part.settings)


def _constant(finding: Finding) -> Finding:
    note = raised("too-few-people", values={"what": "people do not differ beyond what the design explains"})
    return replace(finding, safeguards=(*finding.safeguards, note))


def _numbers(blank: Finding, part: Part, asked: Question, moves: Relabellings, done: Analysis, i: int) -> Finding:
    adjusted = done.test.p_step_down if part.hypothesis.adjust == "step-down" else done.test.p_max
    return replace(
        blank,
        status="ok",
        estimate=float(done.estimate[i]),
        ci_low=float(done.low[i]),
        ci_high=float(done.high[i]),
        effect_size=done.effect[i],
        statistic=done.statistic[i],
        p_value=float(done.test.p[i]),
        p_adjusted=float(adjusted[i]),
        method=method_text(asked, moves, done, blank.details) + (WORDS if part.hypothesis.harmonise else ""),
        n_permutations=moves.count,
        exact=moves.exact,
        cites=cites(asked, done, part.hypothesis),
    )


def _afterwards(part: Part, asked: Question, done: Analysis, i: int) -> tuple[Safeguard, ...]:
    """What only the numbers can raise."""
    alpha = part.settings.alpha
    p, p_pooled = float(done.test.p[i]), float(done.pooled.p[i])
    detectable = {"mde": done.detectable, "name": _NAMES[asked.effect], "power": part.settings.power}
    estimate = done.estimate if done.fitted is None else done.fitted.estimate
    return (
        raised("minimal-detectable-effect", values=detectable),
        *checks.equal_spread(asked, i, p_pooled, p, alpha),
        *checks.symmetric_errors(asked, i),
        *checks.carried_by_one(float(estimate[i]), p, done.without[i], alpha),
        *checks.same_verdict(
            asked, p, (float(done.low[i]), float(done.high[i])), part.settings.ci_level, part.hypothesis.alternative
        ),
    )


_NAMES = {
    "hedges_g": "d", "dz": "d of differences", "pearson_r": "r", "spearman_rho": "rho",
    "standardised": "SDs", "partial_eta_squared": "partial η²",
}  # fmt: skip


def _without_numbers(
    part: Part,
    asked: Question,
    safeguards: tuple[Safeguard, ...],
    status: str,
    details: Mapping[str, object] | None = None,
) -> tuple[Finding, ...]:
    """Findings that say who, what and why, with nan in place of numbers."""
    data, hypothesis, sample = part.data, part.hypothesis, part.sample
    return tuple(
        blank_finding(
            hypothesis, part.settings, asked.effect, data.model, region=data.regions[r], contrast=asked.contrast,
            n=asked.n, unit=asked.unit, covariates=asked.covariates, excluded=sample.excluded[k],
            safeguards=safeguards, details={**axis_details(data, hypothesis, asked), **(details or {})},
            points=points(sample, data, hypothesis, asked, int(r)), status=status,
        )
        for k, r in enumerate(sample.region_index)
    )  # fmt: skip
