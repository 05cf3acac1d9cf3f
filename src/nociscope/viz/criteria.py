"""Criteria of one person: what failed, what held, which grades remain, and which inputs would decide."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes

from nociscope.core.scores import Decision
from nociscope.viz.drawing import Drawing
from nociscope.viz.style import BLUE, INK, MUTED, ORANGE, SMALL, TEXT, canvas

WRAP = {TEXT: 62, SMALL: 72}
"""Characters in a line, by size."""
_LINE = 0.155
"""Height of a line of text, inches."""


def criteria(decision: Decision, words: dict[str, str] | None = None) -> Drawing:
    """Draw the way to a grade as a column of steps.

    Parameters
    ----------
    decision : of one person. words : input → what it is, for those that are unknown; the name with spaces otherwise.
    """
    steps = [*_steps(decision), *_open(decision, words or {})]
    height = 0.2 + sum(_LINE * len(lines) + 0.07 for _, _, lines in steps)
    figure = canvas(height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, figure.get_figwidth())
    axes.set_ylim(height, 0)
    y = 0.16
    for sign, colour, lines in steps:
        _sign(axes, y, sign, colour)
        for i, text in enumerate(lines):
            own = MUTED if sign in ("excluded", "earlier") else INK
            axes.text(0.3, y + i * _LINE, text, fontsize=TEXT if sign == "reached" else SMALL, color=own, va="center")
        y += _LINE * len(lines) + 0.07
    title = f"{decision.criteria}, {decision.rule.replace('_', ' ')}: {_or(decision)}"
    return Drawing(figure, title, _sentence(decision, words or {}), _caption(decision))


def _steps(decision: Decision) -> list[tuple[str, str, list[str]]]:
    out = []
    for line in decision.path:
        before, _, head = line.split(":")[0].rpartition(", ")
        sign = "excluded" if head.startswith("not ") else "earlier" if before else "reached"
        size = TEXT if sign == "reached" else SMALL
        out.append((sign, MUTED if sign == "excluded" else BLUE, _wrapped(line.replace("_", " "), size)))
    return out


def _open(decision: Decision, words: dict[str, str]) -> list[tuple[str, str, list[str]]]:
    """Grades that remain where there are several, and what would decide."""
    if len(decision.grades) < 2:
        return []
    out = [("open", ORANGE, [f"{grade.replace('_', ' ')}: still possible"]) for grade in decision.grades]
    needed = ", ".join(words.get(c) or c.replace("_", " ") for c in decision.deciding)
    return [*out, ("needed", ORANGE, _wrapped(f"Would decide, or narrow: {needed or 'nothing that was asked'}"))]


def _sign(axes: Axes, y: float, sign: str, colour: str) -> None:
    if sign == "needed":
        axes.text(0.13, y, "?", fontsize=TEXT, color=colour, ha="center", va="center", fontweight="bold")
        return
    if sign == "excluded":
        axes.plot([0.13], [y], "x", markersize=4.5, color=colour, markeredgewidth=1.1)
        return
    face = "none" if sign == "open" else colour
    axes.plot(
        [0.13], [y], "o", markersize=3 if sign == "earlier" else 6, markeredgecolor=colour, markerfacecolor=face,
        markeredgewidth=1.3,
    )  # fmt: skip


def _wrapped(text: str, size: float = SMALL) -> list[str]:
    return textwrap.wrap(text, WRAP[size]) or [""]


def _or(decision: Decision) -> str:
    return " or ".join(decision.grades).replace("_", " ")


def _sentence(decision: Decision, words: dict[str, str]) -> str:
    said = " ".join(f"{line}." for line in decision.path)
    if len(decision.grades) < 2:
        return f"{_or(decision)}. {said}"
    needed = ", ".join(words.get(c) or c.replace("_", " ") for c in decision.deciding)
    return f"{_or(decision)}. {said} Would decide, or narrow: {needed}."


def _caption(decision: Decision) -> str:
    if len(decision.grades) > 1:
        return "Circles: grades that what is known leaves open. Crosses: excluded, with what excludes them."
    return "Filled circle: the grade. Crosses: what comes before it in the criteria, with what failed."
