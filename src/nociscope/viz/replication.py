"""The same question in each site: one line each, what sites say together, and where the next is expected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nociscope.core.finding import Finding
from nociscope.viz.drawing import Drawing
from nociscope.viz.finding_words import caption, detail, heading, numbers_of, question, words
from nociscope.viz.numbers import bracketed, p_text, percent, typeset, unit_text, with_interval
from nociscope.viz.style import BLUE, INK, MUTED, SMALL, VERMILLION, canvas, quiet


def replication(finding: Finding) -> Drawing:
    """Draw a replication narrow enough for a phone; sites, people and intervals stand in ``details``.

    Squares are sites, larger where they weigh more; the diamond is what they say together, the pale bar the interval
    in which the effect of one more site is expected.
    """
    sites = [
        f"{name}\n{people}"
        for name, people in zip(_texts(finding, "sites"), _texts(finding, "site_groups"), strict=False)
    ]
    ends = [detail(finding, f"prediction_{side}") for side in ("low", "high")]
    predicted = np.isfinite(ends).all() and finding.details.get("pooling") != "fixed"
    names = [*sites, "together", *(["next site"] if predicted else [])]
    figure = canvas(0.75 + 0.44 * len(names))
    height = figure.get_figheight()
    left = min(0.4, 0.04 + 0.0165 * max(len(line) for name in names for line in name.split("\n")))
    axes = quiet(figure.add_axes((left, 0.5 / height, 0.97 - left, 1 - 0.56 / height)), grid="x")
    axes.axvline(0, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    _sites(axes, finding)
    at = len(sites)
    if np.isfinite(finding.estimate):
        corners = [
            (finding.ci_low, at),
            (finding.estimate, at - 0.24),
            (finding.ci_high, at),
            (finding.estimate, at + 0.24),
        ]
        axes.fill(*zip(*corners, strict=True), color=VERMILLION, zorder=3, linewidth=0)
    if predicted:
        axes.plot(ends, [at + 1] * 2, color=VERMILLION, linewidth=5, alpha=0.5, solid_capstyle="butt", zorder=2)
    axes.axhline(at - 0.66, color=MUTED, linewidth=0.6)
    _written(axes, finding, [*_site_texts(finding), _together(finding), *([_between(ends)] if predicted else [])])
    axes.set_ylim(len(names) - 0.4, -0.7)
    axes.set_yticks(range(len(names)), names, fontsize=SMALL)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    unit = unit_text(finding.unit)
    axes.set_xlabel(f"{typeset(_contrast(finding))}{f' ({unit})' if unit else ''}", fontsize=SMALL, color=INK)
    note = _note(finding, ends, predicted)
    told = f" {'; '.join(_told(finding))}."
    return Drawing(figure, f"{heading(finding)}, by site", f"{words(finding)}{told}{note}", f"{caption(finding)}{note}")


def _contrast(finding: Finding) -> str:
    return question(finding).rsplit(", ", 1)[0]


def _texts(finding: Finding, key: str) -> list[str]:
    listed = finding.details.get(key)
    return [str(v) for v in listed] if isinstance(listed, Sequence) and not isinstance(listed, str) else []


def _columns(finding: Finding) -> list[tuple[float, float, float]]:
    """Estimate and ends of each site; nan where a site has no answer."""
    keys = ("site_estimate", "site_ci_low", "site_ci_high")
    return list(zip(*(_numbers(finding, key) for key in keys), strict=True))


def _numbers(finding: Finding, key: str) -> list[float]:
    """Numbers of a list; what JSON keeps as text because it has no word for it is nan."""
    listed = finding.details.get(key)
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        return []
    return [float(v) if isinstance(v, int | float) else np.nan for v in listed]


def _sites(axes, finding: Finding) -> None:  # type: ignore[no-untyped-def]
    weights = numbers_of(finding.details.get("site_weight")) if finding.details.get("pooling") != "fixed" else []
    for i, (value, low, high) in enumerate(_columns(finding)):
        if not np.isfinite(value):
            continue
        share = weights[i] if i < len(weights) and np.isfinite(weights[i]) else 0.25
        axes.plot([low, high], [i, i], color=INK, linewidth=1.3, zorder=2)
        axes.plot([value], [i], "s", color=BLUE, markersize=3.5 + 6 * np.sqrt(share), zorder=3)


def _site_texts(finding: Finding) -> list[str]:
    why = [w.split(":", maxsplit=1)[0].replace("-", " ") for w in _texts(finding, "site_why")]
    return [
        bracketed(*numbers) if np.isfinite(numbers[0]) else (why[i] if i < len(why) else "") or "no estimate"
        for i, numbers in enumerate(_columns(finding))
    ]


def _together(finding: Finding) -> str:
    if not np.isfinite(finding.estimate):
        return finding.status.replace("_", " ")
    return bracketed(finding.estimate, finding.ci_low, finding.ci_high)


def _between(ends: Sequence[float]) -> str:
    text = bracketed(sum(ends) / 2, *ends)
    return text[text.index("[") :]


def _written(axes, finding: Finding, texts: Sequence[str]) -> None:  # type: ignore[no-untyped-def]
    """Numbers above each line, at the left edge of the axes where nothing is drawn over them."""
    for i, text in enumerate(texts):
        last = i >= len(_columns(finding))
        axes.text(
            1.0, i - 0.26, text, transform=axes.get_yaxis_transform(), ha="right", va="bottom", fontsize=SMALL,
            color=INK if last else MUTED, weight="bold" if i == len(_columns(finding)) else "normal",
        )  # fmt: skip


def _told(finding: Finding) -> list[str]:
    level = finding.ci_level
    names = zip(
        _texts(finding, "sites"), _texts(finding, "site_groups"), _columns(finding), _site_texts(finding), strict=False
    )
    return [
        f"{site} ({people}): {with_interval(*numbers, level) if np.isfinite(numbers[0]) else text}"
        for site, people, numbers, text in names
    ]


def _note(finding: Finding, ends: Sequence[float], predicted: bool) -> str:
    """What is drawn, and what only sites together can say."""
    level = percent(finding.ci_level)
    fixed = finding.details.get("pooling") == "fixed"
    sizes = "" if fixed else ", larger where they weigh more"
    how = "one model of all people with an intercept for each site" if fixed else "random effects"
    parts = [f"Squares: sites with {level} intervals{sizes}. Diamond: together ({how})."]
    if predicted:
        parts.append(f"Pale bar: where the effect of one more site is expected, {_between(ends)[1:-1]}.")
    least, sites = (detail(finding, f"conjunction_{key}") for key in ("at_least", "sites"))
    if np.isfinite(p := detail(finding, "conjunction_p_fisher")):
        parts.append(f"An effect of one direction in at least {least:.0f} of {sites:.0f} sites: {p_text(p)}.")
    if np.isfinite(p := detail(finding, "interaction_p")):
        parts.append(f"Difference between sites: {p_text(p)}.")
    return f" {' '.join(parts)}"
