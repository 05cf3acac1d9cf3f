"""Studies or sites, one line each, with what they say together: the forest plot of a meta-analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.errors import InputError
from nociscope.core.finding import Finding
from nociscope.viz.drawing import Drawing
from nociscope.viz.finding_words import heading
from nociscope.viz.finding_words import quantity as quantity_of
from nociscope.viz.numbers import bracketed, counted, percent, short, unit_text, with_interval
from nociscope.viz.style import BLUE, INK, MUTED, SMALL, TEXT, VERMILLION, canvas, quiet

WIDE = 7.2
"""Inches; names, people, numbers and weights stand beside the lines."""
_LEFT, _RIGHT = 0.34, 0.66
_LONGEST = 24


@dataclass(frozen=True)
class ForestLine:
    """One study: name, people in words, effect with interval (nan where it has none), weight from 0 to 1, why."""

    name: str
    people: str
    value: float
    low: float
    high: float
    weight: float = float("nan")
    why: str = ""


@dataclass(frozen=True)
class ForestTotal:
    """What studies say together: how it was pooled, and where the next study is expected (nan: not stated)."""

    label: str
    value: float
    low: float
    high: float
    prediction_low: float = float("nan")
    prediction_high: float = float("nan")
    note: str = ""


def meta_forest(
    lines: Sequence[ForestLine],
    totals: Sequence[ForestTotal],
    quantity: str,
    title: str,
    level: float = 0.95,
    noun: tuple[str, str] = ("study", "studies"),
) -> Drawing:
    """Draw studies as squares, larger where they weigh more, and pooled effects as diamonds.

    Parameters
    ----------
    lines : in the order from top to bottom.
    totals : below them; each with its prediction interval as a bar, where it has one.
    quantity : what is on the axis, with its unit, and what its sign means.
    level : of all intervals. noun : what a line is, one and several.
    """
    bars = sum(np.isfinite(t.prediction_low) for t in totals)
    rows = len(lines) + len(totals) + bars
    figure = canvas(1.15 + 0.24 * (rows + 1), WIDE)
    height = figure.get_figheight()
    axes = quiet(figure.add_axes((_LEFT, 0.62 / height, _RIGHT - _LEFT, 1 - 0.95 / height)), grid="x")
    axes.set_ylim(rows + 0.2, -0.7)
    axes.set_xlim(*_reach(lines, totals))
    axes.axvline(0, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    _head(axes, level, noun[0], any(np.isfinite(x.weight) for x in lines))
    for i, line in enumerate(lines):
        _line(axes, line, i)
    axes.axhline(len(lines) - 0.45, color=MUTED, linewidth=0.6, xmin=-1, xmax=2, clip_on=False)
    at = float(len(lines)) + 0.1
    for total in totals:
        at = _total(axes, total, at, noun[0])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(quantity, fontsize=SMALL, color=INK)
    return Drawing(figure, title, _words(lines, totals, level, noun), _caption(lines, totals, level, noun))


def site_forest(finding: Finding) -> Drawing:
    """Draw a replication: each site alone, and what they say together; from the details of the finding."""
    d = finding.details
    columns = ("sites", "site_groups", "site_estimate", "site_ci_low", "site_ci_high", "site_weight", "site_why")
    if missing := [c for c in columns if c not in d]:
        raise InputError("not a finding over sites", expected="details of a replication", got=f"no {missing[0]}")
    fixed = d.get("pooling") == "fixed"
    lines = [
        ForestLine(
            str(site), str(people), _number(value), _number(low), _number(high),
            float("nan") if fixed else _number(weight), _shortened(str(why)),
        )
        for site, people, value, low, high, weight, why in zip(*(_listed(d[c]) for c in columns), strict=True)
    ]  # fmt: skip
    total = ForestTotal(
        "One model, site intercepts" if fixed else "Random effects", finding.estimate, finding.ci_low, finding.ci_high,
        _number(d.get("prediction_low")), _number(d.get("prediction_high")),
        "" if finding.status == "ok" else finding.status.replace("_", " "),
    )  # fmt: skip
    unit = unit_text(finding.unit)
    quantity = f"{quantity_of(finding)}: {finding.contrast}{f' ({unit})' if unit else ''}"
    return meta_forest(lines, [total], quantity, f"{heading(finding)}, by site", finding.ci_level, ("site", "sites"))


def _listed(values: object) -> list[object]:
    return list(values) if isinstance(values, Sequence) and not isinstance(values, str) else []


def _number(value: object) -> float:
    """Return a number; what JSON keeps as text because it has no word for it is nan."""
    return float(value) if isinstance(value, int | float) else float("nan")


def _shortened(why: str) -> str:
    """Code of the safeguard alone: the sentence stands in the report."""
    return why.split(":", maxsplit=1)[0].replace("-", " ")


def _reach(lines: Sequence[ForestLine], totals: Sequence[ForestTotal]) -> tuple[float, float]:
    """Limits that hold zero, every estimate and nearly every interval; arrows show those that go on."""
    ends = np.array([(x.low, x.high) for x in lines if np.isfinite([x.low, x.high]).all()]).reshape(-1, 2)
    inside = [x.value for x in (*lines, *totals)] + [end for t in totals for end in (t.low, t.high)]
    inside = [x for x in inside if np.isfinite(x)] + [0.0]
    low, high = np.percentile(ends, (5, 95)) if ends.size else (0.0, 0.0)
    low, high = min(low, *inside, 0.0), max(high, *inside, 0.0)
    span = high - low  # a prediction from three studies would leave no room for them
    for total in totals:
        if np.isfinite(total.prediction_low):
            low, high = (
                min(low, max(total.prediction_low, low - span / 2)),
                max(high, min(total.prediction_high, high + span / 2)),
            )
    if low == high:
        low, high = -1.0, 1.0
    room = 0.06 * (high - low)
    return float(low - room), float(high + room)


def _head(axes: Axes, level: float, noun: str, weighed: bool) -> None:
    _text(axes, -1.02, -0.95, noun.capitalize(), "left", MUTED)
    _text(axes, -0.06, -0.95, "people", "right", MUTED)
    _text(axes, 1.74, -0.95, f"effect [{percent(level)} interval]", "right", MUTED)
    if weighed:
        _text(axes, 2.0, -0.95, "weight", "right", MUTED)


def _line(axes: Axes, line: ForestLine, at: float) -> None:
    _text(axes, -1.02, at, _cut(line.name), "left")
    _text(axes, -0.06, at, line.people, "right", MUTED)
    if not np.isfinite(line.value):
        _text(axes, 1.74, at, line.why or "no estimate", "right", MUTED)
        return
    _interval(axes, line.low, line.high, at, INK)
    share = line.weight if np.isfinite(line.weight) else 0.1
    axes.plot([line.value], [at], "s", markersize=3 + 6 * np.sqrt(share), color=BLUE, zorder=3)
    _text(axes, 1.74, at, bracketed(line.value, line.low, line.high), "right")
    _text(axes, 2.0, at, f"{100 * line.weight:.1f} %" if np.isfinite(line.weight) else "", "right")


def _interval(axes: Axes, low: float, high: float, at: float, colour: str) -> None:
    left, right = axes.get_xlim()
    axes.plot([max(low, left), min(high, right)], [at, at], color=colour, linewidth=1.2, zorder=2)
    for beyond, end, mark in ((low < left, left, "<"), (high > right, right, ">")):
        if beyond:
            axes.plot([end], [at], mark, markersize=4, color=colour, zorder=2, clip_on=False)


def _total(axes: Axes, total: ForestTotal, at: float, noun: str) -> float:
    """Draw one diamond and its prediction bar; return where the next one goes."""
    _text(axes, -1.02, at, total.label, "left", weight="bold")
    if np.isfinite(total.value):
        corners = [(total.low, at), (total.value, at - 0.32), (total.high, at), (total.value, at + 0.32)]
        axes.fill(*zip(*corners, strict=True), color=VERMILLION, zorder=3, linewidth=0)
        _text(axes, 1.74, at, bracketed(total.value, total.low, total.high), "right", weight="bold")
    else:
        _text(axes, 1.74, at, total.note or "no estimate", "right", MUTED)
    if not np.isfinite(total.prediction_low):
        return at + 1
    _text(axes, -1.02, at + 1, f"next {noun} expected", "left", MUTED)
    left, right = axes.get_xlim()
    ends = max(total.prediction_low, left), min(total.prediction_high, right)
    axes.plot(ends, [at + 1] * 2, color=VERMILLION, linewidth=3.2, solid_capstyle="butt", alpha=0.55, zorder=2)
    for beyond, end, mark in ((total.prediction_low < left, left, "<"), (total.prediction_high > right, right, ">")):
        if beyond:
            axes.plot([end], [at + 1], mark, markersize=4, color=VERMILLION, zorder=2, clip_on=False)
    between = bracketed((total.prediction_low + total.prediction_high) / 2, total.prediction_low, total.prediction_high)
    _text(axes, 1.74, at + 1, between[between.index("[") :], "right", MUTED)
    return at + 2


def _text(
    axes: Axes, x: float, y: float, text: str, side: str, colour: str = INK, weight: str = "normal"
) -> None:  # fmt: skip
    """Text beside the axes: x in widths of the axes, y in rows."""
    axes.text(
        x, y, text, transform=axes.get_yaxis_transform(), ha=side, va="center", color=colour, weight=weight,
        fontsize=SMALL if colour == MUTED else TEXT - 0.5, clip_on=False,
    )  # fmt: skip


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def _words(lines: Sequence[ForestLine], totals: Sequence[ForestTotal], level: float, noun: tuple[str, str]) -> str:
    parts = [f"{counted(len(lines), *noun)}."]
    for line in lines:
        said = with_interval(line.value, line.low, line.high, level) if np.isfinite(line.value) else line.why
        parts.append(f"{line.name} ({line.people or 'people not stated'}): {said or 'no estimate'}.")
    for total in totals:
        said = with_interval(total.value, total.low, total.high, level) if np.isfinite(total.value) else total.note
        parts.append(f"{total.label}: {said or 'no estimate'}.")
        if np.isfinite(total.prediction_low):
            parts.append(
                f"Next {noun[0]} expected from {short(total.prediction_low)} to {short(total.prediction_high)}."
            )
    return " ".join(parts)


def _caption(lines: Sequence[ForestLine], totals: Sequence[ForestTotal], level: float, noun: tuple[str, str]) -> str:
    cut = [line.name for line in lines if len(line.name) > _LONGEST]
    parts = [
        f"Squares: {noun[1]} with {percent(level)} intervals, larger where they weigh more. Diamonds: together.",
        f"Pale bar: where the effect of one more {noun[0]} is expected." if any(
            np.isfinite(t.prediction_low) for t in totals) else "",
        "Arrows: the interval goes on." , *(t.note for t in totals if t.note and np.isfinite(t.value)),
        f"Names in full: {'; '.join(cut)}." if cut else "",
    ]  # fmt: skip
    return " ".join(p for p in parts if p)
