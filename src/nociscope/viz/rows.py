"""Numbers with their intervals below one another, each row named: parts of one finding side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from nociscope.viz.numbers import bracketed
from nociscope.viz.style import INK, MUTED, SMALL, TEXT


@dataclass(frozen=True)
class NumberRow:
    """A number and its ends, nan where there is no interval; ``leading`` rows are diamonds in ink, others muted."""

    name: str
    value: float
    low: float = math.nan
    high: float = math.nan
    leading: bool = False
    said: str = ""

    @property
    def text(self) -> str:
        """As printed above the row."""
        return self.said or bracketed(self.value, self.low, self.high)


def number_rows(axes: Axes, rows: Sequence[NumberRow], label: str) -> None:
    """Draw rows from top to bottom on quiet axes, a dashed line at zero; ``label`` says quantity, unit and level."""
    axes.axvline(0, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    for i, row in enumerate(rows):
        colour = INK if row.leading else MUTED
        if math.isfinite(row.low) and math.isfinite(row.high):
            axes.plot([row.low, row.high], [i, i], color=colour, linewidth=1.6, zorder=3)
        if math.isfinite(row.value):
            axes.plot([row.value], [i], "D" if row.leading else "o", color=colour, markersize=5.5, zorder=4)
    low, high = axes.get_xlim()
    for i, row in enumerate(rows):
        at = row.value if math.isfinite(row.value) else (low + high) / 2
        # a label stays over its row without leaving the axes
        share = (at - low) / (high - low) if high > low else 0.5
        side = "left" if share < 0.3 else "right" if share > 0.7 else "center"
        place = 0.0 if side == "left" else 1.0 if side == "right" else share
        axes.text(
            place, i - 0.2, row.text, transform=axes.get_yaxis_transform(), ha=side, va="bottom", fontsize=SMALL,
            color=INK if row.leading else MUTED, clip_on=False,
        )  # fmt: skip
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.5, -0.75)
    axes.set_yticks(range(len(rows)), [row.name for row in rows], fontsize=TEXT)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(label, fontsize=SMALL, color=INK)


def rows_in_words(rows: Sequence[NumberRow]) -> str:
    """Every row as ``name number [low to high].``"""
    return " ".join(f"{row.name}: {row.text}." for row in rows)


def room_for(rows: Sequence[NumberRow]) -> float:
    """Share of a figure's width that the longest name needs at its left."""
    return min(0.42, 0.04 + 0.0165 * max((len(line) for row in rows for line in row.name.split("\n")), default=0))
