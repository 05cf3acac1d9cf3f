"""A person's sensory profile: one line a test, loss at the left, gain at the right, healthy people between."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from nociscope.core.scores import Score
from nociscope.core.vocabulary import quantity
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import counted, fixed, short, unit_text
from nociscope.viz.style import BLUE, GRID, INK, MUTED, PAPER, SMALL, TEXT, VERMILLION, canvas, quiet

LIMIT = 1.96
REACH = 5.0
"""z beyond which a point stands at the edge with its number."""
_SHAPES = {"L": "<", "R": ">"}
_COLOURS = {"L": BLUE, "R": VERMILLION}
_RATINGS = ("PHS", "DMA")


def sensory_profile(values: Sequence[Score], z: Sequence[Score], person: str = "", chance: str = "") -> Drawing:
    """Draw the battery of one person at one body site, one or both sides.

    Parameters
    ----------
    values, z : value and z of each test, in the same order; all of one body site.
    person : for the title. chance : a sentence about how many abnormal tests to expect, for the caption.
    """
    tests = list(dict.fromkeys(value.measure for value in values))
    sides = sorted(dict.fromkeys(value.side for value in values))
    figure = canvas(1.25 + 0.27 * len(tests))
    height = figure.get_figheight()
    axes = quiet(figure.add_axes((0.2, 0.62 / height, 0.43, 1 - 1.02 / height)), grid="x")
    _background(axes, len(tests))
    for value, score in zip(values, z, strict=True):
        row = tests.index(value.measure)
        _mark(axes, row + _offset(score.side, sides), score, len(sides) > 1)
        _beside(axes, row, value, score, sides)
    _scales(axes, tests, sides)
    part = values[0].part.replace("_", " ")
    title = f"Sensory profile, {part}" + (f", {person}" if person else "")
    return Drawing(figure, title, _words(values, z), _caption(values, z, chance))


def _offset(side: str, sides: Sequence[str]) -> float:
    return 0.0 if len(sides) == 1 else (sides.index(side) / (len(sides) - 1) - 0.5) * 0.44


def _background(axes: Axes, n: int) -> None:
    axes.axvspan(-LIMIT, LIMIT, color=GRID, alpha=0.55, linewidth=0, zorder=0)
    axes.axvline(0, color=MUTED, linewidth=0.7, linestyle=(0, (3, 2)), zorder=1)
    axes.set_ylim(n - 0.4, -0.6)
    axes.set_xlim(-REACH - 0.4, REACH + 0.4)


def _mark(axes: Axes, y: float, z: Score, two: bool) -> None:
    """A point, an arrow toward where the true value lies, or the word that says why there is none."""
    colour = _COLOURS.get(z.side, INK) if two else INK
    if not math.isfinite(z.value):
        if z.band and not z.status.keeps_value and z.measure.removesuffix("_z") in _RATINGS:
            text = {"none": "as healthy people"}.get(z.band, z.band.replace("|", " or "))
        else:
            text = str(z.status).replace("_", " ")
        axes.text(
            0, y, text, ha="center", va="center", fontsize=SMALL - 0.5, color=INK if z.band == "gain" else MUTED,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}, zorder=2,
        )  # fmt: skip
        return
    x = max(-REACH, min(REACH, z.value))
    abnormal = z.band in ("loss", "gain")
    for end, sign in ((z.low, -1), (z.high, 1)):
        if end != z.value and not math.isnan(end):
            tip = max(-REACH - 0.3, min(REACH + 0.3, end))
            axes.annotate(
                "", (tip if math.isfinite(end) else x + sign * 1.1, y), (x, y),
                zorder=2,
                arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0},
            )  # fmt: skip
    axes.plot(
        [x], [y], _SHAPES.get(z.side, "o") if two else "o", markersize=5.5, markeredgecolor=colour,
        markerfacecolor=colour if abnormal else "none", markeredgewidth=1.2, zorder=3, clip_on=False,
    )  # fmt: skip
    if abs(z.value) > REACH:
        axes.text(x - math.copysign(0.25, x), y, fixed(z.value, 1), ha="right" if x > 0 else "left", va="center",
                  fontsize=SMALL - 0.5, color=colour)  # fmt: skip


def _beside(axes: Axes, row: int, value: Score, z: Score, sides: Sequence[str]) -> None:
    """At the right, value and trials of each side."""
    x = 1.03 + (sides.index(value.side) * 0.45 if len(sides) > 1 else 0)
    colour = _COLOURS.get(value.side, INK) if len(sides) > 1 else INK
    axes.text(
        x, row, f"{_value(value)} ({value.n_valid})", transform=axes.get_yaxis_transform(), va="center",
        fontsize=SMALL - 0.5, color=colour,
    )  # fmt: skip


def _value(value: Score) -> str:
    if not math.isfinite(value.value):
        return "n/a"
    sign = "≤ " if value.low < value.value else "≥ " if value.high > value.value and value.status == "censored" else ""
    return sign + short(float(f"{value.value:.3g}"))


def _unit(test: str) -> str:
    return unit_text(quantity(test).unit)


def _scales(axes: Axes, tests: Sequence[str], sides: Sequence[str]) -> None:
    axes.set_yticks(range(len(tests)), [_named(test) for test in tests], fontsize=TEXT)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xticks([-4, -LIMIT, 0, LIMIT, 4], ["−4", "−1.96", "0", "1.96", "4"], fontsize=SMALL)
    axes.set_xlabel("z   (← loss · gain →)", fontsize=SMALL, color=INK)
    n = len(sides)
    for i, side in enumerate(sides):
        x = 1.03 + (i * 0.45 if n > 1 else 0)
        head = {"L": "left", "R": "right", "M": "middle"}.get(side, "value")
        axes.text(x, 1.01, f"{head} (n)", transform=axes.transAxes, va="bottom", fontsize=SMALL - 0.5, color=MUTED)


def _named(test: str) -> str:
    return f"{test} ({unit})" if (unit := _unit(test)) else test


def _words(values: Sequence[Score], z: Sequence[Score]) -> str:
    parts = []
    for value, score in zip(values, z, strict=True):
        name = value.measure if value.side == "n/a" else f"{value.measure} {value.side}"
        shown = f"{_value(value)} {_unit(value.measure)}".strip()
        if math.isfinite(score.value):
            bound = " or less" if score.low < score.value else " or more" if score.high > score.value else ""
            judged = f"z {fixed(score.value, 2)}{bound}, {score.band.replace('|', ' or ')}"
        else:
            judged = score.band.replace("|", " or ") or score.status.sentence
        parts.append(f"{name}: {shown}, {judged}.")
    return " ".join(parts)


def _caption(values: Sequence[Score], z: Sequence[Score], chance: str) -> str:
    parts = [
        "Grey: the middle 95 % of healthy people; filled: beyond it. Right: values with the number of valid trials."
    ]
    limited = sum(score.low < score.value or score.high > score.value for score in z if math.isfinite(score.value))
    if limited:
        parts.append(f"Arrows: {counted(limited, 'test')} reached a limit of the device; the true z lies that way.")
    if any("synthetic_reference" in score.flags for score in z):
        parts.append("The reference is made up: these z mean nothing about a person.")
    return " ".join(filter(None, (*parts, chance)))
