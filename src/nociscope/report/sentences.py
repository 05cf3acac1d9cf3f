"""What the findings say, in plain words: asked, found, not shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from nociscope.core.finding import Finding, Safeguard
from nociscope.core.vocabulary import VOCABULARY
from nociscope.report.model import CohortReport, HypothesisReport
from nociscope.viz.finding_words import effect, interval, p_words, question, sample
from nociscope.viz.numbers import counted, decimals, fixed, percent, unit_text

SIGNAL = (
    "TSPO signal reflects how much of the protein is present in all cells that carry it (microglia, astrocytes, "
    "endothelium, blood cells) together with non-displaceable uptake. It does not show which cells changed or what "
    "they do."
)
NOT_FOUND = "A difference that was not found is not a difference that is absent: read the interval."
MANY = 4
"""Findings told in the summary for one hypothesis; the others stand below it."""


def asked(report: HypothesisReport) -> str:
    """Return the question in the study's words, or one built from the finding."""
    if report.question or not report.findings:
        return report.question or report.name
    first = report.findings[0]
    name = VOCABULARY[first.measure].name if first.measure in VOCABULARY else first.measure
    what = f"{name} ({first.measure}{f' by {first.model}' if first.model else ''})"
    where = first.region if len(report.findings) == 1 else counted(len(report.findings), "region")
    verb = {
        "contrast": f"Does {what} differ, {first.contrast}, in {where}?",
        "correlate": f"Does {what} go with another measure, {first.contrast}, in {where}?",
        "paired": f"Does {what} change, {first.contrast}, in {where}?",
        "retest": f"How well does {what} repeat, {first.contrast}, in {where}?",
    }
    return verb.get(first.kind, first.contrast)


def told(report: HypothesisReport) -> tuple[str, ...]:
    """Return what came out, a sentence or two for each region; regions that share a refusal share a sentence."""
    texts = [found(f) for f in report.findings]
    silent = [f for f in report.findings if not math.isfinite(f.estimate)]
    if len(silent) == len(report.findings) > 1 and len({(_why(f), f.status) for f in silent}) == 1:
        where = f"In all {len(silent)} regions"
        return (f"{where}: {_said_status(silent[0])}; {sample(silent[0])}. {_why(silent[0])}".strip(),)
    return tuple(texts)


def found(finding: Finding) -> str:
    """Return one region: estimate with interval, n, effect size, p, and what the interval says."""
    if not math.isfinite(finding.estimate):
        return f"{finding.region}: {_said_status(finding)}; {sample(finding)}. {_why(finding)}".strip()
    parts = [f"{finding.region}: {question(finding)}: {interval(finding)}; {sample(finding)}."]
    parts += [f"{text}." for text in (effect(finding), p_words(finding)) if text]
    if finding.kind != "retest" and (said := interval_words(finding)):
        parts.append(said)
    return " ".join(parts)


def _said_status(finding: Finding) -> str:
    return "refused" if finding.status == "refused" else "not estimable"


def _why(finding: Finding) -> str:
    stopping = [s for s in finding.safeguards if s.severity == "refuse" and not s.overridden]
    return " ".join(s.message for s in stopping)


def interval_words(finding: Finding) -> str:
    """Return what the interval allows: a direction, or none."""
    low, high = finding.ci_low, finding.ci_high
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    level, unit = percent(finding.ci_level), unit_text(finding.unit)
    if low > 0 or high < 0:
        return f"The {level} interval lies {'above' if low > 0 else 'below'} zero."
    places = decimals((high - low) / 4)
    span = f"{fixed(low, places)} to {fixed(high, places)} {unit}".strip()
    return f"The {level} interval holds zero: anything from {span} is compatible with these data."


def cannot_show(report: CohortReport) -> tuple[str, ...]:
    """Return the limits of the study: safeguards, the tracers' caveats, and what the signal is not."""
    findings = [f for h in report.hypotheses for f in h.findings]
    messages = [_message(s) for s in report.safeguards]
    for hypothesis in report.hypotheses:
        messages += _limits(hypothesis.findings)
    standing = [] if report.study.caveats else [SIGNAL]
    if any(math.isfinite(f.estimate) and f.ci_low <= 0 <= f.ci_high and f.kind != "retest" for f in findings):
        standing.append(NOT_FOUND)
    return tuple(dict.fromkeys((*messages, *report.study.caveats, *standing)))


def _limits(findings: Sequence[Finding]) -> list[str]:
    """Safeguards of one hypothesis, once each, with the regions where not all raised them; notes only if all did."""
    where: dict[Safeguard, list[str]] = {}
    for finding in findings:
        for safeguard in dict.fromkeys(finding.safeguards):
            where.setdefault(safeguard, []).append(finding.region)
    return [
        _message(s) if len(regions) == len(findings) else f"{', '.join(regions)}: {_message(s)}"
        for s, regions in where.items()
        if len(regions) == len(findings) or s.severity != "note"
    ]


def _message(safeguard: Safeguard) -> str:
    return safeguard.message + (" (Overruled by the study file.)" if safeguard.overridden else "")


def own_safeguards(finding: Finding, shared: Iterable[Safeguard]) -> tuple[Safeguard, ...]:
    """Return the safeguards that only this finding raised."""
    seen = set(shared)
    return tuple(s for s in dict.fromkeys(finding.safeguards) if s not in seen)


def shared_safeguards(findings: Sequence[Finding]) -> tuple[Safeguard, ...]:
    """Return the safeguards that all findings of a hypothesis raised, in order; of a single finding, none."""
    if len(findings) < 2:
        return ()
    return tuple(s for s in dict.fromkeys(findings[0].safeguards) if all(s in f.safeguards for f in findings))
