"""A hypothesis over a map: who enters, which voxels, what was picked, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError, ShapeError
from nociscope.core.hypothesis import Hypothesis, MapSettings
from nociscope.core.hypothesis_data import HypothesisData, Person, Terms
from nociscope.core.space import GraphSpace, VolumeSpace
from nociscope.stats.design import two_groups
from nociscope.stats.maps.evaluate import evaluate_map
from nociscope.stats.maps.left_out import left_out, t_without
from nociscope.stats.settings import TestSettings

SETTINGS = TestSettings(exact_limit=1000)
PEAK = 100


def space():
    mask = np.zeros((9, 8, 7), dtype=bool)
    mask[1:-1, 1:-1, 1:-1] = True
    return VolumeSpace(mask, np.diag([2.0, 2.0, 2.0, 1.0]))


def cohort(n=12, genotype=True, seed=3):
    rng = np.random.default_rng(seed)
    y = rng.normal(3, 0.5, (n, space().size)).astype(np.float32)
    y[: n // 2, PEAK] += 3
    people = tuple(
        Person(f"sub-{i:02d}", "a" if i < n // 2 else "b", "", "FM"[i % 2], ("HAB", "MAB")[i % 2] if genotype else "")
        for i in range(n)
    )
    data = HypothesisData(people, ("map",), "mL/cm3", values=y.mean(axis=1, dtype=float)[:, None], scale="absolute")
    return data, y


def asked(statistic="max-t", **question):
    question = question or {"contrast": ["a", "b"]}
    return Hypothesis(name="h", measure="VT", permutations=200, map=MapSettings(statistic=statistic), **question)


def codes(finding):
    return [s.code for s in finding.safeguards]


def test_maps_are_those_of_each_voxel_alone():
    data, y = cohort()
    result = evaluate_map(data, y, space(), asked(), SETTINGS)
    welch = stats.ttest_ind(y[:6].astype(float), y[6:].astype(float))
    assert result.maps["t"] == pytest.approx(welch.statistic, rel=1e-5)
    assert result.maps["estimate"] == pytest.approx(y[:6].mean(axis=0) - y[6:].mean(axis=0), rel=1e-4)
    inside = (result.maps["ci_low"] < result.maps["estimate"]) & (result.maps["estimate"] < result.maps["ci_high"])
    assert inside.all()
    scaled = np.round(result.maps["p"] * 924)
    assert result.maps["p"] * 924 == pytest.approx(scaled, abs=1e-9), "all 12!/(6! 6!) relabellings"
    assert (result.maps["p_fwe"] >= result.maps["p"]).all() and (result.maps["p_fdr"] >= result.maps["p"]).all()


def test_the_peak_is_found_labelled_and_measured_in_who_did_not_choose_it():
    data, y = cohort()
    result = evaluate_map(data, y, space(), asked(), SETTINGS)
    finding = result.findings[0]
    assert finding.region.startswith("peak at ") and finding.region.endswith("mm")
    assert finding.estimate == pytest.approx(float(result.maps["estimate"][PEAK]), rel=1e-5)
    assert finding.p_adjusted == pytest.approx(2 / 924) and finding.p_value == pytest.approx(2 / 924)
    assert "selected" in codes(finding) and finding.details["loso_n"] == 12
    assert finding.details["elements_tested"] == space().size


def test_loso_estimate_is_unbiased_where_there_is_nothing_while_the_peak_is_not():
    rng, peaks, loso = np.random.default_rng(5), [], []
    design = two_groups(np.arange(12) < 6, np.zeros((12, 0)), np.zeros(12, dtype=np.int64))
    for _ in range(120):
        y = rng.normal(size=(12, 300))
        t = stats.ttest_ind(y[:6], y[6:]).statistic
        peak = int(np.argmax(t))
        peaks.append(y[:6, peak].mean() - y[6:, peak].mean())
        loso.append(left_out(design, y, peak, 1.0).estimate)
    assert np.mean(peaks) > 1.2
    assert abs(np.mean(loso)) < 4 * np.std(loso) / np.sqrt(len(loso))


def test_t_without_each_person_is_the_fit_without_them():
    rng = np.random.default_rng(6)
    y, first = rng.normal(size=(11, 20)), np.arange(11) < 5
    design = two_groups(first, np.zeros((11, 0)), np.zeros(11, dtype=np.int64))
    without = t_without(design, y)
    for i in range(11):
        kept = np.arange(11) != i
        assert without[i] == pytest.approx(stats.ttest_ind(y[kept & first], y[kept & ~first]).statistic)


def test_one_person_who_makes_the_peak_is_named():
    data, y = cohort()
    y[:6, PEAK] -= 3
    y[:6, PEAK] += np.array([6.0, 1.0, 1.0, 1.0, 1.0, 1.0], dtype=np.float32)
    finding = evaluate_map(data, y, space(), asked(), SETTINGS).findings[0]
    assert finding.details["leave_one_out_p_fwe_high"] >= finding.p_adjusted


def test_voxels_without_a_number_or_without_spread_are_left_out_by_name():
    data, y = cohort()
    y[2, 7], y[5, 8], y[:, 9] = np.nan, np.inf, 1.5
    result = evaluate_map(data, y, space(), asked(), SETTINGS)
    assert np.isnan(result.maps["t"][[7, 8, 9]]).all() and np.isfinite(result.maps["t"]).sum() == space().size - 3
    assert result.notes["not finite"].startswith("2 ") and result.notes["no spread"].startswith("1 ")


def test_a_map_without_a_usable_voxel_has_a_status():
    data, y = cohort()
    y[3] = np.nan
    result = evaluate_map(data, y, space(), asked(), SETTINGS)
    assert result.findings[0].status == "not_estimable" and np.isnan(result.maps["t"]).all()
    assert "n none of" in result.findings[0].safeguards[-1].message


def test_people_without_a_map_are_left_out_with_their_reason():
    data, y = cohort()
    values = data.values.copy()
    values[4], y[4] = np.nan, np.nan
    data = replace(data, values=values, value_status={("sub-04", "map"): "no map in this data set"})
    finding = evaluate_map(data, y, space(), asked(), SETTINGS).findings[0]
    assert finding.n == {"a": 5, "b": 6} and finding.excluded == (("sub-04", "no map in this data set"),)


def test_unknown_genotype_refuses_before_a_voxel_is_looked_at():
    data, y = cohort(genotype=False)
    result = evaluate_map(replace(data, genotype_sensitive=True), y, space(), asked(), SETTINGS)
    assert result.findings[0].status == "refused" and "genotype-missing" in codes(result.findings[0])
    assert all(np.isnan(m).all() for m in result.maps.values())


def test_what_is_said_of_the_sample_is_said_of_the_map():
    data, y = cohort()
    data = replace(data, genotype_sensitive=True)
    finding = evaluate_map(data, y, space(), asked(), SETTINGS).findings[0]
    assert "genotype-not-modelled" in codes(finding) and "floor" in codes(finding)


def test_enhancement_is_corrected_beside_t():
    data, y = cohort()
    result = evaluate_map(data, y, space(), asked("tfce"), SETTINGS)
    assert result.maps["p_tfce"].min() >= 1 / 924 and "tfce" in result.notes
    assert result.null_max.shape == (924,) and result.null_max[0] == pytest.approx(np.abs(result.maps["tfce"]).max())
    assert result.findings[0].p_adjusted == pytest.approx(result.maps["p_tfce"].min())


@pytest.mark.parametrize("statistic", ["cluster-extent", "cluster-mass"])
def test_a_cluster_that_passes_has_a_finding_of_its_mean(statistic):
    data, y = cohort()
    inside = np.zeros(space().mask.shape, dtype=bool)
    inside[3:6, 3:6, 3:5] = True
    ball = inside[space().mask]
    y[:6, ball] += 2
    y[0, 0] = np.nan
    result = evaluate_map(data, y, space(), asked(statistic), SETTINGS)
    peak, cluster = result.findings[:2]
    assert cluster.region.startswith("cluster 1, peak at") and "selected" in codes(cluster)
    members = result.labels == 1
    assert (members & ball).sum() >= 15 and result.clusters[0].elements == members.sum()
    column = y[:, members].astype(float).mean(axis=1)
    assert cluster.estimate == pytest.approx(column[:6].mean() - column[6:].mean())
    assert cluster.p_adjusted == result.clusters[0].p_adjusted == pytest.approx(result.maps["p_cluster"][members].max())
    assert members[result.clusters[0].peak] and peak.p_adjusted >= 1 / 924
    assert cluster.details["loso_n"] == 12 and 0 < cluster.details["loso_estimate"] < cluster.estimate + 0.5


def test_correlation_ranks_pairs_and_formula():
    data, y = cohort()
    x = np.random.default_rng(0).normal(size=12)
    with_x = replace(data, predictor=x, predictor_name="pain")
    linear = evaluate_map(with_x, y, space(), asked(correlate="pain"), SETTINGS)
    assert linear.maps["r"][3] == pytest.approx(stats.pearsonr(x, y[:, 3]).statistic, rel=1e-4)
    ranks = evaluate_map(with_x, y, space(), asked(correlate="pain", method="spearman"), SETTINGS)
    assert ranks.maps["r"][3] == pytest.approx(stats.spearmanr(x, y[:, 3]).statistic, rel=1e-4)
    paired = replace(data, values=None, sessions=("1", "2"), session_values=np.stack([data.values, 0 * data.values], 1))
    pairs = evaluate_map(paired, y - 3, space(), asked(paired=["1", "2"]), SETTINGS)
    assert pairs.maps["t"] == pytest.approx(stats.ttest_1samp(y - np.float32(3), 0).statistic, rel=1e-3)
    peak = int(np.argmax(np.abs(pairs.maps["t"])))
    assert [p.value for p in pairs.findings[0].points] == pytest.approx(y[:, peak] - np.float32(3))
    matrix = np.column_stack([np.ones(12), np.arange(12) % 3 == 1, np.arange(12) % 3 == 2]).astype(float)
    terms = Terms(matrix, ("1", "b", "c"), np.array([[0, 1.0, 0], [0, 0, 1.0]]), "level", ("",) * 12)
    f = evaluate_map(replace(data, terms=terms), y, space(), asked(formula="level", test="level"), SETTINGS)
    own = stats.f_oneway(*(y[np.arange(12) % 3 == k].astype(float) for k in range(3))).statistic
    assert f.maps["F"] == pytest.approx(own, rel=1e-4)


def test_connections_have_places_too():
    data, y = cohort()
    graph = GraphSpace(tuple("pqrstu"), np.array([(i, j) for i in range(6) for j in range(i)]))
    y = y[:, PEAK - 5 : PEAK + 10]
    finding = evaluate_map(data, y, graph, asked(), SETTINGS).findings[0]
    a, b = graph.edges[5]
    assert finding.region == f"peak at {graph.nodes[a]} – {graph.nodes[b]}"


def test_a_map_that_does_not_fit_is_the_caller_s_mistake():
    data, y = cohort()
    with pytest.raises(ShapeError):
        evaluate_map(data, y[:, 1:], space(), asked(), SETTINGS)
    with pytest.raises(InputError, match="harmonise"):
        evaluate_map(data, y, space(), asked(contrast=["a", "b"], harmonise="site"), SETTINGS)


@pytest.mark.parametrize(
    ("convention", "told"), [("exact-t", False), ("palm", True), ("randomise", True), ("nilearn", True)]
)
def test_steps_of_an_enumerated_design_are_told(convention, told):
    data, y = cohort()
    hypothesis = Hypothesis(
        name="h", measure="VT", contrast=["a", "b"], permutations=200,
        map=MapSettings(statistic="tfce", convention=convention),
    )  # fmt: skip
    assert ("tfce ties" in evaluate_map(data, y, space(), hypothesis, SETTINGS).notes) == told
    drawn = replace(SETTINGS, exact_limit=100)
    assert "tfce ties" not in evaluate_map(data, y, space(), hypothesis, drawn).notes


def test_mirrored_labellings_tie_without_steps_and_within_a_count_with_them():
    """Two groups of four, two-sided: each labelling and its mirror give the same map with the other sign."""
    data, y = cohort(8)
    for convention, slack in (("exact-t", 0), ("nilearn", 1)):
        settings = MapSettings(statistic="tfce", convention=convention)
        hypothesis = Hypothesis(name="h", measure="VT", contrast=["a", "b"], map=settings)
        p = np.asarray(evaluate_map(data, y, space(), hypothesis, SETTINGS).maps["p_tfce"])
        counts = np.round(p[np.isfinite(p)] * 70)
        assert p[np.isfinite(p)] * 70 == pytest.approx(counts, abs=1e-9)
        assert counts.min() >= 2 - slack
        assert slack or (counts % 2 == 0).all()
