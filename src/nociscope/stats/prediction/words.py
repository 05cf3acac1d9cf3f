"""The words of a prediction: what was asked, how it was done, and the reporting table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nociscope.core.finding import Finding
from nociscope.stats.prediction.chance import PERMUTED_REPEATS, Chance
from nociscope.stats.prediction.pipeline import INNER_FOLDS, HeldOut
from nociscope.stats.prediction.tripod import tripod_table

if TYPE_CHECKING:
    from nociscope.stats.prediction.finding import Plan

_NAMED = 3


def regions(names: Sequence[str]) -> str:
    """Names of a few regions, or how many there are."""
    return ", ".join(names) if len(names) <= _NAMED else f"{len(names)} regions"


def contrast(plan: Plan) -> str:
    """What is predicted."""
    outcome, labels = plan.asked.outcome, plan.entered.labels
    return f"predicts {outcome}: {labels[0]} against {labels[1]}" if labels else f"predicts {outcome}"


def fold_words(plan: Plan) -> str:
    """How people are held out."""
    column = plan.asked.within or plan.hypothesis.blocks
    together = f", people of one {column} together" if column else ""
    many = f"{plan.asked.k}-fold cross-validation, {plan.asked.repeats} times"
    kinds = {
        "leave-pair-out": "every pair of a positive and a negative person left out in turn",
        "repeated-k-fold": f"{many}, stratified by outcome" if plan.entered.labels else many,
        "leave-site-out": "each site left out in turn",
    }
    return kinds[plan.kind] + together


def method(plan: Plan, null: Chance) -> str:
    """How the finding was made, in one sentence."""
    inside = ["ComBat"] if plan.recipe.harmonised else []
    steps = ", ".join([*inside, "standardisation", f"choice of the penalty ({INNER_FOLDS} inner folds)"])
    model = plan.recipe.model.words
    if plan.entered.labels:
        measure = "AUC over pairs of people held out by the same model, DeLong's interval on the logit scale, widened"
        measure += " to the spread under permutation"
    else:
        measure = (
            "R² of held-out predictions: 1 minus their squared error over that of the mean of each fold's training "
        )
        measure += (
            "people, bootstrap interval over people; r of held-out numbers pools folds, whose means move against "
        )
        measure += "the people left out, and can be negative while R² is positive"
    return f"{model}; {fold_words(plan)}; {steps} inside every fold; {measure}; {test_words(plan, null)}"


def test_words(plan: Plan, null: Chance) -> str:
    """How p was made."""
    if not null.tested:
        return f"p from a normal curve with the spread of {len(null.null) - 1} permutations, one-sided"
    count = f"all {len(null.null):,} distinct" if null.exact else f"{len(null.null) - 1:,} random"
    within = " within strata" if np.unique(plan.entered.strata).size > 1 else ""
    blocks = ", blocks respected" if plan.entered.columns.blocks is not None else ""
    fewer = f", {PERMUTED_REPEATS} repeats" if plan.kind == "repeated-k-fold" else ""
    return f"p from {count} permutations of the outcome{within}{blocks} through the whole pipeline{fewer}, one-sided"


def run_details(plan: Plan, held: HeldOut, null: Chance) -> dict[str, object]:
    """What was done, as plain numbers and texts."""
    entered = plan.entered
    out: dict[str, object] = {
        "value_unit": plan.data.unit,
        "outcome": plan.asked.outcome,
        "estimator": plan.asked.estimator,
        "columns": list(entered.names),
        "baseline_columns": list(entered.baseline_names),
        "folds": plan.kind,
        "folds_words": fold_words(plan),
        "folds_count": len(held.folds),
        "penalties": [float(v) for v in plan.recipe.model.penalties],
        "penalty_counts": [int(v) for v in np.bincount(held.penalty[held.penalty >= 0], minlength=1)],
        "not_tuned": int((held.penalty < 0).sum()),
    }
    return out | {
        "null_mean": float(null.null.mean()),
        "null_95": float(np.quantile(null.null, 0.95)),
        "null_sd": float(null.null.std(ddof=1)),
        "smallest_attainable_p": 1 / len(null.null) if null.tested else 0.0,
        "distinct_relabellings": null.distinct,
    }


def cites(plan: Plan) -> tuple[str, ...]:
    """Keys of the sources used."""
    if not plan.entered.labels:
        return ("varoquaux2018", "collins2024")
    return ("delong1988", "perme2019", "airola2011", "clopper1934", "vickers2006", "collins2016", "collins2024")


def tripod(plan: Plan, finding: Finding) -> list[list[str]]:
    """Reporting table with what is known from the study file and the run."""
    entered, asked = plan.entered, plan.asked
    counts = ", ".join(f"{count} {name}" for name, count in finding.n.items())
    left_out = f"{len(finding.excluded)} people left out: no imputation" if finding.excluded else "nobody left out"
    interval = f"{finding.estimate:.3f} [{finding.ci_low:.3f} to {finding.ci_high:.3f}], p = {finding.p_value:.3g}"
    share = max(finding.n.values()) / sum(finding.n.values())
    known = {
        "4": "development with internal validation; no other people were predicted",
        "8a": f"column {asked.outcome}",
        "9a": f"{len(entered.names)} columns named before the run: {_few(entered.names)}",
        "9b": f"{finding.measure} {finding.model}".strip(),
        "10": f"{counts}; no size was planned by this program",
        "11": left_out,
        "12a": fold_words(plan),
        "12b": "standardised inside every fold" + (" after ComBat" if plan.recipe.harmonised else ""),
        "12c": finding.method,
        "12d": "ComBat inside every fold" if plan.recipe.harmonised else "",
        "12e": "AUC, sensitivity, specificity, calibration, net benefit" if entered.labels else "R², absolute error",
        "12f": "none",
        "13": f"{share:.0%} of people in the larger class; not resampled" if entered.labels else "",
        "15": "probability" if plan.recipe.model.probability else "score without a probability",
        "18f": finding.software,
        "20a": f"{counts}; {left_out}",
        "21": f"{counts} in every analysis",
        "22": "not given: a model of so few people is not for use",
        "23a": interval,
        "24": "none",
        "26": " ".join(s.message for s in finding.safeguards if s.severity != "note"),
    }
    return tripod_table(known)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (" …" if len(names) > 10 else "")
