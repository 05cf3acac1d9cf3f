"""ComBat: agreement with its peers, and what harmonising does to error rates. Every simulation is seeded."""

from __future__ import annotations

import contextlib
import io
import warnings
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.stats.design import Design, two_groups
from nociscope.stats.permutation import permutation_test
from nociscope.stats.relabelling import relabellings
from nociscope.stats.sites.combat import CombatOptions, combat_permutation_test, harmonised
from tools.figures import Figure, Skipped

Array = NDArray[np.float64]

STUDIES = 1000
REGIONS = 8
RELABELLINGS = 199


def table(n: int = 200, features: int = 2000, sites: int = 4) -> tuple[Array, NDArray[np.str_], Array]:
    """Values, sites and three covariates with effects of sites on mean and spread."""
    rng = np.random.default_rng(50)
    site = np.repeat(np.arange(sites), n // sites)
    # whole numbers: neuroCombat keeps covariates in single precision
    covariates = np.column_stack([rng.integers(20, 70, n), rng.integers(0, 2, n), rng.integers(0, 2, n)]).astype(float)
    y = rng.normal(size=(n, features)) * rng.gamma(5, 0.2, (sites, features))[site]
    y += rng.normal(0, 0.5, (sites, features))[site] + 0.02 * covariates[:, :1] + rng.normal(size=features)
    return y, np.array([f"site {s}" for s in site]), covariates


def neurocombat(y: Array, site: NDArray[np.str_], covariates: Array, **options: object) -> Array:
    """Values as neuroCombat harmonises them."""
    frame, combat = _peers("neuroCombat")
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done = combat.neuroCombat(
            dat=y.T.copy(), covars=frame(site, covariates), batch_col="SITE",
            continuous_cols=[f"C{i}" for i in range(covariates.shape[1])], **options,
        )  # fmt: skip
    return np.asarray(done["data"], dtype=float).T


def neuroharmonize(y: Array, site: NDArray[np.str_], covariates: Array, **options: object) -> Array:
    """Values as neuroHarmonize harmonises them."""
    frame, harmonize = _peers("neuroHarmonize")
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(harmonize.harmonizationLearn(y.copy(), frame(site, covariates), **options)[1])


def _peers(name: str):  # type: ignore[no-untyped-def]
    try:
        import importlib

        import pandas as pd

        module = importlib.import_module(name)
    except ImportError:
        raise Skipped(f"{name} is not installed; it is in the dependency group 'peers'") from None
    return lambda site, c: pd.DataFrame({"SITE": site, **{f"C{i}": c[:, i] for i in range(c.shape[1])}}), module


def against_neuroharmonize() -> float:
    """Largest difference of harmonised values, 200 people × 2,000 features × 4 sites × 3 covariates."""
    y, site, covariates = table()
    return float(np.abs(harmonised(y, site, covariates) - neuroharmonize(y, site, covariates)).max())


def against_neurocombat() -> float:
    """Largest difference of harmonised values from neuroCombat."""
    y, site, covariates = table()
    return float(np.abs(harmonised(y, site, covariates) - neurocombat(y, site, covariates)).max())


def non_parametric() -> float:
    """Largest difference from neuroCombat's non-parametric empirical Bayes, 40 people × 60 features."""
    y, site, covariates = table(40, 60, 2)
    ours = harmonised(y, site, covariates, CombatOptions("non-parametric"))
    return float(np.abs(ours - neurocombat(y, site, covariates, parametric=False)).max())


def stopped_early() -> tuple[float, float]:
    """Distance from the converged posterior at 10 people a site: ours and neuroHarmonize's, worst of 200 tables.

    The peers do not look at features whose location is below zero when they ask whether the iteration has ended.
    """
    worst = [0.0, 0.0]
    for seed in range(200):
        rng = np.random.default_rng([51, seed])
        site, covariates = np.repeat(["a", "b"], 10), rng.integers(0, 2, (20, 1)).astype(float)
        y = rng.normal(size=(20, 12)) * rng.gamma(5, 0.2, (2, 12)).repeat(10, 0) + rng.normal(0, 1, (2, 12)).repeat(
            10, 0
        )
        truth = harmonised(y, site, covariates, CombatOptions(tolerance=1e-14))
        worst[0] = max(worst[0], float(np.abs(harmonised(y, site, covariates) - truth).max()))
        worst[1] = max(worst[1], float(np.abs(neuroharmonize(y, site, covariates) - truth).max()))
    return worst[0], worst[1]


def mean_only_left() -> tuple[float, float]:
    """Difference between sites left after mean-only ComBat, in SDs, mean of features: ours and neuroCombat's."""
    y, site, covariates = table(40, 400, 2)
    ours = harmonised(y, site, covariates, CombatOptions(mean_only=True))
    peer = neurocombat(y, site, covariates, mean_only=True)
    return _between(ours, site, covariates), _between(peer, site, covariates)


def _between(y: Array, site: NDArray[np.str_], covariates: Array) -> float:
    columns = np.column_stack([site == site[0], np.ones(len(y)), covariates]).astype(float)
    beta, squares, *_ = np.linalg.lstsq(columns, y, rcond=None)
    return float(np.mean(np.abs(beta[0]) / np.sqrt(squares / len(y))))


@cache
def _studies() -> tuple[Design, Array, NDArray[np.str_], Array]:
    """Two sites of 10, groups 8 v 2 and 3 v 7; sites differ in mean and spread, groups do not differ."""
    site = np.repeat(["a", "b"], 10)
    first = np.r_[np.arange(10) < 8, np.arange(10) < 3]
    rng = np.random.default_rng(52)
    y = rng.normal(size=(STUDIES, 20, REGIONS)) * np.where(site == "a", 1.0, 1.6)[:, None]
    y += (
        np.where(site == "a", 0.0, 1.5)[:, None] + 0.7 * rng.normal(size=(STUDIES, 1, REGIONS)) * (site == "b")[:, None]
    )
    strata = (site == "b").astype(np.int64)
    return two_groups(first, np.zeros((20, 0)), strata), y, site, first.astype(float)[:, None]


def type1_through() -> float:
    """Rejections at 0.05 in the first region when ComBat is repeated within every relabelling, percent."""
    design, studies, site, _ = _studies()
    moves = relabellings(design, RELABELLINGS, 1, 0)
    hits = [combat_permutation_test(design, y, site, np.zeros((20, 0)), moves).p[0] <= 0.05 for y in studies]
    return 100 * float(np.mean(hits))


def fwer_through() -> float:
    """Studies with any region below 0.05 by the maximum statistic, ComBat within every relabelling, percent."""
    design, studies, site, _ = _studies()
    moves = relabellings(design, RELABELLINGS, 1, 0)
    hits = [combat_permutation_test(design, y, site, np.zeros((20, 0)), moves).p_max.min() <= 0.05 for y in studies]
    return 100 * float(np.mean(hits))


def type1_naive(keep_group: bool, test: str) -> float:
    """Rejections at 0.05 in the first region when values are harmonised once and then tested, percent."""
    design, studies, site, group = _studies()
    free = two_groups(design.interest == 1, np.zeros((20, 0)), np.zeros(20, dtype=np.int64))
    moves = relabellings(free, RELABELLINGS, 1, 0)
    hits = 0
    for y in studies:
        x = harmonised(y, site, group if keep_group else None)
        first = design.interest == 1
        if test == "t":
            hits += stats.ttest_ind(x[first, 0], x[~first, 0]).pvalue <= 0.05
        else:
            hits += permutation_test(free, x[:, :1], moves).p[0] <= 0.05
    return 100 * hits / STUDIES


_PEER_H, _PEER_C = "neuroHarmonize 2.4.5", "neuroCombat 0.2.12"
_NULL = "2 sites × 10, groups 8 v 2 and 3 v 7, no effect"

FIGURES: list[Figure] = [
    Figure(
        "stats.combat_neuroharmonize", "ComBat, largest difference from neuroHarmonize", "1", "<= 1e-6",
        against_neuroharmonize, _PEER_H,
    ),
    Figure(
        "stats.combat_neurocombat", "ComBat, largest difference from neuroCombat", "1", "<= 1e-6",
        against_neurocombat, _PEER_C,
    ),
    Figure(
        "stats.combat_non_parametric", "non-parametric ComBat, largest difference from neuroCombat", "1", "<= 1e-6",
        non_parametric, _PEER_C,
    ),
    Figure(
        "stats.combat_converged", "ComBat, 10 people a site: largest distance from the converged posterior", "1",
        "<= 1e-4", stopped_early, _PEER_H,
    ),
    Figure(
        "stats.combat_mean_only_left", "difference between sites left by mean-only ComBat", "SD", "<= 0.2",
        mean_only_left, _PEER_C,
    ),
    Figure("stats.combat_type1", f"false positives at 0.05 through ComBat, {_NULL}", "%", "3.6..6.4", type1_through),
    Figure("stats.combat_fwer", f"the same, family-wise over {REGIONS} regions", "%", "3.6..6.4", fwer_through),
    Figure(
        "stats.combat_type1_naive_t", "harmonised once keeping group, then t-test: the error that is avoided", "%", "",
        partial(type1_naive, True, "t"),
    ),
    Figure(
        "stats.combat_type1_naive_permuted", "harmonised once keeping group, then permuted freely", "%", "",
        partial(type1_naive, True, "permutation"),
    ),
    Figure(
        "stats.combat_type1_naive_unkept", "harmonised once without group, then t-test", "%", "",
        partial(type1_naive, False, "t"),
    ),
]  # fmt: skip
