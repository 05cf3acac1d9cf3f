"""Two numbers of each person against each other, with the line and band that the finding supplies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.finding import Finding
from nociscope.core.vocabulary import VOCABULARY
from nociscope.viz.contrast import axis_label, groups_of, words
from nociscope.viz.drawing import Drawing
from nociscope.viz.style import COLOURS, INK, MARKERS, VERMILLION, canvas, legend, quiet


def correlation(finding: Finding) -> Drawing:
    """Draw a correlation; ``Point.x`` is the other variable.

    The line and its band are drawn where ``details`` holds ``band_x``, ``band_mid``, ``band_low``, ``band_high``.
    """
    figure = canvas(3.3)
    axes = quiet(figure.add_axes((0.125, 0.14, 0.845, 0.8)), _other(finding), axis_label(finding), grid="both")
    _band(axes, finding)
    groups = groups_of(finding)
    for i, group in enumerate(groups):
        own = [p for p in finding.points if p.group == group]
        axes.plot(
            [p.x for p in own], [p.value for p in own], MARKERS[i % 6], color=COLOURS[i % 6], markersize=5,
            markeredgewidth=0, alpha=0.85, zorder=3, label=f"{group or 'all'}, n = {len(own)}",
        )  # fmt: skip
    if groups:
        legend(axes)
    return Drawing(figure, f"{finding.measure} in {finding.region} and {finding.contrast}", words(finding))


def _other(finding: Finding) -> str:
    label = finding.details.get("x_label", finding.contrast)
    return VOCABULARY[label].label if isinstance(label, str) and label in VOCABULARY else str(label)


def _band(axes: Axes, finding: Finding) -> None:
    columns = [finding.details.get(k) for k in ("band_x", "band_mid", "band_low", "band_high")]
    if not all(isinstance(c, Sequence) and len(c) for c in columns):
        return
    x, middle, low, high = (np.asarray(c, dtype=float) for c in columns)
    axes.fill_between(x, low, high, color=VERMILLION, alpha=0.18, linewidth=0, zorder=1)
    axes.plot(x, middle, color=INK, linewidth=1.2, zorder=2)
