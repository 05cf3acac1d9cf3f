"""Findings of a mediation, one a region, with the swapped model beside and a sentence on what it cannot show."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, RangeError
from nociscope.core.finding import EffectSize, Finding, Point
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.hypothesis_data import MISSING_LABELS, HypothesisData
from nociscope.stats import checks
from nociscope.stats.adjust import adjusted
from nociscope.stats.blank_finding import blank_finding
from nociscope.stats.design import Array, code, is_numeric
from nociscope.stats.estimates.indirect_effect import LEAST_RESAMPLES, Mediation, MediationSettings, mediate
from nociscope.stats.safeguards import raised, refuses
from nociscope.stats.sample import Sample, samples
from nociscope.stats.settings import TestSettings

NAN = float("nan")
CITES = ("mackinnon2002", "fritz2012", "freedman1983")


@dataclass(frozen=True, eq=False)
class _Part:
    """Regions with the same people."""

    data: HypothesisData
    hypothesis: Hypothesis
    settings: TestSettings
    sample: Sample
    cause: Array
    label: str


def mediation_findings(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings) -> tuple[Finding, ...]:
    """One finding per region: the indirect effect a·b in the unit of the measure.

    Returns
    -------
    tuple of Finding
        In the order of ``data.regions``. p is that of joint significance, corrected over regions by Holm's steps where
        the study asks for the maximum statistic, which two tests at once do not have. ``details`` hold every path with
        its interval, and the swapped model.

    Raises
    ------
    InputError
        The hypothesis is of another kind, the data lack cause or mediator, or the cause does not have two levels.
    """
    asked = hypothesis.mediate
    if asked is None or data.values is None or data.mediator is None or data.cause is None:
        raise InputError("not a mediation", expected="mediate, values, mediator and cause", got=hypothesis.kind)
    cause, label = _cause(data, hypothesis)
    known = _without_unknown(data, cause, asked.through, asked.cause)
    out: dict[str, Finding] = {}
    for sample in samples(known, hypothesis):
        part = _Part(known, hypothesis, settings, sample, cause[sample.rows], label)
        out |= {f.region: f for f in _findings(part)}
    findings = [out[region] for region in data.regions]
    method = {"max": "holm", "step-down": "holm"}.get(hypothesis.adjust, hypothesis.adjust)
    p = adjusted(np.array([f.p_value for f in findings]), method)
    return tuple(replace(f, p_adjusted=float(own), adjustment=method) for f, own in zip(findings, p, strict=True))


def _cause(data: HypothesisData, hypothesis: Hypothesis) -> tuple[Array, str]:
    """Numbers, shape (person,), nan where unknown or of another level; and the cause in words."""
    asked, column = hypothesis.mediate, np.asarray(data.cause)
    assert asked is not None, "checked before"
    if is_numeric(column) and not asked.levels:
        return column.astype(np.float64), asked.cause
    labels = column.astype(str)
    levels = asked.levels or sorted(set(labels) - MISSING_LABELS)
    if len(levels) != 2 or not set(levels) <= set(labels):
        raise InputError(
            "a cause that is a label needs two levels", expected="levels = [a, b]", got=", ".join(levels) or "none"
        )
    return np.where(labels == levels[0], 1.0, np.where(labels == levels[1], 0.0, np.nan)), f"{levels[0]} − {levels[1]}"


def _without_unknown(data: HypothesisData, cause: Array, mediator_name: str, cause_name: str) -> HypothesisData:
    """People without cause or mediator have no value in any region, and the reason is kept."""
    values, reasons = np.array(data.values, dtype=np.float64), dict(data.value_status)
    for column, name in ((np.asarray(data.mediator), mediator_name), (cause, cause_name)):
        for i in np.flatnonzero(~np.isfinite(column.astype(np.float64))):
            values[i] = np.nan
            reasons |= {(data.people[i].participant, region): f"{name} missing" for region in data.regions}
    return replace(data, values=values, value_status=reasons)


def _findings(part: _Part) -> tuple[Finding, ...]:
    flat = tuple(_blank(part, k) for k in range(part.sample.region_index.size))
    before = (
        raised("cross-sectional-mediation", part.hypothesis.override),
        *checks.genotype_known(part.data, part.hypothesis, list(part.sample.people)),
    )
    flat = tuple(replace(f, safeguards=before) for f in flat)
    if refuses(before):
        return tuple(replace(f, status="refused") for f in flat)
    covariates, _ = code(part.sample.covariates, len(part.sample.people))
    mediator = np.asarray(part.data.mediator)[part.sample.rows]
    settings = MediationSettings(
        max(LEAST_RESAMPLES, part.settings.resamples), part.hypothesis.permutations, part.settings.ci_level,
        part.settings.seed, part.settings.exact_limit,
    )  # fmt: skip
    try:
        found = mediate(part.cause, mediator, part.sample.values, covariates, settings)
    except RangeError as error:
        note = raised("too-few-people", values={"what": f"{len(part.sample.people)} people: {error}".rstrip(".")})
        return tuple(replace(f, safeguards=(*f.safeguards, note)) for f in flat)
    return tuple(_with_numbers(f, found, k, settings) for k, f in enumerate(flat))


def _with_numbers(blank: Finding, found: Mediation, k: int, settings: MediationSettings) -> Finding:
    if not np.isfinite([found.value["ab"][k], found.low["ab"][k], found.high["ab"][k]]).all():
        note = raised("too-few-people", values={"what": "mediator or outcome does not vary beyond the cause"})
        return replace(blank, safeguards=(*blank.safeguards, note))
    details: dict[str, object] = {}
    for name in ("a", "b", "c", "c_prime", "ab_swapped"):
        values = (found.value[name][k], found.low[name][k], found.high[name][k])
        details |= dict(zip((name, f"{name}_low", f"{name}_high"), map(float, values), strict=True))
    details |= {
        "p_a": float(found.p_a[k]), "p_b": float(found.p_b[k]), "bca_low": float(found.bca_low[k]),
        "bca_high": float(found.bca_high[k]), "resamples_lost": found.lost, "sentence": _sentence(blank, details),
    }  # fmt: skip
    effect = [float(getattr(found, side)["ab_standardised"][k]) for side in ("value", "low", "high")]
    return replace(
        blank, status="ok", estimate=float(found.value["ab"][k]), ci_low=float(found.low["ab"][k]),
        ci_high=float(found.high["ab"][k]), effect_size=EffectSize("ab_standardised", *effect),
        statistic={"a": float(found.value["a"][k]), "b": float(found.value["b"][k])},
        p_value=float(found.p[k]), p_adjusted=float(found.p[k]), n_permutations=settings.permutations,
        details={**blank.details, **details},
        method=f"indirect effect a·b, percentile bootstrap of {settings.resamples:,} resamples of people; p by joint "
        "significance, the larger p of both paths by Freedman–Lane permutations; cross-sectional, not causal",
    )  # fmt: skip


def _sentence(blank: Finding, details: dict[str, object]) -> str:
    """What a reader must be told beside the number."""
    swapped = f"{details['ab_swapped']:.3g} [{details['ab_swapped_low']:.3g}, {details['ab_swapped_high']:.3g}]"
    return (
        f"Cross-sectional, so not causal. With {blank.details['through']} and {blank.measure} exchanged the indirect "
        f"effect is {swapped} in the unit of {blank.details['through']}; these data cannot tell the two models apart."
    )


def _blank(part: _Part, k: int) -> Finding:
    data, hypothesis, region = part.data, part.hypothesis, int(part.sample.region_index[k])
    asked = hypothesis.mediate
    assert asked is not None, "checked before"
    people: dict[str, int] = {"people": len(part.sample.people)}
    return blank_finding(
        hypothesis, part.settings, "ab_standardised", data.model, region=data.regions[region],
        contrast=f"{part.label} → {asked.through} → {hypothesis.measure}", n=people, unit=data.unit, adjustment="holm",
        alternative="two-sided", covariates=tuple(part.sample.covariates), excluded=part.sample.excluded[k],
        details={"cause": part.label, "through": asked.through}, points=_points(part, k), cites=CITES,
    )  # fmt: skip


def _points(part: _Part, k: int) -> tuple[Point, ...]:
    """Mediator and outcome of everybody, for the scatter."""
    x: NDArray[np.float64] = np.asarray(part.data.mediator, dtype=np.float64)[part.sample.rows]
    return tuple(
        Point(p.participant, p.group, float(v), float(m))
        for p, v, m in zip(part.sample.people, part.sample.values[:, k], x, strict=True)
    )
