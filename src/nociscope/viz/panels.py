"""Small multiples in a single axes.

A matplotlib axes costs about 30 ms to make and draw; a page of one person has hundreds of panels. Here one invisible
axes spans the figure in points, and each panel is a box with its own scale inside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from nociscope.core.records import Array
from nociscope.viz.numbers import short
from nociscope.viz.style import GRID, INK, MUTED, SMALL, TEXT, WIDTH, canvas

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


def sheet(n: int, panel_height: float, legend_height: float = 16.0) -> tuple[Figure, Axes, list[tuple[float, float]]]:
    """Return figure, axes in points and the lower left corner of each of ``n`` panels, row by row."""
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
    return figure, axes, corners


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


def frame(axes: Axes, panel: Panel, title: str, x_ticks: bool, n_y: int = 3) -> None:
    """Draw grid, tick labels, base line and title of a panel."""
    right, top = panel.left + panel.width, panel.bottom + panel.height
    rows = [(v, float(panel.y(v))) for v in ticks(panel.y_limits, n_y)]
    axes.add_collection(
        LineCollection([[(panel.left, y), (right, y)] for _, y in rows], colors=GRID, linewidths=0.6, zorder=0)
    )
    base = [[(panel.left, panel.bottom), (right, panel.bottom)]]
    axes.add_collection(LineCollection(base, colors=MUTED, linewidths=0.7, zorder=1))
    for value, y in rows:
        axes.text(panel.left - 3, y, short(value), ha="right", va="center", fontsize=SMALL, color=MUTED)
    if x_ticks:
        for value in ticks(panel.x_limits, 3):
            axes.text(
                float(panel.x(value)), panel.bottom - 3, short(value), ha="center", va="top",
                fontsize=SMALL, color=MUTED,
            )  # fmt: skip
    if title:
        axes.text(panel.left, top + 4, title, ha="left", va="bottom", fontsize=TEXT, color=INK, weight="bold")


def lines(axes: Axes, curves: Sequence[tuple[Array, Array]], colour: str, width: float = 1.3) -> None:
    """Draw many curves, already in points, as one collection."""
    segments = [np.column_stack((x, y)) for x, y in curves]
    axes.add_collection(LineCollection(segments, colors=colour, linewidths=width, zorder=3))
