"""Prediction: agreement with other libraries, coverage of intervals, what leaks and what does not. All is seeded."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.stats.prediction import auc
from nociscope.stats.prediction.chance import outcome_orders
from nociscope.stats.prediction.evidence import widened_difference
from nociscope.stats.prediction.folds import Scheme, folds
from nociscope.stats.prediction.net_benefit import THRESHOLDS, net_benefit
from nociscope.stats.prediction.pipeline import Columns, Recipe, held_out, predicted
from nociscope.stats.prediction.proportions import proportion
from nociscope.stats.prediction.responders import rank_test, responder_analysis
from tools.figures import Figure

Array = NDArray[np.float64]

PEOPLE = 40
STUDIES = 100
PERMUTATIONS = 25
REPEATS = 2
NEW_PEOPLE = 4000


# --- agreement -------------------------------------------------------------------------------------------------


def _scores(seed: int, digits: int) -> tuple[Array, NDArray[np.bool_]]:
    rng = np.random.default_rng(seed)
    y = np.arange(45) < 20
    return np.round(rng.normal(0.7 * y, 1.0), digits), y


def auc_agreement() -> float:
    """Largest difference from scikit-learn's AUC over 200 data sets, half of them with ties."""
    from sklearn.metrics import roc_auc_score

    made = [_scores(seed, 0 if seed % 2 else 12) for seed in range(200)]
    return max(abs(auc.auc(auc.wins_of(x, y)) - roc_auc_score(y, x)) for x, y in made)


def delong_agreement() -> float:
    """Largest relative difference of DeLong's variance from the form with midranks (Sun & Xu 2014)."""
    worst = 0.0
    for seed in range(200):
        x, y = _scores(seed, 0 if seed % 2 else 12)
        m, n = int(y.sum()), int((~y).sum())
        joint = np.r_[stats.rankdata(x)[y], stats.rankdata(x)[~y]]
        of_positive = (joint[:m] - stats.rankdata(x[y])) / n
        of_negative = 1 - (joint[m:] - stats.rankdata(x[~y])) / m
        expected = of_positive.var(ddof=1) / m + of_negative.var(ddof=1) / n
        worst = max(worst, abs(auc.delong_covariance((auc.wins_of(x, y),))[0, 0] / expected - 1))
    return worst


def net_benefit_agreement() -> float:
    """Largest difference of net benefit from dcurves over 20 data sets and 19 thresholds."""
    import pandas as pd
    from dcurves import dca

    worst = 0.0
    for seed in range(20):
        x, y = _scores(seed, 12)
        p = 1 / (1 + np.exp(-x))
        table = dca(pd.DataFrame({"y": y.astype(int), "p": p}), "y", ["p"], thresholds=list(THRESHOLDS))
        theirs = table[table["model"] == "p"]["net_benefit"].to_numpy()
        worst = max(worst, float(np.abs(net_benefit(p, y, np.array(THRESHOLDS)) - theirs).max()))
    return worst


def rank_test_agreement() -> float:
    """Largest difference of the exact two-sided p from scipy, 5 v 4 to 20 v 20, no ties."""
    worst = 0.0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        m, n = ((5, 4), (8, 12), (20, 20))[seed % 3]
        x, y = rng.normal(size=m + n), np.arange(m + n) < m
        worst = max(worst, abs(rank_test(x, y).p - stats.mannwhitneyu(x[y], x[~y], method="exact").pvalue))
    return worst


def clopper_pearson_agreement() -> float:
    """Largest difference of an end of Clopper–Pearson's interval from statsmodels, all counts of 1 to 25 people."""
    from statsmodels.stats.proportion import proportion_confint

    pairs = [(k, n) for n in range(1, 26) for k in range(n + 1)]
    found = np.array([(proportion(k, n).low, proportion(k, n).high) for k, n in pairs])
    return float(np.abs(found - np.array([proportion_confint(k, n, method="beta") for k, n in pairs])).max())


def best_p() -> float:
    """Smallest two-sided p of 5 responders of 9 over 200 data sets with a huge effect, in units of 1/126."""
    rng = np.random.default_rng(0)
    y = np.arange(9) < 5
    return 126 * min(responder_analysis(rng.normal(50.0 * y, 1.0), y).test.p for _ in range(200))


# --- intervals ---------------------------------------------------------------------------------------------------


def cover_plain(shift: float) -> float:
    """Coverage of DeLong's interval of one measure, 20 v 20 people, percent."""
    rng, y = np.random.default_rng(1), np.arange(PEOPLE) < PEOPLE // 2
    truth = float(stats.norm.cdf(shift / np.sqrt(2)))
    found = [auc.delong_interval(auc.wins_of(rng.normal(shift * y, 1.0), y)) for _ in range(2000)]
    return 100 * float(np.mean([f.low <= truth <= f.high for f in found]))


def cover_exact(shift: float) -> float:
    """Coverage of the exact interval of one measure with normal values, 5 v 4 people, percent."""
    rng, y = np.random.default_rng(2), np.arange(9) < 5
    truth = float(stats.norm.cdf(shift / np.sqrt(2)))
    hits, known = [], {}
    for _ in range(2000):
        wins = auc.wins_of(rng.normal(shift * y, 1.0), y)
        key = float(wins.sum())
        if key not in known:
            known[key] = auc.exact_interval(wins)
        hits.append(known[key].low <= truth <= known[key].high)
    return 100 * float(np.mean(hits))


@lru_cache(maxsize=4)
def _cross_validated(shift: float) -> tuple[float, float]:
    """Coverage of the widened and of the plain interval of a cross-validated AUC, percent.

    The truth is the mean over studies of the AUC in new people of the model made from a study.
    """
    y = np.arange(PEOPLE) < PEOPLE // 2
    new_y = np.arange(NEW_PEOPLE) < NEW_PEOPLE // 2
    rows, truths = [], []
    for study in range(STUDIES):
        rng = np.random.default_rng([3, study])
        x, new = rng.normal(size=(PEOPLE, 5)), rng.normal(size=(NEW_PEOPLE, 5))
        x[:, :2] += shift * y[:, None]
        new[:, :2] += shift * new_y[:, None]
        found, errors = [], []
        orders, _, _ = outcome_orders(y.astype(float), np.zeros(PEOPLE, np.int64), None, PERMUTATIONS, study)
        for order in orders:
            made = folds(Scheme("repeated-k-fold", 5, REPEATS, seed=study), PEOPLE, y[order])
            wins = held_out(Columns(x), y[order], made, Recipe(), study).wins(y[order])
            found.append(wins)
            errors.append(float(np.sqrt(auc.delong_covariance((wins,))[0, 0])))
        factor = auc.chance_widening(np.array([auc.auc(w) for w in found[1:]]), np.array(errors[1:]))
        wide = auc.cross_validated_interval(found[0], 0.95, factor)
        plain = auc.delong_interval(found[0])
        rows.append((wide.low, wide.high, plain.low, plain.high))
        score = predicted(x, y.astype(float), new, Recipe(), np.array([10.0]))[:, 0]
        truths.append(auc.auc(auc.wins_of(score, new_y)))
    r, truth = np.array(rows), float(np.mean(truths))
    return tuple(100 * float(np.mean((r[:, i] <= truth) & (truth <= r[:, i + 1]))) for i in (0, 2))  # type: ignore[return-value]


# --- leakage and chance ------------------------------------------------------------------------------------------


def null_rejections() -> float:
    """Share of studies of noise in which the pipeline's permutation p is at most 0.05, 10 v 10 people, percent."""
    y = np.arange(20) < 10
    hits = 0
    for study in range(200):
        x = np.random.default_rng([5, study]).normal(size=(20, 4))
        orders, _, _ = outcome_orders(y.astype(float), np.zeros(20, np.int64), None, 39, study)
        null = []
        for order in orders:
            made = folds(Scheme("repeated-k-fold", 4, 1, seed=study), 20, y[order])
            null.append(auc.auc(held_out(Columns(x), y[order], made, Recipe(), study).wins(y[order])))
        hits += int(np.mean(np.array(null) >= null[0] - 1e-9) <= 0.05)
    return 100 * hits / 200


def _noise(study: int) -> tuple[Array, NDArray[np.bool_], NDArray[np.str_]]:
    y = np.r_[np.arange(12) < 9, np.arange(12) < 3]
    return np.random.default_rng([6, study]).normal(size=(24, 40)), y, np.repeat(["A", "B"], 12)


def harmonised_inside() -> tuple[float, float]:
    """AUC of noise with ComBat inside the folds, and before them with the outcome kept, means of 40 studies."""
    from nociscope.stats.sites.combat import harmonised

    inside, outside = [], []
    for study in range(40):
        x, y, site = _noise(study)
        made = folds(Scheme("repeated-k-fold", 4, 2, seed=study), 24, y)
        told = harmonised(x, site, y.astype(float)[:, None])
        inside.append(auc.auc(held_out(Columns(x, site), y, made, Recipe(harmonised=40)).wins(y)))
        outside.append(auc.auc(held_out(Columns(np.asarray(told, float)), y, made, Recipe()).wins(y)))
    return float(np.mean(inside)), float(np.mean(outside))


def selected_inside() -> tuple[float, float]:
    """AUC of noise with the best 5 of 200 columns chosen inside the folds, and before them, means of 60 studies."""
    inside, outside = [], []
    for study in range(60):
        rng, y = np.random.default_rng([7, study]), np.arange(24) < 12
        x = rng.normal(size=(24, 200))
        made = folds(Scheme("repeated-k-fold", 4, 2, seed=study), 24, y)
        best = np.argsort(-np.abs((y - 0.5) @ ((x - x.mean(axis=0)) / x.std(axis=0))))[:5]
        inside.append(auc.auc(held_out(Columns(x), y, made, Recipe(select=5)).wins(y)))
        outside.append(auc.auc(held_out(Columns(x[:, best]), y, made, Recipe()).wins(y)))
    return float(np.mean(inside)), float(np.mean(outside))


def left_out_noise() -> tuple[float, float]:
    """AUC of noise by leave-pair-out, and by scikit-learn's pooled leave-one-out, means of 60 studies of 8 v 8."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import LeaveOneOut, cross_val_predict

    pairs, pooled = [], []
    for study in range(60):
        x, y = np.random.default_rng([8, study]).normal(size=(16, 3)), np.arange(16) < 8
        made = folds(Scheme("leave-pair-out"), 16, y)
        pairs.append(auc.auc(held_out(Columns(x), y, made, Recipe()).wins(y)))
        guess = cross_val_predict(LogisticRegression(C=0.01), x, y, cv=LeaveOneOut(), method="predict_proba")
        pooled.append(roc_auc_score(y, guess[:, 1]))
    return float(np.mean(pairs)), float(np.mean(pooled))


DIFFERENCES = 6000


def difference_cover() -> tuple[float, float]:
    """Coverage of no difference at 6 v 6, both models 1.2 SD, where one of them separates: ours, DeLong's."""
    rng, positive = np.random.default_rng(0), np.arange(12) < 6
    ours, theirs = [], []
    for _ in range(DIFFERENCES):
        pair = [auc.wins_of(rng.normal(size=12) + 1.2 * positive, positive) for _ in range(2)]
        if not {auc.auc(w) for w in pair} & {0.0, 1.0}:
            continue
        for kept, found in (
            (ours, widened_difference(*pair, 0.95, 1.0)), (theirs, auc.delong_difference(*pair, 0.95)),
        ):  # fmt: skip
            kept.append(found.low <= 0 <= found.high)
    return 100 * float(np.mean(ours)), 100 * float(np.mean(theirs))


FIGURES: list[Figure] = [
    Figure(
        "stats.prediction.auc", "AUC, 200 data sets, largest difference", "1", "<= 1e-12", auc_agreement, "scikit-learn"
    ),
    Figure(
        "stats.prediction.delong", "DeLong's variance against its form with midranks, largest relative difference", "1",
        "<= 1e-10", delong_agreement,
    ),
    Figure(
        "stats.prediction.net_benefit", "net benefit, 20 data sets, 19 thresholds, largest difference", "1", "<= 1e-12",
        net_benefit_agreement, "dcurves",
    ),
    Figure(
        "stats.prediction.rank_test", "exact Mann–Whitney p, largest difference", "1", "<= 1e-12", rank_test_agreement,
        "scipy",
    ),
    Figure(
        "stats.prediction.clopper_pearson", "ends of Clopper–Pearson's interval, largest difference", "1", "<= 1e-10",
        clopper_pearson_agreement, "statsmodels",
    ),
    Figure(
        "stats.prediction.best_p", "smallest two-sided p of 5 responders of 9, times 126", "1", "1.999999..2.000001",
        best_p,
    ),
    *(
        Figure(
            f"stats.prediction.cover_plain_{name}",
            f"95 % DeLong interval holds an AUC of {truth}, one measure, 20 v 20",
            "%", "93..97", lambda shift=shift: cover_plain(shift),
        )
        for name, shift, truth in (("null", 0.0, "0.5"), ("large", 1.2, "0.80"))
    ),
    *(
        Figure(
            f"stats.prediction.cover_exact_{name}", f"95 % exact interval holds an AUC of {truth}, one measure, 5 v 4",
            "%", ">= 95", lambda shift=shift: cover_exact(shift),
        )
        for name, shift, truth in (("null", 0.0, "0.5"), ("large", 1.2, "0.80"))
    ),
    *(
        Figure(
            f"stats.prediction.cover_{name}",
            f"95 % interval of a cross-validated AUC holds the mean AUC in new people, 20 v 20, {words}", "%", "91..99",
            lambda shift=shift: _cross_validated(shift), "DeLong, not widened",
        )
        for name, shift, words in (("null", 0.0, "noise"), ("effect", 0.7, "two columns with 0.7 SD"))
    ),
    Figure(
        "stats.prediction.cover_difference_delong",
        "95 % interval of a difference of AUCs holds none, 6 v 6, one model separates", "%", "", difference_cover,
        "DeLong",
    ),
    Figure(
        "stats.prediction.null_rejections", "noise with p at most 0.05, 10 v 10, whole pipeline permuted", "%",
        "1.9..8.1", null_rejections,
    ),
    Figure(
        "stats.prediction.combat_inside", "AUC of noise, ComBat inside the folds", "1", "0.42..0.55",
        harmonised_inside, "ComBat before the folds, outcome kept",
    ),
    Figure(
        "stats.prediction.selected_inside", "AUC of noise, 5 of 200 columns chosen inside the folds", "1", "0.45..0.55",
        selected_inside, "chosen before the folds",
    ),
    Figure(
        "stats.prediction.left_out_noise", "AUC of noise, 8 v 8, leave-pair-out", "1", "0.42..0.58", left_out_noise,
        "scikit-learn, pooled leave-one-out",
    ),
]  # fmt: skip
