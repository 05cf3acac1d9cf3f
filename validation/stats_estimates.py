"""What findings carry beside p: error rates and coverage on simulated people, agreement with printed numbers.

Every simulation is seeded and over `SIMULATIONS` data sets unless its row says otherwise.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from nociscope.stats.design import Design, two_groups
from nociscope.stats.estimates.bayes import Prior, bayes_factor_r, bayes_factor_t, bayesian_estimate
from nociscope.stats.estimates.case_control import exchange_of_roles, single_case_test
from nociscope.stats.estimates.equivalence import equivalence_of, standardised_equivalence_of
from nociscope.stats.estimates.error_types import error_types_of, retrodesign
from nociscope.stats.estimates.indirect_effect import MediationSettings, mediate
from nociscope.stats.estimates.selected import cross_fitted_estimate
from nociscope.stats.linear import fit
from nociscope.stats.noncentral import f_noncentralities
from nociscope.stats.power import minimal_detectable_d
from tools.figures import Figure, Skipped

Array = NDArray[np.float64]

SIMULATIONS = 2000
MEDIATIONS = 500
_COVER = "93..97"
_TYPE1 = "4.03..5.97"

DETECTABLE = {
    (4, 5): 2.19, (5, 8): 1.75, (9, 8): 1.46, (9, 9): 1.41, (16, 10): 1.18, (25, 27): 0.79, (26, 28): 0.78,
    (28, 28): 0.76, (31, 27): 0.75,
}  # fmt: skip
"""Smallest d found with 80 % power, from the noncentral t, as tables of power print it."""


def detectable() -> float:
    """Largest departure from the table of minimal detectable d."""
    return max(abs(minimal_detectable_d(*n) - d) for n, d in DETECTABLE.items())


# --- equivalence and error types ----------------------------------------------------------------------------------


def tost_agreement() -> float:
    """Largest difference of p from statsmodels' two one-sided tests, 200 data sets of 8 and 11, relative."""
    try:
        from statsmodels.stats.weightstats import ttost_ind
    except ImportError:
        raise Skipped("statsmodels is not installed") from None
    rng = np.random.default_rng(31)
    worst = 0.0
    for _ in range(200):
        a, b = rng.normal(0.1, 1, 8), rng.normal(0, 2, 11)
        theirs = ttost_ind(a, b, -1.0, 1.0, usevar="unequal")[0]
        error = math.sqrt(a.var(ddof=1) / 8 + b.var(ddof=1) / 11)
        mine = equivalence_of(a.mean() - b.mean(), error, stats.ttest_ind(a, b, equal_var=False).df, 1.0).p
        worst = max(worst, abs(float(mine) - theirs) / theirs)
    return worst


def equivalence_type1(standardised: bool) -> float:
    """Share declared equivalent where the truth lies on the margin, 12 v 12, normal noise, percent."""
    design = _groups(12, 12)
    y = np.random.default_rng(32).normal(size=(24, SIMULATIONS)) + 1.5 * design.interest[:, None]
    found = fit(design, y)
    if standardised:
        t, scale = found.estimate / found.se_pooled, math.sqrt(2 / 12)
        return 100 * float(np.mean(standardised_equivalence_of(t, 22, scale, 1.5).p <= 0.05))
    return 100 * float(np.mean(equivalence_of(found.estimate, found.se, found.dof, 1.5).p <= 0.05))


PUBLISHED_ERRORS = ((0.1, 3.28, 0.05010648, 0.4644228), (2.0, 8.1, 0.05701294, 0.2396177))
"""Effect, standard error, power and type S as the function of Gelman & Carlin (2014) prints them."""


def retrodesign_agreement() -> float:
    """Largest difference of power and type S from the printed ones."""
    found = [(retrodesign(effect, se), power, s) for effect, se, power, s in PUBLISHED_ERRORS]
    return max(max(abs(float(f.power) - power), abs(float(f.type_s) - s)) for f, power, s in found)


def exaggeration() -> tuple[float, float]:
    """Type M at half the minimal detectable effect, 4 v 5: formula, and 10⁶ simulated t tests."""
    truth = minimal_detectable_d(4, 5) / 2 / math.sqrt(0.45)
    rng = np.random.default_rng(33)
    estimate = truth + rng.normal(size=1_000_000)
    hit = np.abs(estimate) > stats.t.ppf(0.975, 7) * np.sqrt(rng.chisquare(7, 1_000_000) / 7)
    return float(error_types_of(truth, 1.0, 7).type_m), float(np.abs(estimate[hit]).mean() / truth)


# --- Bayesian -----------------------------------------------------------------------------------------------------


def bayes_factors() -> float:
    """Largest departure from printed Bayes factors, relative."""
    medium, unit = Prior("cauchy", 0.707), Prior("cauchy", 1.0)
    pairs = (
        (bayes_factor_t(3.5, 38, 10, medium), 26.743), (bayes_factor_t(3.5, 19, 20, medium), 17.185),
        (bayes_factor_r(0.6, 20), 10.634), (1 / bayes_factor_t(2.03, 79, 80, unit), 1.56),
        (1 / bayes_factor_t(2.24, 79, 80, unit), 1.02),
    )  # fmt: skip
    return max(abs(mine / printed - 1) for mine, printed in pairs)


def bayes_coverage() -> float:
    """Coverage of the 95 % credible interval where truths are drawn from the prior, 9 v 9, percent."""
    design, rng = _groups(9, 9), np.random.default_rng(34)
    truth = stats.cauchy.rvs(scale=math.sqrt(0.5), size=SIMULATIONS, random_state=rng)
    found = fit(design, rng.normal(size=(18, SIMULATIONS)) + design.interest[:, None] * truth)
    hits = 0
    for i in range(SIMULATIONS):
        post = bayesian_estimate(*(float(v[i]) for v in (found.estimate, found.se, found.dof, found.spread)))
        hits += post.ci_low <= truth[i] <= post.ci_high
    return 100 * hits / SIMULATIONS


# --- single cases -------------------------------------------------------------------------------------------------


def single_case_type1(controls: int, skewed: bool = False) -> tuple[float, float]:
    """Share of cases from the population of the controls with p ≤ 0.05: Crawford and Howell's t, and a plain z."""
    rng = np.random.default_rng(35)
    made = rng.exponential if skewed else rng.normal
    y = made(size=(controls + 1, 10_000))
    found = single_case_test(y[0], y[1:])
    z = special.ndtr(-np.abs(found.z)) * 2
    return 100 * float(np.mean(found.p <= 0.05)), 100 * float(np.mean(z <= 0.05))


def single_case_coverage() -> float:
    """Coverage of the 95 % interval of z_cc, a case 2 SD above 8 normal controls, percent."""
    y = np.random.default_rng(36).normal(size=(8, SIMULATIONS))
    found = single_case_test(np.full(SIMULATIONS, 2.0), y)
    return 100 * float(np.mean((found.z_low <= 2) & (found.z_high >= 2)))


def single_case_familywise() -> float:
    """Share of null cases in which any of 40 correlated elements reaches the floor, 19 controls, percent."""
    rng = np.random.default_rng(37)
    hits = 0
    for _ in range(SIMULATIONS):
        y = rng.normal(size=(20, 1)) + rng.normal(size=(20, 40))
        hits += bool(exchange_of_roles(y[0], y[1:])[1].min() <= 1 / 20 + 1e-9)
    return 100 * hits / SIMULATIONS


# --- mediation and selection --------------------------------------------------------------------------------------


def mediation(a: float, b: float, what: str) -> float:
    """Type I error or coverage of an indirect effect, 40 people, over `MEDIATIONS` data sets, percent."""
    rng = np.random.default_rng(38)
    cause = np.repeat([1.0, 0.0], 20)
    m = a * cause[:, None] + rng.normal(size=(40, MEDIATIONS))
    y = b * m + rng.normal(size=(40, MEDIATIONS))
    settings = MediationSettings(resamples=1000, permutations=300)
    hits = 0
    for i in range(MEDIATIONS):
        found = mediate(cause, m[:, i], y[:, i : i + 1], np.zeros((40, 0)), settings)
        low, high = (found.bca_low, found.bca_high) if what.startswith("bca") else (found.low["ab"], found.high["ab"])
        if what == "p":
            hits += found.p[0] <= 0.05
        elif what.endswith("cover"):
            hits += low[0] <= a * b <= high[0]
        else:
            hits += low[0] > 0 or high[0] < 0
    return 100 * hits / MEDIATIONS


def selection(effect: float) -> tuple[float, float]:
    """Bias of the contrast in the best of 20 regions, SD: cross-fitted, and plain; 6 v 6, one region with an effect.

    The truth is the effect of the regions chosen, in the direction chosen.
    """
    design, rng = _groups(6, 6), np.random.default_rng(39)
    truth = np.zeros(20)
    truth[0] = effect
    mine, plain = [], []
    for _ in range(1000):
        y = rng.normal(size=(12, 20)) + design.interest[:, None] * truth
        found = cross_fitted_estimate(design, y)
        signs = [_sign_without(y, i, int(r)) for i, r in enumerate(found.chosen)]
        mine.append(found.estimate - float(np.mean(truth[found.chosen] * signs)))
        plain.append(found.naive - truth[found.region] * np.sign(fit(design, y).estimate[found.region]))
    return float(np.mean(mine)), float(np.mean(plain))


def _sign_without(y: Array, i: int, region: int) -> float:
    first = np.arange(12) < 6
    kept = np.arange(12) != i
    return float(np.sign(y[first & kept, region].mean() - y[~first & kept, region].mean()))


def eta_coverage(effect: float) -> float:
    """Coverage of the 95 % interval of partial η², three groups of 6, percent; effect is f², λ/N."""
    rng = np.random.default_rng(40)
    means = np.repeat([-1.0, 0.0, 1.0], 6) * math.sqrt(1.5 * effect)
    y = (rng.normal(size=(18, SIMULATIONS)) + means[:, None]).reshape(3, 6, SIMULATIONS)
    f = stats.f_oneway(*y, axis=0).statistic
    low, high = (f_noncentralities(f, 2, 15, p) for p in (0.975, 0.025))
    truth = 18 * effect
    return 100 * float(np.mean((low <= truth) & (high >= truth)))


def _groups(n1: int, n2: int) -> Design:
    n = n1 + n2
    return two_groups(np.arange(n) < n1, np.zeros((n, 0)), np.zeros(n, dtype=np.int64))


FIGURES: list[Figure] = [
    Figure("stats.mde_table", "minimal detectable d of nine designs, largest departure", "1", "<= 0.005", detectable),
    Figure(
        "stats.tost_statsmodels", "p of two one-sided tests (Welch), relative difference", "1", "<= 1e-10",
        tost_agreement, "statsmodels ttost_ind",
    ),
    Figure(
        "stats.tost_type1", "declared equivalent with the truth on the margin, 12 v 12", "%", "<= 5.97",
        partial(equivalence_type1, False),
    ),
    Figure(
        "stats.tost_type1_standardised", "the same, margin in SDs", "%", "<= 5.97", partial(equivalence_type1, True)
    ),
    Figure(
        "stats.retrodesign", "power and type S of two printed designs, largest difference", "1", "<= 1e-7",
        retrodesign_agreement, "retrodesign (R)",
    ),
    Figure(
        "stats.type_m_4v5", "type M at half the minimal detectable effect, 4 v 5; beside: simulated", "1", "",
        exaggeration, "10⁶ t tests",
    ),
    Figure("stats.bayes_factors", "five printed Bayes factors, relative difference", "1", "<= 0.005", bayes_factors),
    Figure("stats.bayes_coverage", "95 % credible interval, truths from the prior, 9 v 9", "%", _COVER, bayes_coverage),
    *(
        Figure(
            f"stats.single_case_type1_{k}", f"single case against {k} controls, p ≤ 0.05 without effect", "%",
            "4.56..5.44", partial(single_case_type1, k), "plain z",
        )
        for k in (4, 8, 20)
    ),
    Figure(
        "stats.single_case_type1_8_skewed", "the same, 8 controls, exponential noise", "%", "",
        partial(single_case_type1, 8, True), "plain z",
    ),
    Figure("stats.single_case_cover", "interval of z_cc = 2, 8 controls", "%", _COVER, single_case_coverage),
    Figure(
        "stats.single_case_fwer", "any of 40 elements at the floor of 1/20, 19 controls", "%", _TYPE1,
        single_case_familywise,
    ),
    *(
        Figure(
            f"stats.mediation_type1_{name}", f"indirect effect found, 40 people, a = {a}, b = {b}, {words}", "%",
            "" if what == "bca" else "<= 6.95", partial(mediation, a, b, what),
        )
        for name, a, b, what, words in (
            ("none", 0.0, 0.0, "p", "joint significance"), ("a_only", 0.8, 0.0, "p", "joint significance"),
            ("b_only", 0.0, 0.8, "p", "joint significance"), ("a_only_percentile", 0.8, 0.0, "found", "percentile"),
            ("a_only_bca", 0.8, 0.0, "bca", "BCa"),
        )
    ),
    Figure(
        "stats.mediation_cover", "percentile interval of a·b = 0.64, 40 people", "%", _COVER,
        partial(mediation, 0.8, 0.8, "cover"),
    ),
    Figure(
        "stats.mediation_cover_bca", "BCa interval of a·b = 0.64, 40 people", "%", _COVER,
        partial(mediation, 0.8, 0.8, "bca cover"),
    ),
    Figure(
        "stats.selected_bias_null", "bias of the best of 20 regions, cross-fitted, no effect", "SD", "-0.05..0.05",
        partial(selection, 0.0), "without cross-fitting",
    ),
    Figure(
        "stats.selected_bias_effect", "the same, one region with an effect of 1 SD", "SD", "-0.05..0.05",
        partial(selection, 1.0), "without cross-fitting",
    ),
    Figure(
        "stats.cover.eta_squared", "interval of partial η² = 0.25, three groups of 6", "%", _COVER,
        partial(eta_coverage, 1 / 3),
    ),
]  # fmt: skip
