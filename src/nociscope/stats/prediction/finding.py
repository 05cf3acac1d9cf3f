"""A prediction as a finding: held-out discrimination beside a model without the measure, tested through permutation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from nociscope.core.finding import EffectSize, Finding, Point, Safeguard
from nociscope.core.hypothesis import Hypothesis, Prediction
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.stats.blank_finding import blank_finding
from nociscope.stats.design import Array
from nociscope.stats.prediction import checks, evidence, words
from nociscope.stats.prediction.auc import (
    AucInterval,
    auc,
    chance_widening,
    cross_validated_interval,
    delong_covariance,
)
from nociscope.stats.prediction.chance import PERMUTED_REPEATS, Chance, chance
from nociscope.stats.prediction.entrants import Entrants, entrants
from nociscope.stats.prediction.folds import Fold, Scheme, chosen_kind, folds, pairs_compared
from nociscope.stats.prediction.pipeline import Columns, HeldOut, Recipe, held_out
from nociscope.stats.safeguards import raised, refuses
from nociscope.stats.settings import TestSettings

NAN = float("nan")
FEWEST = 3
"""People of each label below which nothing can be held out and learned from."""

_DEFAULT = TestSettings()


@dataclass(frozen=True, eq=False)
class Plan:
    """A prediction ready to run."""

    data: HypothesisData
    hypothesis: Hypothesis
    settings: TestSettings
    entered: Entrants
    asked: Prediction

    @property
    def recipe(self) -> Recipe:
        """What is done inside every fold."""
        harmonised = len(self.data.regions) if self.entered.columns.batch is not None else 0
        return Recipe(self.asked.estimator, bool(self.entered.labels), harmonised)

    @property
    def kind(self) -> str:
        """How people are held out, ``auto`` resolved."""
        return chosen_kind(self.asked.folds, self.entered.positive)

    def folds(self, y: Array, repeats: int) -> tuple[Fold, ...]:
        """Folds of an outcome, the observed or a permuted one."""
        entered, batch = self.entered, self.entered.columns.batch
        spread = None if batch is None else np.unique(batch, return_inverse=True)[1].astype(np.int64)
        scheme = Scheme(
            self.kind, self.asked.k, repeats, entered.columns.blocks, entered.sites, spread, self.settings.seed
        )
        return folds(scheme, y.size, y == 1 if entered.labels else None)

    def held_out(self, columns: Columns, y: Array, repeats: int, recipe: Recipe | None = None) -> HeldOut:
        """Predict everybody from others."""
        return held_out(columns, y, self.folds(y, repeats), recipe or self.recipe, self.settings.seed)


def predict_findings(
    data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings = _DEFAULT
) -> tuple[Finding, ...]:
    """Ask whether the measure tells apart people whom the model has not seen.

    All regions together make one finding: AUC of two labels, cross-validated R² of a number, with interval, and the p
    of the whole pipeline (harmonisation, standardisation, tuning, fit) under permutation of the outcome.

    Raises
    ------
    InputError
        No outcome, more than two labels, leave-site-out without sites or with ComBat, an alternative of ``less``.
    """
    entered = entrants(data, hypothesis)
    assert hypothesis.predict is not None  # entrants has said so where it is missing
    plan = Plan(data, hypothesis, settings, entered, hypothesis.predict)
    before = checks.before(entered, data, hypothesis, settings)
    if why := _too_few(entered):
        note = raised("too-few-people", values={"what": why})
        return (_blank(plan, (*before, note), "not_estimable"),)
    if refuses(before):
        return (_blank(plan, before, "refused"),)
    checks.possible(plan.kind, entered, hypothesis)
    made = plan.folds(entered.y, plan.asked.repeats)
    before = (*before, *checks.harmonisable(entered, made))
    if entered.positive is not None:
        before = (*before, *checks.compared(pairs_compared(made, entered.positive)))
    if refuses(before):
        return (_blank(plan, before, "refused"),)
    return (_classes(plan, before) if entered.labels else _number(plan, before),)


def _too_few(entered: Entrants) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in entered.n.items())
    if entered.fewest < FEWEST:
        return f"only {counts}"
    if not entered.labels and np.ptp(entered.y) == 0:
        return "the outcome is constant"
    return "no column differs between people" if not np.ptp(entered.columns.x, axis=0).any() else ""


def _classes(plan: Plan, before: tuple[Safeguard, ...]) -> Finding:
    entered, level = plan.entered, plan.settings.ci_level
    positive = entered.y == 1
    held = plan.held_out(entered.columns, entered.y, plan.asked.repeats)
    wins = held.wins(positive)
    errors: list[float] = []

    def performance(permuted: HeldOut, y: Array) -> float:
        found = permuted.wins(y == 1)
        errors.append(float(np.sqrt(delong_covariance((found,))[0, 0])))
        return auc(found)

    null = _null(plan, performance)
    factor = chance_widening(null.null[1:], np.array(errors[1:]))
    found = cross_validated_interval(wins, level, factor)
    logits = plan.recipe.model.probability
    details: dict[str, object] = {
        "positive": entered.labels[0], "negative": entered.labels[1],
        **evidence.class_details(held, entered, logits, level), **_baseline_classes(plan, wins, factor),
        "interval_widening": factor, "pairs_compared": int(np.isfinite(wins).sum()), "pairs": int(wins.size),
    }  # fmt: skip
    guess = held.probability(entered.y.size) if logits else held.per_person(entered.y.size, held.scores)
    points = tuple(
        Point(p.participant, entered.labels[0 if y else 1], float(v))
        for p, y, v in zip(entered.people, positive, guess, strict=True)
    )
    return _written(plan, before, found, null, held, details, points)


def _number(plan: Plan, before: tuple[Safeguard, ...]) -> Finding:
    entered, settings = plan.entered, plan.settings
    held = plan.held_out(entered.columns, entered.y, plan.asked.repeats)
    accuracy = evidence.number_accuracy(held, entered.y, settings.ci_level, settings.resamples, settings.seed)
    null = _null(plan, evidence.r2)
    details = {**evidence.number_details(held, entered.y, accuracy), **_baseline_number(plan, accuracy.r2)}
    guess = held.per_person(entered.y.size, held.scores)
    points = tuple(
        Point(p.participant, p.group, float(v), float(y))
        for p, y, v in zip(entered.people, entered.y, guess, strict=True)
    )
    found = AucInterval(accuracy.r2, accuracy.r2_low, accuracy.r2_high, NAN)
    return _written(plan, before, found, null, held, details, points)


def _null(plan: Plan, performance: Callable[[HeldOut, Array], float]) -> Chance:
    """Permutation of the outcome through everything."""
    entered, repeats = plan.entered, min(plan.asked.repeats, PERMUTED_REPEATS)

    def run(y: Array) -> float:
        return float(performance(plan.held_out(entered.columns, y, repeats), y))

    draws = plan.asked.permutations
    return chance(run, entered.y, entered.strata, entered.columns.blocks, draws, plan.settings.seed)


def _baseline_classes(plan: Plan, wins: Array, factor: float) -> dict[str, object]:
    """AUC of covariates alone, of covariates with the measure, and what the measure adds."""
    entered, level = plan.entered, plan.settings.ci_level
    if entered.baseline.shape[1] == 0:
        return {}
    y, positive = entered.y, entered.y == 1
    plain = replace(plan.recipe, estimator="ridge", harmonised=0)
    base = plan.held_out(entered.columns.without_batch(entered.baseline), y, plan.asked.repeats, plain).wins(positive)
    joint = replace(entered.columns, x=np.hstack([entered.columns.x, entered.baseline]))
    both = plan.held_out(joint, y, plan.asked.repeats).wins(positive)
    alone, together = (cross_validated_interval(w, level, factor) for w in (base, both))
    return {
        "baseline_auc": alone.value, "baseline_ci_low": alone.low, "baseline_ci_high": alone.high,
        "combined_auc": together.value, "combined_ci_low": together.low, "combined_ci_high": together.high,
        **evidence.difference_details("difference", evidence.widened_difference(wins, base, level, factor)),
        **evidence.difference_details("added", evidence.widened_difference(both, base, level, factor)),
    }  # fmt: skip


def _baseline_number(plan: Plan, r2: float) -> dict[str, object]:
    entered, settings = plan.entered, plan.settings
    if entered.baseline.shape[1] == 0:
        return {}
    plain = replace(plan.recipe, estimator="ridge", harmonised=0)
    y, repeats = entered.y, plan.asked.repeats
    base = plan.held_out(entered.columns.without_batch(entered.baseline), y, repeats, plain)
    held = plan.held_out(entered.columns, y, repeats)
    one, of_mean, _, _ = evidence.number_errors(held, y)
    other, _, _, _ = evidence.number_errors(base, y)
    rng = np.random.default_rng([settings.seed, 13])
    weight = rng.multinomial(y.size, np.full(y.size, 1 / y.size), size=settings.resamples)
    drawn = (weight @ (other - one)) / (weight @ of_mean)
    low, high = np.quantile(drawn, [(1 - settings.ci_level) / 2, (1 + settings.ci_level) / 2])
    base_r2 = evidence.r2(base, y)
    return {
        "baseline_r2": base_r2, "difference": r2 - base_r2, "difference_ci_low": float(low),
        "difference_ci_high": float(high),
    }  # fmt: skip


def _written(
    plan: Plan, before: tuple[Safeguard, ...], found: AucInterval, null: Chance, held: HeldOut,
    details: Mapping[str, object], points: tuple[Point, ...],
) -> Finding:  # fmt: skip
    entered = plan.entered
    shared: dict[str, object] = {
        **details, **evidence.single_measure(entered, plan.settings.ci_level), **words.run_details(plan, held, null),
    }  # fmt: skip
    safeguards = (*before, *checks.afterwards(entered, shared, plan.recipe.model.probability))
    blank = _blank(plan, safeguards, "not_estimable")
    name = "auc" if entered.labels else "cv_r2"
    finding = replace(
        blank, status="ok", estimate=found.value, ci_low=found.low, ci_high=found.high,
        effect_size=EffectSize(name, found.value, found.low, found.high),
        statistic={name: found.value, "se": found.se, f"{name}_tested": null.observed},
        p_value=null.p, p_adjusted=null.p, method=words.method(plan, null), n_permutations=len(null.null),
        exact=null.tested and null.exact, details=shared, points=points, cites=words.cites(plan),
    )  # fmt: skip
    return replace(finding, details={**shared, "tripod_ai": words.tripod(plan, finding)})


def _blank(plan: Plan, safeguards: tuple[Safeguard, ...], status: str) -> Finding:
    """A finding that says who, what and why, with nan in place of numbers."""
    data, hypothesis, entered = plan.data, plan.hypothesis, plan.entered
    return blank_finding(
        hypothesis, plan.settings, "auc" if entered.labels else "cv_r2", data.model,
        region=words.regions(data.regions), contrast=words.contrast(plan), n=entered.n,
        adjustment=hypothesis.adjust if hypothesis.family else "none", alternative="greater",
        excluded=entered.excluded, safeguards=safeguards, details={"value_unit": data.unit}, status=status,
    )  # fmt: skip
