"""The arterial input: blood, plasma, parent fraction, and what the models made of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.records import Array, Blood, InputFunction, Samples
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import counted, plain
from nociscope.viz.records import ParentModel
from nociscope.viz.style import (
    BLUE,
    DASHES,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    SMALL,
    VERMILLION,
    canvas,
    legend,
    quiet,
)

SPLIT_MIN = 4.0
"""The peak passes in the first minutes and would be a line at the edge of a 90-min axis."""


def input_function(
    result: InputFunction, where: str, blood: Blood | None = None, parents: Sequence[ParentModel] = ()
) -> Drawing:
    """Draw first pass, late part and parent fraction, one below the other.

    Parameters
    ----------
    result : the input with its ensemble, where there is one.
    where : the scan in words.
    blood : raw samples, drawn as points.
    parents : candidates for the parent fraction; the chosen one is drawn heavier.
    """
    with_parent = bool(parents) or result.parent_fraction is not None or _samples(blood, "parent_fraction") is not None
    figure = canvas(5.6 if with_parent else 3.9)
    grid = figure.add_gridspec(3 if with_parent else 2, 1, hspace=0.55, left=0.125, right=0.97, top=0.95, bottom=0.085)
    _blood_axes(quiet(figure.add_subplot(grid[0]), "", "kBq/mL"), result, blood, (0, SPLIT_MIN), "First pass")
    end = float(result.time[-1])
    late = quiet(figure.add_subplot(grid[1]), "" if with_parent else "minutes after injection", "kBq/mL (log)")
    late.set_yscale("log")
    _blood_axes(late, result, blood, (SPLIT_MIN, end), "Afterwards, logarithmic")
    if with_parent:
        _parent_axes(quiet(figure.add_subplot(grid[2]), "minutes after injection", "fraction"), result, blood, parents)
    return Drawing(figure, f"Arterial input, {where}", _words(result, parents))


def _samples(blood: Blood | None, name: str) -> Samples | None:
    return None if blood is None else getattr(blood, name)


def _blood_axes(axes: Axes, result: InputFunction, blood: Blood | None, span: tuple[float, float], title: str) -> None:
    axes.set_title(title, loc="left", fontsize=SMALL + 1, color=INK, weight="bold")
    inside = (result.time >= span[0]) & (result.time <= span[1])
    time = result.time[inside]
    if result.draws is not None and len(result.draws):
        band = result.draws[:, 0][:, inside]
        axes.fill_between(
            time, band.min(0), band.max(0), color=VERMILLION, alpha=0.25, linewidth=0,
            label=f"range of {len(result.draws)} draws",
        )  # fmt: skip
    _curve(axes, time, result.whole_blood[inside], (BLUE, "--"), "whole blood")
    if result.plasma is not None:
        _curve(axes, time, result.plasma[inside], (GREEN, "-."), "plasma")
    _curve(axes, time, result.aif[inside], (VERMILLION, "-"), "parent in plasma (AIF)")
    _points(axes, _samples(blood, "whole_blood"), span, (BLUE, "o"))
    _points(axes, _samples(blood, "plasma"), span, (GREEN, "s"))
    axes.set_xlim(*span)
    if span[0] == 0:
        axes.set_ylim(bottom=0)
        legend(axes, "upper right")


def _curve(axes: Axes, time: Array, value: Array, look: tuple[str, str], label: str) -> None:
    # a logarithmic axis has no place for zero: what is not positive is not drawn there
    shown = np.where(value > 0, value, np.nan) if axes.get_yscale() == "log" else value
    axes.plot(time, shown, color=look[0], linestyle=look[1], linewidth=1.4, label=label)


def _points(axes: Axes, samples: Samples | None, span: tuple[float, float], look: tuple[str, str]) -> None:
    if samples is None:
        return
    inside = (samples.time >= span[0]) & (samples.time <= span[1])
    axes.plot(
        samples.time[inside], samples.value[inside], look[1], markersize=4, markerfacecolor="none",
        markeredgecolor=look[0], markeredgewidth=1,
    )  # fmt: skip


def _parent_axes(axes: Axes, result: InputFunction, blood: Blood | None, parents: Sequence[ParentModel]) -> None:
    axes.set_title("Parent fraction", loc="left", fontsize=SMALL + 1, color=INK, weight="bold")
    for i, parent in enumerate(sorted(parents, key=lambda p: p.chosen)):
        heavy = {"color": PURPLE, "linewidth": 1.8, "linestyle": "-"}
        light = {"color": MUTED, "linewidth": 0.8, "linestyle": DASHES[1 + i % (len(DASHES) - 1)]}
        label = parent.name + (f", AICc {plain(parent.aicc)}" if np.isfinite(parent.aicc) else "")
        axes.plot(parent.time, parent.value, label=label, **(heavy if parent.chosen else light))  # type: ignore[arg-type]
    if not any(p.chosen for p in parents) and result.parent_fraction is not None:
        axes.plot(result.time, result.parent_fraction, color=PURPLE, linewidth=1.8, label="used")
    if (samples := _samples(blood, "parent_fraction")) is not None:
        axes.plot(
            samples.time, samples.value, "D", markersize=4, markerfacecolor="none", markeredgecolor=ORANGE,
            markeredgewidth=1.2, label="samples",
        )  # fmt: skip
    axes.set_ylim(0, 1.05)
    axes.set_xlim(0, float(result.time[-1]))
    legend(axes, "upper right", 2)


def _words(result: InputFunction, parents: Sequence[ParentModel]) -> str:
    top = int(np.nanargmax(result.aif))
    peak, when = plain(float(result.aif[top])), plain(float(result.time[top]))
    parts = [f"The input peaks at {peak} kBq/mL, {when} min after injection."]
    if np.isfinite(result.delay_min) and result.delay_min:
        parts.append(f"Delay to tissue {plain(result.delay_min)} min, applied.")
    if result.parent_fraction is not None:
        parts.append(
            f"Parent fraction at the end of the scan ({plain(float(result.time[-1]))} min): "
            f"{plain(float(result.parent_fraction[-1]), 2)}."
        )
    if chosen := [p.name for p in parents if p.chosen]:
        parts.append(f"Parent fraction by the {chosen[0]} model, out of {counted(len(parents), 'candidate')}.")
    if result.draws is not None:
        parts.append(f"The band is the range of {len(result.draws)} draws from the blood models.")
    return " ".join(parts)
