"""Two numbers of each person against each other, with the line and band that the finding supplies."""

from __future__ import annotations

from matplotlib.axes import Axes

from nociscope.core.finding import Finding
from nociscope.core.vocabulary import VOCABULARY
from nociscope.viz.contrast import groups_of
from nociscope.viz.difference import difference, margin_note
from nociscope.viz.drawing import Drawing
from nociscope.viz.finding_words import axis_label, caption, numbers_of, question, words
from nociscope.viz.numbers import typeset
from nociscope.viz.style import COLOURS, INK, MARKERS, VERMILLION, canvas, legend, quiet


def correlation(finding: Finding) -> Drawing:
    """Draw a correlation; ``Point.x`` is the other variable.

    A declared margin of equivalence stands at the right, with the effect that is held against it.
    The line and its band are drawn where ``details`` holds ``band_x``, ``band_mid``, ``band_low``, ``band_high``.
    """
    figure = canvas(3.3)
    beside = "equivalence_margin" in finding.details
    wide = 0.6 if beside else 0.845
    axes = quiet(figure.add_axes((0.125, 0.14, wide, 0.8)), other_label(finding), axis_label(finding), grid="both")
    if beside:
        difference(quiet(figure.add_axes((0.76, 0.14, 0.14, 0.8)), grid=""), finding)
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
    note = margin_note(finding)
    title = f"{finding.region}: {question(finding)}"
    return Drawing(figure, title, f"{words(finding)}{note}", f"{caption(finding)}{note}")


def other_label(finding: Finding) -> str:
    """Name and unit of the other variable: as supplied, else what the contrast says it is per."""
    label = finding.details.get("x_label")
    if isinstance(label, str):
        return VOCABULARY[label].label if label in VOCABULARY else label
    return typeset(finding.contrast.removeprefix("per ").removeprefix("rank correlation ").removeprefix("with "))


def _band(axes: Axes, finding: Finding) -> None:
    x, middle, low, high = (numbers_of(finding.details.get(f"band_{k}")) for k in ("x", "mid", "low", "high"))
    if not x:
        return
    axes.fill_between(x, low, high, color=VERMILLION, alpha=0.18, linewidth=0, zorder=1)
    axes.plot(x, middle, color=INK, linewidth=1.2, zorder=2)
