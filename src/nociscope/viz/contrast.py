"""Group contrast as an estimate plot: every person, group means, and the difference with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.finding import Finding
from nociscope.viz.difference import difference, margin_note
from nociscope.viz.drawing import Drawing
from nociscope.viz.finding_words import axis_label, caption, heading, numbers_of, words
from nociscope.viz.numbers import percent
from nociscope.viz.style import COLOURS, INK, MARKERS, TEXT, canvas, quiet
from nociscope.viz.swarm import offsets


def contrast(finding: Finding) -> Drawing:
    """Draw a group contrast (after Gardner & Altman 1986, doi:10.1136/bmj.292.6522.746).

    Group means are ``details["means"]`` (``adjusted_means`` where the finding has covariates), in the order of ``n``;
    their intervals ``means_ci_low`` and ``means_ci_high`` are drawn where the finding supplies them.
    """
    figure = canvas(2.9)
    grid = figure.add_gridspec(1, 2, width_ratios=[2.3, 1], wspace=0.12, left=0.125, right=0.9, top=0.95, bottom=0.15)
    _people(quiet(figure.add_subplot(grid[0]), "", axis_label(finding)), finding, groups_of(finding))
    difference(quiet(figure.add_subplot(grid[1]), grid=""), finding)
    note = f"{_note(finding)}{margin_note(finding)}"
    return Drawing(figure, heading(finding), f"{words(finding)}{note}", f"{caption(finding)}{note}")


def _note(finding: Finding) -> str:
    what, means = _means(finding)
    if not means:
        return ""
    with_interval = f" with {percent(finding.ci_level)} intervals" if finding.details.get("means_ci_low") else ""
    return f" Bars beside the points: {what}{with_interval}."


def groups_of(finding: Finding) -> list[str]:
    """Groups in the order of ``n``, then others as they come."""
    present = list(dict.fromkeys(p.group for p in finding.points))
    return [g for g in finding.n if g in present] + [g for g in present if g not in finding.n]


def _people(axes: Axes, finding: Finding, groups: Sequence[str]) -> None:
    values = np.array([p.value for p in finding.points if np.isfinite(p.value)])
    height = float(np.ptp(values)) if values.size else 1.0
    for i, group in enumerate(groups):
        own = np.array([p.value for p in finding.points if p.group == group and np.isfinite(p.value)])
        axes.plot(
            i + offsets(own, height), own, MARKERS[i % 6], color=COLOURS[i % 6], markersize=4.5, alpha=0.85,
            markeredgewidth=0, zorder=3,
        )  # fmt: skip
    _, means = _means(finding)
    lows, highs = (numbers_of(finding.details.get(f"means_ci_{side}")) for side in ("low", "high"))
    for k, (group, mean) in enumerate(zip(finding.n, means, strict=False)):
        if group not in groups:
            continue
        i = groups.index(group)
        axes.plot([i + 0.3, i + 0.44], [mean, mean], color=INK, linewidth=2, zorder=4)
        if k < min(len(lows), len(highs)):
            axes.plot([i + 0.37] * 2, [lows[k], highs[k]], color=INK, linewidth=1.2, zorder=4)
    axes.set_xlim(-0.55, max(len(groups), 1) - 0.4)
    axes.set_xticks(range(len(groups)), [f"{g or 'all'}\nn = {_n(finding, g)}" for g in groups], fontsize=TEXT)


def _means(finding: Finding) -> tuple[str, list[float]]:
    """What the bars are, and their heights in the order of ``n``; never computed here."""
    adjusted = numbers_of(finding.details.get("adjusted_means")) if finding.covariates else []
    if adjusted:
        return "group means at the mean of the covariates", adjusted
    return "group means", numbers_of(finding.details.get("means"))


def _n(finding: Finding, group: str) -> int:
    return finding.n.get(group, sum(p.group == group for p in finding.points))
