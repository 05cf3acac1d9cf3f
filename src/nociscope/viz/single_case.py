"""Single cases: each held against the controls that match it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nociscope.core.finding import Finding
from nociscope.viz.drawing import Drawing
from nociscope.viz.finding_words import axis_label, detail, interval, p_words, quantity, words
from nociscope.viz.numbers import counted, percent, plain
from nociscope.viz.style import INK, MUTED, SMALL, TEXT, VERMILLION, canvas, quiet
from nociscope.viz.swarm import offsets

MOST = 8


def single_cases(findings: Sequence[Finding]) -> Drawing:
    """Draw the cases of one region side by side, each a diamond beside the points of its own controls.

    The bar is what a control drawn at random lies within: the interval of the difference laid about the case's
    controls, so that a case outside it is significant without a correction.
    """
    first, hidden = findings[0], len(findings) - MOST
    findings = findings[:MOST]
    figure = canvas(2.9)
    axes = quiet(figure.add_axes((0.125, 0.2, 0.845, 0.75)), "", axis_label(first))
    values = np.array([p.value for f in findings for p in f.points])
    height = float(np.ptp(values)) if values.size else 1.0
    for i, finding in enumerate(findings):
        _case(axes, finding, i, height)
    axes.set_xlim(-0.6, len(findings) - 0.4)
    names = [str(f.details.get("case", "")) for f in findings]
    labels = [f"{n}\nn = {f.n.get('controls', 0)}" for n, f in zip(names, findings, strict=True)]
    axes.set_xticks(range(len(findings)), labels, fontsize=TEXT if len(findings) < 6 else SMALL)
    rest = f" {counted(hidden, 'further case')} not drawn; all stand in the table." if hidden > 0 else ""
    title = f"{quantity(first)} in {first.region}: {counted(len(findings), 'case')} against controls"
    return Drawing(figure, title, f"{_words(findings)}{rest}", f"{_caption(findings)}{rest}")


def _case(axes, finding: Finding, at: int, height: float) -> None:  # type: ignore[no-untyped-def]
    who = finding.details.get("case")
    own = np.array([p.value for p in finding.points if p.participant != who])
    axes.plot(
        at - 0.16 + offsets(own, height, step=0.07, reach=0.16), own, "o", color=MUTED, markersize=4, alpha=0.75,
        markeredgewidth=0, zorder=3,
    )  # fmt: skip
    case = [p.value for p in finding.points if p.participant == who]
    axes.plot([at + 0.2] * len(case), case, "D", color=VERMILLION, markersize=6.5, zorder=5)
    if np.isfinite(finding.estimate) and case:
        middle = case[0] - finding.estimate
        reach = (finding.ci_high - finding.ci_low) / 2
        axes.plot([at + 0.05] * 2, [middle - reach, middle + reach], color=INK, linewidth=1.4, zorder=4)
        axes.plot([at, at + 0.1], [middle, middle], color=INK, linewidth=1.4, zorder=4)


def _caption(findings: Sequence[Finding]) -> str:
    level = percent(findings[0].ci_level)
    return (
        f"Diamonds: cases. Grey points: the controls that match each, n below the case. Bars: their mean, and where "
        f"{level} of single further controls are expected."
    )


def _words(findings: Sequence[Finding]) -> str:
    told = []
    for f in findings:
        about = f"{f.details.get('case', '')} against {f.n.get('controls', 0)} controls"
        if not np.isfinite(f.estimate):
            told.append(words(f, about))
            continue
        rank = f"above {plain(detail(f, 'percentile'), 3)} % of the controls' population"
        told.append(f"{about}: {interval(f)}; {rank}; {p_words(f)}.")
    return f"{_caption(findings)} {' '.join(told)}"
