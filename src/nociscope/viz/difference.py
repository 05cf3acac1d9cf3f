"""An estimate with its interval against zero, on an axis of its own at the right of a figure."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.finding import Finding
from nociscope.viz.finding_words import detail, effect_name, margin_words
from nociscope.viz.numbers import percent, unit_text
from nociscope.viz.style import GREEN, INK, MUTED, SMALL


def difference(axes: Axes, finding: Finding) -> None:
    """Draw estimate, interval and the zero line; without an estimate, say so.

    Where a margin of equivalence was declared it is a band, and the interval that decides is drawn thick; a margin in
    standard deviations, or of a correlation, is drawn on the scale of the effect size.
    """
    axes.spines["left"].set_visible(False)
    axes.spines["right"].set_visible(True)
    axes.spines["right"].set_color(MUTED)
    axes.spines["right"].set_linewidth(0.7)
    axes.yaxis.tick_right()
    axes.axhline(0, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    axes.set_xlim(-1, 1)
    what, numbers = _shown(finding)
    axes.set_xticks([0], [f"{what}\n{percent(finding.ci_level)} interval"], fontsize=SMALL)
    margin = detail(finding, "equivalence_margin")
    ends = [detail(finding, f"equivalence_ci_{side}") for side in ("low", "high")]
    reach = [v for v in (0.0, *numbers, margin, -margin, *ends) if np.isfinite(v)]
    span = (max(reach) - min(reach)) or 1.0
    axes.set_ylim(min(reach) - 0.15 * span, max(reach) + 0.15 * span)
    if not np.isfinite(finding.estimate):
        axes.set_yticks([])
        axes.text(0, 0.1, finding.status.replace("_", "\n"), ha="center", fontsize=SMALL, color=INK)
        return
    if np.isfinite(margin):
        axes.axhspan(-margin, margin, color=GREEN, alpha=0.16, linewidth=0, zorder=0)
        axes.plot([0, 0], ends, color=INK, linewidth=3.4, zorder=3)
    axes.plot([0, 0], numbers[1:], color=INK, linewidth=1.6, zorder=3)
    axes.plot([0], numbers[:1], "D", color=INK, markersize=6, zorder=4)


def _shown(finding: Finding) -> tuple[str, tuple[float, float, float]]:
    """What is on the axis, and its numbers: the effect size where a margin was declared for that, else the estimate."""
    size = finding.effect_size
    if "equivalence_margin" in finding.details and finding.details.get("equivalence_scale") != finding.unit:
        return effect_name(size.name), (size.value, size.ci_low, size.ci_high)
    unit = unit_text(finding.unit)
    what = "slope" if finding.kind == "correlate" else "difference"
    if size.name in ("partial_eta_squared", "spearman_rho") and not unit:
        what = effect_name(size.name)
    joint = ",\n" if len(unit) > 8 else ", "
    return f"{what}{f'{joint}{unit}' if unit else ''}", (finding.estimate, finding.ci_low, finding.ci_high)


def margin_note(finding: Finding) -> str:
    """Return what the band is and what was decided; empty where no margin was declared or nothing estimated."""
    said = margin_words(finding)
    if not said:
        return ""
    level = percent(detail(finding, "equivalence_ci_level"))
    return f" Green band: that margin; thick line: the {level} interval that decides. {said}"
