"""Maps of muscles on the scalp, seen from above: size at each site, outline, centre of gravity and discrete peaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.scores import Score
from nociscope.core.tms import MapMetrics, MuscleMap
from nociscope.viz.drawing import Drawing
from nociscope.viz.style import COLOURS, INK, MUTED, PAPER, SMALL, TEXT, canvas, quiet

_LARGEST = 0.85
"""Diameter of the strongest site as a share of the distance of neighbours."""


def tms_map(
    maps: Sequence[tuple[MuscleMap, MapMetrics]], title: str = "", overlap: Mapping[str, Score] | None = None
) -> Drawing:
    """Draw one muscle, or two and both outlines together.

    Parameters
    ----------
    maps : one or two muscles on the same sites.
    title : of whom; the muscles' names where empty.
    overlap : of `nociscope.tms.map_overlap`; its numbers are printed.
    """
    shown = list(maps[:2])
    two = len(shown) == 2
    figure = canvas(4.7 if two else 3.7)
    for i, (muscle_map, metrics) in enumerate(shown):
        axes = figure.add_axes((0.115 + 0.5 * i, 0.6, 0.375, 0.35) if two else (0.12, 0.13, 0.85, 0.78))
        _frame(axes, muscle_map, i == 0)
        axes.set_title(f"{metrics.muscle}, n = {_pulses(muscle_map)} pulses", fontsize=TEXT, color=INK)
        _sites(axes, muscle_map, metrics, COLOURS[i])
        _outline(axes, metrics, COLOURS[i], "-")
        _marks(axes, muscle_map, metrics)
    if two:
        _both(figure.add_axes((0.115, 0.085, 0.375, 0.35)), shown, overlap or {})
    names = " and ".join(m.muscle for _, m in shown)
    return Drawing(figure, title or f"Motor map of {names}", _words(shown, overlap or {}), _caption(shown))


def _frame(axes: Axes, muscle_map: MuscleMap, first: bool) -> None:
    quiet(axes, "right of the vertex (cm)", "front of the vertex (cm)" if first else "", grid="both")
    pad = 0.7 * _cell(muscle_map)
    axes.set_xlim(muscle_map.x.min() - pad, muscle_map.x.max() + pad)
    axes.set_ylim(muscle_map.y.min() - pad, muscle_map.y.max() + pad)
    axes.set_aspect("equal")


def _cell(muscle_map: MuscleMap) -> float:
    """Distance of neighbours; of places chosen by chance the one that as many on a grid would have."""
    if np.isfinite(muscle_map.cell_cm):
        return muscle_map.cell_cm
    return float(np.sqrt(max(np.ptp(muscle_map.x) * np.ptp(muscle_map.y), 1e-6) / max(1, muscle_map.x.size)))


def _pulses(muscle_map: MuscleMap) -> int:
    return int(np.isfinite(muscle_map.pulses).sum())


def _sites(axes: Axes, muscle_map: MuscleMap, metrics: MapMetrics, colour: str) -> None:
    """Discs whose area is the size of the answer; rings where it is below the threshold, crosses where none is."""
    values = np.nan_to_num(metrics.values)
    top = float(values.max(initial=0.0)) or 1.0
    radius = 0.5 * _LARGEST * _cell(muscle_map) * np.sqrt(np.maximum(values, 0.004 * top) / top)
    angle = np.linspace(0, 2 * np.pi, 33)
    for i in range(values.size):
        x, y = muscle_map.x[i], muscle_map.y[i]
        if i in metrics.excluded:
            axes.plot([x], [y], "x", color=MUTED, markersize=4, zorder=3)
            continue
        place = (x + radius[i] * np.cos(angle), y + radius[i] * np.sin(angle))
        if metrics.active[i]:
            axes.fill(*place, color=colour, alpha=0.75, linewidth=0, zorder=3)
        else:
            axes.plot(*place, color=MUTED, linewidth=0.7, zorder=3)


def _outline(axes: Axes, metrics: MapMetrics, colour: str, line: str) -> None:
    if len(metrics.hull):
        closed = np.vstack([metrics.hull, metrics.hull[:1]])
        axes.plot(closed[:, 0], closed[:, 1], line, color=colour, linewidth=1.2, zorder=2, label=metrics.muscle)


def _marks(axes: Axes, muscle_map: MuscleMap, metrics: MapMetrics) -> None:
    peaks = list(metrics.peaks)
    axes.plot(muscle_map.x[peaks], muscle_map.y[peaks], "*", color=PAPER, markeredgecolor=INK, markersize=10,
              markeredgewidth=0.8, zorder=5, linestyle="none")  # fmt: skip
    _centre(axes, metrics, INK)


def _centre(axes: Axes, metrics: MapMetrics, colour: str) -> None:
    """The centre of gravity with its interval in both directions, where there is one."""
    x, y = metrics["map_cog_x"], metrics["map_cog_y"]
    if not (x.status.keeps_value and y.status.keeps_value):
        return
    axes.plot(
        [x.value], [y.value], "P", color=colour, markeredgecolor=PAPER, markersize=6, markeredgewidth=0.6, zorder=6
    )
    if "ci_low" in x.detail:
        axes.plot([x.detail["ci_low"], x.detail["ci_high"]], [y.value] * 2, color=colour, linewidth=1.4, zorder=5)
        axes.plot([x.value] * 2, [y.detail["ci_low"], y.detail["ci_high"]], color=colour, linewidth=1.4, zorder=5)


def _both(axes: Axes, shown: Sequence[tuple[MuscleMap, MapMetrics]], overlap: Mapping[str, Score]) -> None:
    _frame(axes, shown[0][0], True)
    for i, (_, metrics) in enumerate(shown):
        _outline(axes, metrics, COLOURS[i], ("-", "--")[i])
        _centre(axes, metrics, COLOURS[i])
    both = shown[0][1].active & shown[1][1].active
    first = shown[0][0]
    axes.plot(first.x[both], first.y[both], "o", color=MUTED, markersize=3, markeredgewidth=0, zorder=3,
              label="both active")  # fmt: skip
    axes.set_title("both", fontsize=TEXT, color=INK)
    axes.legend(loc="upper left", bbox_to_anchor=(1.12, 1.03), fontsize=SMALL, frameon=False, labelcolor=INK)
    told = [f"{words} {_number(overlap[k], 2)}" for k, words in _OVERLAP.items() if k in overlap]
    for i, line in enumerate(told):
        axes.text(1.17, 0.52 - 0.2 * i, line.replace(" [", "\n["), transform=axes.transAxes, fontsize=SMALL, color=INK,
                  va="top")  # fmt: skip


_OVERLAP = {"map_overlap_dice": "Dice", "map_overlap_weighted": "weighted", "map_cog_distance": "distance of centres"}


def _number(score: Score, digits: int) -> str:
    if not score.status.keeps_value:
        return f"not given ({score.status.sentence})"
    unit = {"1": "", "cm2": " cm²", "uV*cm2": " µV·cm²", "%": " %"}.get(score.unit, f" {score.unit}")
    interval = ""
    if "ci_low" in score.detail:
        interval = f" [{score.detail['ci_low']:.{digits}f} to {score.detail['ci_high']:.{digits}f}]"
    return f"{score.value:.{digits}f}{unit}{interval}".replace("-", "−")


def _words(shown: Sequence[tuple[MuscleMap, MapMetrics]], overlap: Mapping[str, Score]) -> str:
    parts = []
    for muscle_map, metrics in shown:
        sites = muscle_map.x.size - len(metrics.excluded)
        parts.append(
            f"{metrics.muscle}: {_pulses(muscle_map)} pulses at {sites} sites, largest mean "
            f"{float(np.nan_to_num(metrics.values).max(initial=0.0)):.0f} µV; area {_number(metrics['map_area'], 0)}, "
            f"centre of gravity x {_number(metrics['map_cog_x'], 2)}, y {_number(metrics['map_cog_y'], 2)}, "
            f"discrete peaks {_number(metrics['map_peaks'], 0)}"
            + ("; the map goes on beyond the sites that were stimulated." if metrics.truncated else ".")
        )
    named = {
        "map_overlap_dice": "Dice",
        "map_overlap_weighted": "weighted overlap",
        "map_cog_distance": "distance of centres",
    }
    told = [f"{words} {_number(overlap[k], 2)}" for k, words in named.items() if k in overlap]
    return " ".join([*parts, *(["Together: " + ", ".join(told) + "."] if told else [])])


def _caption(shown: Sequence[tuple[MuscleMap, MapMetrics]]) -> str:
    """How to read it, with the rules that made it."""
    rules = shown[0][1].rules
    choice = "" if rules.declared else " Nobody declared this threshold; it is the default."
    gaps = " Cross: no valid pulse." if any(m.excluded for _, m in shown) else ""
    return (
        "The area of a disc is the mean size at that site over the largest; rings are sites below the threshold."
        f"{gaps} Plus: centre of gravity, with its 95 % interval where pulses were resampled. Star: discrete peak. "
        f"Line: hull of active sites. {rules.words[0].upper()}{rules.words[1:]}.{choice}"
    )
