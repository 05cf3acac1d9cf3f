"""What the findings say, in plain words: asked and found."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nociscope.core.finding import Finding
from nociscope.core.vocabulary import VOCABULARY
from nociscope.report.beside import beside, origin_of_p, texts
from nociscope.report.model import HypothesisReport
from nociscope.viz.finding_words import (
    detail,
    effect,
    estimate_unit,
    interval,
    is_score,
    p_words,
    place,
    quantity,
    question,
    sample,
)
from nociscope.viz.numbers import (
    NBSP,
    bracketed,
    counted,
    decimals,
    fixed,
    p_text,
    percent,
    span_text,
    typeset,
    unit_text,
)

MOST = 12
"""Regions told in the summary for one hypothesis; the others stand below it."""


@dataclass(frozen=True)
class Told:
    """The outcome of one hypothesis for the summary: a lead, one line for each region, and what the intervals say."""

    lead: str
    lines: tuple[tuple[str, str], ...] = ()
    note: str = ""
    hidden: int = 0


def asked(report: HypothesisReport) -> str:
    """Return the question in the study's words, or one built from the finding."""
    if report.question or not report.findings:
        return typeset(report.question) or report.name
    first = report.findings[0]
    name = VOCABULARY[first.measure].name if first.measure in VOCABULARY else first.measure
    what = f"{name} ({first.measure}{f' by {first.model}' if first.model and not is_score(first) else ''})"
    if is_score(first):
        what = first.measure if name == first.measure else what.replace("_", " ")
    regions = dict.fromkeys(f.region for f in report.findings)
    where = first.region if len(regions) == 1 else counted(len(regions), "region")
    contrast = typeset(first.contrast)
    verb = {
        "contrast": f"Does {what} differ, {contrast}, in {where}?",
        "correlate": f"Does {what} go {contrast if contrast[:5] == 'with ' else f'with another measure, {contrast},'} "
        f"in {where}?",
        "paired": f"Does {what} change, {contrast}, in {where}?",
        "repeated": f"Does {what} differ between sessions, {contrast}, in {where}?",
        "retest": f"How well does {what} repeat, {contrast}, in {where}?",
        "formula": f"Does {what} go with {contrast}, in {where}?",
    }
    return _special(first, what, where) or verb.get(first.kind, first.contrast)


def _special(first: Finding, what: str, where: str) -> str:
    """The question of kinds that a contrast in words does not tell."""
    contrast, d = typeset(first.contrast), first.details
    if first.kind == "contrast" and contrast.startswith("any of "):
        return f"Does {what} differ between {contrast}, in {where}?"
    if d.get("level_estimates"):
        return f"Is what is found of {what} another in each level, {contrast}, in {where}?"
    return {
        "single_case": f"Is {what} of single people unlike that of their controls, in {where}?",
        "mediate": f"Does {what} go with {d.get('cause', 'a cause')} through {d.get('through', 'another measure')}, "
        f"in {where}?",
        "predict": f"Can {what} of {first.region} predict {d.get('outcome', 'an outcome')} in people whom the model "
        "has not seen?",
        "joint": f"Does any of {', '.join(texts(first, 'parts'))} hold, {contrast}, in {where}?",
    }.get(first.kind, "")


def told(report: HypothesisReport) -> Told:
    """Return what came out; regions that share a refusal share a sentence."""
    findings = report.findings
    if not findings:
        return Told("No region was tested.")
    if len(findings) == 1:
        return Told(found(findings[0]))
    first = findings[0]
    if all(not math.isfinite(f.estimate) for f in findings) and len({(_why(f), f.status) for f in findings}) == 1:
        where = f"{question(first)}: {_said_status(first)} in all {len(findings)} regions; {sample(first)}."
        return Told(f"{where} {_why(first)}".strip())
    if first.kind == "retest":
        return Told(_range(findings))
    if len({f.details.get("case") for f in findings}) > 1:
        return _cases(findings)
    same_n = len({tuple(f.n.items()) for f in findings}) == 1
    lead = f"{question(first)}; {sample(first) if same_n else 'n differs between regions'}"
    return Told(lead, tuple(_line(f, same_n) for f in findings[:MOST]), _notes(findings), max(0, len(findings) - MOST))


def _cases(findings: Sequence[Finding]) -> Told:
    """Single cases: each differs by name and by its controls, so a line says who."""
    first = findings[0]
    controls = span_text([float(f.n.get("controls", 0)) for f in findings], 0)
    lead = f"{quantity(first)}, each case − its controls; {controls} controls a case"
    lines = tuple((place(f), _line(f, True)[1]) for f in findings[:MOST])
    return Told(lead, lines, hidden=max(0, len(findings) - MOST))


def _range(findings: Sequence[Finding]) -> str:
    """Test–retest of many regions in one line; the table of the finding holds each."""
    good = [f for f in findings if math.isfinite(f.estimate)]
    parts = [
        f"{question(findings[0])}: {span_text([f.estimate for f in good])} in {counted(len(good), 'region')}",
        f"intervals from {span_text([v for f in good for v in (f.ci_low, f.ci_high)])}",
        f"n{NBSP}={NBSP}{span_text([sum(f.n.values()) for f in good], 0)}",
    ]
    if any(math.isfinite(detail(f, "variability")) for f in good):
        parts.append(f"absolute variability {span_text([detail(f, 'variability') for f in good], 0)}{NBSP}%")
    missing = [f.region for f in findings if f not in good]
    return "; ".join([*parts, *([f"no estimate in {', '.join(missing)}"] if missing else [])]) + "."


def brackets(finding: Finding) -> str:
    """Return what stands in brackets, said once."""
    return f"in brackets the {percent(finding.ci_level)} interval"


def _line(finding: Finding, same_n: bool) -> tuple[str, str]:
    n = "" if same_n else f"; {sample(finding)}"
    if not math.isfinite(finding.estimate):
        return place(finding), f"{_said_status(finding)}{n}. {_why(finding)}".strip()
    text = f"{bracketed(finding.estimate, finding.ci_low, finding.ci_high)} {estimate_unit(finding)}".strip()
    tested_p = f", corrected {p_text(finding.p_adjusted)}" if math.isfinite(finding.p_adjusted) else ""
    return place(finding), text + _shortly(finding) + tested_p + n


def _shortly(finding: Finding) -> str:
    """What else a line must say: a verdict on a margin, or what is left of a region that was picked."""
    verdict = finding.details.get("equivalence_verdict")
    return f", {verdict}" if isinstance(verdict, str) else ""


def _notes(findings: Sequence[Finding]) -> str:
    """Where the intervals lie, in one sentence; a reliability has no zero to speak of."""
    if math.isnan(_nothing(findings[0])):
        return ""
    nothing, name = _nothing(findings[0]), _nothing_words(findings[0])
    places: dict[str, list[str]] = {}
    for f in findings:
        if math.isfinite(f.ci_low) and math.isfinite(f.ci_high):
            where = "lies above" if f.ci_low > nothing else "lies below" if f.ci_high < nothing else "holds"
            places.setdefault(f"{where} {name}", []).append(f.region)
    if len(places) == 1:
        return f"Every interval {next(iter(places))}."
    said = [f"{where} in {_which(regions, len(findings))}" for where, regions in places.items()]
    return f"The interval {'; it '.join(said)}." if said else ""


def _which(regions: Sequence[str], of: int) -> str:
    """Names of regions, or how many where nobody would read them all."""
    return ", ".join(regions) if len(regions) <= MOST else f"{len(regions)} of {of} regions"


def found(finding: Finding) -> str:
    """Return one region: estimate with interval, n, effect size, p, and what the interval says."""
    where = f"{question(finding)}, in {finding.region}"
    if not math.isfinite(finding.estimate):
        return f"{where}: {_said_status(finding)}; {sample(finding)}. {_why(finding)}".strip()
    parts = [f"{where}: {interval(finding)}; {sample(finding)}."]
    parts += [f"{text}." for text in (effect(finding), p_words(finding)) if text]
    parts += [text for text in (origin_of_p(finding), interval_words(finding), beside(finding)) if text]
    return " ".join(parts)


def _said_status(finding: Finding) -> str:
    return "refused" if finding.status == "refused" else "not estimable"


def _why(finding: Finding) -> str:
    """What stopped it: refusals, else why people are missing, where most of them share a reason."""
    stopping = [s for s in finding.safeguards if s.severity == "refuse" and not s.overridden]
    if stopping or not finding.excluded:
        return " ".join(s.message for s in stopping)
    reason, count = Counter(reason for _, reason in finding.excluded).most_common(1)[0]
    sessions = {part.split(": ", 1)[-1] for part in reason.split("; ")}
    return f"{counted(count, 'person', 'people')} left out: {sessions.pop() if len(sessions) == 1 else reason}."


def _nothing(finding: Finding) -> float:
    """The value that means that nothing is there; nan where no value does."""
    if finding.kind == "retest" or finding.effect_size.name == "partial_eta_squared":
        return math.nan
    return 0.5 if finding.effect_size.name == "auc" else 0.0


def _nothing_words(finding: Finding) -> str:
    return "chance (0.5)" if finding.effect_size.name == "auc" else "zero"


def interval_words(finding: Finding) -> str:
    """Return what the interval allows: a direction, or none."""
    low, high, nothing = finding.ci_low, finding.ci_high, _nothing(finding)
    if not (math.isfinite(low) and math.isfinite(high) and math.isfinite(nothing)):
        return ""
    name = _nothing_words(finding)
    level, unit = percent(finding.ci_level), unit_text(finding.unit)
    if low > nothing or high < nothing:
        return f"The {level} interval lies {'above' if low > nothing else 'below'} {name}."
    places = decimals((high - low) / 4)
    span = f"{fixed(low, places)} to {fixed(high, places)} {unit}".strip()
    return f"The {level} interval holds {name}: anything from {span} is compatible with these data."
