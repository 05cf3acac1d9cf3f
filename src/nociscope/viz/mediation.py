"""A mediation: the paths with their intervals, and beside the indirect effect that of the model turned round."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.finding import Finding
from nociscope.viz.contrast import groups_of
from nociscope.viz.drawing import Drawing
from nociscope.viz.finding_words import axis_label, caption, detail, heading, words
from nociscope.viz.numbers import bracketed, percent, unit_text
from nociscope.viz.rows import NumberRow, number_rows
from nociscope.viz.style import COLOURS, INK, MARKERS, MUTED, SMALL, TEXT, canvas, legend, quiet

_LONGEST = 14


def mediation(finding: Finding) -> Drawing:
    """Draw the path diagram, people, the indirect effect and that of the exchanged model; all from ``details``."""
    figure = canvas(4.6)
    _paths(figure.add_axes((0.0, 0.56, 1.0, 0.43)), finding)
    through = str(finding.details.get("through", "mediator"))
    people = quiet(figure.add_axes((0.125, 0.11, 0.4, 0.4)), through, axis_label(finding), "both")
    for i, group in enumerate(groups_of(finding)):
        own = [p for p in finding.points if p.group == group]
        label = f"{group or 'all'}, n = {len(own)}"
        people.plot(
            [p.x for p in own], [p.value for p in own], MARKERS[i % 6], color=COLOURS[i % 6], markersize=4.5,
            alpha=0.85, markeredgewidth=0, zorder=3, label=label,
        )  # fmt: skip
    low, high = people.get_ylim()
    people.set_ylim(low, high + 0.28 * (high - low))
    legend(people, "upper left")
    level, unit = percent(finding.ci_level), unit_text(finding.unit)
    rows = (
        (
            NumberRow("", finding.estimate, finding.ci_low, finding.ci_high, leading=True),
            f"indirect, as asked ({unit})",
        ),
        (_row(finding, "ab_swapped"), f"exchanged (unit of {through})"),
    )
    rows = tuple((row, label.replace(" ()", "")) for row, label in rows)
    for (row, label), bottom in zip(rows, (0.38, 0.15), strict=True):
        axes = quiet(figure.add_axes((0.62, bottom, 0.35, 0.1)), grid="x")
        number_rows(axes, [row], label)
        axes.set_ylim(0.5, -0.5)
    note = _note(finding, level)
    return Drawing(figure, heading(finding), f"{words(finding)}{note}", f"{caption(finding)}{note}")


def _row(finding: Finding, key: str) -> NumberRow:
    return NumberRow("", *(detail(finding, f"{key}{side}") for side in ("", "_low", "_high")))


def _paths(axes: Axes, finding: Finding) -> None:
    """Three boxes and three arrows, each with its number and interval."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    places = {
        str(finding.details.get("cause", "cause")): (0.15, 0.2),
        str(finding.details.get("through", "mediator")): (0.5, 0.82),
        finding.measure: (0.85, 0.2),
    }
    (start, middle, end) = places.values()
    for name, (x, y) in places.items():
        short = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
        axes.text(
            x, y, short, ha="center", va="center", fontsize=TEXT, color=INK, zorder=3,
            bbox={"boxstyle": "round,pad=0.45", "facecolor": "none", "edgecolor": MUTED, "linewidth": 0.9},
        )  # fmt: skip
    arrows = ((start, middle, "a", (0.27, 0.6), "right"), (middle, end, "b", (0.73, 0.6), "left"))
    for tail, tip, name, at, side in (*arrows, (start, end, "c_prime", (0.5, 0.09), "center")):
        dx, dy = tip[0] - tail[0], tip[1] - tail[1]
        # the arrow begins and ends outside the boxes
        near, far = (0.32, 0.70) if dy else (0.2, 0.82)
        axes.annotate(
            "", (tail[0] + far * dx, tail[1] + far * dy), (tail[0] + near * dx, tail[1] + near * dy),
            arrowprops={"arrowstyle": "-|>", "color": MUTED, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
        between = " " if name == "c_prime" else "\n"
        said = f"{_symbol(name)}{between}{_row(finding, name).text}"
        axes.text(*at, said, ha=side, va="center", fontsize=SMALL, color=INK, linespacing=1.3)


def _symbol(name: str) -> str:
    return {"a": "a", "b": "b", "c": "c", "c_prime": "c′"}[name]


def _note(finding: Finding, level: str) -> str:
    if not math.isfinite(finding.estimate):
        return ""
    numbers = {
        name: [detail(finding, f"{name}{s}") for s in ("", "_low", "_high")] for name in ("a", "b", "c", "c_prime")
    }
    told = "; ".join(f"{_symbol(n)} {bracketed(*v)}" for n, v in numbers.items() if np.isfinite(v[0]))
    sentence = str(finding.details.get("sentence", ""))
    return f" Paths with {level} intervals: {told} (c: the whole relation, c′: what is left of it). {sentence}"
