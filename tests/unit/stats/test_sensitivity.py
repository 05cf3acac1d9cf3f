"""Questions asked again: within genotype, without a site, beside what covariates cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nociscope.stats import TestSettings, adjust_family, compare, evaluate
from nociscope.stats.design import slope
from nociscope.stats.sensitivity import variance_inflation

QUICK = TestSettings(resamples=200)


def codes(finding):
    return {s.code for s in finding.safeguards}


def message(finding, code):
    return next(s.message for s in finding.safeguards if s.code == code)


@pytest.fixture
def by_genotype(cohort, with_people):
    """Return a function: a cohort whose genotype is a covariate."""

    def make(genotype, **fields):
        data = with_people(cohort(scale="absolute", genotype_sensitive=True, **fields), genotype=genotype)
        return replace(data, covariates={"rs6971": np.array(genotype)})

    return make


def test_p_within_genotype_stands_beside_that_of_the_covariate(by_genotype, contrast):
    genotype = ["HAB", "MAB"] * 6
    data = by_genotype(genotype, effect=0.4)
    finding = evaluate(data, contrast(), QUICK)[0]
    alone = compare(data.values[:, 0], [p.group for p in data.people], covariates={"g": genotype}, blocks=genotype)
    assert finding.details["p_within_genotype"] == pytest.approx(alone.p_value)
    assert finding.details["p_within_genotype_floor"] == pytest.approx(2 / 20**2)
    assert f"p = {alone.p_value:.3g}" in message(finding, "genotype-within-strata")
    assert not {"genotype-within-strata", "genotype-strata-disagree"} & codes(
        evaluate(replace(data, covariates={}), contrast(), QUICK)[0]
    )


def test_a_verdict_that_rests_on_how_genotype_is_modelled_is_told(by_genotype, contrast):
    """Found among many seeds: p on two sides of alpha."""
    genotype = ["HAB"] * 4 + ["MAB"] * 2 + ["HAB"] * 2 + ["MAB"] * 4
    said = set()
    for seed in range(12):
        finding = evaluate(by_genotype(genotype, effect=0.9, seed=seed, regions=1), contrast(), QUICK)[0]
        own, within = finding.p_value, finding.details["p_within_genotype"]
        code = "genotype-strata-disagree" if (own <= 0.05) != (within <= 0.05) else "genotype-within-strata"
        assert code in codes(finding), (own, within)
        said.add(code)
    assert said == {"genotype-strata-disagree", "genotype-within-strata"}


def test_inflation_is_one_over_what_covariates_leave():
    """1 / (1 − R²), R² of the regressor on the covariates."""
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(2, 30))
    z = z + 2 * x
    r2 = np.corrcoef(x, z)[0, 1] ** 2
    assert variance_inflation(slope(x, z[:, None], np.zeros(30, dtype=np.int64))) == pytest.approx(1 / (1 - r2))
    assert variance_inflation(slope(x, np.zeros((30, 0)), np.zeros(30, dtype=np.int64))) == pytest.approx(1)


def test_covariates_that_go_with_the_group(cohort, contrast):
    dose = np.r_[np.linspace(9, 11, 6), np.linspace(4, 6, 6)]
    finding = evaluate(cohort(covariates={"dose": dose}), contrast(), QUICK)[0]
    assert finding.details["variance_inflation"] > 4 and "Dose go with" in message(finding, "covariates-collinear")
    even = evaluate(cohort(covariates={"dose": np.tile(np.arange(6.0), 2)}), contrast(), QUICK)[0]
    assert "covariates-collinear" not in codes(even) and even.details["variance_inflation"] == pytest.approx(1)


def test_a_person_whom_the_model_follows(cohort, contrast):
    age = np.r_[90.0, np.tile([30.0, 32.0, 34.0, 36.0, 38.0], 3)[:11]]
    finding = evaluate(cohort(covariates={"age": age}), contrast(), QUICK)[0]
    assert "sub-00" in message(finding, "leverage-high") and finding.details["leverage_who"] == "sub-00"
    x = np.column_stack([np.ones(12), np.arange(12) < 6, age])
    assert finding.details["leverage_high"] == pytest.approx(np.diag(x @ np.linalg.pinv(x)).max())
    assert "leverage-high" not in codes(evaluate(cohort(), contrast(), QUICK)[0])


def test_one_site_carries(cohort, contrast, with_people):
    data = with_people(cohort(12, 12, regions=1), site=["A", "B", "C"] * 8)
    values = data.values.copy()
    inside = np.array([p.site == "A" and p.group == "pain" for p in data.people])
    values[inside] += 3
    finding = evaluate(replace(data, values=values), contrast(), QUICK)[0]
    assert finding.p_value <= 0.05 and message(finding, "one-site-carries").startswith("Without A ")
    kept = np.array([p.site != "A" for p in data.people])
    group = np.array([p.group == "pain" for p in data.people])
    without = values[kept & group].mean() - values[kept & ~group].mean()
    assert finding.details["leave_one_site_out_low"] == pytest.approx(without)
    spread = evaluate(with_people(cohort(12, 12, regions=1, effect=1.5), site=["A", "B", "C"] * 8), contrast(), QUICK)[
        0
    ]
    assert "one-site-carries" not in codes(spread) and "leave_one_site_out_high" in spread.details


def test_flips_between_people_of_skewed_values(cohort, contrast):
    rng = np.random.default_rng(3)
    skewed = np.exp(rng.normal(0, 1.3, (24, 1)))
    finding = evaluate(cohort(12, 12, regions=1, values=skewed), contrast(scheme="flip"), QUICK)[0]
    assert "flip assume" not in finding.method and "Sign flips assume errors" in message(finding, "flips-asymmetric")
    assert "flips-asymmetric" not in codes(evaluate(cohort(12, 12, regions=1, values=skewed), contrast(), QUICK)[0])
    even = rng.uniform(size=(24, 1))
    assert "flips-asymmetric" not in codes(
        evaluate(cohort(12, 12, regions=1, values=even), contrast(scheme="flip"), QUICK)[0]
    )


def test_ties_of_scores_are_counted(cohort, contrast):
    scores = np.array([3, 3, 2, 2, 3, 1, 1, 1, 2, 2, 1, 2.0])[:, None]
    finding = evaluate(cohort(regions=1, values=scores), contrast(), QUICK)[0]
    # a difference of means is decided by the sum of the first group
    assert "ties" in codes(finding) and "of 924 relabellings" in message(finding, "ties")
    assert "ties" not in codes(evaluate(cohort(regions=1), contrast(), QUICK)[0])


def test_hypotheses_of_several_families(cohort, contrast):
    data = cohort(regions=1)
    one = evaluate(data, contrast(name="one"), QUICK)
    two = evaluate(data, contrast(name="two"), QUICK)
    apart = adjust_family((*one, *two))
    assert all("2 hypotheses of this study are corrected in 2" in message(f, "families-apart") for f in apart)
    together = [evaluate(data, contrast(name=name, family="f"), QUICK)[0] for name in ("one", "two")]
    assert all("families-apart" not in codes(f) for f in adjust_family(tuple(together)))
    assert all("families-apart" not in codes(f) for f in adjust_family(one))
