"""Measured curves with the model through them, and what is left over: one panel per region."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.records import KineticFit
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import counted
from nociscope.viz.panels import LEFT, Panel, frame, limits, lines, panel_width, sheet
from nociscope.viz.style import BLUE, GRID, INK, MUTED, SMALL, VERMILLION

CURVE, STRIP, BETWEEN = 74.0, 24.0, 10.0
MOST = 12
"""Panels in one figure; an atlas of a hundred regions is read in the table, and the caption says what is not drawn."""


def curves(fits: Sequence[KineticFit], where: str) -> Drawing:
    """Draw the fits of one model in one scan.

    Parameters
    ----------
    fits : one per region; regions beyond the first twelve are named as not drawn.
    where : the scan in words, such as ``sub-01, ses-test``.
    """
    shown = list(fits[:MOST])
    figure, axes, corners = sheet(len(shown), CURVE + BETWEEN + STRIP)
    height = axes.get_ylim()[1]
    for i, (fit, (left, bottom)) in enumerate(zip(shown, corners, strict=True)):
        _panel(axes, fit, left, bottom, last=i >= len(shown) - 2)
    _key(axes, height)
    axes.text(LEFT, 4, "minutes after injection", fontsize=SMALL, color=INK)
    model = shown[0].model if shown else "model"
    return Drawing(figure, f"{model}: measured and fitted curves, {where}", _words(shown, len(fits)))


def _panel(axes: Axes, fit: KineticFit, left: float, bottom: float, last: bool) -> None:
    time = fit.frames.mid
    span = (0.0, float(fit.frames.end[-1]))
    upper = Panel(
        left, bottom + STRIP + BETWEEN, panel_width(), CURVE, span, limits((fit.measured, fit.fitted), zero=True)
    )
    residual = fit.measured - fit.fitted
    reach = float(np.nanmax(np.abs(residual))) if np.isfinite(residual).any() else 1.0
    lower = Panel(left, bottom, panel_width(), STRIP, span, (-1.1 * (reach or 1.0), 1.1 * (reach or 1.0)))
    mark = "" if fit.status.value == "ok" else " *"
    frame(axes, upper, fit.region + mark, x_ticks=False)
    frame(axes, lower, "", x_ticks=last, n_y=2)
    axes.text(
        left + panel_width(), upper.bottom + CURVE + 4, "kBq/mL", ha="right", va="bottom", fontsize=SMALL, color=MUTED
    )
    lines(axes, [(lower.x(np.array(span)), lower.y(np.zeros(2)))], GRID, 0.8)
    known = np.isfinite(fit.measured)
    dots(axes, upper.x(time[known & fit.used]), upper.y(fit.measured[known & fit.used]), True)
    dots(axes, upper.x(time[known & ~fit.used]), upper.y(fit.measured[known & ~fit.used]), False)
    fitted = np.isfinite(fit.fitted)
    lines(axes, [(upper.x(time[fitted]), upper.y(fit.fitted[fitted]))], VERMILLION)
    both = np.isfinite(residual) & fit.used
    dots(axes, lower.x(time[both]), lower.y(residual[both]), True, 1.8)


def dots(axes: Axes, x: np.ndarray, y: np.ndarray, filled: bool, size: float = 2.6) -> None:
    """Draw points: filled where they entered the fit, open where not."""
    face = BLUE if filled else "none"
    axes.plot(x, y, "o", markersize=size, markerfacecolor=face, markeredgecolor=BLUE, markeredgewidth=0.5, zorder=2)


def _key(axes: Axes, height: float) -> None:
    y = height - 8
    axes.plot([LEFT + 3], [y], "o", markersize=3, color=BLUE)
    axes.text(LEFT + 9, y, "measured", va="center", fontsize=SMALL, color=INK)
    axes.plot([LEFT + 60, LEFT + 74], [y, y], color=VERMILLION, linewidth=1.3)
    axes.text(LEFT + 78, y, "model", va="center", fontsize=SMALL, color=INK)
    axes.text(LEFT + 112, y, "strip: measured − model, kBq/mL", va="center", fontsize=SMALL, color=MUTED)


def _words(shown: Sequence[KineticFit], total: int) -> str:
    marked = [f.region for f in shown if f.status.value != "ok"]
    parts = [f"{counted(len(shown), 'region')}, {counted(len(shown[0].frames) if shown else 0, 'frame')} each."]
    parts += [f"{f.region}: {f.status.sentence}." for f in shown if f.status.value != "ok"]
    if not marked and shown:
        parts.append("Every fit is without reservation.")
    if any(not f.used.all() for f in shown):
        parts.append("Open points did not enter the fit.")
    if total > len(shown):
        parts.append(f"{counted(total - len(shown), 'further region')} not drawn; all stand in the table.")
    return " ".join(parts)
