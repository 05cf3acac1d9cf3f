"""What held-out scores say, as plain numbers: beside the baseline, as a rule, as probabilities, as decisions."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from nociscope.stats.design import Array
from nociscope.stats.prediction.auc import AucDifference, auc, cross_validated_interval, delong_difference
from nociscope.stats.prediction.calibration import calibration
from nociscope.stats.prediction.entrants import Entrants
from nociscope.stats.prediction.net_benefit import THRESHOLDS, net_benefit, net_benefit_of_all
from nociscope.stats.prediction.pipeline import HeldOut
from nociscope.stats.prediction.proportions import Classification, classification
from nociscope.stats.prediction.responders import Responders, exact_spearman, responder_analysis

NAN = float("nan")

RULE = "called positive when the held-out probability is above the share of positives among training people"
MARGIN_RULE = "called positive when the held-out margin is above 0"


@dataclass(frozen=True)
class NumberAccuracy:
    """How well a number is predicted: cross-validated R² and mean absolute error, each with a bootstrap interval.

    R² is 1 − squared error over that of the mean of training people; below 0 the mean would have been better.
    """

    r2: float
    r2_low: float
    r2_high: float
    mae: float
    mae_low: float
    mae_high: float
    mae_of_mean: float


def called_positive(held: HeldOut, entered: Entrants, logits: bool) -> Array:
    """Mean distance of held-out probability from the rule's cut, or mean margin; above 0 is called positive."""
    if not logits:
        return held.per_person(entered.y.size, held.scores)
    above = [1 / (1 + np.exp(-s)) - b for s, b in zip(held.scores, held.base, strict=True)]
    return held.per_person(entered.y.size, above)


def class_details(held: HeldOut, entered: Entrants, logits: bool, level: float) -> dict[str, object]:
    """Sensitivity and its kin with exact intervals; calibration and net benefit where scores are probabilities."""
    positive = entered.y == 1
    distance = called_positive(held, entered, logits)
    seen = np.isfinite(distance)
    out = classification_details(classification(distance[seen] > 0, positive[seen], level))
    out |= {"rule": RULE if logits else MARGIN_RULE}
    if not logits:
        return out
    probability = held.probability(entered.y.size)[seen]
    thresholds = np.array(THRESHOLDS)
    found = calibration(probability, positive[seen], level)
    out |= {f"calibration_{k}": v for k, v in asdict(found).items()}
    if found.enough:
        out |= {"calibration_predicted": plain(thresholds), "calibration_observed": plain(found.line(thresholds))}
    return out | {
        "net_benefit_threshold": list(THRESHOLDS),
        "net_benefit": plain(net_benefit(probability, positive[seen], thresholds)),
        "net_benefit_of_all": plain(net_benefit_of_all(positive[seen], thresholds)),
    }


def classification_details(found: Classification) -> dict[str, object]:
    """Shares as ``sensitivity``, ``sensitivity_ci_low``, ``sensitivity_count``, ``sensitivity_total`` …"""
    out: dict[str, object] = {}
    for name in Classification.__dataclass_fields__:
        share = getattr(found, name)
        out |= {name: share.value, f"{name}_ci_low": share.low, f"{name}_ci_high": share.high}
        out |= {f"{name}_count": share.count, f"{name}_total": share.total}
    return out


def difference_details(prefix: str, difference: AucDifference) -> dict[str, object]:
    """A difference as ``<prefix>``, ``<prefix>_ci_low``, ``<prefix>_ci_high``, ``<prefix>_p``."""
    return {
        prefix: difference.value, f"{prefix}_ci_low": difference.low, f"{prefix}_ci_high": difference.high,
        f"{prefix}_p": difference.p,
    }  # fmt: skip


def widened_difference(wins: Array, other: Array, level: float, factor: float) -> AucDifference:
    """DeLong's paired difference with its error multiplied, as that of each AUC is.

    Where a model separates completely, or not at all, DeLong gives its AUC no variance and the interval would be too
    short (`stats.prediction.cover_difference_delong`). There the ends come from those of the two AUCs (Zou &
    Donner 2008, 10.1002/sim.3095), whose positive correlation is not used, so that they are rather too wide.
    """
    from scipy import stats

    found = delong_difference(wins, other, level)
    se = found.se * factor
    half = float(stats.norm.ppf(0.5 + level / 2)) * se
    p = float(2 * stats.norm.sf(abs(found.value) / se)) if se > 0 else float(found.value == 0)
    low, high = found.value - half, found.value + half
    if {auc(wins), auc(other)} & {0.0, 1.0}:
        low, high = _recovered(wins, other, level, factor)
        p = float("nan")
    return AucDifference(found.value, max(-1.0, low), min(1.0, high), se, p)


def _recovered(wins: Array, other: Array, level: float, factor: float) -> tuple[float, float]:
    """Ends of a difference from the ends of its two parts."""
    one, two = (cross_validated_interval(w, level, factor) for w in (wins, other))
    difference = one.value - two.value
    below = float(np.hypot(one.value - one.low, two.high - two.value))
    above = float(np.hypot(one.high - one.value, two.value - two.low))
    return difference - below, difference + above


def number_errors(held: HeldOut, y: Array) -> tuple[Array, Array, Array, Array]:
    """Per person, means over folds: squared error, that of the training mean, absolute error, that of the mean."""
    errors = [s - y[f.test] for s, f in zip(held.scores, held.folds, strict=True)]
    bases = [b - y[f.test] for b, f in zip(held.base, held.folds, strict=True)]
    n = y.size
    of = (*([e**2 for e in errors], [b**2 for b in bases], [np.abs(e) for e in errors], [np.abs(b) for b in bases]),)
    one, two, three, four = (held.per_person(n, v) for v in of)
    return one, two, three, four


def number_accuracy(held: HeldOut, y: Array, level: float, resamples: int, seed: int) -> NumberAccuracy:
    """Accuracy with percentile intervals over people; models are not fitted again."""
    squared, of_mean, absolute, absolute_of_mean = number_errors(held, y)
    rng = np.random.default_rng([seed, 11])
    weight = rng.multinomial(y.size, np.full(y.size, 1 / y.size), size=resamples) / y.size
    r2 = 1 - (weight @ squared) / (weight @ of_mean)
    mae = weight @ absolute
    tails = [(1 - level) / 2, (1 + level) / 2]
    value = float(1 - squared.mean() / of_mean.mean())
    ends = [float(v) for v in (*np.quantile(r2, tails), *np.quantile(mae, tails))]
    return NumberAccuracy(
        value, min(ends[0], value), max(ends[1], value), float(absolute.mean()), ends[2], ends[3],
        float(absolute_of_mean.mean()),
    )  # fmt: skip


def r2(held: HeldOut, y: Array) -> float:
    """Cross-validated R²."""
    squared, of_mean, _, _ = number_errors(held, y)
    return float(1 - squared.mean() / of_mean.mean())


def number_details(held: HeldOut, y: Array, found: NumberAccuracy) -> dict[str, object]:
    """Error in the unit of the outcome, and the correlation of held-out with observed numbers."""
    guess = held.per_person(y.size, held.scores)
    r = float(np.corrcoef(guess, y)[0, 1]) if np.ptp(guess) > 0 else NAN
    return {
        "mae": found.mae, "mae_ci_low": found.mae_low, "mae_ci_high": found.mae_high,
        "mae_of_mean": found.mae_of_mean, "r_held_out": r,
    }  # fmt: skip


def single_measure(entered: Entrants, level: float) -> dict[str, object]:
    """Of one column alone: exact tests that need no model, where there are few people."""
    x, y = entered.columns.x[:, 0], entered.y
    if entered.columns.x.shape[1] > 1 or not np.isfinite(x).all():
        return {}
    if not entered.labels:
        if np.ptp(x) == 0:
            return {}
        rho, p, exact = exact_spearman(x, y)
        return {"spearman_rho": rho, "spearman_p": p, "spearman_exact": exact}
    return _of_responders(responder_analysis(x, y == 1, level)) if min(y.sum(), (1 - y).sum()) >= 2 else {}


def _of_responders(found: Responders) -> dict[str, object]:
    return {
        "mann_whitney_u": found.test.u, "mann_whitney_p": found.test.p, "shift": found.shift,
        "shift_ci_low": found.shift_low, "shift_ci_high": found.shift_high, "plain_auc": found.auc.value,
        "plain_auc_ci_low": found.auc.low, "plain_auc_ci_high": found.auc.high, "best_attainable_p": found.best_p,
        "best_attainable_p_one_sided": found.best_p_one_sided, "youden_threshold": found.threshold,
        "left_out_sensitivity": found.rule.sensitivity.value, "left_out_specificity": found.rule.specificity.value,
    }  # fmt: skip


def plain(values: Array) -> list[float]:
    """Numbers as a list."""
    return [float(v) for v in values]
