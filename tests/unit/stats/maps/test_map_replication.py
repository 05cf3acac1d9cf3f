"""A map at each site, pooled, counted and compared: against each site alone and against pooling by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.space import GraphSpace, VolumeSpace
from nociscope.stats.maps.evaluate import evaluate_map
from nociscope.stats.maps.replication import replicate_map
from nociscope.stats.settings import TestSettings
from nociscope.stats.sites.meta import PoolSettings, pool
from nociscope.stats.sites.people import at_sites, taken

SETTINGS = TestSettings(exact_limit=1000, resamples=100)
SPACE = VolumeSpace(np.ones((6, 6, 5), dtype=bool), np.diag([3.0, 3.0, 3.0, 1.0]))
BOTH, ONE = slice(0, 12), slice(100, 112)
"""Elements with an effect at every site, and at the first alone."""


def cohort(sites=2, n=16, shift=2.0, seed=4):
    rng = np.random.default_rng(seed)
    people, rows = [], []
    for s in range(sites):
        for i in range(n):
            group = "a" if i < n // 2 else "b"
            y = rng.normal(s, 1, SPACE.size)
            y[BOTH] += shift * (group == "a")
            y[ONE] += 3 * shift * (group == "a" and s == 0)
            people.append(Person(f"sub-{s}{i:02d}", group, f"s{s}", part=f"s{s}"))
            rows.append(y)
    values = np.array(rows, dtype=np.float32)
    return HypothesisData(tuple(people), ("map",), "1", values=values.mean(axis=1, dtype=float)[:, None]), values


def asked(pooling="fixed", at_least=2, **more):
    given = {"contrast": ["a", "b"], "map": {"forming_p": 0.01}, "permutations": 300} | more
    replicate = {"across": "site", "at_least": at_least, "pooling": pooling}
    return Hypothesis(**({"name": "h", "measure": "X", "replicate": replicate} | given))


@pytest.fixture(scope="module")
def two():
    data, values = cohort()
    return data, values, replicate_map(data, values, SPACE, asked(), SETTINGS)


def test_each_site_is_as_if_it_were_alone(two):
    data, values, made = two
    assert list(made) == ["", "site-s0", "site-s1"]
    single = asked().model_copy(update={"replicate": None})
    for site in ("s0", "s1"):
        rows = at_sites(data, (site,))
        alone = evaluate_map(taken(data, rows), values[rows], SPACE, single, SETTINGS)
        for name in ("t", "p", "p_fwe"):
            np.testing.assert_array_equal(made[f"site-{site}"].maps[name], alone.maps[name])
        assert made[f"site-{site}"].findings[0].contrast.endswith(f"{site} alone")


def test_sites_together_are_one_model_with_an_intercept_for_each(two):
    _, values, made = two
    estimate = np.asarray(made[""].maps["estimate"])
    group, site = np.tile(np.repeat([1.0, 0.0], 8), 2), np.repeat([0.0, 1.0], 16)
    design = np.column_stack([group, np.ones(32), site])
    beta = np.linalg.lstsq(design, values.astype(float), rcond=None)[0]
    np.testing.assert_allclose(estimate, beta[0], atol=1e-5)
    p = np.asarray(made[""].maps["p_fwe"])
    assert (p[BOTH] <= 0.05).mean() > 0.8
    assert (np.delete(p, np.r_[BOTH, ONE]) <= 0.05).sum() == 0


def test_an_effect_of_one_site_is_no_conjunction(two):
    maps = two[2][""].maps
    assert (maps["p_conjunction"][BOTH] <= 0.05).mean() > 0.6
    assert (maps["p_conjunction"][ONE] <= 0.05).mean() < 0.2
    assert (maps["p_conjunction_fdr"] >= maps["p_conjunction"]).all()
    assert (maps["p_fwe"][ONE] <= 0.05).mean() > 0.6, "though pooled they pass"
    assert (maps["sites_with_effect"][ONE] <= 1).mean() > 0.8
    assert (maps["p_between_sites"][ONE] < 0.05).mean() > 0.8


def test_conjunction_is_the_larger_one_sided_p_of_two(two):
    data, values, made = two
    sided = []
    for direction in ("greater", "less"):
        single = asked(alternative=direction).model_copy(update={"replicate": None})
        sided.append([])
        for site in ("s0", "s1"):
            rows = at_sites(data, (site,))
            sided[-1].append(evaluate_map(taken(data, rows), values[rows], SPACE, single, SETTINGS).maps["p"])
    by_hand = np.minimum(2 * np.min(np.max(sided, axis=1), axis=0), 1)
    np.testing.assert_allclose(made[""].maps["p_conjunction"], by_hand, atol=1e-12)


def test_overlap_is_counted_by_hand(two):
    made = two[2]
    t = [np.asarray(made[f"site-{s}"].maps["t"], float) for s in ("s0", "s1")]
    cut = stats.t.isf(0.01, 14)
    passed = [np.concatenate([m >= cut, m <= -cut]) for m in t]
    dice = 2 * (passed[0] & passed[1]).sum() / (passed[0].sum() + passed[1].sum())
    r = np.corrcoef(*(made[f"site-{s}"].maps["hedges_g"] for s in ("s0", "s1")))[0, 1]
    details = made[""].findings[0].details
    assert details["map_pairs"] == ["s0 – s1"]
    assert details["map_dice"] == pytest.approx([dice])
    assert details["map_r"] == pytest.approx([r], abs=1e-5)
    note = made[""].notes["alike, s0 – s1"]
    assert "neighbouring places are alike" in note
    assert f"Dice {dice:.2g}" in note


def test_the_finding_shows_every_site_at_the_peak(two):
    finding = two[2][""].findings[0]
    assert finding.region.startswith("peak at")
    assert finding.details["sites"] == ["s0", "s1"]
    assert len(finding.details["site_estimate"]) == 2
    assert finding.p_adjusted == np.nanmin(two[2][""].maps["p_fwe"])
    assert "selected" in {s.code for s in finding.safeguards}
    assert {"replication-not-p-in-both"} <= {s.code for s in finding.safeguards}


def test_three_sites_with_random_effects_are_pooled_element_by_element():
    data, values = cohort(sites=3)
    made = replicate_map(data, values, SPACE, asked("random"), SETTINGS)
    estimates = np.array([made[f"site-s{k}"].maps["estimate"] for k in range(3)], float)
    errors = np.array([made[f"site-s{k}"].maps["se"] for k in range(3)], float)
    for k in (0, 50, 105):
        one = pool(estimates[:, k], errors[:, k] ** 2, PoolSettings(model="random"))
        assert made[""].maps["estimate"][k] == pytest.approx(one.estimate[0], rel=1e-4)
        assert made[""].maps["p"][k] == pytest.approx(one.p[0], rel=1e-3)
        assert made[""].maps["prediction_low"][k] == pytest.approx(one.prediction_low[0], rel=1e-4)
    assert "Holm" in made[""].notes["corrected"]
    assert (made[""].maps["p_fwe"] >= made[""].maps["p"]).all()
    assert made[""].findings[0].details["pooling"] == "random"
    assert (made[""].maps["p_conjunction"][BOTH] <= 0.02).mean() > 0.6, "in two of three"


def test_two_sites_fall_back_to_fixed_effects_and_say_so():
    data, values = cohort(n=10)
    made = replicate_map(data, values, SPACE, asked("random"), SETTINGS)
    assert "fixed" in made[""].notes["pooled"]
    assert "two-sites" in {s.code for s in made[""].findings[0].safeguards}


def test_a_site_without_an_answer_stands_in_no_count():
    data, values = cohort(n=10)
    few = np.r_[0:10, 10, 15]
    keep = np.zeros(len(values), bool)
    keep[few] = True
    made = replicate_map(taken(data, keep), values[keep], SPACE, asked(at_least=1), SETTINGS)
    assert made["site-s1"].findings[0].status != "ok"
    assert np.nanmax(made[""].maps["sites_with_effect"]) <= 1
    assert "map_pairs" in made[""].findings[0].details
    assert made[""].findings[0].details["map_pairs"] == []


def test_connections_too():
    data, values = cohort(n=12)
    nodes = tuple(f"n{i}" for i in range(20))
    edges = np.argwhere(np.triu(np.ones((20, 20), bool), 1))[: SPACE.size]
    hypothesis = asked(map={"statistic": "cluster-extent", "forming_p": 0.01})
    made = replicate_map(data, values, GraphSpace(nodes, edges), hypothesis, SETTINGS)
    assert made[""].clusters[0].p_adjusted <= 0.05
    assert " – " in made[""].findings[0].region


def test_what_cannot_be_pooled_is_an_error():
    data, values = cohort(n=10)
    with pytest.raises(InputError, match="too few sites"):
        replicate_map(data, values, SPACE, asked(at_least=3), SETTINGS)
    with pytest.raises(InputError, match="several contrasts"):
        replicate_map(data, values, SPACE, asked(contrast=["a", "b", "c"]), SETTINGS)
