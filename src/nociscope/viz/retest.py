"""Test and retest: the second scan against the first, and the difference against the mean."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.finding import Finding
from nociscope.viz.drawing import Drawing
from nociscope.viz.finding_words import axis_label, described, detail, effect_name, heading, sessions, value_unit, words
from nociscope.viz.style import BLUE, INK, MUTED, SMALL, canvas, quiet


def retest(finding: Finding) -> Drawing:
    """Draw identity plot and Bland–Altman plot (Bland & Altman 1986, doi:10.1016/S0140-6736(86)90837-8).

    ``Point.x`` is the first scan, ``Point.value`` the last. Mean difference and limits of agreement are drawn where
    ``details`` holds ``bias``, ``loa_low`` and ``loa_high``.
    """
    figure = canvas(2.4)
    grid = figure.add_gridspec(1, 2, wspace=0.5, left=0.125, right=0.975, top=0.91, bottom=0.19)
    label, (a, b) = axis_label(finding), sessions(finding)
    first = np.array([p.x for p in finding.points], dtype=float)
    second = np.array([p.value for p in finding.points], dtype=float)
    _identity(quiet(figure.add_subplot(grid[0]), f"{a}: {label}", f"{b}: {label}", "both"), first, second)
    unit = value_unit(finding)
    axes = quiet(figure.add_subplot(grid[1]), f"mean: {label}", f"{b} − {a}{f' ({unit})' if unit else ''}")
    _agreement(axes, finding, first, second)
    return Drawing(figure, heading(finding), f"{words(finding)} {_numbers(finding)}", _caption(finding))


def _identity(axes: Axes, first: np.ndarray, second: np.ndarray) -> None:
    both = np.concatenate([first, second])
    both = both[np.isfinite(both)]
    low, high = (float(both.min()), float(both.max())) if both.size else (0.0, 1.0)
    pad = 0.08 * ((high - low) or 1.0)
    axes.plot([low - pad, high + pad], [low - pad, high + pad], color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)))
    axes.plot(first, second, "o", color=BLUE, markersize=4.5, zorder=3)
    axes.set_xlim(low - pad, high + pad)
    axes.set_ylim(low - pad, high + pad)
    axes.set_title(f"n = {first.size}; dashed: identity", loc="left", fontsize=SMALL, color=MUTED)


def _agreement(axes: Axes, finding: Finding, first: np.ndarray, second: np.ndarray) -> None:
    axes.axhline(0, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)))
    axes.plot((first + second) / 2, second - first, "o", color=BLUE, markersize=4.5, zorder=3)
    for key, width in (("bias", 1.5), ("loa_low", 0.8), ("loa_high", 0.8)):
        if np.isfinite(value := detail(finding, key)):
            axes.axhline(value, color=INK, linewidth=width)
    axes.set_title("lines: bias, limits", loc="left", fontsize=SMALL, color=MUTED)


def _caption(finding: Finding) -> str:
    name = effect_name(finding.effect_size.name)
    return f"{words(finding, f'{name}, {finding.contrast}')} {_numbers(finding)}"


def _numbers(finding: Finding) -> str:
    unit = value_unit(finding)
    names = (
        ("bias", "Mean difference", unit),
        ("loa_low", "Lower limit of agreement", unit),
        ("loa_high", "Upper limit of agreement", unit),
        ("variability", "Absolute variability", "%"),
        ("sem", "Standard error of measurement", unit),
        ("mdc", "Minimal detectable change of one person", unit),
    )
    return described(finding, names)
