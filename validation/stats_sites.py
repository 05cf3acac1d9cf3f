"""Several sites and published studies: do the numbers agree, do intervals cover, does a replication keep its level.

Simulations are seeded; goals are five per cent, or 93 to 97 % coverage, give or take two Monte Carlo standard errors
where that is said.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats.reliability import minimal_detectable_change, sem_from_icc
from nociscope.stats.settings import TestSettings
from nociscope.stats.sites import summaries
from nociscope.stats.sites.conjunction import partial_conjunction
from nociscope.stats.sites.federated import site_sums
from nociscope.stats.sites.federated_fit import federated_fit
from nociscope.stats.sites.meta import PoolSettings, pool
from nociscope.stats.sites.replication import replicate_findings
from tools.figures import Figure, Skipped, open_data

Array = NDArray[np.float64]

STUDIES = 20_000
"""Simulated meta-analyses of a row of coverage."""
REGIONS = 1000
"""Simulated replications of a row of type I error, as regions of one cohort."""


# --- federated fits


def _cohort(sizes: dict[str, int], regions: int, seed: int) -> HypothesisData:
    rng = np.random.default_rng(seed)
    people, values, age = [], [], []
    for k, (site, n) in enumerate(sizes.items()):
        for i in range(n):
            people.append(Person(f"{site}{i}", group="pain" if i < n // 2 else "control", part=site, site=site))
            values.append(3 * k + rng.normal(0, 0.5, regions))
            age.append(rng.normal(16_000, 4_000))
    names = tuple(f"r{i}" for i in range(regions))
    return HypothesisData(
        tuple(people), names, "mL/cm3", values=np.array(values), covariates={"age_days": np.array(age)}
    )


def _contrast(**keys: object) -> Hypothesis:
    return Hypothesis.model_validate({"name": "h", "measure": "VT", "contrast": ["pain", "control"], **keys})


def federated() -> float:
    """Largest relative difference of estimate, error, t and p between sums of three sites and OLS on all rows."""
    try:
        import statsmodels.api as sm
    except ImportError:
        raise Skipped("statsmodels is not installed") from None
    from nociscope.stats.sites.people import named_sites, taken

    data = _cohort({"Bo": 20, "Es": 26, "Li": 34}, 50, 3)
    part = np.array([p.part for p in data.people])
    sites = named_sites(data)
    fit = federated_fit(tuple(site_sums(taken(data, part == s), _contrast(), s) for s in sites))
    group = np.array([p.group == "pain" for p in data.people])
    x = np.column_stack([group, data.covariates["age_days"], *(part == s for s in sites)]).astype(np.float64)
    worst = 0.0
    for r in range(50):
        ols = sm.OLS(np.asarray(data.values)[:, r], x).fit()
        pairs = (
            (fit.estimate, ols.params), (fit.se, ols.bse), (fit.statistic, ols.tvalues), (fit.p, ols.pvalues),
        )  # fmt: skip
        worst = max(worst, *(abs(mine[r] / theirs[0] - 1) for mine, theirs in pairs))
    return worst


# --- printed numbers

_AGES = {"whiplash": ((48.2, 12.8, 18), (37.8, 12.5, 15)), "axial": ((48.3, 13.2, 28), (43.7, 16.6, 26))}


def _sem() -> float:
    return float(sem_from_icc(summaries.pooled_sd((11.7, 11.9), (2, 2)), 0.618))


PRINTED: dict[str, tuple[str, str, Callable[[], float]]] = {
    "two_point_d": (
        "two-point discrimination 61 (13) v 44 (10), 45 each: d, printed 1.466", "1.4655..1.4665",
        lambda: summaries.from_means(61, 13, 45, 44, 10, 45).d,
    ),
    "two_point_g": (
        "the same: Hedges g, 1.453", "1.4525..1.4535", lambda: summaries.from_means(61, 13, 45, 44, 10, 45).value
    ),
    "two_point_welch_t": (
        "the same: Welch t, 6.95", "6.945..6.955", lambda: summaries.welch_from_means(61, 13, 45, 44, 10, 45)[0]
    ),
    "difference_t": (
        "difference 17.9 [5.9, 29.8], 19 each: t, 3.04", "3.035..3.045",
        lambda: summaries.from_difference(17.9, 5.9, 29.8, 19, 19).t,
    ),
    "difference_p": (
        "the same: p, 0.0044", "0.00435..0.00445", lambda: summaries.from_difference(17.9, 5.9, 29.8, 19, 19).p
    ),
    "difference_g": (
        "the same: g, about 0.96", "0.95..0.97", lambda: summaries.from_difference(17.9, 5.9, 29.8, 19, 19).value
    ),
    "modulation_z": (
        "conditioned pain modulation −0.44 [−0.64, −0.23]: z, −4.21", "-4.215..-4.205",
        lambda: summaries.from_interval(-0.44, -0.64, -0.23, "hedges_g").t,
    ),
    "summation_z": (
        "temporal summation 0.50 [0.29, 0.72]: z, 4.56", "4.555..4.565",
        lambda: summaries.from_interval(0.50, 0.29, 0.72, "hedges_g").t,
    ),
    "e_value_208": (
        "odds ratio 2.08: E-value of its root, 2.24", "2.235..2.245", lambda: summaries.e_value_of_odds_ratio(2.08)
    ),
    "e_value_256": (
        "odds ratio 2.56: E-value of its root, 2.58", "2.575..2.585", lambda: summaries.e_value_of_odds_ratio(2.56)
    ),
    "modulation_sem": (
        "SD 11.7 and 11.9, ICC 0.618: standard error of measurement, 7.29", "7.285..7.295", _sem
    ),
    "modulation_srd": (
        "the same: smallest real difference, 20.2", "20.15..20.25", lambda: minimal_detectable_change(_sem())
    ),
    **{
        f"ages_{name}_{what}": (
            f"ages of two published groups ({name}): {what}, {printed}", goal,
            partial(lambda of, pair: getattr(summaries.from_means(*pair[0], *pair[1]), of), what, _AGES[name]),
        )
        for name, what, printed, goal in (
            ("whiplash", "t", "2.35", "2.345..2.355"), ("whiplash", "p", "0.025", "0.0245..0.0255"),
            ("axial", "t", "1.13", "1.125..1.135"), ("axial", "p", "0.26", "0.255..0.265"),
        )
    },
}  # fmt: skip


# --- pooling

_BCG = (
    ((4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27),
     (119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886)),
    ((11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29),
     (128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825)),
)  # fmt: skip
_METAFOR = (-0.714532348365, 0.180791745519, -1.108443723, -0.32062097373, 0.313243325981, -2.00905778449,
            0.579993087756)  # fmt: skip


def metafor() -> float:
    """Largest relative difference to metafor 3.8-1: estimate, error, interval, τ², prediction interval."""
    (a, b), (c, d) = ((np.array(x, dtype=float) for x in arm) for arm in _BCG)
    r = pool(np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    mine = (r.estimate, r.se, r.low, r.high, r.tau2, r.prediction_low, r.prediction_high)
    return max(abs(float(m[0]) / t - 1) for m, t in zip(mine, _METAFOR, strict=True))


def pymare_difference() -> float:
    """Largest difference of τ² (DerSimonian–Laird) to PyMARE over 1,000 regions."""
    try:
        import pymare
    except ImportError:
        raise Skipped("pymare is not installed") from None
    y, v, _ = _studies(7, 0.1, 1000, 2)
    theirs = pymare.estimators.DerSimonianLaird().fit_dataset(pymare.Dataset(y, v)).summary()
    return float(np.abs(pool(y, v, PoolSettings(tau2="dl")).tau2 - np.ravel(theirs.tau2)).max())


def _studies(k: int, tau2: float, count: int, seed: int) -> tuple[Array, Array, Array]:
    """Effects about zero with unequal known errors, shapes (study, set), and the effect of one more study."""
    rng = np.random.default_rng(seed)
    v = np.broadcast_to(np.linspace(0.05, 0.4, k)[:, None], (k, count))
    y = rng.normal(0, math.sqrt(tau2), (k, count)) + rng.normal(size=(k, count)) * np.sqrt(v)
    return y, v.copy(), rng.normal(0, math.sqrt(tau2), count)


def coverage(k: int, tau2: float, interval: str) -> tuple[float, float]:
    """How often an interval of random effects holds the truth, and how often the normal one does, percent."""
    y, v, _ = _studies(k, tau2, STUDIES, 1)
    mine, normal = (pool(y, v, PoolSettings(interval=i)) for i in (interval, "normal"))
    return _holds_zero(mine.low, mine.high), _holds_zero(normal.low, normal.high)


def prediction_coverage(k: int) -> float:
    """How often the prediction interval holds the effect of one more study, percent."""
    y, v, other = _studies(k, 0.2, STUDIES, 1)
    r = pool(y, v)
    return float(100 * np.mean((r.prediction_low <= other) & (other <= r.prediction_high)))


def _holds_zero(low: Array, high: Array) -> float:
    return float(100 * np.mean((low <= 0) & (high >= 0)))


# --- replication


def conjunction_level(method: str) -> float:
    """How often two of three sites reach 0.05 where one has a huge effect and the others none, percent."""
    p = np.random.default_rng(0).uniform(size=(3, 100_000))
    p[0] = 1e-15
    return float(100 * np.mean(partial_conjunction(p, 2, method) <= 0.05))


def pooled_level() -> float:
    """Type I error of two sites of 9 and 12 as one model, people exchanged within sites, percent."""
    data = _cohort({"Bo": 9, "Es": 12}, REGIONS, 4)
    asked = _contrast(replicate={"pooling": "fixed"}, permutations=500, adjust="none", covariates=[])
    data = HypothesisData(data.people, data.regions, data.unit, values=data.values)
    found = replicate_findings(data, asked, TestSettings(seed=2, resamples=100))
    return float(100 * np.mean([f.p_value <= 0.05 for f in found]))


def enigma() -> float:
    """Largest relative difference of the error of d, bipolar disorder, 68 regions: printed against that of n and d."""
    folder = open_data("enigma-summary") / "enigmatoolbox" / "datasets" / "summary_statistics"
    with (folder / "bd_case-controls_CortThick_adult.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    made = [
        math.sqrt(summaries.standardised_variance(float(r["d_icv"]), int(r["n_controls"]), int(r["n_patients"])))
        for r in rows
    ]
    return max(abs(float(r["se_icv"]) / m - 1) for r, m in zip(rows, made, strict=True))


DISORDERS = ("scz_case-controls_CortThick", "mddadult_case-controls_CortThick", "bd_case-controls_CortThick_adult",
             "allepi_case-controls_CortThick")  # fmt: skip


def enigma_pooled() -> float:
    """Pooled d of four disorders in 68 regions, DerSimonian–Laird: largest difference to the sums written out."""
    folder = open_data("enigma-summary") / "enigmatoolbox" / "datasets" / "summary_statistics"
    tables = []
    for name in DISORDERS:
        with (folder / f"{name}.csv").open(encoding="utf-8") as stream:
            tables.append([(float(r["d_icv"]), float(r["se_icv"]) ** 2) for r in csv.DictReader(stream)])
    d, v = (np.array([[cell[k] for cell in table] for table in tables]) for k in (0, 1))
    ours = pool(d, v, PoolSettings(tau2="dl")).estimate
    return max(abs(ours[r] - _pooled_by_hand(d[:, r].tolist(), v[:, r].tolist())) for r in range(d.shape[1]))


def _pooled_by_hand(d: list[float], v: list[float]) -> float:
    """DerSimonian & Laird (1986), equation by equation."""
    w = [1 / x for x in v]
    mean = sum(a * b for a, b in zip(w, d, strict=True)) / sum(w)
    q = sum(a * (b - mean) ** 2 for a, b in zip(w, d, strict=True))
    between = max(0.0, (q - len(d) + 1) / (sum(w) - sum(a * a for a in w) / sum(w)))
    w = [1 / (x + between) for x in v]
    return sum(a * b for a, b in zip(w, d, strict=True)) / sum(w)


_TWO_MCSE = 2 * math.sqrt(0.05 * 0.95 / REGIONS)

FIGURES: list[Figure] = [
    Figure(
        "stats.sites.federated", "sums of three sites against OLS on all rows: estimate, error, t, p, 50 regions", "1",
        "<= 1e-10", federated, "statsmodels OLS",
    ),
    *(Figure(f"stats.sites.printed_{n}", what, "1", goal, measure) for n, (what, goal, measure) in PRINTED.items()),
    Figure(
        "stats.sites.metafor", "BCG vaccine, 13 trials, REML, Hartung–Knapp, prediction: largest relative difference",
        "1", "<= 1e-5", metafor, "metafor 3.8-1, pinned",
    ),
    Figure(
        "stats.sites.pymare", "τ² of DerSimonian–Laird, 7 studies, 1,000 regions: largest difference", "1", "<= 1e-8",
        pymare_difference, "PyMARE",
    ),
    *(
        Figure(
            f"stats.sites.cover.hk_{k}", f"coverage of the Hartung–Knapp interval, {k} unequal studies, τ² 0.2", "%",
            "93..97", partial(coverage, k, 0.2, "hartung-knapp"), "normal interval",
        )
        for k in (3, 5, 10)
    ),
    Figure(
        "stats.sites.cover.hk_3_alike", "coverage of the Hartung–Knapp interval, 3 unequal studies, τ² 0", "%",
        "93..97", partial(coverage, 3, 0.0, "hartung-knapp"), "normal interval",
    ),
    Figure(
        "stats.sites.cover.adhoc_3", "coverage of the ad hoc interval, 3 unequal studies, τ² 0.2", "%", ">= 93",
        partial(coverage, 3, 0.2, "hartung-knapp-adhoc"), "normal interval",
    ),
    *(
        Figure(
            f"stats.sites.cover.prediction_{k}", f"coverage of the prediction interval, {k} unequal studies, τ² 0.2",
            "%", "93..97", partial(prediction_coverage, k),
        )
        for k in (5, 10)
    ),
    *(
        Figure(
            f"stats.sites.conjunction_{method}", f"two of three sites at 0.05 where one alone has an effect, {method}",
            "%", "<= 5.14", partial(conjunction_level, method),
        )
        for method in ("fisher", "simes", "bonferroni")
    ),
    Figure(
        "stats.sites.type1_fixed", "type I error at 0.05, sites of 9 and 12 pooled, people exchanged within sites", "%",
        f"{100 * (0.05 - _TWO_MCSE):.2f}..{100 * (0.05 + _TWO_MCSE):.2f}", pooled_level,
    ),
    Figure(
        "stats.sites.enigma_error", "error of d from n and d, bipolar disorder, 68 regions: largest difference", "1",
        "<= 0.02", enigma, "ENIGMA tables",
    ),
    Figure(
        "stats.sites.enigma_pooled", "pooled d of four disorders, 68 regions: largest difference to sums by hand", "1",
        "<= 1e-10", enigma_pooled, "ENIGMA tables",
    ),
]  # fmt: skip
