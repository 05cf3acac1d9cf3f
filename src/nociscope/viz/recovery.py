"""Simulated data: what was put in against what came out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import counted, unit_text
from nociscope.viz.records import Truth
from nociscope.viz.style import COLOURS, MARKERS, MUTED, canvas, legend, quiet


def recovery(rows: Sequence[Truth]) -> Drawing:
    """Draw estimates of one measure against their true values; a colour and a shape for each model."""
    first = rows[0]
    figure = canvas(3.6)
    unit = f" ({unit_text(first.unit)})" if unit_text(first.unit) else ""
    axes = quiet(
        figure.add_axes((0.125, 0.13, 0.845, 0.81)),
        f"true {first.measure}{unit}",
        f"estimated {first.measure}{unit}",
        "both",
    )
    for i, model in enumerate(dict.fromkeys(r.model for r in rows)):
        own = [r for r in rows if r.model == model and np.isfinite(r.estimate)]
        colour = COLOURS[i % 6]
        axes.errorbar(
            [r.truth for r in own], [r.estimate for r in own], yerr=[r.se if np.isfinite(r.se) else 0 for r in own],
            fmt="none", elinewidth=0.7, alpha=0.5, ecolor=colour,
        )  # fmt: skip
        axes.plot(
            [r.truth for r in own], [r.estimate for r in own], MARKERS[i % 6], markersize=4, alpha=0.85,
            markeredgewidth=0, label=f"{model}, n = {len(own)}", color=colour, zorder=3,
        )  # fmt: skip
    finite = [v for r in rows for v in (r.truth, r.estimate) if np.isfinite(v)]
    ends = [min(finite, default=0.0), max(finite, default=1.0)]
    axes.plot(ends, ends, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    legend(axes, "upper left")
    return Drawing(figure, f"{first.measure}: truth and estimate", _words(rows))


def _words(rows: Sequence[Truth]) -> str:
    missing = sum(not np.isfinite(r.estimate) for r in rows)
    text = (
        f"{counted(len(rows), 'simulated number')} with bars of one standard error; "
        "the dashed line is where estimate and truth agree."
    )
    return text + (f" {missing} could not be estimated and are not drawn." if missing else "")
