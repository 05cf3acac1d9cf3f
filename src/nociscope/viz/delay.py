"""The profile of the delay: how badly the curve is fitted at each delay that was tried."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import FuncFormatter

from nociscope.core.estimate import Estimate
from nociscope.core.records import Array
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import short, with_se
from nociscope.viz.style import BLUE, INK, SKY, VERMILLION, canvas, quiet


def delay_profile(delay: Estimate, profile: Array, where: str) -> Drawing:
    """Draw the profile; a flat or edge-bound valley is a delay that the data do not determine.

    Parameters
    ----------
    delay : chosen, min.
    profile : (2, step), delays that were tried (min) and their weighted residual sum of squares.
    """
    order = np.argsort(profile[0])
    tried, cost = profile[0][order], profile[1][order]
    figure = canvas(1.6)
    axes = quiet(figure.add_axes((0.125, 0.27, 0.845, 0.68)), "delay tried (min)", "residual sum\nof squares", "both")
    if np.isfinite(delay.se):
        axes.axvspan(delay.value - delay.se, delay.value + delay.se, color=SKY, alpha=0.35, linewidth=0, zorder=1)
    axes.plot(tried, cost, color=INK, linewidth=1.1, zorder=2)
    axes.plot(tried, cost, "o", color=BLUE, markersize=3.2, markeredgewidth=0, zorder=3)
    if np.isfinite(delay.value):
        axes.axvline(delay.value, color=VERMILLION, linewidth=1.3, zorder=2)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.minorticks_off()
    words = (
        f"Delay {with_se(delay.value, delay.se)} min ({delay.status.value.replace('_', ' ')}), chosen among delays "
        f"from {short(float(tried[0]))} to {short(float(tried[-1]))} min by the smallest residual of one curve."
    )
    return Drawing(figure, f"Delay of the input, {where}", words)
