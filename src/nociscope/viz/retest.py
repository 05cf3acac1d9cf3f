"""Test and retest: the second scan against the first, and the difference against the mean."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.finding import Finding
from nociscope.viz.contrast import axis_label, words
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import plain, unit_text
from nociscope.viz.style import BLUE, INK, MUTED, SMALL, canvas, quiet


def retest(finding: Finding) -> Drawing:
    """Draw identity plot and Bland–Altman plot (Bland & Altman 1986, doi:10.1016/S0140-6736(86)90837-8).

    ``Point.x`` is the first scan, ``Point.value`` the second. Mean difference and limits of agreement are drawn where
    ``details`` holds ``mean_difference``, ``loa_low`` and ``loa_high``.
    """
    figure = canvas(2.5)
    grid = figure.add_gridspec(1, 2, wspace=0.5, left=0.125, right=0.975, top=0.9, bottom=0.18)
    label = axis_label(finding)
    first = np.array([p.x for p in finding.points], dtype=float)
    second = np.array([p.value for p in finding.points], dtype=float)
    _identity(quiet(figure.add_subplot(grid[0]), f"first: {label}", f"second: {label}", "both"), first, second)
    unit = unit_text(finding.unit)
    axes = quiet(figure.add_subplot(grid[1]), f"mean: {label}", f"second − first{f' ({unit})' if unit else ''}")
    _agreement(axes, finding, first, second)
    return Drawing(figure, f"{finding.measure} in {finding.region}: test and retest", _words(finding))


def _identity(axes: Axes, first: np.ndarray, second: np.ndarray) -> None:
    both = np.concatenate([first, second])
    both = both[np.isfinite(both)]
    low, high = (float(both.min()), float(both.max())) if both.size else (0.0, 1.0)
    pad = 0.08 * ((high - low) or 1.0)
    axes.plot([low - pad, high + pad], [low - pad, high + pad], color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)))
    axes.plot(first, second, "o", color=BLUE, markersize=4.5, zorder=3)
    axes.set_xlim(low - pad, high + pad)
    axes.set_ylim(low - pad, high + pad)
    axes.set_title("dashed: identity", loc="left", fontsize=SMALL, color=MUTED)


def _agreement(axes: Axes, finding: Finding, first: np.ndarray, second: np.ndarray) -> None:
    axes.axhline(0, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)))
    axes.plot((first + second) / 2, second - first, "o", color=BLUE, markersize=4.5, zorder=3)
    for key, width in (("mean_difference", 1.3), ("loa_low", 0.8), ("loa_high", 0.8)):
        value = finding.details.get(key)
        if isinstance(value, int | float) and np.isfinite(value):
            axes.axhline(float(value), color=INK, linewidth=width)
    axes.set_title(f"n = {len(first)} people", loc="left", fontsize=SMALL, color=MUTED)
    # the axis must show zero and both limits, or a bias looks like noise
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0.0), max(high, 0.0))


_NAMES = {
    "icc": "ICC(1,1)", "absolute_variability_percent": "absolute variability", "sem": "standard error of measurement",
    "mdc": "minimal detectable change",
}  # fmt: skip


def _words(finding: Finding) -> str:
    parts = [words(finding)]
    for key, name in _NAMES.items():
        value = finding.details.get(key)
        if isinstance(value, int | float) and np.isfinite(value):
            unit = "%" if "percent" in key else "" if key == "icc" else unit_text(finding.unit)
            parts.append(f"{name} {plain(float(value))} {unit}".strip() + ".")
    return " ".join(parts)
