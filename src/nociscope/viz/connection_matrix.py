"""A map over connections as a small matrix: the effect in colour, a dot on what passed the correction."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from nociscope.core.map_view import MapView, Plane
from nociscope.viz.drawing import Drawing
from nociscope.viz.map_planes import COLOURS, UNSIGNED, colours_beside, what_passed
from nociscope.viz.numbers import typeset
from nociscope.viz.style import INK, MUTED, SMALL, WIDTH, canvas

NAMED = 24
"""Nodes whose names still fit beside a matrix of this width."""

LISTED = 12
"""Connections that passed and are named in words."""

SIDE, BELOW = 3.0, 0.15


def connection_matrix(view: MapView) -> Drawing:
    """Draw both halves of a symmetric matrix of connections."""
    (plane,) = view.planes
    names = len(plane.nodes) <= NAMED
    left = min(1.2, 0.1 + 0.07 * max(map(len, plane.nodes))) if names else 0.15
    side = min(SIDE, WIDTH - left - 0.9)
    height = side + (left if names else BELOW) + 0.1
    figure = canvas(height)
    axes = figure.add_axes((left / WIDTH, 1 - (side + 0.05) / height, side / WIDTH, side / height))
    _draw(axes, plane, view, names)
    colours_beside(figure, view, (left + side, height, height))
    told = _passed(plane)
    outlined = what_passed(view).replace("Outlined", "Dotted").replace("outline", "dot")
    words = f"{view.label} of {view.title} ({view.n}) between {len(plane.nodes)} nodes. {outlined}{told}"
    order = "" if names else f" The {len(plane.nodes)} nodes stand in the order of the files."
    caption = typeset(f"{view.title}; {view.n}. Colour: {view.label}. {outlined}{told}{order}")
    return Drawing(figure, f"Connections of {view.title}", words, caption)


def _draw(axes: Axes, plane: Plane, view: MapView, names: bool) -> None:
    palette = mpl.colormaps[COLOURS if view.signed else UNSIGNED]
    low = -view.limit if view.signed else 0.0
    axes.imshow(
        plane.overlay, origin="lower", extent=plane.extent_mm, cmap=palette, vmin=low, vmax=view.limit,
        interpolation="none", aspect="auto",
    )  # fmt: skip
    rows, columns = np.nonzero(plane.outline > 0)
    size = max(0.4, 60 / len(plane.nodes))
    axes.plot(columns + 0.5, rows + 0.5, "o", color="black", markersize=min(4, size), markeredgewidth=0)
    axes.set_xlim(plane.extent_mm[:2])
    axes.set_ylim(plane.extent_mm[2:])
    for spine in axes.spines.values():
        spine.set_color(MUTED)
        spine.set_linewidth(0.7)
    at = np.arange(len(plane.nodes)) + 0.5 if names else []
    axes.set_xticks(at, plane.nodes if names else [], rotation=90, fontsize=SMALL, color=INK)
    axes.set_yticks(at, plane.nodes if names else [], fontsize=SMALL, color=INK)
    axes.tick_params(length=0)
    axes.patch.set_visible(False)


def _passed(plane: Plane) -> str:
    """Connections that passed, the largest effect first, by the names of their nodes."""
    pairs = [(int(a), int(b)) for a, b in np.argwhere(np.triu(plane.outline > 0, k=1))]
    pairs.sort(key=lambda pair: -abs(plane.overlay[pair]))
    if not pairs:
        return ""
    told = "; ".join(f"{plane.nodes[a]} – {plane.nodes[b]}" for a, b in pairs[:LISTED])
    more = f"; and {len(pairs) - LISTED} more" if len(pairs) > LISTED else ""
    return f" {len(pairs)} of them: {told}{more}."
