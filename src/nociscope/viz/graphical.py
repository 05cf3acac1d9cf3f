"""The straight-line view of graphical methods: points, line and t*, one panel per region."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.records import KineticFit, LinearPlot
from nociscope.viz.curves import MOST, dots
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import counted, percent, plain, short
from nociscope.viz.panels import LEFT, Panel, frame, limits, lines, panel_width, sheet
from nociscope.viz.style import BLUE, INK, MUTED, SMALL, VERMILLION

HEIGHT = 84.0


def graphical(fits: Sequence[KineticFit], where: str) -> Drawing:
    """Draw the linear plots of one model in one scan; fits without one are left out and counted in the words."""
    with_plot = [(f, f.plot) for f in fits if f.plot is not None]
    shown = with_plot[:MOST]
    figure, axes, corners = sheet(len(shown), HEIGHT)
    for i, ((fit, plot), (left, bottom)) in enumerate(zip(shown, corners, strict=True)):
        _panel(axes, fit, plot, (left, bottom), last=i >= len(shown) - 2)
    _key(axes, axes.get_ylim()[1])
    if shown:
        plot = shown[0][1]
        axes.text(LEFT, 4, f"x: {plot.x_label}    y: {plot.y_label}", fontsize=SMALL, color=INK)
    model = fits[0].model if fits else "graphical method"
    return Drawing(figure, f"{model}: linear plot, {where}", _words(shown, len(fits)), _caption(shown, len(fits)))


def _panel(axes: Axes, fit: KineticFit, plot: LinearPlot, corner: tuple[float, float], last: bool) -> None:
    finite = np.isfinite(plot.x) & np.isfinite(plot.y)
    used, unused = finite & plot.used, finite & ~plot.used
    x_limits, y_limits = _limits(plot, finite)
    panel = Panel(*corner, panel_width(), HEIGHT, x_limits, y_limits)
    frame(axes, panel, fit.region + ("" if fit.status.value == "ok" else " *"), x_ticks=True)
    inside = _inside(plot, x_limits, y_limits)
    dots(axes, panel.x(plot.x[used]), panel.y(plot.y[used]), True)
    dots(axes, panel.x(plot.x[unused & inside]), panel.y(plot.y[unused & inside]), False)
    if used.any() and np.isfinite(plot.slope):
        ends = np.array([plot.x[used].min(), plot.x[used].max()])
        lines(axes, [(panel.x(ends), panel.y(plot.intercept + plot.slope * ends))], VERMILLION)
    axes.text(
        panel.left + panel.width, panel.bottom + HEIGHT + 4, f"slope {plain(plot.slope, 4)}",
        ha="right", va="bottom", fontsize=SMALL, color=MUTED,
    )  # fmt: skip


def _limits(plot: LinearPlot, finite: np.ndarray) -> tuple[tuple[float, float], tuple[float, float]]:
    """Limits by the points that were used, with room for as many early ones as fit: the first can be very far off."""
    used = finite & plot.used
    if not used.any():
        return limits((plot.x[finite],), zero=True), limits((plot.y[finite],), zero=True)
    return limits((plot.x[used],), zero=True), limits((plot.y[used],), zero=True)


def _inside(plot: LinearPlot, x: tuple[float, float], y: tuple[float, float]) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return (plot.x >= x[0]) & (plot.x <= x[1]) & (plot.y >= y[0]) & (plot.y <= y[1])


def _key(axes: Axes, height: float) -> None:
    y = height - 8
    axes.plot([LEFT + 3], [y], "o", markersize=3, color=BLUE)
    axes.text(LEFT + 9, y, "after t*", va="center", fontsize=SMALL, color=INK)
    axes.plot([LEFT + 56], [y], "o", markersize=3, markerfacecolor="none", markeredgecolor=BLUE)
    axes.text(LEFT + 62, y, "before", va="center", fontsize=SMALL, color=INK)
    axes.plot([LEFT + 106, LEFT + 120], [y, y], color=VERMILLION, linewidth=1.3)
    axes.text(LEFT + 124, y, "line through the points after t*", va="center", fontsize=SMALL, color=INK)


def _words(shown: Sequence[tuple[KineticFit, LinearPlot]], total: int) -> str:
    parts = [
        f"{f.region}: slope {plain(p.slope, 4)}, largest distance from the line {percent(round(p.deviation, 3))}."
        for f, p in shown
    ]
    return " ".join((_caption(shown, total), *parts))


def _caption(shown: Sequence[tuple[KineticFit, LinearPlot]], total: int) -> str:
    starts = sorted({p.tstar_min for _, p in shown})
    parts = [f"t* = {', '.join(short(t) for t in starts)} min."] if starts else []
    far = [(p.deviation, f.region) for f, p in shown if np.isfinite(p.deviation)]
    if far:
        most, region = max(far)
        parts.append(f"Largest distance of a point after t* from its line: {percent(round(most, 3))} ({region}).")
    if total > len(shown):
        parts.append(f"{counted(total - len(shown), 'further region')} not drawn.")
    return " ".join(parts)
