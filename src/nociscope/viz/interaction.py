"""Whether a difference, or a slope, is another in each level: people by level, and what is found in each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.finding import Finding
from nociscope.viz.contrast import groups_of
from nociscope.viz.correlation import other_label
from nociscope.viz.difference import difference
from nociscope.viz.drawing import Drawing
from nociscope.viz.finding_words import axis_label, caption, detail, effect_name, heading, numbers_of, words
from nociscope.viz.numbers import percent, unit_text
from nociscope.viz.rows import NumberRow, number_rows, room_for, rows_in_words
from nociscope.viz.style import COLOURS, MARKERS, SMALL, TEXT, canvas, legend, quiet
from nociscope.viz.swarm import offsets

_APART = 0.36
"""Distance of two groups within a level, of 1 between levels."""


def interaction(finding: Finding) -> Drawing:
    """Draw cells of two factors as an interaction plot, or one slope a level.

    Cell means and intervals are ``means``, ``means_ci_low``, ``means_ci_high`` in the order of ``n``; what is found in
    each level is ``level_estimates`` with ``level_ci_low`` and ``level_ci_high``, in the order of ``levels``.
    """
    rows = _levels(finding)
    figure = canvas(3.0 + (0.62 + 0.4 * len(rows) if rows else 0.0))
    height = figure.get_figheight()
    top = (0.125, 1 - 2.62 / height, 0.845 if rows else 0.58, 2.5 / height)
    people = figure.add_axes(top)
    if finding.kind == "correlate":
        _slopes(quiet(people, other_label(finding), axis_label(finding), "both"), finding)
    else:
        _cells(quiet(people, "", axis_label(finding)), finding)
    if rows:
        left = max(0.125, room_for(rows))
        lower = figure.add_axes((left, 0.5 / height, 0.97 - left, (0.4 * len(rows)) / height))
        number_rows(quiet(lower, grid="x"), rows, _label(finding))
    else:
        difference(quiet(figure.add_axes((0.74, top[1], 0.16, top[3])), grid=""), finding)
    note = _note(finding, rows)
    return Drawing(figure, heading(finding), f"{words(finding)}{note}", f"{caption(finding)}{note}")


def has_cells(finding: Finding) -> bool:
    """Whether ``n`` counts cells of two factors, such as ``fm, F``."""
    cells = [name.split(", ") for name in finding.n]
    return all(len(cell) == 2 for cell in cells) and len({cell[1] for cell in cells}) > 1


def _levels(finding: Finding) -> list[NumberRow]:
    """What is found in each level, then their difference; several levels have no single difference."""
    listed = finding.details.get("levels")
    names = [str(v) for v in listed] if isinstance(listed, Sequence) and not isinstance(listed, str) else []
    keys = ("level_estimates", "level_ci_low", "level_ci_high")
    values, low, high = (numbers_of(finding.details.get(key)) for key in keys)
    rows = [
        NumberRow(name, value, low[i] if low else np.nan, high[i] if high else np.nan)
        for i, (name, value) in enumerate(zip(names, values, strict=False))
    ]
    if len(rows) == 2 and np.isfinite(finding.estimate):
        rows.append(NumberRow(" − ".join(names), finding.estimate, finding.ci_low, finding.ci_high, leading=True))
    return rows


def _label(finding: Finding) -> str:
    # an F has no unit, what is found in each level has that of the measure
    value = finding.details.get("value_unit")
    unit = unit_text(str(value)) if finding.unit == "1" and value else unit_text(finding.unit)
    what = "slope" if finding.kind == "correlate" else "difference"
    if finding.unit == "1" and finding.kind == "correlate" and unit:
        _, _, per = other_label(finding).partition(" (")
        unit = f"{unit} per {per.removesuffix(')') or other_label(finding)}"
    return f"{what} in each level{f' ({unit})' if unit else ''}, {percent(finding.ci_level)} interval"


def _cells(axes: Axes, finding: Finding) -> None:
    groups = list(dict.fromkeys(name.split(", ")[0] for name in finding.n))
    levels = list(dict.fromkeys(name.split(", ")[1] for name in finding.n))
    values = np.array([p.value for p in finding.points if np.isfinite(p.value)])
    height = float(np.ptp(values)) if values.size else 1.0
    cells = list(finding.n)
    sides = ("means", "means_ci_low", "means_ci_high")
    means, low, high = (numbers_of(finding.details.get(key)) for key in sides)
    for g, group in enumerate(groups):
        shift = (g - (len(groups) - 1) / 2) * _APART
        drawn = []
        for at, level in enumerate(levels):
            cell = f"{group}, {level}"
            own = np.array([p.value for p in finding.points if p.group == cell and np.isfinite(p.value)])
            axes.plot(
                at + shift + 0.11 + offsets(own, height, step=0.045, reach=0.07), own, MARKERS[g % 6],
                color=COLOURS[g % 6], markersize=4, alpha=0.6, markeredgewidth=0, zorder=3,
            )  # fmt: skip
            if cell in cells and (k := cells.index(cell)) < len(means):
                drawn.append((at + shift, means[k]))
                if k < min(len(low), len(high)):
                    axes.plot([at + shift] * 2, [low[k], high[k]], color=COLOURS[g % 6], linewidth=1.6, zorder=4)
        axes.plot(*zip(*drawn, strict=True), color=COLOURS[g % 6], linewidth=1.3, zorder=4) if drawn else None
        axes.plot(
            [x for x, _ in drawn], [y for _, y in drawn], MARKERS[g % 6], color=COLOURS[g % 6], markersize=7, zorder=5,
            label=group,
        )  # fmt: skip
    counts = [", ".join(str(finding.n.get(f"{group}, {level}", 0)) for group in groups) for level in levels]
    axes.set_xlim(-0.6, len(levels) - 0.4)
    axes.set_xticks(range(len(levels)), [f"{x}\nn = {n}" for x, n in zip(levels, counts, strict=True)], fontsize=TEXT)
    _above(axes, len(groups))


def _above(axes: Axes, columns: int) -> None:
    """A legend above the points needs a little room."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.14 * (high - low))
    legend(axes, "upper left", columns)


def _slopes(axes: Axes, finding: Finding) -> None:
    slopes = dict(
        zip((r.name for r in _levels(finding)), numbers_of(finding.details.get("level_estimates")), strict=False)
    )
    groups = groups_of(finding)
    for i, level in enumerate(groups):
        own = [p for p in finding.points if p.group == level]
        x, y = (np.array([getattr(p, f) for p in own], dtype=float) for f in ("x", "value"))
        label = f"{level}, n = {len(own)}"
        axes.plot(
            x, y, MARKERS[i % 6], color=COLOURS[i % 6], markersize=4.5, alpha=0.85, markeredgewidth=0, zorder=3,
            label=label,
        )  # fmt: skip
        if level in slopes and x.size:
            ends = np.array([x.min(), x.max()])
            axes.plot(ends, y.mean() + slopes[level] * (ends - x.mean()), color=COLOURS[i % 6], linewidth=1.4, zorder=2)
    _above(axes, min(len(groups), 3))
    axes.tick_params(labelsize=SMALL)


def _note(finding: Finding, rows: Sequence[NumberRow]) -> str:
    lines = "Lines: the slope of each level through the mean of its people."
    means = f"Large symbols: means of cells with {percent(finding.ci_level)} intervals."
    out = f" {lines if finding.kind == 'correlate' else means}"
    if rows:
        out += f" Within levels, not tested: {rows_in_words([r for r in rows if not r.leading])}"
    if np.isfinite(omega := detail(finding, "omega_squared")):
        out += f" {effect_name('omega_squared')} {omega:.2f}."
    return out
