"""A prediction: everybody's held-out score, performance beside that of the covariates alone, worth of acting on it."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes

from nociscope.core.finding import Finding
from nociscope.viz.drawing import Drawing
from nociscope.viz.finding_words import detail, numbers_of, p_words, quantity, sample
from nociscope.viz.numbers import NBSP, percent, typeset, with_interval
from nociscope.viz.style import BLUE, COLOURS, GREEN, INK, MARKERS, MUTED, SMALL, TEXT, canvas, legend, quiet
from nociscope.viz.swarm import offsets

_MODELS = (
    ("measure", "estimate", "ci_low", "ci_high"),
    ("covariates", "baseline_auc", "baseline_ci_low", "baseline_ci_high"),
    ("both", "combined_auc", "combined_ci_low", "combined_ci_high"),
    ("covariates", "baseline_r2", "", ""),
)


def prediction(finding: Finding) -> Drawing:
    """Draw a prediction; every number comes from the finding and its details.

    Two labels: held-out scores by label, AUC with interval beside the covariates alone and both together, the decision
    curve, and the calibration line only where there are people enough. A number: predicted against observed.
    """
    curve, line = _has(finding, "net_benefit"), _has(finding, "calibration_observed")
    rows = 2 if curve else 1
    figure = canvas(2.6 if rows == 1 else 4.9)
    margins = {"left": 0.125, "right": 0.965, "top": 0.955, "bottom": 0.2 if rows == 1 else 0.1}
    grid = figure.add_gridspec(rows, 2, width_ratios=[1.25, 1], wspace=0.56, hspace=0.5, **margins)
    people = figure.add_subplot(grid[0, 0])
    _scores(people, finding) if _labels(finding) else _numbers(people, finding)
    _performance(quiet(figure.add_subplot(grid[0, 1]), grid="x"), finding)
    if curve:
        _decisions(figure.add_subplot(grid[1, 0] if line else grid[1, :]), finding)
    if line:
        _calibration(figure.add_subplot(grid[1, 1]), finding)
    about = f"{quantity(finding)} in {finding.region} {typeset(finding.contrast)}"
    return Drawing(figure, about, f"{about}. {_sentences(finding)}", _sentences(finding))


def _has(finding: Finding, key: str) -> bool:
    return bool(numbers_of(finding.details.get(key)))


def _labels(finding: Finding) -> bool:
    return finding.effect_size.name == "auc"


def _scores(axes: Axes, finding: Finding) -> None:
    probability = _has(finding, "net_benefit")
    quiet(axes, "", "held-out probability" if probability else "held-out score")
    values = np.array([p.value for p in finding.points if np.isfinite(p.value)])
    height = 1.0 if probability else float(np.ptp(values)) if values.size else 1.0
    for i, label in enumerate(finding.n):
        own = np.array([p.value for p in finding.points if p.group == label and np.isfinite(p.value)])
        axes.plot(
            i + offsets(own, height), own, MARKERS[i], color=COLOURS[i], markersize=4.5, alpha=0.85, markeredgewidth=0,
            zorder=3, clip_on=False,
        )  # fmt: skip
    if probability:
        axes.set_ylim(0, 1)
    if not values.size:
        axes.set_yticks([])
        axes.text(0.5, 0.5, finding.status.replace("_", " "), transform=axes.transAxes, ha="center", fontsize=SMALL)
    axes.set_xlim(-0.55, 1.55)
    axes.set_xticks(range(len(finding.n)), [f"{g}\nn = {c}" for g, c in finding.n.items()], fontsize=TEXT)


def _numbers(axes: Axes, finding: Finding) -> None:
    outcome = str(finding.details.get("outcome", "outcome"))
    quiet(axes, f"observed {outcome}", "predicted, held out", "both")
    x, y = (np.array([getattr(p, f) for p in finding.points], dtype=float) for f in ("x", "value"))
    axes.plot(x, y, "o", color=BLUE, markersize=4.5, alpha=0.85, markeredgewidth=0, zorder=3)
    if x.size:
        ends = [min(x.min(), y.min()), max(x.max(), y.max())]
        axes.plot(ends, ends, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)


def _performance(axes: Axes, finding: Finding) -> None:
    """One row a model: estimate and interval, the line of chance behind."""
    chance = 0.5 if _labels(finding) else 0.0
    axes.axvline(chance, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    rows = [(name, *(_number(finding, key) for key in keys)) for name, *keys in _MODELS]
    rows = [row for row in rows if math.isfinite(row[1])]
    for i, (name, value, low, high) in enumerate(rows):
        colour = INK if name == "measure" else MUTED
        if math.isfinite(low) and math.isfinite(high):
            axes.plot([low, high], [i, i], color=colour, linewidth=1.6, zorder=3)
        axes.plot([value], [i], "D", color=colour, markersize=6, zorder=4)
        axes.text(value, i - 0.22, f"{value:.2f}".replace("-", "−"), ha="center", fontsize=SMALL, color=INK)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [row[0] for row in rows], fontsize=TEXT)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    name = "AUC" if _labels(finding) else "R², held out"
    axes.set_xlabel(f"{name}, {percent(finding.ci_level)} interval", fontsize=SMALL, color=INK)
    if _labels(finding):
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])


def _number(finding: Finding, key: str) -> float:
    if key in ("estimate", "ci_low", "ci_high"):
        return float(getattr(finding, key))
    return detail(finding, key)


def _decisions(axes: Axes, finding: Finding) -> None:
    quiet(axes, "threshold probability", "net benefit")
    at, model, everybody = (
        np.array(numbers_of(finding.details.get(k)))
        for k in ("net_benefit_threshold", "net_benefit", "net_benefit_of_all")
    )
    axes.plot(at, everybody, color=MUTED, linewidth=1.1, linestyle=(0, (4, 2)), label="act on everybody")
    axes.axhline(0, color=MUTED, linewidth=1.1, label="on nobody")
    axes.plot(at, model, color=GREEN, linewidth=1.7, label="on the prediction")
    top = max(float(model.max()), float(everybody.max()), 0.05)
    axes.set_ylim(-0.35 * top, 1.05 * top)
    axes.set_xlim(0, 1)
    legend(axes, (0.0, 1.0), 3)


def _calibration(axes: Axes, finding: Finding) -> None:
    quiet(axes, "predicted probability", "observed share", "both")
    x, y = (numbers_of(finding.details.get(f"calibration_{k}")) for k in ("predicted", "observed"))
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    axes.plot(x, y, color=BLUE, linewidth=1.7, zorder=3)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)


def _sentences(finding: Finding) -> str:
    """Performance, difference to the covariates, rule, n and p."""
    if not math.isfinite(finding.estimate):
        return f"No estimate ({finding.status.replace('_', ' ')}); {sample(finding)}."
    name = "AUC" if _labels(finding) else "R² of held-out predictions"
    level = finding.ci_level
    parts = [f"{name} {with_interval(finding.estimate, finding.ci_low, finding.ci_high, level)}; {sample(finding)}"]
    if math.isfinite(difference := detail(finding, "difference")):
        low, high = detail(finding, "difference_ci_low"), detail(finding, "difference_ci_high")
        parts.append(f"More than the covariates alone: {with_interval(difference, low, high, level)}")
    for key in ("sensitivity", "specificity"):
        if math.isfinite(share := detail(finding, key)):
            ends = [detail(finding, f"{key}_ci_{side}") for side in ("low", "high")]
            parts.append(f"{key.capitalize()} {with_interval(share, *ends, level)}")
    if math.isfinite(error := detail(finding, "mae")):
        ends = [detail(finding, f"mae_ci_{side}") for side in ("low", "high")]
        parts.append(f"Mean absolute error {with_interval(error, *ends, level)}")
    parts.append(p_words(finding))
    if _has(finding, "net_benefit") and not _has(finding, "calibration_observed"):
        parts.append(f"n{NBSP}too small to calibrate: probabilities are not to be quoted for a person")
    return " ".join(f"{part}." for part in parts if part)
