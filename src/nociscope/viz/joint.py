"""Several measures of the same people tested together: the mean of their standardised values, and each by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nociscope.core.finding import Finding
from nociscope.viz.contrast import groups_of
from nociscope.viz.drawing import Drawing
from nociscope.viz.finding_words import caption, effect_name, heading, numbers_of, words
from nociscope.viz.numbers import NBSP, fixed, p_text, percent
from nociscope.viz.rows import NumberRow, number_rows, room_for, rows_in_words
from nociscope.viz.style import COLOURS, MARKERS, TEXT, canvas, quiet
from nociscope.viz.swarm import offsets


def joint(finding: Finding) -> Drawing:
    """Draw everybody's mean of the standardised measures by group; below, the effect of each measure and their mean.

    ``details`` hold ``parts``, ``partial_effects`` and ``partial_p_closed``; parts have no interval of their own here.
    """
    rows = _rows(finding)
    figure = canvas(2.6 + 0.62 + 0.4 * len(rows))
    height = figure.get_figheight()
    people = quiet(figure.add_axes((0.125, 1 - 2.1 / height, 0.845, 2.0 / height)), "", "mean of the measures (SDs)")
    values = np.array([p.value for p in finding.points if np.isfinite(p.value)])
    span = float(np.ptp(values)) if values.size else 1.0
    groups = groups_of(finding)
    for i, group in enumerate(groups):
        own = np.array([p.value for p in finding.points if p.group == group and np.isfinite(p.value)])
        people.plot(
            i + offsets(own, span), own, MARKERS[i % 6], color=COLOURS[i % 6], markersize=4.5, alpha=0.85,
            markeredgewidth=0, zorder=3,
        )  # fmt: skip
    people.set_xlim(-0.55, max(len(groups), 1) - 0.45)
    counts = [sum(p.group == g for p in finding.points) for g in groups]
    people.set_xticks(
        range(len(groups)), [f"{g or 'all'}\nn = {n}" for g, n in zip(groups, counts, strict=True)], fontsize=TEXT
    )
    left = max(0.125, room_for(rows))
    lower = figure.add_axes((left, 0.5 / height, 0.97 - left, 0.4 * len(rows) / height))
    label = f"{effect_name(finding.effect_size.name)}; of the mean with {percent(finding.ci_level)} interval"
    number_rows(quiet(lower, grid="x"), rows, label)
    note = f" Each measure, p corrected among them by closed testing: {rows_in_words(rows[:-1])}" if rows else ""
    return Drawing(figure, heading(finding), f"{words(finding)}{note}", f"{caption(finding)}{note}")


def _rows(finding: Finding) -> list[NumberRow]:
    listed = finding.details.get("parts")
    names = [str(v) for v in listed] if isinstance(listed, Sequence) and not isinstance(listed, str) else []
    effects = numbers_of(finding.details.get("partial_effects"))
    closed = numbers_of(finding.details.get("partial_p_closed"))
    rows = [
        NumberRow(name, value, said=f"{fixed(value, 2)}, {p_text(p)}")
        for name, value, p in zip(names, effects, closed, strict=False)
    ]
    size = finding.effect_size
    if np.isfinite(size.value):
        rows.append(NumberRow(f"their{NBSP}mean", size.value, size.ci_low, size.ci_high, leading=True))
    return rows
