"""The same question in each site, then what sites say together: pooled effect, and in how many sites it is there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.finding import EffectSize, Finding, Safeguard
from nociscope.core.hypothesis_data import MISSING_LABELS, HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats.adjust import adjusted
from nociscope.stats.safeguards import raised
from nociscope.stats.settings import TestSettings
from nociscope.stats.sites.interaction import SiteInteraction, site_interaction
from nociscope.stats.sites.meta import Pooled, PoolSettings, leave_one_out, pool
from nociscope.stats.sites.people import at_sites, taken
from nociscope.stats.sites.site_evidence import NAN, SiteEvidence, evidence

HETEROGENEOUS = 0.1
_DEFAULT = TestSettings()

CITES = ("benjamini2008", "viechtbauer2005", "knapp2003", "higgins2009")


@dataclass(frozen=True, eq=False)
class _Together:
    """All that is known of all sites, arrays over regions where they are arrays."""

    evidence: SiteEvidence
    joint: tuple[Finding, ...]
    pooled: Pooled
    effect: Pooled
    without: tuple[Pooled, ...]
    interaction: SiteInteraction
    fixed: bool


def replicate_findings(
    data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings = _DEFAULT
) -> tuple[Finding, ...]:
    """Ask a contrast or correlation in each level of ``Person.part``, then pool and count sites.

    Returns
    -------
    tuple of Finding
        One a region, in order: the pooled effect. Sites stand in ``details`` (``sites``, ``site_estimate``,
        ``site_ci_low`` …), with the partial conjunction, the difference between sites and the pooled effect without
        each site.

    Raises
    ------
    InputError
        The hypothesis does not ask for replication, or fewer than two sites are named.

    Notes
    -----
    ``fixed``: one model of all people with an intercept for each site; people change places within their site only, so
    that p and interval are those of `evaluate`. ``random``: estimates of sites are pooled by REML with Hartung and
    Knapp's interval; fewer than three sites with an estimate fall back to ``fixed``, and the finding says so.
    """
    if hypothesis.replicate is None:
        raise InputError("not a replication", expected="replicate", where=hypothesis.name)
    found = evidence(data, hypothesis, settings)
    usable = np.isfinite(found.estimate).sum(axis=0)
    fixed = hypothesis.replicate.pooling == "fixed" or int(usable.max(initial=0)) < 3
    together = _together(data, hypothesis, settings, found, fixed)
    out = tuple(_pooled_finding(together, hypothesis, settings, r) for r in range(len(data.regions)))
    return out if fixed else _corrected(out, hypothesis, settings.alpha)


def _together(
    data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings, found: SiteEvidence, fixed: bool
) -> _Together:
    pooling = PoolSettings(model="fixed" if fixed else "random", level=settings.ci_level)
    variance = np.where(found.se > 0, found.se**2, np.nan)
    return _Together(
        evidence=found,
        joint=_joint(data, hypothesis, settings, found.sites),
        pooled=pool(found.estimate, variance, pooling),
        effect=pool(found.effect, found.effect_variance, pooling),
        without=leave_one_out(found.estimate, variance, pooling),
        interaction=site_interaction(data, hypothesis),
        fixed=fixed,
    )


def _joint(
    data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings, sites: tuple[str, ...]
) -> tuple[Finding, ...]:
    from nociscope.stats.evaluate import evaluate  # it calls this module

    return evaluate(*joint_question(data, hypothesis, sites), settings)


def joint_question(
    data: HypothesisData, hypothesis: Hypothesis, sites: tuple[str, ...]
) -> tuple[HypothesisData, Hypothesis]:
    """All people of these sites in one model, each site with its intercept, people exchanged within their site."""
    kept = at_sites(data, sites)
    people = tuple(
        replace(p, stratum=_within(p, hypothesis), site=p.part)
        for p, k in zip(data.people, kept, strict=True) if k
    )  # fmt: skip
    asked = hypothesis.model_copy(
        update={"replicate": None, "stratify": hypothesis.stratify or hypothesis.replicate.across}  # type: ignore[union-attr]
    )
    return replace(taken(data, kept), people=people), asked


def _within(person: Person, hypothesis: Hypothesis) -> str:
    """Whom somebody may change places with: the site, and within it the stratum; nobody knows the stratum: nobody."""
    if hypothesis.stratify and person.stratum in MISSING_LABELS:
        return ""
    return f"{person.part} {person.stratum}".strip()


def _pooled_finding(all_: _Together, hypothesis: Hypothesis, settings: TestSettings, r: int) -> Finding:
    joint, found = all_.joint[r], all_.evidence
    safeguards = (*joint.safeguards, *_said(all_, hypothesis, r))
    details = {**joint.details, **found.details(r), **_combined(all_, r)}
    # a region in which fewer sites answer than elsewhere
    fixed = all_.fixed or str(all_.pooled.model[r]) != "random"
    answers = [k for k in range(len(found.sites)) if np.isfinite(found.estimate[k, r])]
    sites = len(found.sites) if fixed else len(answers)
    n = joint.n if fixed else {g: sum(found.findings[k][r].n[g] for k in answers) for g in joint.n}
    details["pooling"] = "fixed" if fixed else "random"
    blank = replace(
        joint, hypothesis=hypothesis.name, safeguards=safeguards, details=details,
        contrast=f"{joint.contrast}, {sites} sites together", n=n, cites=tuple(dict.fromkeys((*joint.cites, *CITES))),
    )  # fmt: skip
    if fixed:
        return blank if blank.status != "ok" else replace(blank, method=f"{_FIXED}; {joint.method}")
    if joint.status == "refused" or not np.isfinite(all_.pooled.low[r]) or not np.isfinite(all_.effect.estimate[r]):
        return _without_numbers(blank)
    return _random(blank, all_, settings, r)


_ABOUT_PERMUTATION = frozenset({"floor", "interval-and-p-disagree", "selected"})
"""Safeguards of the joint fit that are about its p, which random effects do not use."""

_FIXED = "sites as fixed effects, people exchanged within their site only"


def _without_numbers(finding: Finding) -> Finding:
    status = "refused" if finding.status == "refused" else "not_estimable"
    none = replace(finding.effect_size, value=NAN, ci_low=NAN, ci_high=NAN)
    numbers = {"estimate": NAN, "ci_low": NAN, "ci_high": NAN, "p_value": NAN, "p_adjusted": NAN}
    return replace(finding, status=status, effect_size=none, statistic={}, **numbers)  # type: ignore[arg-type]


def _random(blank: Finding, all_: _Together, settings: TestSettings, r: int) -> Finding:
    one, effect = all_.pooled, all_.effect
    back = np.tanh if all_.evidence.effect_name != "hedges_g" else (lambda x: x)
    p = max(float(one.p[r]), np.finfo(float).tiny)
    size = EffectSize(
        all_.evidence.effect_name, *(float(back(x[r])) for x in (effect.estimate, effect.low, effect.high))
    )
    details = {**blank.details, "p_within_site_permutation": blank.p_value}
    kept = tuple(s for s in blank.safeguards if s.code not in _ABOUT_PERMUTATION)
    return replace(
        blank, status="ok", estimate=float(one.estimate[r]), ci_low=float(one.low[r]), ci_high=float(one.high[r]),
        effect_size=size, p_value=p, p_adjusted=p, n_permutations=0, exact=False, details=details,
        safeguards=kept,
        statistic={"t": float(one.statistic[r]), "dof": float(one.dof[r]), "se": float(one.se[r])},
        method="random effects over sites (REML), Hartung–Knapp interval and p, prediction interval t with k − 2",
    )  # fmt: skip


def _corrected(findings: tuple[Finding, ...], hypothesis: Hypothesis, alpha: float) -> tuple[Finding, ...]:
    """Correct over regions: the t of few sites has no max-statistic, Holm's steps stand in for it."""
    method = "holm" if hypothesis.adjust in ("max", "step-down") else hypothesis.adjust
    p = adjusted(np.array([f.p_value for f in findings]), method)
    tested, hits = sum(f.status == "ok" for f in findings), int(np.sum(p <= alpha))
    out = []
    for f, q in zip(findings, p, strict=True):
        if f.status != "ok":
            out.append(f)
            continue
        ends = {side: f.details.get(f"leave_one_out_{side}", NAN) for side in ("low", "high")}
        picked = (raised("selected", values={"hits": hits, "regions": tested, **ends}),)
        said = (*f.safeguards, *(picked if tested > 1 and q <= alpha else ()))
        out.append(replace(f, p_adjusted=float(q), adjustment=method, safeguards=said))
    return tuple(out)


def _combined(all_: _Together, r: int) -> dict[str, object]:
    one, between = all_.pooled, all_.interaction
    names = (
        "tau2",
        "tau2_low",
        "tau2_high",
        "q",
        "q_p",
        "i2",
        "i2_low",
        "i2_high",
        "prediction_low",
        "prediction_high",
    )
    out: dict[str, object] = {name: float(getattr(one, name)[r]) for name in names}
    out |= {
        "site_weight": [float(w) for w in one.weights[:, r]],
        "without_site": [float(w.estimate[r]) for w in all_.without],
        "without_site_low": [float(w.low[r]) for w in all_.without],
        "without_site_high": [float(w.high[r]) for w in all_.without],
        "pooled_sites_estimate": float(one.estimate[r]),
        "pooled_effect": float(all_.effect.estimate[r]),
        "pooled_effect_low": float(all_.effect.low[r]),
        "pooled_effect_high": float(all_.effect.high[r]),
        "interaction_f": float(between.f[r]),
        "interaction_p": float(between.p[r]),
        "interaction_dof": [float(d) for d in between.dof[r]],
    }
    return out


def _said(all_: _Together, hypothesis: Hypothesis, r: int) -> tuple[Safeguard, ...]:
    found = all_.evidence
    asked = hypothesis.replicate
    usable = int(np.isfinite(found.estimate[:, r]).sum())
    out = [
        raised(
            "replication-not-p-in-both",
            values={"u": found.at_least, "k": len(found.sites), "p": float(found.conjunction["fisher"][r])},
        )
    ]
    if asked is not None and asked.pooling == "random" and usable < 3:
        out.append(raised("two-sites", values={"usable": usable}))
    p = float(all_.interaction.p[r])
    if p < HETEROGENEOUS and usable:
        low, high = np.nanmin(found.estimate[:, r]), np.nanmax(found.estimate[:, r])
        out.append(raised("heterogeneous-sites", values={"p": p, "low": low, "high": high}))
    for site, why in zip(found.sites, found.why(r), strict=True):
        if why:
            out.append(raised("site-without-answer", values={"site": site, "why": why}))
    return tuple(out)
