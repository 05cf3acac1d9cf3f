"""A hypothesis of the study file and the cohort's numbers in, one finding per region out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.finding import EffectSize, Finding, Safeguard
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats import checks
from nociscope.stats.analysis import Analysis, analyse
from nociscope.stats.details import axis_details, question_details
from nociscope.stats.finding_text import cites, method_text, points
from nociscope.stats.linear import algebra
from nociscope.stats.over_regions import corrected
from nociscope.stats.permutation import smallest_attainable_p
from nociscope.stats.question import Question, question
from nociscope.stats.relabelling import Relabellings, relabellings
from nociscope.stats.retest_finding import retest_findings
from nociscope.stats.safeguards import raised, refuses
from nociscope.stats.sample import LOW_AFFINITY, Sample, leaves_out_low_affinity, missing, samples
from nociscope.stats.settings import TestSettings

NAN = float("nan")
_DEFAULT = TestSettings()


def evaluate(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings = _DEFAULT) -> tuple[Finding, ...]:
    """Test one hypothesis in every region.

    Returns
    -------
    tuple of Finding
        In the order of ``data.regions``. A region without enough people has status ``not_estimable``; one that a
        safeguard stopped has status ``refused``; both carry nan and say why.

    Raises
    ------
    InputError
        The data do not hold what the hypothesis asks: no such session, no predictor.

    Notes
    -----
    The statistic is the estimate over its HC2 error (Welch's, without covariates), its null comes from Freedman and
    Lane's permutations, or from sign flips where sessions are paired. The interval has the same error and the same
    Satterthwaite degrees of freedom, so that interval and p look at the same statistic.
    """
    _check_asked(data, hypothesis)
    if hypothesis.kind == "retest":
        return retest_findings(data, hypothesis, settings)
    genotype = checks.genotype_known(data, hypothesis, _genotype_people(data, hypothesis))
    shared = (*genotype, *checks.low_affinity(data, hypothesis), *_gate(data, hypothesis, settings))
    data = _without_unknown_genotype(data)
    parts = [_Part(sample, data, hypothesis, settings, shared) for sample in samples(data, hypothesis)]
    found = {f.region: f for part in parts for f in _findings(part)}
    sets = sum(any(found[data.regions[r]].status == "ok" for r in part.sample.region_index) for part in parts)
    return corrected(tuple(found[region] for region in data.regions), hypothesis, settings, sets)


@dataclass(frozen=True, eq=False)
class _Part:
    """Regions with the same people, and what was raised for all of them."""

    sample: Sample
    data: HypothesisData
    hypothesis: Hypothesis
    settings: TestSettings
    shared: tuple[Safeguard, ...]


def _check_asked(data: HypothesisData, hypothesis: Hypothesis) -> None:
    sessions = [*hypothesis.paired, *hypothesis.retest]
    if absent := [s for s in sessions if s not in data.sessions]:
        raise InputError("no such session", expected=", ".join(data.sessions), got=", ".join(absent))
    if sessions and data.session_values is None:
        raise InputError(f"a {hypothesis.kind} question needs values by session", expected="session_values")
    if not sessions and data.values is None:
        raise InputError(f"a {hypothesis.kind} question needs one value per person", expected="values")
    if hypothesis.kind == "correlate" and data.predictor is None:
        raise InputError("a correlation needs its other variable", expected="predictor", where=hypothesis.name)


def _genotype_people(data: HypothesisData, hypothesis: Hypothesis) -> list[Person]:
    """People whose genotype matters: with a genotype covariate, whoever lacks it is left out by name instead."""
    people = [p for p in data.people if not hypothesis.contrast or p.group in hypothesis.contrast]
    column = data.covariates.get(data.genotype_covariate)
    if column is None or missing(np.asarray(column)).all():
        return people
    return [p for p, gone in zip(data.people, missing(np.asarray(column)), strict=True) if p in people and not gone]


def _without_unknown_genotype(data: HypothesisData) -> HypothesisData:
    """A genotype covariate that nobody has would leave nobody; the safeguard has already said that it is missing."""
    column = data.covariates.get(data.genotype_covariate)
    if column is None or not missing(np.asarray(column)).all():
        return data
    kept = {name: c for name, c in data.covariates.items() if name != data.genotype_covariate}
    return replace(data, covariates=kept)


def _gate(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings) -> tuple[Safeguard, ...]:
    """Ask the reference region of a ratio the same question."""
    if data.scale != "ratio":
        return ()
    paired = hypothesis.kind == "paired"
    values = data.reference_session_values if paired else data.reference_values
    if values is None:
        return checks.reference_region(data, None, "its own signal was not measured", settings.alpha)
    values = np.array(values, dtype=np.float64)[..., None]
    if leaves_out_low_affinity(data, hypothesis):
        values[[p.genotype == LOW_AFFINITY for p in data.people]] = np.nan
    own = replace(
        _without_unknown_genotype(data), regions=(data.reference_region or "reference",), se=None, scale="other",
        values=None if paired else values, session_values=values if paired else None, genotype_sensitive=False,
    )  # fmt: skip
    # linear whatever the hypothesis: the gate is about the size of the denominator
    gate = evaluate(own, hypothesis.model_copy(update={"method": "pearson", "alternative": "two-sided"}), settings)[0]
    why = next((s.message for s in gate.safeguards if s.severity == "refuse" or s.code == "too-few-people"), "")
    why = why[:1].lower() + why[1:].rstrip(".")
    return checks.reference_region(data, gate, why or "it is constant", settings.alpha)


def _findings(part: _Part) -> tuple[Finding, ...]:
    asked = question(part.sample, part.data, part.hypothesis)
    before = (*part.shared, *_structural(part, asked))
    if refuses(before):
        return _without_numbers(part, asked, before, "refused")
    if why := _too_few(asked):
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


def _structural(part: _Part, asked: Question) -> tuple[Safeguard, ...]:
    """What can be said before a single number is looked at."""
    hypothesis, sample = part.hypothesis, part.sample
    return (
        *checks.genotype_cells(part.data, hypothesis, sample),
        *checks.separable(asked, hypothesis, sample),
        *checks.sex_separable(hypothesis, sample),
        *checks.site_separable(hypothesis, sample),
        *checks.few_enough_covariates(asked, hypothesis),
        *checks.enough_for_correlation(asked, hypothesis),
    )


def _too_few(asked: Question) -> str:
    """Why nothing can be estimated, or nothing."""
    counts = ", ".join(f"{count} {name}" for name, count in asked.n.items())
    smallest = min(asked.n.values())
    if smallest < (2 if asked.kind == "contrast" else 3):
        return f"only {counts}"
    if asked.kind == "correlate" and np.ptp(asked.design.interest) == 0:
        return "the other variable is constant"
    if not asked.design.estimable:
        return f"the covariates leave nothing of what is asked ({counts})"
    if asked.design.n - asked.design.rank < 2:
        return f"{counts} and {asked.held} covariate columns leave fewer than 2 degrees of freedom"
    if algebra(asked.design).rests_on_fully_fitted:
        return "what is asked rests on people who alone have their covariates, so that no spread can be known"
    return ""


def _with_numbers(
    part: _Part, asked: Question, moves: Relabellings, before: tuple[Safeguard, ...], floor: float
) -> tuple[Finding, ...]:
    still = checks.without_spread(asked)
    flat = _without_numbers(part, asked, before, "not_estimable")
    if still.all():
        return tuple(_constant(f) for f in flat)
    live = np.flatnonzero(~still)
    asked = replace(asked, values=asked.values[:, live])
    who = tuple(p.participant for p in part.sample.people)
    done = analyse(asked, moves, who, part.hypothesis.alternative, part.settings)
    own = question_details(asked, done, part.settings.ci_level)
    out = [_constant(f) for f in flat]
    for i, place in enumerate(live):
        safeguards = (*before, *_afterwards(part, asked, done, i))
        floors = {"smallest_attainable_p": floor, "distinct_relabellings": moves.distinct}
        blank = replace(flat[place], safeguards=safeguards, details={**flat[place].details, **own[i], **floors})
        out[place] = _numbers(blank, part, asked, moves, done, i)
    return tuple(out)


def _constant(finding: Finding) -> Finding:
    note = raised("too-few-people", values={"what": "people do not differ beyond what the design explains"})
    return replace(finding, safeguards=(*finding.safeguards, note))


def _numbers(blank: Finding, part: _Part, asked: Question, moves: Relabellings, done: Analysis, i: int) -> Finding:
    fitted = done.fitted
    return replace(
        blank,
        status="ok",
        estimate=float(done.estimate[i]),
        ci_low=float(done.low[i]),
        ci_high=float(done.high[i]),
        effect_size=done.effect[i],
        statistic={
            "t": float(fitted.t[i]) if asked.error == "hc2" else float(done.pooled.statistic[i]),
            "dof": float(fitted.dof[i]) if asked.error == "hc2" else float(fitted.residual_dof),
            "se": float(fitted.se[i]),
            "se_hc3": float(fitted.se_hc3[i]),
            "t_pooled": float(fitted.estimate[i] / fitted.se_pooled[i]) if fitted.se_pooled[i] > 0 else NAN,
            "dof_pooled": float(fitted.residual_dof),
        },
        p_value=float(done.test.p[i]),
        p_adjusted=float(done.test.p_max[i]),
        method=method_text(asked, moves, done),
        n_permutations=moves.count,
        exact=moves.exact,
        cites=cites(asked.kind, asked, done, part.hypothesis.adjust),
    )


def _afterwards(part: _Part, asked: Question, done: Analysis, i: int) -> tuple[Safeguard, ...]:
    """What only the numbers can raise."""
    alpha = part.settings.alpha
    p, p_pooled = float(done.test.p[i]), float(done.pooled.p[i])
    detectable = {"mde": done.detectable, "name": _NAMES[asked.effect], "power": part.settings.power}
    return (
        raised("minimal-detectable-effect", values=detectable),
        *checks.equal_spread(asked, i, p_pooled, p, alpha),
        *checks.symmetric_differences(asked, i),
        *checks.carried_by_one(float(done.fitted.estimate[i]), p, done.without[i], alpha),
        *checks.same_verdict(
            asked, p, (float(done.low[i]), float(done.high[i])), part.settings.ci_level, part.hypothesis.alternative
        ),
    )


_NAMES = {"hedges_g": "d", "dz": "d of differences", "pearson_r": "r", "spearman_rho": "rho"}


def _without_numbers(
    part: _Part,
    asked: Question,
    safeguards: tuple[Safeguard, ...],
    status: str,
    details: Mapping[str, object] | None = None,
) -> tuple[Finding, ...]:
    """Findings that say who, what and why, with nan in place of numbers."""
    data, hypothesis, sample = part.data, part.hypothesis, part.sample
    return tuple(
        Finding(
            hypothesis=hypothesis.name, kind=hypothesis.kind, measure=hypothesis.measure, region=data.regions[r],
            model=data.model or hypothesis.model, contrast=asked.contrast, n=asked.n,
            estimate=NAN, unit=asked.unit, ci_low=NAN, ci_high=NAN, ci_level=part.settings.ci_level,
            effect_size=EffectSize(asked.effect, NAN, NAN, NAN), statistic={}, p_value=NAN, p_adjusted=NAN,
            adjustment=hypothesis.adjust, family=hypothesis.family or hypothesis.name,
            method="not run: see safeguards", n_permutations=0, exact=False, seed=part.settings.seed,
            alternative=hypothesis.alternative, covariates=asked.covariates, excluded=sample.excluded[k],
            safeguards=safeguards, details={**axis_details(data, hypothesis), **(details or {})},
            points=points(sample, data, hypothesis, int(r)),
            software=part.settings.software, status=status,
        )
        for k, r in enumerate(sample.region_index)
    )  # fmt: skip
