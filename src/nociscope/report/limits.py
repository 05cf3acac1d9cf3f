"""What a study cannot show: safeguards gathered over regions and hypotheses, the strongest first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nociscope.core.finding import Finding, Safeguard
from nociscope.report.model import CohortReport, HypothesisReport
from nociscope.viz.finding_words import detail
from nociscope.viz.numbers import counted, plain

SIGNAL = (
    "TSPO signal reflects how much of the protein is present in all cells that carry it (microglia, astrocytes, "
    "endothelium, blood cells) together with non-displaceable uptake. It does not show which cells changed or what "
    "they do."
)
NOT_FOUND = "A difference that was not found is not a difference that is absent: read the interval."
FIRST = (
    "too-few-people", "floor-above-alpha", "floor", "minimal-detectable-effect", "sex-not-separable", "site-confounded",
    "reference-region-differs", "genotype-unadjusted", "genotype-not-modelled", "one-person-carries",
    "interval-and-p-disagree", "one-site-carries", "genotype-strata-disagree", "families-apart",
)  # fmt: skip
"""Codes that bound the whole study stand in the open, in this order, behind refusals; others stand folded."""
RANGED = {
    "floor": ("smallest_attainable_p", "The smallest p that these designs can give is {}, by hypothesis and region."),
    "minimal-detectable-effect": (
        "minimal_detectable_effect",
        "With these people an effect of {} is found with the usual power, by hypothesis and region; smaller ones may "
        "be missed, and those found will look larger than they are.",
    ),
}
"""Codes whose messages differ by one number: the detail that holds it, and the sentence for the whole study."""
SCALED = ("minimal_detectable_effect",)
SCALES = {
    "hedges_g": " standard deviations", "standardised": " standard deviations", "pearson_r": " as a correlation",
    "dz": " standard deviations of the differences", "spearman_rho": " as a correlation",
    "partial_eta_squared": " as partial η²",
}  # fmt: skip
MOST_NAMED = 8


@dataclass(frozen=True)
class Limit:
    """One limit: its sentence, and the hypotheses that it bounds, empty where it bounds all."""

    text: str
    hypotheses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """``open`` stands in the summary, ``folded`` behind a summary line that counts it."""

    open: tuple[Limit, ...]
    folded: tuple[Limit, ...]


def cannot_show(report: CohortReport) -> Limits:
    """Return the limits of the study: safeguards, the tracers' caveats, and what the signal is not."""
    raised: dict[tuple[int, str], list[str]] = {}
    for hypothesis in report.hypotheses:
        for rank, text in _of_hypothesis(hypothesis, _ranges(report)):
            raised.setdefault((rank, text), []).append(hypothesis.name)
    ranked = sorted(raised.items(), key=lambda entry: entry[0][0])  # stable: the study's order within a rank
    told = {s.message for h in report.hypotheses for f in h.findings for s in f.safeguards}
    apart = tuple(Limit(s.message) for s in dict.fromkeys(report.safeguards) if s.message not in told)
    limits = [(rank, Limit(text, _which(names, report))) for (rank, text), names in ranked]
    standing = tuple(Limit(text) for text in _standing(report))
    return Limits(
        (*apart, *(limit for rank, limit in limits if rank <= len(FIRST)), *standing),
        tuple(limit for rank, limit in limits if rank > len(FIRST)),
    )


def _which(names: Sequence[str], report: CohortReport) -> tuple[str, ...]:
    return () if len(names) == len(report.hypotheses) else tuple(names)


def _standing(report: CohortReport) -> tuple[str, ...]:
    """What holds whatever was found: the tracers' caveats, and that absence was not shown."""
    texts = report.study.caveats or ((SIGNAL,) if "TSPO" in report.study.targets else ())
    findings = [f for h in report.hypotheses for f in h.findings]
    open_ended = any(math.isfinite(f.estimate) and f.ci_low <= 0 <= f.ci_high and f.kind != "retest" for f in findings)
    return (*texts, NOT_FOUND) if open_ended else tuple(texts)


def _ranges(report: CohortReport) -> dict[tuple[str, str], str]:
    """(code, effect) → sentence of the whole study, for what differs by a number only, scales apart."""
    said = {}
    for code, (key, sentence) in RANGED.items():
        for kind in dict.fromkeys(f.effect_size.name for h in report.hypotheses for f in h.findings):
            own = [f for h in report.hypotheses for f in h.findings if f.effect_size.name == kind]
            values = [detail(f, key) for f in own if any(s.code == code for s in f.safeguards)]
            span = " to ".join(dict.fromkeys(plain(v) for v in (min(values), max(values)))) if values else ""
            if " to " in span:
                said[code, kind] = sentence.format(f"{span}{SCALES.get(kind, '') if key in SCALED else ''}")
    return said


def _of_hypothesis(hypothesis: HypothesisReport, ranges: Mapping[tuple[str, str], str]) -> list[tuple[int, str]]:
    """(rank, sentence) of every safeguard, those that say the same of several regions once."""
    alike: dict[tuple[str, str], list[tuple[str, Safeguard]]] = {}
    for finding in hypothesis.findings:
        for safeguard in dict.fromkeys(finding.safeguards):
            alike.setdefault((safeguard.code, safeguard.short or safeguard.message), []).append(
                (finding.region, safeguard)
            )
    kind = hypothesis.findings[0].effect_size.name if hypothesis.findings else ""
    return [
        (_rank(raised[0][1]), ranges.get((raised[0][1].code, kind)) or _said(raised, hypothesis.findings))
        for raised in alike.values()
    ]


def _rank(safeguard: Safeguard) -> int:
    """Refusals first, then what bounds the study, then cautions, then notes."""
    if safeguard.severity == "refuse":
        return 0
    if safeguard.code in FIRST:
        return 1 + FIRST.index(safeguard.code)
    return len(FIRST) + (2 if safeguard.severity == "note" else 1)


def _said(raised: Sequence[tuple[str, Safeguard]], findings: Sequence[Finding]) -> str:
    """One sentence for all regions that raised it: the message where it is the same, else its short form."""
    regions, first = [region for region, _ in raised], raised[0][1]
    same = len({s.message for _, s in raised}) == 1
    text = (first.message if same else first.short) + (" (Overruled by the study file.)" if first.overridden else "")
    if len(findings) == 1 or (same and len(regions) == len(findings)):
        return text
    if len(regions) == 1:
        return f"In {regions[0]}: {_inside(text)}"
    names = ", ".join(regions[:MOST_NAMED]) + (" …" if len(regions) > MOST_NAMED else "")
    if len(regions) == len(findings):
        return f"In all {counted(len(findings), 'region')}: {_inside(text)}"
    return f"In {len(regions)} of {len(findings)} regions ({names}): {_inside(text)}"


def _inside(text: str) -> str:
    """A sentence that goes on after a colon; a name in capitals keeps them."""
    return text if text[1:2].isupper() or text[1:2].isdigit() else text[:1].lower() + text[1:]


def own_safeguards(finding: Finding, shared: Iterable[Safeguard]) -> tuple[Safeguard, ...]:
    """Return the safeguards that only this finding raised."""
    seen = set(shared)
    return tuple(s for s in dict.fromkeys(finding.safeguards) if s not in seen)


def shared_safeguards(findings: Sequence[Finding]) -> tuple[Safeguard, ...]:
    """Return the safeguards that all findings of a hypothesis raised, in order; of a single finding, none."""
    if len(findings) < 2:
        return ()
    return tuple(s for s in dict.fromkeys(findings[0].safeguards) if all(s in f.safeguards for f in findings))
