"""Uptake of one scan: a dot a region with its standard error, the window and the reference said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nociscope.core.records import KineticFit
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import counted, short, unit_text, with_se, with_unit
from nociscope.viz.style import BLUE, INK, MUTED, SMALL, TEXT, beside, canvas, quiet

MOST = 40


def uptake(
    fits: Sequence[KineticFit], where: str, window_min: tuple[float, float] | None = None, reference: str = ""
) -> Drawing:
    """Draw SUV or SUVR of every region, in the order given; those without a value keep their line and say why.

    Parameters
    ----------
    fits : of one uptake model; the outcome bears the model's name.
    window_min : from and to, min after injection; None where it is not known.
    reference : region that a ratio is relative to; its line stands at one, and it has no row. Empty for SUV.
    """
    fits = [f for f in fits if f.region != reference] or fits
    name, shown = fits[0].model, fits[:MOST]
    figure = canvas(0.75 + 0.22 * len(shown))
    height = figure.get_figheight()
    axes = quiet(figure.add_axes(beside([f.region for f in shown], height)), grid="x")
    if reference:
        axes.axvline(1, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    kept = [(i, f.estimates[name]) for i, f in enumerate(shown) if np.isfinite(f.estimates[name].value)]
    if kept:
        values, errors = (np.array([getattr(e, k) for _, e in kept]) for k in ("value", "se"))
        rows = np.array([i for i, _ in kept])
        axes.errorbar(values, rows, xerr=np.nan_to_num(errors), fmt="none", elinewidth=1.3, ecolor=INK, zorder=2)
        axes.plot(values, rows, "o", markersize=5, color=BLUE, markeredgewidth=0, zorder=3)
    for i, fit in enumerate(shown):
        if not np.isfinite(fit.estimates[name].value):
            axes.text(
                0.02, i, fit.status.value.replace("_", " "), transform=axes.get_yaxis_transform(), fontsize=SMALL,
                color=MUTED, va="center",
            )  # fmt: skip
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_yticks(range(len(shown)), [f.region for f in shown], fontsize=TEXT)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"{name}{_window(window_min, ', ')}", fontsize=SMALL, color=INK)
    about = _about(fits, window_min, reference)
    return Drawing(figure, f"{name} by region, {where}", _words(fits, about), about)


def _window(window_min: tuple[float, float] | None, before: str) -> str:
    return "" if window_min is None else f"{before}{short(window_min[0])} to {short(window_min[1])} min"


def _about(fits: Sequence[KineticFit], window_min: tuple[float, float] | None, reference: str) -> str:
    name = fits[0].model
    relative = f" The dashed line is the reference, {reference}." if reference else ""
    hidden = f" {counted(len(fits) - MOST, 'further region')} in the table only." if len(fits) > MOST else ""
    return f"{name}{_window(window_min, ', mean of ')}; bars are one standard error.{relative}{hidden}"


def _words(fits: Sequence[KineticFit], about: str) -> str:
    said = []
    for fit in fits[:MOST]:
        e = fit.estimates[fit.model]
        text = with_unit(with_se(e.value, e.se), unit_text(e.unit))
        said.append(f"{fit.region} {text if np.isfinite(e.value) else e.status.sentence}")
    return f"{about} {'; '.join(said)}."
