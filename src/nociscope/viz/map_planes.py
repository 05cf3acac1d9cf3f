"""A map in a few planes or looks: the effect in colour, stronger where it is larger, and what passed in an outline."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nociscope.core.map_view import MapView, Plane
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import typeset
from nociscope.viz.style import INK, MUTED, SMALL, WIDTH, canvas

COLOURS, UNSIGNED = "PuOr_r", "YlOrBr"
"""Diverging, told apart by people who confuse red and green, and in grey by its two dark ends."""

GAP, TITLE, BAR = 0.1, 0.32, 1.25
"""Inches between planes, above a row with the letters of the row before, and beside the last row for the colours."""

TALLEST, LETTERS = 1.7, 0.12


def map_planes(view: MapView) -> Drawing:
    """Draw axial planes in a row and a coronal and a sagittal one below; of a surface two looks a row."""
    rows = [[p for p in view.planes if p.row == r] for r in sorted({p.row for p in view.planes})]
    rooms = [WIDTH - (BAR if i == len(rows) - 1 else 0) for i in range(len(rows))]
    heights = [_height(row, room) for row, room in zip(rows, rooms, strict=True)]
    total = sum(heights) + TITLE * len(rows)
    figure = canvas(total)
    top, left = total, 0.0
    for row, height in zip(rows, heights, strict=True):
        top -= height + (TITLE - LETTERS if row is rows[0] else TITLE)
        left = _row(figure, row, (top, height, total), view)
    colours_beside(figure, view, (left, heights[-1], total))
    outlined = what_passed(view)
    places = "; ".join(p.title for p in view.planes)
    words = f"{view.label} of {view.title} ({view.n}): {places}. {outlined}"
    flat = view.planes[0].title[:1] in "xyz" and "=" in view.planes[0].title
    left_is = " Left of the picture is the person's left." if flat else ""
    caption = typeset(f"{view.title}; {view.n}. Colour: {view.label}, paler where it is smaller. {outlined}{left_is}")
    return Drawing(figure, f"Map of {view.title}", words, caption)


def what_passed(view: MapView) -> str:
    """What the outline means, or that there is none."""
    if any((p.outline > 0).any() for p in view.planes):
        return f"Outlined: {view.corrected}."
    return f"Nothing here passed {view.corrected}: there is no outline."


def _span(plane: Plane) -> tuple[float, float]:
    left, right, bottom, top = plane.extent_mm
    return right - left, top - bottom


def _height(planes: list[Plane], room: float) -> float:
    """Inches at which a row of planes fills the room."""
    wide = sum(_span(p)[0] for p in planes)
    tall = max(_span(p)[1] for p in planes)
    return min(TALLEST, (room - GAP * len(planes)) * tall / wide)


def _row(figure: Figure, planes: list[Plane], place: tuple[float, float, float], view: MapView) -> float:
    """Draw planes side by side at one scale; the inches that they take."""
    bottom, height, total = place
    scale = height / max(_span(p)[1] for p in planes)
    left = 0.0
    for plane in planes:
        width, tall = scale * _span(plane)[0], scale * _span(plane)[1]
        _draw(figure.add_axes((left / WIDTH, bottom / total, width / WIDTH, tall / total)), plane, view)
        left += width + GAP
    return left


def _draw(axes: Axes, plane: Plane, view: MapView) -> None:
    axes.set_axis_off()
    # one image, blended here and kept at its own resolution: two would be blended at that of the screen
    picture = _blended(plane, view)
    axes.imshow(picture, origin="lower", extent=plane.extent_mm, interpolation="none", aspect="auto")
    if (plane.outline > 0).any():
        left, right, bottom, top = plane.extent_mm
        rows, columns = plane.outline.shape
        x = left + (np.arange(columns) + 0.5) * (right - left) / columns
        y = bottom + (np.arange(rows) + 0.5) * (top - bottom) / rows
        axes.contour(x, y, plane.outline, levels=[0.5], colors=["black"], linewidths=0.8)
    axes.set_title(plane.title, fontsize=SMALL, color=INK, pad=2)
    for text, x_at, align in zip(plane.sides, (0.0, 1.0), ("left", "right"), strict=True):
        axes.text(x_at, -0.01, text, transform=axes.transAxes, fontsize=SMALL, color=MUTED, ha=align, va="top")


def _blended(plane: Plane, view: MapView) -> NDArray[np.float64]:
    """Grey anatomy with colour over it, shape (row, column, 4); nothing where there is no anatomy."""
    known = np.isfinite(plane.background)
    bright = float(np.nanquantile(np.abs(plane.background), 0.995)) if known.any() else 1.0
    grey = 0.35 + 0.6 * np.clip(np.nan_to_num(plane.background) / (bright or 1.0), 0, 1)
    colours = mpl.colormaps[COLOURS if view.signed else UNSIGNED]
    value = np.nan_to_num(plane.overlay)
    low = -view.limit if view.signed else 0.0
    colour = colours(np.clip((value - low) / (view.limit - low), 0, 1))[..., :3]
    strength = np.clip(np.abs(value) / view.limit, 0, 1)[..., None]
    out = np.empty((*grey.shape, 4))
    out[..., :3] = (1 - strength) * grey[..., None] + strength * colour
    out[..., 3] = known
    return out


def colours_beside(figure: Figure, view: MapView, place: tuple[float, float, float]) -> None:
    """Colours beside the last row."""
    left, height, total = place
    axes = figure.add_axes(((left + 0.25) / WIDTH, (0.1 * height) / total, 0.1 / WIDTH, (0.8 * height) / total))
    low = -view.limit if view.signed else 0.0
    scale = ScalarMappable(Normalize(low, view.limit), mpl.colormaps[COLOURS if view.signed else UNSIGNED])
    bar = figure.colorbar(scale, cax=axes)
    bar.outline.set_visible(False)  # type: ignore[operator]
    axes.tick_params(colors=MUTED, labelcolor=INK, labelsize=SMALL, width=0.7, length=2)
    axes.set_ylabel(typeset(view.label), fontsize=SMALL, color=INK, labelpad=2)
