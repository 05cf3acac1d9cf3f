"""Cumulative responders: the share of people who improve by at least so many percent."""

from __future__ import annotations

import numpy as np

from nociscope.core.responder_curve import ResponderCurve
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import counted
from nociscope.viz.style import BLUE, GRID, MUTED, SMALL, canvas, quiet

MARKS = {30: "moderate", 50: "substantial"}
"""Percent → what IMMPACT calls it."""


def responder_curve(curve: ResponderCurve, outcome: str = "pain") -> Drawing:
    """Draw shares with exact intervals; the range that missing people leave is a dotted pair of lines.

    Parameters
    ----------
    outcome : what fell, for the axis.
    """
    figure = canvas(2.9)
    axes = quiet(figure.add_axes((0.13, 0.17, 0.84, 0.74)), f"Fall of {outcome} of at least (%)", "People (%)")
    at = curve.thresholds
    axes.fill_between(at, 100 * curve.low, 100 * curve.high, step="pre", color=BLUE, alpha=0.18, linewidth=0, zorder=1)
    axes.step(at, 100 * curve.share, where="pre", color=BLUE, linewidth=1.6, zorder=3)
    if curve.n_missing:
        for ends in (curve.least, curve.most):
            axes.step(at, 100 * ends, where="pre", color=MUTED, linewidth=0.9, linestyle=(0, (1, 1.5)), zorder=2)
    for mark, name in MARKS.items():
        if at[0] <= mark <= at[-1]:
            axes.axvline(mark, color=GRID, linewidth=1.2, zorder=0)
            axes.text(mark + 1, 101, name, fontsize=SMALL, color=MUTED, va="bottom")
    axes.set_xlim(at[0], at[-1])
    axes.set_ylim(0, 100)
    return Drawing(figure, f"Cumulative responders, {outcome}", _words(curve), _caption(curve))


def _words(curve: ResponderCurve) -> str:
    parts = [f"{counted(curve.n, 'person', 'people')}."]
    for mark in MARKS:
        i = int(np.argmin(np.abs(curve.thresholds - mark)))
        if abs(curve.thresholds[i] - mark) < 1e-9:
            ends = f"{100 * curve.low[i]:.0f} to {100 * curve.high[i]:.0f} %"
            parts.append(f"At least {mark} %: {100 * curve.share[i]:.0f} % ({ends}).")
    return " ".join([*parts, _missing(curve)]).strip()


def _caption(curve: ResponderCurve) -> str:
    band = "Band: exact interval of each point, not of the whole curve."
    return f"{counted(curve.n, 'person', 'people')}. {band} {_missing(curve)}".strip()


def _missing(curve: ResponderCurve) -> str:
    if not curve.n_missing:
        return ""
    rule = "left out" if curve.missing == "na" else "counted as no response"
    return (
        f"{counted(curve.n_missing, 'person', 'people')} without a percentage: {rule}; dotted lines: the range if none "
        "or all of them had responded."
    )
