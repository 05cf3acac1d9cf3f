"""Measured curves with the model through them, and what is left over: one panel per region."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nociscope.core.records import KineticFit
from nociscope.core.status import FitStatus
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import counted
from nociscope.viz.panels import LEFT, Panel, Sheet, frame, limits, panel_width, sheet
from nociscope.viz.style import GRID, MUTED, VERMILLION

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
    page = sheet(len(shown), CURVE + BETWEEN + STRIP)
    for i, (fit, corner) in enumerate(zip(shown, page.corners, strict=True)):
        _panel(page, fit, corner, last=i >= len(shown) - 2)
    _key(page)
    page.text(LEFT, 4, "minutes after injection")
    model = shown[0].model if shown else "model"
    return Drawing(page.drawn(), f"{model}: measured and fitted curves, {where}", _words(shown, len(fits)))


def _panel(page: Sheet, fit: KineticFit, corner: tuple[float, float], last: bool) -> None:
    (left, bottom), time, width = corner, fit.frames.mid, panel_width()
    span = (0.0, float(fit.frames.end[-1]))
    residual = fit.measured - fit.fitted
    reach = 1.1 * float(np.nanmax(np.abs(residual))) if np.isfinite(residual).any() else 1.0
    lower = Panel(left, bottom, width, STRIP, span, (-(reach or 1.0), reach or 1.0))
    high = limits((fit.measured, fit.fitted), zero=True)
    upper = Panel(left, bottom + STRIP + BETWEEN, width, CURVE, span, high)
    frame(page, upper, fit.region + ("" if fit.status is FitStatus.OK else " *"), x_ticks=False)
    frame(page, lower, "", x_ticks=last, n_y=2)
    page.text(left + width, upper.bottom + CURVE + 4, "kBq/mL", MUTED, ha="right")
    page.stroke(lower.x(np.array(span)), lower.y(np.zeros(2)), GRID, 0.8, 0)
    known, fitted, both = (np.isfinite(v) for v in (fit.measured, fit.fitted, residual))
    for filled in (True, False):
        these = known & (fit.used if filled else ~fit.used)
        page.mark(upper.x(time[these]), upper.y(fit.measured[these]), filled)
    page.stroke(upper.x(time[fitted]), upper.y(fit.fitted[fitted]), VERMILLION, 1.3)
    page.mark(lower.x(time[both & fit.used]), lower.y(residual[both & fit.used]), True, 1.8)


def _key(page: Sheet) -> None:
    y = page.height - 8
    page.mark(np.array([LEFT + 3]), np.array([y]), True)
    page.text(LEFT + 9, y, "measured", va="center")
    page.stroke(np.array([LEFT + 60, LEFT + 74]), np.array([y, y]), VERMILLION, 1.3)
    page.text(LEFT + 78, y, "model", va="center")
    page.text(LEFT + 112, y, "strip: measured − model, kBq/mL", MUTED, va="center")


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
