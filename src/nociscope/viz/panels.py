"""Small multiples in a single axes.

A matplotlib axes costs about 30 ms to make and draw; a page of one person has hundreds of panels. Here one invisible
axes spans the figure in points, and each panel is a box with its own scale inside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from nociscope.core.records import Array
from nociscope.viz.numbers import short
from nociscope.viz.style import BLUE, GRID, INK, MUTED, SMALL, TEXT, WIDTH, canvas

COLUMNS = 2
LEFT, RIGHT, TOP, BOTTOM, GAP = 34.0, 4.0, 16.0, 16.0, 14.0


@dataclass(frozen=True)
class Panel:
    """A box in points with the data limits that fill it."""

    left: float
    bottom: float
    width: float
    height: float
    x_limits: tuple[float, float]
    y_limits: tuple[float, float]

    def x(self, values: Array | float) -> Array:
        """Data to points along x."""
        low, high = self.x_limits
        return self.left + (np.asarray(values, dtype=float) - low) / (high - low) * self.width

    def y(self, values: Array | float) -> Array:
        """Data to points along y."""
        low, high = self.y_limits
        return self.bottom + (np.asarray(values, dtype=float) - low) / (high - low) * self.height


@dataclass
class Sheet:
    """A page of panels that gathers what is drawn and hands it to the axes in a few artists.

    Parameters
    ----------
    figure, axes : one invisible axes, in points.
    corners : lower left corner of each panel, row by row.
    strokes : (colour, width, order) to segments. dots : (filled, size) to points. Filled while panels are drawn.
    """

    figure: Figure
    axes: Axes
    corners: list[tuple[float, float]]
    height: float
    strokes: dict[tuple[str, float, int], list[Array]] = field(default_factory=dict)
    dots: dict[tuple[bool, float], list[Array]] = field(default_factory=dict)

    def stroke(self, x: Array, y: Array, colour: str, width: float, order: int = 3) -> None:
        """Add a line, in points."""
        self.strokes.setdefault((colour, width, order), []).append(np.column_stack((x, y)))

    def mark(self, x: Array, y: Array, filled: bool, size: float = 2.6) -> None:
        """Add points: filled where they entered the fit, open where not."""
        if x.size:
            self.dots.setdefault((filled, size), []).append(np.column_stack((x, y)))

    def text(self, x: float, y: float, text: str, colour: str = INK, **place: Any) -> None:
        """Add a small text."""
        self.axes.text(x, y, text, color=colour, **{"fontsize": SMALL, **place})

    def drawn(self) -> Figure:
        """Hand everything to the axes and return the figure."""
        for (colour, width, order), segments in self.strokes.items():
            lines = LineCollection(segments, colors=colour, linewidths=width, zorder=order, clip_on=False)
            self.axes.add_collection(lines, autolim=False)
        for (filled, size), points in self.dots.items():
            x, y = np.concatenate(points).T
            self.axes.add_artist(
                Line2D(x, y, linestyle="none", marker="o", markersize=size, markeredgewidth=0.5, markeredgecolor=BLUE,
                       markerfacecolor=BLUE if filled else "none", zorder=2, clip_on=False)
            )  # fmt: skip
        return self.figure


def sheet(n: int, panel_height: float, legend_height: float = 16.0) -> Sheet:
    """Return an empty page for ``n`` panels."""
    rows = -(-n // COLUMNS)
    row_height = TOP + panel_height + GAP
    height = rows * row_height + BOTTOM + legend_height
    figure = canvas(height / 72)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH * 72)
    axes.set_ylim(0, height)
    across, top = panel_width() + LEFT + RIGHT, height - legend_height + GAP
    corners = [(LEFT + (i % COLUMNS) * across, top - (i // COLUMNS + 1) * row_height) for i in range(n)]
    return Sheet(figure, axes, corners, height)


def panel_width() -> float:
    """Width of one panel, points."""
    return WIDTH * 72 / COLUMNS - LEFT - RIGHT


def limits(values: Sequence[Array], zero: bool = False) -> tuple[float, float]:
    """Return limits that hold all finite values with a small margin; with ``zero``, zero too."""
    joined = np.concatenate([np.ravel(v) for v in values])
    finite = joined[np.isfinite(joined)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or abs(high) or 1.0
    return (low if zero and low == 0 else low - 0.05 * span), high + 0.07 * span


def ticks(span: tuple[float, float], n: int) -> list[float]:
    """Return about ``n`` round numbers inside the limits."""
    values = MaxNLocator(n, steps=[1, 2, 3, 5, 10]).tick_values(*span)
    return [float(v) for v in values if span[0] <= v <= span[1]]


def frame(page: Sheet, panel: Panel, title: str, x_ticks: bool, n_y: int = 3) -> None:
    """Draw grid, tick labels, base line and title of a panel."""
    ends = np.array([panel.left, panel.left + panel.width])
    for value in ticks(panel.y_limits, n_y):
        y = float(panel.y(value))
        page.stroke(ends, np.array([y, y]), GRID, 0.6, 0)
        page.text(panel.left - 3, y, short(value), MUTED, ha="right", va="center")
    page.stroke(ends, np.array([panel.bottom] * 2), MUTED, 0.7, 1)
    if x_ticks:
        for value in ticks(panel.x_limits, 3):
            page.text(float(panel.x(value)), panel.bottom - 3, short(value), MUTED, ha="center", va="top")
    if title:
        page.text(panel.left, panel.bottom + panel.height + 4, title, weight="bold", fontsize=TEXT)
