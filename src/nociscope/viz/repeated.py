"""Several sessions of the same people: a line for each person, session means with their intervals."""

from __future__ import annotations

import numpy as np

from nociscope.core.finding import Finding
from nociscope.viz.difference import difference
from nociscope.viz.drawing import Drawing
from nociscope.viz.finding_words import axis_label, caption, heading, numbers_of, words
from nociscope.viz.numbers import percent
from nociscope.viz.style import BLUE, INK, MUTED, TEXT, canvas, quiet


def repeated(finding: Finding) -> Drawing:
    """Draw people over their sessions, ``Point.group`` the session; means with intervals stand in ``details``."""
    figure = canvas(2.9)
    grid = figure.add_gridspec(1, 2, width_ratios=[2.3, 1], wspace=0.12, left=0.125, right=0.9, top=0.95, bottom=0.15)
    axes = quiet(figure.add_subplot(grid[0]), "", axis_label(finding))
    sessions = list(dict.fromkeys(p.group for p in finding.points))
    people: dict[str, list[float]] = {}
    for point in finding.points:
        people.setdefault(point.participant, []).append(point.value)
    for values in people.values():
        axes.plot(range(len(values)), values, color=MUTED, linewidth=0.8, alpha=0.6, zorder=2)
        axes.plot(range(len(values)), values, "o", color=BLUE, markersize=4, alpha=0.8, markeredgewidth=0, zorder=3)
    means, low, high = (numbers_of(finding.details.get(key)) for key in ("means", "means_ci_low", "means_ci_high"))
    for i, numbers in enumerate(zip(means, low, high, strict=False)):
        axes.plot([i + 0.16] * 2, numbers[1:], color=INK, linewidth=1.4, zorder=4)
        axes.plot([i + 0.16], numbers[:1], "D", color=INK, markersize=5.5, zorder=5)
    axes.set_xlim(-0.35, max(len(sessions), 1) - 0.55)
    axes.set_xticks(range(len(sessions)), [f"{name}\nn = {len(people)}" for name in sessions], fontsize=TEXT)
    difference(quiet(figure.add_subplot(grid[1]), grid=""), finding)
    finite = bool(means) and bool(np.isfinite(means).all())
    note = f" Diamonds: session means with {percent(finding.ci_level)} intervals." if finite else ""
    return Drawing(figure, heading(finding), f"{words(finding)}{note}", f"{caption(finding)}{note}")
