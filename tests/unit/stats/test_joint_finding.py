"""Joint hypotheses: against enumeration by hand, closed testing, people complete in all parts."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError, ShapeError, StudyError
from nociscope.core.study import Hypothesis
from nociscope.stats import TestSettings
from nociscope.stats.combination import combine, reached_share
from nociscope.stats.joint_finding import joint_findings

QUICK = TestSettings(resamples=200)


@pytest.fixture
def joint(cohort, contrast):
    """Return a function that asks two measures of the same people; effects of each."""

    def make(effects=(0.0, 0.0), first=4, second=5, regions=2, names=("VT", "FC"), **keys):
        parts = [
            (cohort(first, second, regions, effect, seed), contrast(name=name, measure=name, **keys))
            for seed, (name, effect) in enumerate(zip(names, effects, strict=True))
        ]
        return parts, Hypothesis(name="both", joint=list(names), permutations=1000)

    return make


def welch(y, first):
    """Normal deviate of Welch's t, absolute."""
    found = stats.ttest_ind(y[first], y[~first], equal_var=False)
    return np.abs(stats.norm.isf(found.pvalue / 2))


@pytest.mark.parametrize("method", ["fisher", "tippett", "stouffer"])
def test_it_is_the_enumeration_by_hand(joint, method):
    parts, hypothesis = joint((0.6, 0.4))
    found = joint_findings(parts, hypothesis, QUICK, method)
    null = []
    for chosen in combinations(range(9), 4):
        first = np.isin(np.arange(9), chosen)
        null.append([welch(data.values, first) for data, _ in parts])
    null = np.array(null)  # the observed, 0 to 3, comes first
    p = (null[None] >= null[:, None] - 1e-9).mean(axis=1)
    half = 0.5 / len(p)
    together = {
        "fisher": -np.log(p).sum(axis=1), "tippett": -p.min(axis=1), "stouffer": stats.norm.isf(p - half).sum(axis=1),
    }[method]  # fmt: skip
    reached = (together >= together[0] - 1e-9).mean(axis=0)
    largest = (together.max(axis=1)[:, None] >= together[0] - 1e-9).mean(axis=0)
    assert [f.p_value for f in found] == pytest.approx(list(reached))
    assert [f.p_adjusted for f in found] == pytest.approx(list(largest))
    assert [f.n_permutations for f in found] == [126, 126] and all(f.exact and f.kind == "joint" for f in found)
    for i, f in enumerate(found):
        assert f.details["partial_p"] == pytest.approx(list(p[0, :, i]))
        own = [max(reached[i], one) for one in p[0, :, i]]
        assert f.details["partial_p_closed"] == pytest.approx(own)


def test_the_effect_is_the_mean_of_the_partial_effects(joint):
    parts, hypothesis = joint((1.0, 0.3), 8, 9)
    for f in joint_findings(parts, hypothesis, QUICK):
        assert f.effect_size.name == "mean_hedges_g"
        assert f.effect_size.value == pytest.approx(np.mean(f.details["partial_effects"]))
        assert f.effect_size.ci_low < f.effect_size.value < f.effect_size.ci_high
        assert len(f.points) == 17 and f.measure == "VT + FC"


def test_the_effect_of_correlations_is_the_mean_r(joint, cohort):
    rng = np.random.default_rng(0)
    pain = rng.normal(size=12)
    parts = [
        (
            replace(cohort(6, 6, 2, 0.0, seed), predictor=pain, predictor_name="pain"),
            Hypothesis(name=f"h{seed}", measure="VT", correlate="pain", permutations=1000),
        )
        for seed in (1, 2)
    ]
    (f, _) = joint_findings(parts, Hypothesis(name="both", joint=["h1", "h2"], permutations=1000), QUICK)
    expected = np.mean([np.corrcoef(pain, data.values[:, 0])[0, 1] for data, _ in parts])
    assert f.effect_size.name == "mean_pearson_r" and f.effect_size.value == pytest.approx(expected)


def test_one_strong_part_is_named_by_closed_testing(joint):
    parts, hypothesis = joint((3.0, 0.0), 6, 6, 1)
    (f,) = joint_findings(parts, hypothesis, QUICK)
    strong, weak = f.details["partial_p_closed"]
    assert f.p_value <= 0.05 and strong <= 0.05 < weak


def test_people_incomplete_in_one_part_are_named(joint):
    parts, hypothesis = joint((0.5, 0.5), 6, 6)
    holed = parts[1][0].values.copy()
    holed[2, 1] = np.nan
    parts[1] = (replace(parts[1][0], values=holed, value_status={("sub-02", "region 1"): "no signal"}), parts[1][1])
    found = joint_findings(parts, hypothesis, QUICK)
    assert {sum(f.n.values()) for f in found} == {11}
    assert dict(found[0].excluded) == {"sub-02": "FC: no signal"}


def test_people_in_another_order_or_missing_are_matched_by_name(joint):
    parts, hypothesis = joint((0.8, 0.5), 6, 6)
    expected = joint_findings(parts, hypothesis, QUICK)
    data, asked = parts[1]
    order = np.random.default_rng(0).permutation(12)
    turned = replace(data, people=tuple(data.people[i] for i in order), values=data.values[order])
    found = joint_findings([parts[0], (turned, asked)], hypothesis, QUICK)
    assert [f.p_value for f in found] == [f.p_value for f in expected]
    fewer = replace(data, people=data.people[1:], values=data.values[1:])
    found = joint_findings([parts[0], (fewer, asked)], hypothesis, QUICK)
    assert dict(found[0].excluded) == {"sub-00": "FC: not among its people"}


def test_a_refused_part_refuses_the_joint_test(joint):
    parts, hypothesis = joint((0.5, 0.5), 3, 3)
    found = joint_findings(parts, hypothesis, QUICK)
    assert {f.status for f in found} == {"refused"} and np.isnan(found[0].p_value)
    assert "floor-above-alpha" in {s.code for s in found[0].safeguards}


def test_a_region_without_spread_is_not_estimable_and_the_other_is(joint):
    parts, hypothesis = joint((0.5, 0.5), 6, 6)
    flat = parts[1][0].values.copy()
    flat[:, 0] = 2.0
    parts[1] = (replace(parts[1][0], values=flat), parts[1][1])
    found = joint_findings(parts, hypothesis, QUICK)
    assert [f.status for f in found] == ["not_estimable", "ok"]


def test_parts_that_do_not_go_together_are_refused(joint, cohort, contrast):
    parts, hypothesis = joint()
    other = contrast(name="x", contrast=["control", "pain"])
    for bad in (
        parts[:1],
        [parts[0], (parts[1][0], other)],
        [parts[0], (cohort(4, 5, 3), parts[1][1])],
        [parts[0], (replace(parts[1][0], covariates={"age": np.arange(9.0)}), parts[1][1])],
    ):
        with pytest.raises(StudyError):
            joint_findings(bad, hypothesis, QUICK)
    with pytest.raises(StudyError):
        joint_findings(parts, hypothesis, QUICK, "mean")


def test_shares_count_ties():
    null = np.array([3.0, 1.0, 3.0 + 1e-12, 2.0])[:, None, None]
    assert reached_share(null)[:, 0, 0].tolist() == [0.5, 1.0, 0.5, 0.75]


def test_partial_tests_over_all_parts_and_regions():
    null = np.random.default_rng(0).normal(size=(500, 3, 4))
    found = combine(null)
    largest = null.max(axis=(1, 2))
    assert found.partial_max[1, 2] == np.mean(largest >= null[0, 1, 2])
    assert (found.partial_closed >= found.partial_p).all() and (found.p_max >= found.p_step_down).all()
    assert (found.p_step_down >= found.p).all()


def test_impossible_statistics_are_refused():
    with pytest.raises(InputError):
        combine(np.zeros((5, 2, 1)), "mean")
    with pytest.raises(InputError):
        combine(np.full((5, 2, 1), np.nan))
    with pytest.raises(InputError):
        combine(np.zeros((5, 11, 1)))
    with pytest.raises(ShapeError):
        combine(np.zeros((5, 2)))


def test_parts_of_one_region_each_may_lie_in_different_places(joint):
    parts, hypothesis = joint((0.8, 0.6), regions=1)
    (same,) = joint_findings(parts, hypothesis, QUICK)
    (signal, asked), (connectivity, also) = parts
    apart = [(replace(signal, regions=("thalamus",)), asked), (replace(connectivity, regions=("S1",)), also)]
    (found,) = joint_findings(apart, hypothesis, QUICK)
    assert found.region == "thalamus + S1"
    assert (found.p_value, found.estimate) == pytest.approx((same.p_value, same.estimate))


def test_several_regions_that_differ_are_refused(joint):
    parts, hypothesis = joint((0.8, 0.6))
    (data, asked) = parts[1]
    with pytest.raises(StudyError, match="different regions"):
        joint_findings([parts[0], (replace(data, regions=("x", "y")), asked)], hypothesis, QUICK)
