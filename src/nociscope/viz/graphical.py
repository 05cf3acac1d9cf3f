"""The straight-line view of graphical methods: points, line and t*, one panel per region."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nociscope.core.records import KineticFit, LinearPlot
from nociscope.core.status import FitStatus
from nociscope.viz.curves import MOST
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import counted, percent, plain, short
from nociscope.viz.panels import LEFT, Panel, Sheet, frame, limits, panel_width, sheet
from nociscope.viz.style import MUTED, VERMILLION

HEIGHT = 84.0


def graphical(fits: Sequence[KineticFit], where: str) -> Drawing:
    """Draw the linear plots of one model in one scan; fits without one are left out and counted in the words."""
    with_plot = [(f, f.plot) for f in fits if f.plot is not None]
    shown = with_plot[:MOST]
    page = sheet(len(shown), HEIGHT)
    for (fit, plot), corner in zip(shown, page.corners, strict=True):
        _panel(page, fit, plot, corner)
    _key(page)
    if shown:
        page.text(LEFT, 4, f"across: {shown[0][1].x_label}; up: {shown[0][1].y_label}")
    model = fits[0].model if fits else "graphical method"
    words, caption = _words(shown, len(fits)), _caption(shown, len(fits))
    return Drawing(page.drawn(), f"{model}: linear plot, {where}", words, caption)


def _panel(page: Sheet, fit: KineticFit, plot: LinearPlot, corner: tuple[float, float]) -> None:
    finite = np.isfinite(plot.x) & np.isfinite(plot.y)
    x_limits, y_limits = _limits(plot, finite)
    panel = Panel(*corner, panel_width(), HEIGHT, x_limits, y_limits)
    frame(page, panel, fit.region + ("" if fit.status is FitStatus.OK else " *"), x_ticks=True)
    page.text(panel.left + panel.width, panel.bottom + HEIGHT + 4, f"slope {plain(plot.slope, 4)}", MUTED, ha="right")
    used = finite & plot.used
    before = finite & ~plot.used & _inside(plot, x_limits, y_limits)
    page.mark(panel.x(plot.x[used]), panel.y(plot.y[used]), True)
    page.mark(panel.x(plot.x[before]), panel.y(plot.y[before]), False)
    if used.any() and np.isfinite(plot.slope):
        ends = np.array([plot.x[used].min(), plot.x[used].max()])
        page.stroke(panel.x(ends), panel.y(plot.intercept + plot.slope * ends), VERMILLION, 1.3)


def _limits(plot: LinearPlot, finite: np.ndarray) -> tuple[tuple[float, float], tuple[float, float]]:
    """Limits by the points that were used, with room for as many early ones as fit: the first can be very far off."""
    used = finite & plot.used
    if not used.any():
        return limits((plot.x[finite],), zero=True), limits((plot.y[finite],), zero=True)
    return limits((plot.x[used],), zero=True), limits((plot.y[used],), zero=True)


def _inside(plot: LinearPlot, x: tuple[float, float], y: tuple[float, float]) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return (plot.x >= x[0]) & (plot.x <= x[1]) & (plot.y >= y[0]) & (plot.y <= y[1])


def _key(page: Sheet) -> None:
    y = page.height - 8
    for x, text, filled in ((LEFT + 3, "after t*", True), (LEFT + 56, "before", False)):
        page.mark(np.array([x]), np.array([y]), filled)
        page.text(x + 6, y, text, va="center")
    page.stroke(np.array([LEFT + 106, LEFT + 120]), np.array([y, y]), VERMILLION, 1.3)
    page.text(LEFT + 124, y, "line through the points after t*", va="center")


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
