"""The open pain-sensitivity study of Bochum and Essen: what is the site, what leaks, is the outcome as published."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nociscope.core.finding import Finding
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats.evaluate import evaluate
from nociscope.stats.settings import TestSettings
from nociscope.stats.sites.combat import harmonised
from tools.figures import Figure, open_data
from tools.pain_sensitivity import SEEDS, SITES, Cohort, cohort

Array = NDArray[np.float64]

NAMED = ("l_PCsul", "R_PCsul", "PCsul_d", "PINS_d", "PINS_v", "AINS_ad", "AINS_pd", "ACcor_d", "CNGsul_p")
"""Parcels of S1, insula and cingulate that the shipped study names."""

WAYS: dict[str, dict[str, Any]] = {
    "as_if_one_site": {},
    "within_sites": {"stratify": "site"},
    "harmonised": {"harmonise": "site"},
}


@cache
def _cohort() -> Cohort:
    return cohort(open_data("pain-sensitivity-rsfmri"))


def _data(seed: str, regions: tuple[str, ...] | None, way: str) -> HypothesisData:
    """Connectivity of one seed with pain sensitivity; without names, all regions in which everybody has a value.

    Whoever ignores the site has no strata either: a stratum brings a mean of its own.
    """
    site = way == "within_sites"
    found = _cohort()
    z = np.array([p.connectivity[SEEDS.index(seed)] for p in found.people])
    regions = regions or tuple(r for r, ok in zip(found.regions, np.isfinite(z).all(axis=0), strict=True) if ok)
    covariates: dict[str, NDArray[Any]] = {
        "age": np.array([p.age for p in found.people]),
        "sex": np.array([p.sex for p in found.people]),
        "mean_fd": np.array([p.mean_fd for p in found.people]),
    }
    sites = np.array([p.site for p in found.people])
    sensitivity = np.array([p.pain_sensitivity for p in found.people])
    return HypothesisData(
        people=tuple(Person(p.name, site=p.site, sex=p.sex, stratum=p.site if site else "") for p in found.people),
        regions=regions, unit="1", values=z[:, [found.regions.index(r) for r in regions]],
        covariates=covariates | ({"site": sites} if site else {}),
        predictor=sensitivity, predictor_name="pain_sensitivity", outcome=sensitivity,
        batch=sites if way == "harmonised" else None,
        baseline=covariates,
    )  # fmt: skip


def _correlations(seed: str, way: str, regions: tuple[str, ...] | None = NAMED) -> tuple[Finding, ...]:
    asked = Hypothesis.model_validate(
        {"name": "h", "measure": "z", "correlate": "pain_sensitivity", "permutations": 1000, **WAYS[way]}
    )
    return evaluate(_data(seed, regions, way), asked, TestSettings(seed=1, resamples=100))


def composite() -> float:
    """Largest difference of pain sensitivity, computed from thresholds and trials, to the published column."""
    return max(abs(p.pain_sensitivity - p.published) for p in _cohort().people)


def published(site: str) -> float:
    """Correlation of the authors' predictions with pain sensitivity."""
    people = [p for p in _cohort().people if p.site == site]
    return float(np.corrcoef([p.predicted for p in people], [p.pain_sensitivity for p in people])[0, 1])


def site_share(seed: str) -> float:
    """Largest change of a partial correlation when the site is held constant, all regions."""
    one, within = (
        np.array([f.effect_size.value for f in _correlations(seed, way, None)])
        for way in ("as_if_one_site", "within_sites")
    )
    return float(np.abs(one - within).max())


def mean_correlation(seed: str, way: str) -> float:
    """Mean partial correlation over the named parcels."""
    return float(np.mean([f.effect_size.value for f in _correlations(seed, way)]))


def smallest_p(seed: str, way: str) -> float:
    """Smallest p over the named parcels, corrected by max-T."""
    return min(f.p_adjusted for f in _correlations(seed, way))


def differs_between_sites(seed: str) -> float:
    """Share of all regions whose connectivity differs between sites at 0.05, percent."""
    from scipy.stats import ttest_ind

    data = _data(seed, None, "as_if_one_site")
    values, bochum = np.asarray(data.values), np.array([p.site == SITES[0] for p in data.people])
    return float(100 * np.mean(ttest_ind(values[bochum], values[~bochum], equal_var=False).pvalue < 0.05))


def leak() -> tuple[float, float]:
    """Held-out R² over all regions with ComBat inside the folds; and with ComBat before, told the outcome."""
    data = _data(SEEDS[0], None, "harmonised")
    before = harmonised(np.asarray(data.values), np.asarray(data.batch), np.asarray(data.outcome)[:, None])
    return _r2(data, "site"), _r2(replace(data, values=before, batch=None), "")


def held_out(folds: str, harmonise: str) -> float:
    """Held-out R² of the named parcels of the dorsal thalamus."""
    return _r2(_data(SEEDS[0], NAMED, "harmonised" if harmonise else "as_if_one_site"), harmonise, folds)


def _r2(data: HypothesisData, harmonise: str, folds: str = "repeated-k-fold") -> float:
    predict = {"outcome": "pain_sensitivity", "baseline": ["age", "sex", "mean_fd"], "folds": folds, "permutations": 0}
    asked = Hypothesis.model_validate({"name": "h", "measure": "z", "predict": predict, "harmonise": harmonise})
    return evaluate(data, asked, TestSettings(seed=1, resamples=100))[0].estimate


_WORDS = {
    "as_if_one_site": "site ignored", "within_sites": "site held constant", "harmonised": "after ComBat",
}  # fmt: skip

FIGURES: list[Figure] = [
    Figure(
        "stats.real.composite", "pain sensitivity from thresholds and trials: largest difference to the published",
        "SD", "<= 1e-9", composite, "published column",
    ),
    *(
        Figure(
            f"stats.real.published_{site}", f"published predictions with our pain sensitivity, {site.title()}: r", "1",
            "", partial(published, site),
        )
        for site in SITES
    ),
    *(
        Figure(
            f"stats.real.site_differs_{seed[-1]}", f"regions whose connectivity with {seed} differs between sites", "%",
            "", partial(differs_between_sites, seed),
        )
        for seed in SEEDS
    ),
    *(
        Figure(
            f"stats.real.{what}_{seed[-1]}_{way}", f"{words}, {seed} with 9 parcels, {_WORDS[way]}", "1", "",
            partial(measure, seed, way),
        )
        for what, words, measure in (
            ("mean_r", "mean partial r with pain sensitivity", mean_correlation),
            ("smallest_p", "smallest corrected p", smallest_p),
        )
        for seed in SEEDS
        for way in WAYS
    ),
    *(
        Figure(
            f"stats.real.site_share_{seed[-1]}",
            f"largest change of r by holding the site constant, {seed}, all regions",
            "1", "", partial(site_share, seed),
        )
        for seed in SEEDS
    ),
    Figure(
        "stats.real.r2_harmonised", "held-out R², 9 parcels of THAL_d, ComBat inside the folds", "1", "",
        partial(held_out, "repeated-k-fold", "site"),
    ),
    Figure(
        "stats.real.r2_other_site", "held-out R², 9 parcels of THAL_d, learned in one city, tested in the other", "1",
        "", partial(held_out, "leave-site-out", ""),
    ),
    Figure(
        "stats.real.leak", "held-out R², all regions with THAL_d, ComBat inside the folds", "1", "", leak,
        "ComBat before the folds, told the outcome",
    ),
]  # fmt: skip
