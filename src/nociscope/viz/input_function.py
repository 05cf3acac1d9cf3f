"""The arterial input: blood, plasma, parent fraction, and what the models made of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from nociscope.core.blood import CurveFit
from nociscope.core.records import Array, Blood, InputFunction, Samples
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import counted, plain, short
from nociscope.viz.style import BLUE, GREEN, INK, ORANGE, PURPLE, SMALL, VERMILLION, canvas, legend, quiet

SPLIT_MIN = 4.0
"""The peak passes in the first minutes and would be a line at the edge of a 90-min axis."""
MINUTES = "minutes after injection"
PARENT = "metabolite_parent_fraction"


def input_function(
    result: InputFunction, where: str, blood: Blood | None = None, parts: Mapping[str, CurveFit] | None = None
) -> Drawing:
    """Draw first pass, late part and parent fraction, one below the other.

    Parameters
    ----------
    result : the input with its ensemble, where there is one.
    where : the scan in words.
    blood : raw samples, drawn as points.
    parts : the curves fitted to the blood; the parent fraction is drawn with its interval.
    """
    parent = (parts or {}).get(PARENT)
    three = parent is not None or result.parent_fraction is not None
    figure = canvas(6.0 if three else 4.1)
    grid = figure.add_gridspec(3 if three else 2, 1, hspace=0.62, left=0.125, right=0.97, top=0.955, bottom=0.08)
    _blood_axes(quiet(figure.add_subplot(grid[0]), MINUTES, "kBq/mL"), result, blood, (0, SPLIT_MIN), "First pass")
    late = quiet(figure.add_subplot(grid[1]), MINUTES, "kBq/mL, log scale")
    late.set_yscale("log")
    _blood_axes(late, result, blood, (SPLIT_MIN, float(result.time[-1])), "Afterwards")
    _plain_decades(late)
    if three:
        _parent_axes(quiet(figure.add_subplot(grid[2]), MINUTES, "fraction"), result, blood, parent)
    return Drawing(figure, f"Arterial input, {where}", _words(result, parent))


def _plain_decades(axes: Axes) -> None:
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))


def _samples(blood: Blood | None, name: str) -> Samples | None:
    return None if blood is None else getattr(blood, name)


def _blood_axes(axes: Axes, result: InputFunction, blood: Blood | None, span: tuple[float, float], title: str) -> None:
    axes.set_title(title, loc="left", fontsize=SMALL + 1, color=INK, weight="bold")
    inside = (result.time >= span[0]) & (result.time <= span[1])
    time = result.time[inside]
    if result.draws is not None and len(result.draws):
        band = result.draws[:, 0][:, inside]
        axes.fill_between(
            time, _drawable(axes, band.min(0)), _drawable(axes, band.max(0)), color=VERMILLION, alpha=0.25,
            linewidth=0, label=f"range of {len(result.draws)} draws",
        )  # fmt: skip
    _curve(axes, time, result.whole_blood[inside], (BLUE, "--"), "whole blood")
    if result.plasma is not None:
        _curve(axes, time, result.plasma[inside], (GREEN, "-."), "plasma")
    _curve(axes, time, result.aif[inside], (VERMILLION, "-"), "parent in plasma (AIF)")
    _points(axes, _samples(blood, "whole_blood"), span, (BLUE, "o"))
    _points(axes, _samples(blood, "plasma"), span, (GREEN, "s"))
    axes.set_xlim(*span)
    if span[0] == 0:
        highest = axes.get_ylim()[1]
        axes.set_ylim(0, highest * 1.3)  # the legend lies in a strip of its own, above every curve
        legend(axes, "upper right", 2)


def _drawable(axes: Axes, value: Array) -> Array:
    """A logarithmic axis has no place for zero: what is not positive is not drawn there."""
    return np.where(value > 0, value, np.nan) if axes.get_yscale() == "log" else value


def _curve(axes: Axes, time: Array, value: Array, look: tuple[str, str], label: str) -> None:
    axes.plot(time, _drawable(axes, value), color=look[0], linestyle=look[1], linewidth=1.4, label=label)


def _points(axes: Axes, samples: Samples | None, span: tuple[float, float], look: tuple[str, str]) -> None:
    if samples is None:
        return
    inside = (samples.time >= span[0]) & (samples.time <= span[1])
    axes.plot(
        samples.time[inside], _drawable(axes, samples.value[inside]), look[1], markersize=4, markerfacecolor="none",
        markeredgecolor=look[0], markeredgewidth=1,
    )  # fmt: skip


def _parent_axes(axes: Axes, result: InputFunction, blood: Blood | None, parent: CurveFit | None) -> None:
    axes.set_title("Parent fraction", loc="left", fontsize=SMALL + 1, color=INK, weight="bold")
    curve = result.parent_fraction if parent is None else parent.curve
    if parent is not None and parent.low is not None and parent.high is not None:
        axes.fill_between(
            result.time, parent.low, parent.high, color=PURPLE, alpha=0.25, linewidth=0, label="95 % interval"
        )
    if curve is not None:
        axes.plot(result.time, curve, color=PURPLE, linewidth=1.6, label="as used" if parent is None else parent.model)
    samples = _samples(blood, "parent_fraction") if parent is None else Samples(parent.time, parent.measured)
    if samples is not None:
        axes.plot(
            samples.time, samples.value, "D", markersize=4, markerfacecolor="none", markeredgecolor=ORANGE,
            markeredgewidth=1.2, label="samples",
        )  # fmt: skip
    axes.set_ylim(0, 1.05)
    axes.set_xlim(0, float(result.time[-1]))
    legend(axes, "upper right")


def _words(result: InputFunction, parent: CurveFit | None) -> str:
    top = int(np.nanargmax(result.aif))
    parts = [
        f"The input peaks at {plain(float(result.aif[top]))} kBq/mL,"
        f" {plain(float(result.time[top]))} min after injection."
    ]
    if np.isfinite(result.delay_min) and result.delay_min:
        parts.append(f"Delay to tissue {plain(result.delay_min, 2)} min, applied.")
    if result.parent_fraction is not None:
        last = plain(float(result.parent_fraction[-1]), 2)
        parts.append(f"Parent fraction at the end of the scan ({short(float(result.time[-1]))} min): {last}.")
    if parent is not None:
        parts.append(f"It follows the {parent.model} curve, out of {counted(len(parent.candidates), 'candidate')}.")
    if result.draws is not None:
        parts.append(f"The band around the input is the range of {len(result.draws)} draws from the blood models.")
    return " ".join(parts)
