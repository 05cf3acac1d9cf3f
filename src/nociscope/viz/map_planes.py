"""Planes through a map: the effect in colour where it is, what passed the correction in an outline."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from nociscope.core.map_view import MapView, Plane
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import short
from nociscope.viz.style import INK, MUTED, SMALL, WIDTH, canvas

COLOURS = "PuOr_r"
"""Diverging, told apart by people who confuse red and green, and in grey by its two dark ends."""

_SIDES = {"x": ("P", "A"), "y": ("L", "R"), "z": ("L", "R")}


def map_planes(view: MapView) -> Drawing:
    """Draw axial planes in a row, a coronal and a sagittal one below, each with its place in mm."""
    axial = [p for p in view.planes if p.axis == "z"]
    others = [p for p in view.planes if p.axis != "z"]
    rows = [r for r in (axial, others) if r]
    heights = [_height(r) for r in rows]
    total = sum(heights) + 0.25 * len(rows) + 0.5
    figure = canvas(total)
    top = total
    for planes, height in zip(rows, heights, strict=True):
        top -= height + 0.25
        _row(figure, planes, (top, height, total), view.limit)
    _bar(figure, view, total)
    places = "; ".join(f"{p.axis} = {short(p.at_mm)} mm" for p in view.planes)
    passed = any((p.outline > 0).any() for p in view.planes)
    outlined = f"Outlined: {view.corrected}." if passed else f"Nothing in these planes passed {view.corrected}."
    words = f"{view.label} of {view.title} ({view.n}) in planes {places}. {outlined}"
    caption = f"{view.title}; {view.n}. Colour: {view.label}. {outlined} Left of the picture is the person's left."
    return Drawing(figure, f"Map of {view.title}", words, caption)


def _span(plane: Plane) -> tuple[float, float]:
    left, right, bottom, top = plane.extent_mm
    return right - left, top - bottom


def _height(planes: list[Plane]) -> float:
    """Inches at which a row of planes fills the width, no more than an inch and a half."""
    wide = sum(_span(p)[0] for p in planes)
    tall = max(_span(p)[1] for p in planes)
    return min(1.5, (WIDTH - 0.1 * len(planes)) * tall / wide)


def _row(figure: Figure, planes: list[Plane], place: tuple[float, float, float], limit: float) -> None:
    bottom, height, total = place
    tall = max(_span(p)[1] for p in planes)
    left = 0.05
    for plane in planes:
        width = height / tall * _span(plane)[0]
        axes = figure.add_axes((left / WIDTH, bottom / total, width / WIDTH, height / total))
        _draw(axes, plane, limit)
        left += width + 0.1


def _draw(axes: Axes, plane: Plane, limit: float) -> None:
    axes.set_axis_off()
    where = {"origin": "lower", "extent": plane.extent_mm, "interpolation": "nearest", "aspect": "equal"}
    bright = np.nanmax(np.abs(plane.background)) if np.isfinite(plane.background).any() else 1.0
    axes.imshow(plane.background, cmap="gray", vmin=0, vmax=bright or 1.0, alpha=0.55, **where)  # type: ignore[arg-type]
    shown = np.where(np.abs(plane.overlay) >= 0.05 * limit, plane.overlay, np.nan)
    axes.imshow(shown, cmap=COLOURS, vmin=-limit, vmax=limit, alpha=0.85, **where)  # type: ignore[arg-type]
    if (plane.outline > 0).any():
        axes.contour(plane.outline, levels=[0.5], colors=[INK], linewidths=0.9, extent=plane.extent_mm)
    axes.set_title(f"{plane.axis} = {short(plane.at_mm)} mm", fontsize=SMALL, color=INK, pad=2)
    for text, x, align in zip(_SIDES[plane.axis], (0.0, 1.0), ("left", "right"), strict=True):
        axes.text(x, 0.0, text, transform=axes.transAxes, fontsize=SMALL, color=MUTED, ha=align, va="bottom")


def _bar(figure: Figure, view: MapView, total: float) -> None:
    axes = figure.add_axes((0.25, 0.3 / total, 0.5, 0.08 / total))
    scale = ScalarMappable(Normalize(-view.limit, view.limit), mpl.colormaps[COLOURS])
    bar = figure.colorbar(scale, cax=axes, orientation="horizontal")
    bar.outline.set_visible(False)  # type: ignore[operator]
    axes.tick_params(colors=MUTED, labelcolor=INK, labelsize=SMALL, width=0.7, length=2)
    axes.set_xlabel(view.label, fontsize=SMALL, color=INK, labelpad=1)
