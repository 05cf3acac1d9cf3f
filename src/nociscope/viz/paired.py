"""Two sessions of the same people: a line for each person, and the mean change with its interval."""

from __future__ import annotations

import numpy as np

from nociscope.core.finding import Finding
from nociscope.viz.difference import difference, margin_note
from nociscope.viz.drawing import Drawing
from nociscope.viz.finding_words import axis_label, caption, heading, sessions, words
from nociscope.viz.style import BLUE, MUTED, TEXT, VERMILLION, canvas, quiet


def paired(finding: Finding) -> Drawing:
    """Draw pairs; ``Point.x`` is the first session of the contrast, ``Point.value`` the second."""
    figure = canvas(2.9)
    grid = figure.add_gridspec(1, 2, width_ratios=[2.3, 1], wspace=0.12, left=0.125, right=0.9, top=0.95, bottom=0.15)
    axes = quiet(figure.add_subplot(grid[0]), "", axis_label(finding))
    pairs = [(p.x, p.value) for p in finding.points if np.isfinite(p.x) and np.isfinite(p.value)]
    for pair in pairs:
        axes.plot([0, 1], pair, color=MUTED, linewidth=0.8, alpha=0.7, zorder=2)
    axes.plot(np.zeros(len(pairs)), [a for a, _ in pairs], "o", color=BLUE, markersize=4.5, zorder=3)
    axes.plot(np.ones(len(pairs)), [b for _, b in pairs], "s", color=VERMILLION, markersize=4.5, zorder=3)
    axes.set_xlim(-0.35, 1.35)
    axes.set_xticks([0, 1], [f"{name}\nn = {len(pairs)}" for name in sessions(finding)], fontsize=TEXT)
    difference(quiet(figure.add_subplot(grid[1]), grid=""), finding)
    note = margin_note(finding)
    return Drawing(figure, heading(finding), f"{words(finding)}{note}", f"{caption(finding)}{note}")
