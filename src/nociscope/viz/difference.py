"""An estimate with its interval against zero, on an axis of its own at the right of a figure."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.finding import Finding
from nociscope.viz.numbers import percent, unit_text
from nociscope.viz.style import INK, MUTED, SMALL


def difference(axes: Axes, finding: Finding) -> None:
    """Draw estimate, interval and the zero line; without an estimate, say so."""
    axes.spines["left"].set_visible(False)
    axes.spines["right"].set_visible(True)
    axes.spines["right"].set_color(MUTED)
    axes.spines["right"].set_linewidth(0.7)
    axes.yaxis.tick_right()
    axes.axhline(0, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    axes.set_xlim(-1, 1)
    unit = unit_text(finding.unit)
    what = "partial η²" if finding.effect_size.name == "partial_eta_squared" else "difference"
    axes.set_xticks([0], [f"{what}{f', {unit}' if unit else ''}\n{percent(finding.ci_level)} interval"], fontsize=SMALL)
    reach = [v for v in (0.0, finding.estimate, finding.ci_low, finding.ci_high) if np.isfinite(v)]
    span = (max(reach) - min(reach)) or 1.0
    axes.set_ylim(min(reach) - 0.15 * span, max(reach) + 0.15 * span)
    if not np.isfinite(finding.estimate):
        axes.set_yticks([])
        axes.text(0, 0.1, finding.status.replace("_", "\n"), ha="center", fontsize=SMALL, color=INK)
        return
    axes.plot([0, 0], [finding.ci_low, finding.ci_high], color=INK, linewidth=1.6, zorder=3)
    axes.plot([0], [finding.estimate], "D", color=INK, markersize=6, zorder=4)
