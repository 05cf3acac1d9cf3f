"""What the findings say, in plain words: asked, found, not shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from nociscope.core.finding import Finding, Safeguard
from nociscope.core.vocabulary import VOCABULARY
from nociscope.report.model import CohortReport, HypothesisReport
from nociscope.report.numbers import interval_text, p_text
from nociscope.viz.contrast import effect_name
from nociscope.viz.numbers import counted, fixed, percent, unit_text, with_interval

SIGNAL = (
    "TSPO signal reflects how much of the protein is present in all cells that carry it (microglia, astrocytes, "
    "endothelium, blood cells) together with non-displaceable uptake. It does not show which cells changed or what "
    "they do."
)
NOT_FOUND = "A difference that was not found is not a difference that is absent: read the interval."


def asked(report: HypothesisReport) -> str:
    """Return the question in the study's words, or one built from the finding."""
    if report.question:
        return report.question
    if not report.findings:
        return report.name
    first = report.findings[0]
    name = VOCABULARY[first.measure].name if first.measure in VOCABULARY else first.measure
    model = f" by {first.model}" if first.model else ""
    where = first.region if len(report.findings) == 1 else counted(len(report.findings), "region")
    what = {
        "contrast": f"Does {name} ({first.measure}{model}) differ, {first.contrast}, in {where}?",
        "correlate": f"Does {name} ({first.measure}{model}) go with {first.contrast} in {where}?",
        "paired": f"Does {name} ({first.measure}{model}) change, {first.contrast}, in {where}?",
        "retest": f"How well does {name} ({first.measure}{model}) repeat in {where}?",
    }
    return what.get(first.kind, first.contrast)


def found(finding: Finding) -> str:
    """Return what came out for one region: estimate with interval, n, effect size, p, and what the interval says."""
    n = sample(finding)
    if not math.isfinite(finding.estimate):
        reason = next((s.message for s in finding.safeguards if s.severity == "refuse"), "")
        said = "refused" if finding.status == "refused" else "not estimable"
        return f"{finding.region}: {said}; {n}." + (f" {reason}" if reason else "")
    parts = [f"{finding.region}: {lead(finding)}{interval_text(finding)}; {n}."]
    if effect := effect_text(finding):
        parts.append(effect + ".")
    if math.isfinite(finding.p_value):
        parts.append(p_words(finding))
    if finding.kind != "retest" and (said := interval_words(finding)):
        parts.append(said)
    return " ".join(parts)


def lead(finding: Finding) -> str:
    """Return what the estimate is, before the number."""
    if finding.kind == "retest":
        return f"{effect_name(finding.effect_size.name)} of {finding.measure} "
    return f"{finding.measure}, {finding.contrast}: " if finding.kind != "correlate" else f"{finding.contrast}: "


def sample(finding: Finding) -> str:
    """Return ``control n = 7, patient n = 8``."""
    if len(finding.n) == 1:
        ((name, count),) = finding.n.items()
        return f"n = {count}" + ("" if name in ("all", "") else f" {name}")
    return ", ".join(f"{group} n = {count}" for group, count in finding.n.items()) or "n unknown"


def effect_text(finding: Finding) -> str:
    """Return the standardised effect with its interval; empty where it repeats the estimate or is missing."""
    effect = finding.effect_size
    if not math.isfinite(effect.value) or effect.value == finding.estimate:
        return ""
    return f"{effect_name(effect.name)} {with_interval(effect.value, effect.ci_low, effect.ci_high, finding.ci_level)}"


def p_words(finding: Finding) -> str:
    """Return p with its correction, in words."""
    if math.isfinite(finding.p_adjusted) and finding.adjustment not in ("", "none"):
        return f"{p_text(finding.p_value)}, {p_text(finding.p_adjusted)} corrected ({finding.adjustment})."
    return f"{p_text(finding.p_value)}."


def interval_words(finding: Finding) -> str:
    """Return what the interval allows: a direction, or none."""
    low, high = finding.ci_low, finding.ci_high
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    level, unit = percent(finding.ci_level), unit_text(finding.unit)
    if low > 0 or high < 0:
        return f"The {level} interval lies {'above' if low > 0 else 'below'} zero."
    places = 2 if max(abs(low), abs(high)) < 10 else 1
    span = f"{fixed(low, places)} to {fixed(high, places)} {unit}".strip()
    return f"The {level} interval holds zero: values from {span} are all compatible with these data."


def cannot_show(report: CohortReport) -> tuple[str, ...]:
    """Return the limits of the study: safeguards once each, the tracers' caveats, the meaning of the signal."""
    findings = [f for h in report.hypotheses for f in h.findings]
    messages = [_said(s) for s in (*report.safeguards, *(s for f in findings for s in f.safeguards))]
    fixed_texts = [SIGNAL] if not report.study.caveats else []
    if any(math.isfinite(f.estimate) and f.ci_low <= 0 <= f.ci_high and f.kind != "retest" for f in findings):
        fixed_texts.append(NOT_FOUND)
    return tuple(dict.fromkeys((*messages, *report.study.caveats, *fixed_texts)))


def _said(safeguard: Safeguard) -> str:
    return safeguard.message + (" (Overridden by the study file.)" if safeguard.overridden else "")


def own_safeguards(finding: Finding, shared: Iterable[Safeguard]) -> tuple[Safeguard, ...]:
    """Return the safeguards that only this finding raised."""
    seen = set(shared)
    return tuple(s for s in finding.safeguards if s not in seen)


def shared_safeguards(findings: Sequence[Finding]) -> tuple[Safeguard, ...]:
    """Return the safeguards that all findings of a hypothesis raised, in order."""
    if not findings:
        return ()
    return tuple(s for s in dict.fromkeys(findings[0].safeguards) if all(s in f.safeguards for f in findings))
