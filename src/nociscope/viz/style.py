"""One look for every figure: Okabe–Ito colours with a shape each, quiet axes, ink that follows the page.

Colours are written as fixed hex values and exchanged for CSS variables in `nociscope.viz.svg`, so that one file serves
a light page, a dark page and print.

Source of the palette: Okabe M, Ito K (2008), Color Universal Design, https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from nociscope.viz.numbers import typeset

INK = "#1b1f24"
MUTED = "#5f6872"
GRID = "#dfe3e8"
PAPER = "#fefefe"

BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
MARKERS = ("o", "s", "^", "D", "v", "P")

CSS_NAMES = {
    INK: "--ink", MUTED: "--muted", GRID: "--grid", PAPER: "--paper",
    BLUE: "--c1", VERMILLION: "--c2", GREEN: "--c3", PURPLE: "--c4", ORANGE: "--c5", SKY: "--c6",
}  # fmt: skip

TEXT, SMALL = 8.5, 7.5
"""Sizes in points of a drawing 400 points wide or less; at 328 px on a phone the small one is still above 7 px."""
WIDTH = 4.4
"""Inches; figures are drawn narrow and stand side by side where the page has room."""

RC: Any = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "path.simplify": True,
    "path.simplify_threshold": 0.2,
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "svg.hashsalt": "nociscope",
    "axes.titley": 1.0,  # a fixed place: looking for a free one lays out every label once more
}


def house() -> AbstractContextManager[None]:
    """Return a context in which figures are made and written; nothing global stays behind."""
    return mpl.rc_context(RC)


def canvas(height: float, width: float = WIDTH) -> Figure:
    """Return an empty figure without background; inches."""
    figure = Figure(figsize=(width, height))
    figure.patch.set_visible(False)
    return figure


def quiet(axes: Axes, x_label: str = "", y_label: str = "", grid: str = "y") -> Axes:
    """Give axes the house look: two thin spines, few ticks, a pale grid behind the data."""
    axes.patch.set_visible(False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(MUTED)
        axes.spines[side].set_linewidth(0.7)
    axes.tick_params(colors=MUTED, labelcolor=INK, labelsize=SMALL, width=0.7, length=3)
    if grid:
        axes.grid(axis=grid, color=GRID, linewidth=0.6, zorder=0)  # type: ignore[arg-type]
        axes.set_axisbelow(True)
    for axis in (axes.xaxis, axes.yaxis):  # a tick costs as much as a curve: five say as much as nine
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlabel(typeset(x_label), color=INK, fontsize=TEXT)
    axes.set_ylabel(typeset(y_label), color=INK, fontsize=TEXT)
    return axes


def beside(names: Sequence[str], height: float) -> tuple[float, float, float, float]:
    """Place of axes whose rows are named at the left: as wide as the longest name leaves; ``height`` in inches."""
    left = min(0.42, 0.035 + 0.017 * max(map(len, names), default=0))
    return left, 0.5 / height, 0.97 - left, 1 - 0.62 / height


def legend(axes: Axes, location: Any = "best", columns: int = 1) -> None:
    """Draw a legend without a box."""
    axes.legend(loc=location, fontsize=SMALL, frameon=False, labelcolor=INK, ncols=columns, handlelength=2.2)
