"""The pipeline's face: who enters, who does not, what becomes of each region."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError, ShapeError
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats import TestSettings, compare, correlate, evaluate, paired


def test_one_finding_per_region_in_order(cohort, contrast):
    data = cohort(effect=1.0)
    findings = evaluate(data, contrast(regions=list(data.regions)))
    assert [f.region for f in findings] == list(data.regions)
    for k, finding in enumerate(findings):
        a, b = data.values[:6, k], data.values[6:, k]
        assert finding.estimate == pytest.approx(a.mean() - b.mean())
        assert finding.statistic["t"] == pytest.approx(stats.ttest_ind(a, b, equal_var=False).statistic)
        assert finding.p_adjusted >= finding.p_value and finding.n_permutations == 924 and finding.exact
        assert finding.unit == "mL/cm3" and finding.contrast == "pain − control"
        assert [p.value for p in finding.points] == pytest.approx(data.values[:, k])


def test_covariates_are_held_constant_and_means_adjusted(cohort, contrast):
    data = cohort(regions=1)
    age = np.linspace(20, 60, 12)
    values = (np.arange(12) < 6)[:, None] * 1.0 + 0.1 * age[:, None] + 0.01 * data.values
    finding = evaluate(replace(data, values=values, covariates={"age": age}), contrast())[0]
    assert finding.estimate == pytest.approx(1.0, abs=0.05) and finding.covariates == ("age",)
    first, second = finding.details["adjusted_means"]
    assert first - second == pytest.approx(finding.estimate) and "age held constant" in finding.method
    assert finding.details["means"][0] < finding.details["means"][1], "before adjustment age hides the effect"


def test_nobody_is_imputed_and_everybody_left_out_is_named(cohort, contrast, with_people):
    data = cohort(covariates={"age": np.r_[np.nan, np.arange(11.0)]}, excluded=(("sub-99", "withdrew"),))
    values = data.values.copy()
    values[3, 1] = np.nan
    people = with_people(data, group=["pain"] * 6 + ["control"] * 5 + [""])
    findings = evaluate(
        replace(people, values=values, value_status={("sub-03", "region 1"): "the fit did not converge"}), contrast()
    )
    everywhere = {("sub-99", "withdrew"), ("sub-00", "covariate age missing"), ("sub-11", "group unknown")}
    assert set(findings[0].excluded) == everywhere
    assert set(findings[1].excluded) == everywhere | {("sub-03", "the fit did not converge")}
    assert findings[0].n == {"pain": 5, "control": 5} and findings[1].n == {"pain": 4, "control": 5}


def test_other_groups_are_not_part_of_the_question(cohort, contrast, with_people):
    data = with_people(cohort(), group=["pain"] * 5 + ["other"] + ["control"] * 6)
    finding = evaluate(data, contrast())[0]
    assert finding.n == {"pain": 5, "control": 6} and finding.excluded == ()


def test_a_region_that_nobody_has_is_not_estimable_and_does_not_spoil_the_others(cohort, contrast):
    data = cohort(effect=1.0)
    values = data.values.copy()
    values[:, 1] = np.nan
    values[:, 2] = 3.0
    alone = evaluate(replace(data, values=values[:, :1], regions=("region 0",)), contrast())[0]
    findings = evaluate(replace(data, values=values), contrast())
    assert [f.status for f in findings] == ["ok", "not_estimable", "not_estimable"]
    assert (findings[0].estimate, findings[0].p_adjusted) == pytest.approx((alone.estimate, alone.p_adjusted))


def test_same_seed_same_finding_other_seed_other_draws(cohort, contrast):
    data = cohort(12, 12)
    a, b, c = (evaluate(data, contrast(), TestSettings(seed=s)) for s in (1, 1, 2))
    assert repr(a) == repr(b) and [f.p_value for f in a] != [f.p_value for f in c]


def test_permuting_within_strata_holds_them_constant(cohort, contrast, with_people):
    site = ["A", "A", "A", "B", "B", "B"] * 2
    data = with_people(cohort(regions=1), stratum=site)
    shifted = data.values + 100 * (np.array(site) == "B")[:, None]
    plain, far = (evaluate(replace(data, values=v), contrast(stratify="site"))[0] for v in (data.values, shifted))
    assert far.n_permutations == 400 and "within strata" in far.method
    assert (far.estimate, far.p_value) == pytest.approx((plain.estimate, plain.p_value))


def test_a_person_alone_with_their_covariates_cannot_carry_an_estimate(cohort, contrast):
    only = np.array(["x"] * 5 + ["y"] + ["x"] * 6)
    finding = evaluate(cohort(regions=1, covariates={"c": only}), contrast())[0]
    assert finding.status == "ok", "the lone person informs nothing, the others do"
    rests = np.array(["x"] * 6 + ["y"] + ["z"] * 5)
    assert evaluate(cohort(regions=1, covariates={"c": rests}), contrast())[0].status == "refused"


def test_correlation_gives_slope_and_r(cohort):
    data = cohort(regions=1, predictor=np.arange(12.0), predictor_name="pain", predictor_unit="mm")
    finding = evaluate(data, Hypothesis(name="h", measure="VT", correlate="pain", permutations=500))[0]
    reference = stats.linregress(np.arange(12.0), data.values[:, 0])
    assert finding.estimate == pytest.approx(reference.slope)
    assert finding.effect_size.value == pytest.approx(reference.rvalue)
    assert finding.unit == "mL/cm3/(mm)" and finding.points[3].x == 3


def test_spearman_is_the_rank_correlation():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 9))
    finding = correlate(np.exp(y), x**3, method="spearman", settings=TestSettings())
    assert finding.estimate == pytest.approx(stats.spearmanr(x, y).statistic)
    assert finding.effect_size.name == "spearman_rho" and finding.unit == "1"
    perfect = correlate(np.exp(np.arange(8.0)), np.arange(8.0), method="spearman")
    assert perfect.estimate == 1 and perfect.ci_low < 0.99


def test_paired_sessions_are_differences():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 8)) + 3
    finding = paired(a, b)
    assert finding.estimate == pytest.approx((a - b).mean()) and finding.n_permutations == 256
    assert finding.statistic["t"] == pytest.approx(stats.ttest_rel(a, b).statistic)
    interval = stats.ttest_rel(a, b).confidence_interval()
    assert (finding.ci_low, finding.ci_high) == pytest.approx(tuple(interval))
    rows = compare(np.r_[b[::-1], a], ["pre"] * 8 + ["post"] * 8, blocks=[*range(7, -1, -1), *range(8)], paired=True)
    assert rows.estimate == pytest.approx(-finding.estimate) and rows.p_value == finding.p_value


def test_compare_is_the_same_engine(cohort, contrast):
    data = cohort(4, 5, regions=1, effect=1.0)
    mine = evaluate(data, contrast())[0]
    simple = compare(data.values[:, 0], ["pain"] * 4 + ["control"] * 5)
    assert (simple.estimate, simple.ci_low, simple.p_value) == (mine.estimate, mine.ci_low, mine.p_value)
    assert simple.n_permutations == 126


@pytest.mark.parametrize(
    "call",
    [
        lambda: compare([1, 2, 3], ["a", "a", "a"]),
        lambda: compare([1, 2, 3], ["a", "b", "c"]),
        lambda: compare([1, 2, 3, 4], ["a", "b", "a"]),
        lambda: compare([[1, 2], [3, 4]], ["a", "b"]),
        lambda: compare([1, 2, 3, 4], ["a", "a", "b", "b"], covariates={"age": [1, 2]}),
        lambda: compare([1, np.inf, 3, 4], ["a", "a", "b", "b"]),
        lambda: compare([1, 2, 3], ["a", "a", "b"], paired=True),
        lambda: compare([1, 2, 3, 4], ["a", "a", "b", "b"], blocks=[1, 2, 1, 3], paired=True),
        lambda: paired([1, 2, 3], [1, 2]),
        lambda: HypothesisData((Person("a"), Person("a")), ("r",), "1", values=np.ones((2, 1))),
        lambda: HypothesisData((Person("a"),), ("r",), "1"),
        lambda: HypothesisData((Person("a"),), ("r",), "1", values=np.ones((2, 1))),
        lambda: HypothesisData((Person("a"),), ("r",), "1", values=np.ones((1, 1)), scale="odd"),
        lambda: TestSettings(alpha=0.7),
        lambda: TestSettings(resamples=3),
    ],
)
def test_the_callers_mistakes_raise(call):
    with pytest.raises((InputError, ShapeError)):
        call()


def test_questions_that_the_data_cannot_hold_raise(cohort, contrast):
    for hypothesis in (
        Hypothesis(name="h", measure="VT", paired=["a", "b"]),
        Hypothesis(name="h", measure="VT", retest=["a", "b"]),
        Hypothesis(name="h", measure="VT", correlate="pain"),
    ):
        with pytest.raises(InputError):
            evaluate(cohort(), hypothesis)
