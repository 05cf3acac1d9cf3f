"""The same question in several regions: one line each, estimate with interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nociscope.core.finding import Finding
from nociscope.viz.drawing import Drawing
from nociscope.viz.finding_words import interval, place, question
from nociscope.viz.numbers import counted, p_text, percent, short, unit_text
from nociscope.viz.style import BLUE, INK, MUTED, SMALL, TEXT, beside, canvas, quiet

MOST = 40


def forest(findings: Sequence[Finding]) -> Drawing:
    """Draw the findings of one hypothesis over its regions, in the order given.

    Regions without an estimate keep their line and say so; those beyond the fortieth are counted in the caption.
    """
    first, hidden = findings[0], len(findings) - MOST
    findings = findings[:MOST]
    figure = canvas(0.75 + 0.24 * len(findings))
    height = figure.get_figheight()
    axes = quiet(figure.add_axes(beside([place(f) for f in findings], height)), grid="x")
    axes.axvline(0, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    for i, finding in enumerate(findings):
        if not np.isfinite(finding.estimate):
            axes.text(
                0.02, i, finding.status.replace("_", " "), transform=axes.get_yaxis_transform(), fontsize=SMALL,
                color=MUTED, va="center",
            )  # fmt: skip
            continue
        axes.plot([finding.ci_low, finding.ci_high], [i, i], color=INK, linewidth=1.3, zorder=2)
        below = np.isfinite(finding.p_adjusted) and finding.p_adjusted < 1 - finding.ci_level
        axes.plot(
            [finding.estimate], [i], "D", markersize=5, markeredgecolor=BLUE, markerfacecolor=BLUE if below else "none",
            markeredgewidth=1.2, zorder=3,
        )  # fmt: skip
    axes.set_ylim(len(findings) - 0.4, -0.6)
    axes.set_yticks(range(len(findings)), [place(f) for f in findings], fontsize=TEXT)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    unit = unit_text(first.unit)
    axes.set_xlabel(f"{question(first)}{f' ({unit})' if unit else ''}", fontsize=SMALL, color=INK)
    return Drawing(figure, f"{question(first)}, by region", _words(findings, hidden), _caption(findings, hidden))


def _words(findings: Sequence[Finding], hidden: int) -> str:
    parts = [f"{counted(len(findings), 'region')}."]
    for f in findings:
        if np.isfinite(f.estimate):
            tested = f", corrected {p_text(f.p_adjusted)}" if np.isfinite(f.p_adjusted) else ""
            parts.append(f"{place(f)}: {interval(f)}{tested}.")
        else:
            parts.append(f"{place(f)}: {f.status.replace('_', ' ')}.")
    return " ".join(p for p in (*parts, _key(findings), _rest(hidden)) if p)


def _caption(findings: Sequence[Finding], hidden: int) -> str:
    parts = (f"Estimates with {percent(findings[0].ci_level)} intervals.", _key(findings), _rest(hidden))
    return " ".join(p for p in parts if p)


def _rest(hidden: int) -> str:
    return f"{counted(hidden, 'further region')} not drawn; all stand in the table." if hidden > 0 else ""


def _key(findings: Sequence[Finding]) -> str:
    if not any(np.isfinite(f.p_adjusted) for f in findings):
        return ""
    return f"Filled diamonds: corrected p below {short(1 - findings[0].ci_level)}."
