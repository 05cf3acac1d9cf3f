"""Reports as strings: one self-contained page for the cohort, one for each person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from nociscope.core.finding import EffectSize, Finding
from nociscope.report import limits, numbers, sentences, tables, troubles
from nociscope.report.citations import Numbering, number_paragraphs
from nociscope.report.figures import Studio
from nociscope.report.group_tables import grade_tables, group_tables
from nociscope.report.model import CohortReport, HypothesisReport, ParticipantReport, ScanReport
from nociscope.report.more_numbers import more_numbers
from nociscope.report.scores import ScoreStudio, score_sections
from nociscope.viz import finding_words
from nociscope.viz.numbers import (
    NBSP,
    bracketed,
    counted,
    p_text,
    percent,
    plain,
    share_text,
    short,
    typeset,
    unit_text,
)

MOST_DRAWN = 12
"""Regions of one hypothesis that get a figure of their own; an atlas stands in the forest and the table."""


def render_cohort(report: CohortReport) -> str:
    """Return the cohort page as HTML.

    Parameters
    ----------
    report : everything the page shows; the same report gives the same bytes.
    """
    studio = Studio()
    findings = [f for h in report.hypotheses for f in h.findings]
    regions = tuple(dict.fromkeys(f.region for f in findings))
    outcome = tables.measure_tables(report.measures, regions)
    numbering = number_paragraphs(report.methods, (c for f in findings for c in f.cites))
    return _environment().get_template("cohort.html.j2").render(
        report=report,
        hypotheses=[_hypothesis(h, studio) for h in report.hypotheses],
        limits=limits.cannot_show(report),
        levels=" and ".join(percent(level) for level in sorted({f.ci_level for f in findings})),
        labels=tuple(dict.fromkeys(f.label for person in report.people for f in person.facts)),
        outcome=outcome,
        scanned=any(person.scans for person in report.people) or not report.measures,
        statuses=tables.statuses_used(outcome),
        status_picture=studio.statuses(report.measures),
        truth=studio.truth(report.truth),
        group_tables=group_tables(report.measures, report.groups),
        grade_tables=grade_tables(report.grades, report.groups),
        **_shared(report, numbering),
    )  # fmt: skip


def render_participant(report: ParticipantReport) -> str:
    """Return the page of one person as HTML.

    Parameters
    ----------
    report : everything the page shows; the same report gives the same bytes.
    """
    studio = ScoreStudio()
    scans = [_scan(scan, report.participant_id, studio) for scan in report.scans]
    sections = score_sections(report.scores, report.participant_id, studio)
    numbering = number_paragraphs(report.methods, report.scores.cites)
    return _environment().get_template("participant.html.j2").render(
        report=report, scans=scans, sections=sections, **_shared(report, numbering)
    )  # fmt: skip


def _shared(report: CohortReport | ParticipantReport, numbering: Numbering) -> Mapping[str, object]:
    return {
        "css": Markup(_source("style.css")),
        "numbering": numbering,
        "references": numbering.references(),
        "stopping": troubles.stopping(report.problems),
        "further": troubles.further(report.problems),
        "study_name": report.study.title or report.study.name,
    }


def _hypothesis(report: HypothesisReport, studio: Studio) -> Mapping[str, object]:
    shared = limits.shared_safeguards(report.findings)
    cases = _cases(report.findings)
    return {
        "report": report,
        "asked": sentences.asked(report),
        "told": sentences.told(report),
        "same_n": len({tuple(f.n.items()) for f in report.findings}) == 1,
        "forest": studio.forest(report.findings),
        "shared": shared,
        "maps": [studio.map(view) for view in report.map.views] if report.map else [],
        "findings": [
            (f, studio.finding(f) if i < MOST_DRAWN and not cases else None, limits.own_safeguards(f, shared))
            for i, f in enumerate(report.findings)
        ],
        "cases": [studio.cases(own) for own in list(cases.values())[:MOST_DRAWN]],
        "drawn": MOST_DRAWN,
        "excluded": _excluded(report.findings),
    }


def _cases(findings: tuple[Finding, ...]) -> dict[str, list[Finding]]:
    """Single cases by region, which share a figure; nothing of other kinds, and of maps that show each case."""
    out: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.kind == "single_case":
            out.setdefault(finding.region, []).append(finding)
    return out


def _excluded(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    """(participant, reason, regions) with regions joined where the reason is the same."""
    where: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        for person, reason in finding.excluded:
            where.setdefault((person, reason), []).append(finding.region)
    every = len(findings)
    return [(p, reason, "all regions" if len(r) == every else ", ".join(r)) for (p, reason), r in sorted(where.items())]


def _scan(scan: ScanReport, participant: str, studio: Studio) -> Mapping[str, object]:
    named = scan.label not in ("", participant)
    where = f"{participant}, {scan.label}" if named else participant
    preferred = [m for m in scan.preferred if m in scan.fits] or list(scan.fits)[:1]
    models = [*preferred, *(m for m in scan.fits if m not in preferred)]
    parts = [(tables.fit_table(m, scan.fits[m], scan.hrefs.get(m, "")), studio.fits(scan, m, where)) for m in models]
    return {
        "scan": scan,
        "where": where,
        "heading": scan.label if named else "Scan",
        "input": studio.blood(scan.blood, where) if scan.blood else None,
        "delay": studio.delay(scan.blood, where) if scan.blood else None,
        "preferred": parts[: len(preferred)],
        "others": parts[len(preferred) :],
        "statuses": tables.statuses_used([table for table, _ in parts]),
        "truth": studio.truth(scan.truth),
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("nociscope.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["adjustments"] = finding_words.ADJUSTMENTS
    environment.filters.update(
        {
            "kind": numbers.status_kind,
            "named": tables.name_of,
            "estimate": numbers.estimate_text,
            "plain": plain,
            "share": share_text,
            "typeset": typeset,
            "mend": troubles.mend,
            "quantity": finding_words.quantity,
            "is_score": finding_words.is_score,
            "heading": finding_words.heading,
            "detail": finding_words.detail,
            "place": finding_words.place,
            "readable": finding_words.readable,
            "estimate_unit": finding_words.estimate_unit,
            "is_its_effect": finding_words.is_its_effect,
            "more_numbers": more_numbers,
            "value_unit": finding_words.value_unit,
            "short": short,
            "seconds": numbers.seconds_text,
            "memory": numbers.bytes_text,
            "unit": unit_text,
            "counted": counted,
            "question": finding_words.question,
            "brackets": sentences.brackets,
            "bracketed": _bracketed,
            "bracketed_effect": _bracketed_effect,
            "effect_name": finding_words.effect_name,
            "p": _p,
            "peak": _peak,
            "sample": finding_words.sample,
            "safe_svg": Markup,
        }
    )
    return environment


def _bracketed(finding: Finding) -> str:
    return bracketed(finding.estimate, finding.ci_low, finding.ci_high)


def _bracketed_effect(effect: EffectSize) -> str:
    return bracketed(effect.value, effect.ci_low, effect.ci_high)


def _p(p: float) -> str:
    """Return a p for a column that is headed p."""
    return p_text(p).removeprefix(f"p{NBSP}").removeprefix(f"={NBSP}")


def _peak(place: Sequence[object]) -> str:
    """Return where a peak lies: mm, or the two ends of a connection."""
    if all(isinstance(x, str) for x in place):
        return " – ".join(map(str, place))
    return ", ".join(f"{float(str(x)):.0f}" for x in place) + f"{NBSP}mm"


def _source(name: str) -> str:
    loader = _environment().loader
    assert loader is not None  # set three lines above
    return loader.get_source(_environment(), name)[0]
