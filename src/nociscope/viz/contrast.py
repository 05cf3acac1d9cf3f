"""Group contrast as an estimate plot: every person, group means, and the difference with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.finding import Finding
from nociscope.core.vocabulary import VOCABULARY
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import p_text, plain, unit_text, with_interval, with_unit
from nociscope.viz.style import COLOURS, INK, MARKERS, MUTED, SMALL, TEXT, canvas, quiet
from nociscope.viz.swarm import offsets


def contrast(finding: Finding) -> Drawing:
    """Draw a group contrast (after Gardner & Altman 1986, doi:10.1136/bmj.292.6522.746).

    Group means and their intervals are drawn where ``details`` holds ``group_means``, ``group_ci_low`` and
    ``group_ci_high`` in the order of ``details["groups"]`` or of ``n``; they are never computed here.
    """
    figure = canvas(2.9)
    grid = figure.add_gridspec(1, 2, width_ratios=[2.1, 1], wspace=0.42, left=0.125, right=0.975, top=0.93, bottom=0.14)
    groups = groups_of(finding)
    _people(quiet(figure.add_subplot(grid[0]), "", axis_label(finding)), finding, groups)
    difference(quiet(figure.add_subplot(grid[1])), finding)
    return Drawing(figure, f"{finding.measure} in {finding.region}: {finding.contrast}", words(finding))


def axis_label(finding: Finding) -> str:
    """Symbol and unit as an axis label; the name is in the caption, where there is room."""
    unit = unit_text(finding.unit)
    return f"{finding.measure} ({unit})" if unit else finding.measure


def groups_of(finding: Finding) -> list[str]:
    """Groups in the order of ``n``, then others as they come."""
    present = list(dict.fromkeys(p.group for p in finding.points))
    return [g for g in finding.n if g in present] + [g for g in present if g not in finding.n]


def _people(axes: Axes, finding: Finding, groups: Sequence[str]) -> None:
    values = np.array([p.value for p in finding.points if np.isfinite(p.value)])
    height = float(np.ptp(values)) if values.size else 1.0
    for i, group in enumerate(groups):
        own = np.array([p.value for p in finding.points if p.group == group and np.isfinite(p.value)])
        axes.plot(
            i + offsets(own, height), own, MARKERS[i % 6], color=COLOURS[i % 6], markersize=4.5, alpha=0.85,
            markeredgewidth=0, zorder=3,
        )  # fmt: skip
    for i, mean, low, high in group_means(finding, groups):
        axes.plot([i + 0.43] * 2, [low, high], color=INK, linewidth=1.3, zorder=4)
        axes.plot([i + 0.43], [mean], "s", color=INK, markersize=4.5, zorder=4)
    axes.set_xlim(-0.55, max(len(groups), 1) - 0.4)
    axes.set_xticks(range(len(groups)), [f"{g}\nn = {_n(finding, g)}" for g in groups], fontsize=TEXT)


def _n(finding: Finding, group: str) -> int:
    return finding.n.get(group, sum(p.group == group for p in finding.points))


def group_means(finding: Finding, groups: Sequence[str]) -> list[tuple[int, float, float, float]]:
    """Return place, mean and interval of each group as the finding supplies them; empty where it does not."""
    details = finding.details
    means, lows, highs = (_column(details.get(k)) for k in ("group_means", "group_ci_low", "group_ci_high"))
    order = details.get("groups", tuple(finding.n))
    names = [str(g) for g in order] if isinstance(order, Sequence) else list(groups)
    rows = zip(names, means, lows, highs, strict=False)
    return [(groups.index(g), m, low, high) for g, m, low, high in rows if g in groups]


def _column(values: object) -> list[float]:
    return [float(v) for v in values] if isinstance(values, Sequence) and not isinstance(values, str) else []


def difference(axes: Axes, finding: Finding) -> None:
    """Draw an estimate with its interval against zero, on its own axis at the right."""
    axes.spines["left"].set_visible(False)
    axes.spines["right"].set_visible(True)
    axes.spines["right"].set_color(MUTED)
    axes.yaxis.tick_right()
    axes.tick_params(colors=MUTED, labelcolor=INK, labelsize=SMALL)
    axes.yaxis.set_label_position("right")
    axes.axhline(0, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    if np.isfinite(finding.estimate):
        axes.plot([0, 0], [finding.ci_low, finding.ci_high], color=INK, linewidth=1.6, zorder=3)
        axes.plot([0], [finding.estimate], "D", color=INK, markersize=6, zorder=4)
    reach = [v for v in (0.0, finding.estimate, finding.ci_low, finding.ci_high) if np.isfinite(v)]
    span = (max(reach) - min(reach)) or 1.0
    axes.set_ylim(min(reach) - 0.15 * span, max(reach) + 0.15 * span)
    axes.set_xlim(-1, 1)
    unit = unit_text(finding.unit)
    axes.set_xticks(
        [0], [f"difference{f' ({unit})' if unit else ''}\n{100 * finding.ci_level:.4g} % interval"], fontsize=SMALL
    )


def words(finding: Finding) -> str:
    """The finding in a sentence: n, estimate with interval, effect size with interval, p."""
    n = ", ".join(f"{group} n = {count}" for group, count in finding.n.items())
    if not np.isfinite(finding.estimate):
        return f"No estimate ({finding.status.replace('_', ' ')}). {n}."
    unit = unit_text(finding.unit)
    interval = with_interval(finding.estimate, finding.ci_low, finding.ci_high, finding.ci_level)
    effect = finding.effect_size
    parts = [f"{finding.contrast}: {interval} {unit}".strip() + f"; {n}."]
    if np.isfinite(effect.value):
        sized = with_interval(effect.value, effect.ci_low, effect.ci_high, finding.ci_level)
        parts.append(f"{effect_name(effect.name)} = {sized}.")
    if np.isfinite(finding.p_value):
        parts.append(f"{p_text(finding.p_value)}, adjusted {p_text(finding.p_adjusted)}.")
    if _has_means(finding):
        parts.append("Squares with bars: group means with their intervals.")
    return " ".join(parts)


def _has_means(finding: Finding) -> bool:
    return bool(group_means(finding, groups_of(finding)))


def effect_name(name: str) -> str:
    """Name of an effect size for people."""
    return {
        "hedges_g": "Hedges g", "pearson_r": "Pearson r", "spearman_rho": "Spearman ρ", "dz": "Cohen d_z",
        "hedges_gz": "Hedges g_z", "icc11": "ICC(1,1)", "partial_r": "partial r",
    }.get(name, name.replace("_", " "))  # fmt: skip


def measure_name(symbol: str) -> str:
    """Name of a quantity for people, from the vocabulary; the symbol itself where it is not there."""
    return VOCABULARY[symbol].name if symbol in VOCABULARY else symbol


def value_text(value: float, unit: str) -> str:
    """A bare value with its unit."""
    return with_unit(plain(value), unit)
