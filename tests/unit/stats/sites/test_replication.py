"""The same question in each site, and together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from nociscope.core.errors import InputError
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats.evaluate import evaluate
from nociscope.stats.settings import TestSettings
from nociscope.stats.sites.conjunction import COMBINATIONS, same_direction
from nociscope.stats.sites.meta import PoolSettings, pool
from nociscope.stats.sites.people import taken
from nociscope.stats.sites.replication import replicate_findings

QUICK = TestSettings(seed=1, resamples=100)


def cohort(sizes: dict[str, int], effect: float = 0.6, seed: int = 0, regions: int = 2) -> HypothesisData:
    rng = np.random.default_rng(seed)
    people, values = [], []
    for k, (site, n) in enumerate(sizes.items()):
        for i in range(n):
            group = "pain" if i < n // 2 else "control"
            people.append(Person(f"{site}{i}", group=group, part=site, site=site))
            values.append(3 + k + effect * (group == "pain") + rng.normal(0, 0.5, regions))
    return HypothesisData(tuple(people), tuple(f"r{i}" for i in range(regions)), "mL/cm3", values=np.array(values))


def asked(**replicate) -> Hypothesis:
    return Hypothesis.model_validate(
        {"name": "h", "measure": "VT", "contrast": ["pain", "control"], "permutations": 500,
         "replicate": {"at_least": 2, **replicate}}
    )  # fmt: skip


def alone(data, site, alternative="two-sided"):
    here = taken(data, np.array([p.part == site for p in data.people]))
    return evaluate(here, asked().model_copy(update={"replicate": None, "alternative": alternative}), QUICK)


def test_three_sites_are_pooled_as_random_effects():
    data = cohort({"A": 10, "B": 12, "C": 9})
    for r, finding in enumerate(replicate_findings(data, asked(), QUICK)):
        sites = [alone(data, s)[r] for s in "ABC"]
        y, se = (np.array(x) for x in zip(*((f.estimate, f.statistic["se"]) for f in sites), strict=True))
        one = pool(y, se**2)
        assert (finding.estimate, finding.ci_low, finding.p_value) == pytest.approx(
            (one.estimate[0], one.low[0], one.p[0])
        )
        assert finding.details["site_estimate"] == pytest.approx(list(y))
        assert finding.details["prediction_low"] < finding.ci_low
        assert finding.details["sites"] == ["A", "B", "C"]
        assert finding.adjustment == "holm"
        assert finding.p_adjusted >= finding.p_value


def test_partial_conjunction_is_of_one_sided_permutation_p():
    data = cohort({"A": 8, "B": 9})
    finding = replicate_findings(data, asked(), QUICK)[0]
    sided = [[alone(data, s, side)[0].p_value for s in "AB"] for side in ("greater", "less")]
    for method in COMBINATIONS:
        assert finding.details[f"conjunction_p_{method}"] == pytest.approx(same_direction(*sided, 2, method)[0])


def test_two_sites_are_one_model_with_site_intercepts():
    data = cohort({"A": 10, "B": 12})
    finding = replicate_findings(data, asked(), QUICK)[0]
    group = np.array([p.group == "pain" for p in data.people])
    site = np.array([p.part == "B" for p in data.people])
    ols = sm.OLS(data.values[:, 0], np.column_stack([group, np.ones(22), site]).astype(float)).fit()
    assert finding.estimate == pytest.approx(ols.params[0])
    assert finding.details["pooling"] == "fixed"
    assert "within their site" in finding.method
    assert {"two-sites", "replication-not-p-in-both"} <= {s.code for s in finding.safeguards}


def test_interaction_is_the_f_of_site_by_group():
    data = cohort({"A": 10, "B": 12, "C": 14})
    finding = replicate_findings(data, asked(pooling="fixed"), QUICK)[1]
    group = np.array([p.group == "pain" for p in data.people], dtype=float)
    own = np.array([[p.part == s for s in "ABC"] for p in data.people], dtype=float)
    small = sm.OLS(data.values[:, 1], np.column_stack([own, group])).fit()
    f, p, _ = sm.OLS(data.values[:, 1], np.column_stack([own, own * group[:, None]])).fit().compare_f_test(small)
    assert (finding.details["interaction_f"], finding.details["interaction_p"]) == pytest.approx((f, p))


def test_a_site_that_cannot_answer_is_named_and_is_no_evidence():
    data = cohort({"A": 10, "B": 12, "C": 10, "D": 2})
    finding = replicate_findings(data, asked(), QUICK)[0]
    told = [s.message for s in finding.safeguards if s.code == "site-without-answer"]
    assert len(told) == 1 and "D" in told[0]
    assert np.isnan(finding.details["site_estimate"][3])
    assert finding.details["conjunction_sites"] == 4
    assert finding.details["site_weight"][3] == 0


def test_a_region_that_two_of_three_sites_have_is_fixed():
    data = cohort({"A": 10, "B": 12, "C": 10})
    values = data.values.copy()
    values[22:, 1] = np.nan
    first, second = replicate_findings(replace(data, values=values), asked(), QUICK)
    assert (first.details["pooling"], second.details["pooling"]) == ("random", "fixed")
    assert "two-sites" in {s.code for s in second.safeguards}
    assert sum(second.n.values()) == 22


def test_people_of_a_site_without_answer_do_not_count():
    finding = replicate_findings(cohort({"A": 10, "B": 12, "C": 10, "D": 2}), asked(), QUICK)[0]
    assert dict(finding.n) == {"pain": 16, "control": 16}


def test_without_each_site():
    data = cohort({"A": 10, "B": 12, "C": 9})
    finding = replicate_findings(data, asked(), QUICK)[0]
    sites = [alone(data, s)[0] for s in "BC"]
    two = pool([f.estimate for f in sites], [f.statistic["se"] ** 2 for f in sites], PoolSettings())
    assert finding.details["without_site"][0] == pytest.approx(two.estimate[0])


def test_correlation_is_pooled_on_fishers_scale():
    data = cohort({"A": 14, "B": 15, "C": 16}, effect=0)
    predictor = data.values[:, 0] - np.repeat([0, 1, 2], [14, 15, 16]) + np.random.default_rng(3).normal(0, 0.4, 45)
    data = replace(data, predictor=predictor, predictor_name="pain")
    hypothesis = Hypothesis.model_validate(
        {"name": "h", "measure": "VT", "correlate": "pain", "permutations": 500, "replicate": {}}
    )
    finding = replicate_findings(data, hypothesis, QUICK)[0]
    assert finding.effect_size.name == "pearson_r"
    assert 0 < finding.effect_size.value < 1
    assert finding.effect_size.value == pytest.approx(np.tanh(finding.details["pooled_effect"]))


def test_the_same_seed_gives_the_same_finding():
    data = cohort({"A": 12, "B": 14})
    assert repr(replicate_findings(data, asked(), QUICK)) == repr(replicate_findings(data, asked(), QUICK))


def test_one_site_cannot_replicate():
    with pytest.raises(InputError, match="too few sites"):
        replicate_findings(cohort({"A": 12}), asked(), QUICK)
    with pytest.raises(InputError, match="too few sites"):
        replicate_findings(cohort({"A": 12, "B": 12}), asked(at_least=3), QUICK)
