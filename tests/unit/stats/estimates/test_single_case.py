"""One person against few controls: printed and independent values, exchange of roles, and what findings say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.stats import TestSettings
from nociscope.stats.estimates.case_control import crawford_howell_t, leave_one_out_scores, single_case_test
from nociscope.stats.estimates.single_case import single_case_findings

QUICK = TestSettings(resamples=200)


def test_a_case_by_hand():
    """70 against mean 100, SD 15, of 10: t = −2/√1.1 = −1.907 with 9 degrees of freedom, p = 0.089, z_cc = −2."""
    scores = stats.norm.ppf((np.arange(10) + 0.5) / 10)
    controls = 100 + 15 * (scores - scores.mean()) / scores.std(ddof=1)
    found = single_case_test([70.0], controls[:, None])
    assert found.t[0] == pytest.approx(-2 / np.sqrt(1.1)) and crawford_howell_t(70, 100, 15, 10) == pytest.approx(
        found.t[0]
    )
    assert found.p[0] == pytest.approx(2 * stats.t.cdf(-2 / np.sqrt(1.1), 9)) and found.z[0] == pytest.approx(-2)
    assert found.percentile[0] == pytest.approx(100 * found.p[0] / 2)
    # noncentral t limits of z_cc √n, and the percentiles of a normal case there
    assert stats.nct.cdf(-2 * np.sqrt(10), 9, found.z_low[0] * np.sqrt(10)) == pytest.approx(0.975, abs=1e-6)
    assert stats.nct.cdf(-2 * np.sqrt(10), 9, found.z_high[0] * np.sqrt(10)) == pytest.approx(0.025, abs=1e-6)
    assert found.percentile_high[0] == pytest.approx(100 * stats.norm.cdf(found.z_high[0]))


def test_it_is_students_t_of_a_group_of_one():
    rng = np.random.default_rng(0)
    case, controls = rng.normal(size=4), rng.normal(size=(7, 4))
    reference = stats.ttest_ind(case[None], controls)
    found = single_case_test(case, controls)
    np.testing.assert_allclose(found.t, reference.statistic)
    np.testing.assert_allclose(found.p, reference.pvalue)
    interval = reference.confidence_interval(0.95)
    np.testing.assert_allclose([found.low, found.high], [interval.low, interval.high])
    one_sided = stats.ttest_ind(case[None], controls, alternative="greater").pvalue
    np.testing.assert_allclose(single_case_test(case, controls, "greater").p, one_sided)


def test_scores_without_oneself_by_brute_force():
    y = np.random.default_rng(1).normal(1000, 1, size=(6, 3))
    found = leave_one_out_scores(y)
    for i in range(6):
        np.testing.assert_allclose(found[i], single_case_test(y[i], np.delete(y, i, axis=0)).t, rtol=1e-8)


def test_exchange_of_roles_cannot_go_below_its_floor():
    y = np.random.default_rng(2).normal(size=(8, 5))
    found = single_case_test(y.mean(axis=0) + np.array([50.0, 0, 0, 0, 0]), y)
    assert found.p_exchange[0] == found.p_max[0] == pytest.approx(1 / 9)
    assert (found.p_max >= found.p_exchange - 1e-12).all() and (found.p_exchange >= 1 / 9 - 1e-12).all()


def test_type_one_error_is_kept_where_z_does_not():
    y = np.random.default_rng(3).normal(size=(9, 20_000))
    found = single_case_test(y[0], y[1:])
    assert np.mean(found.p <= 0.05) == pytest.approx(0.05, abs=0.004)
    assert np.mean(np.abs(found.z) > 1.96) == pytest.approx(2 * stats.t.sf(1.96 / np.sqrt(9 / 8), 7), abs=0.006)
    assert np.mean(found.p_exchange <= 1 / 9 + 1e-9) == pytest.approx(1 / 9, abs=0.007)


def test_what_cannot_be_tested():
    flat = single_case_test([1.0, 1.0], np.array([[2.0, 1.0], [2.0, 3.0], [2.0, 2.5]]))
    assert np.isnan([flat.t[0], flat.p[0], flat.p_exchange[0]]).all() and np.isfinite(flat.p[1])
    with pytest.raises(ShapeError):
        single_case_test([1.0], np.zeros((3, 2)))
    with pytest.raises(RangeError):
        single_case_test([1.0], np.zeros((1, 1)))
    with pytest.raises(RangeError):
        leave_one_out_scores(np.zeros((2, 1)))


def people(cases: int = 2, controls: int = 12, **fields) -> HypothesisData:
    rng = np.random.default_rng(4)
    n = cases + controls
    who = tuple(
        Person(f"sub-{i:02d}", "pain" if i < cases else "control", genotype=("HAB", "MAB")[i % 2]) for i in range(n)
    )
    data = HypothesisData(
        who, ("thalamus", "insula"), "mL/cm3", values=rng.normal(3, 0.5, (n, 2)), genotype_sensitive=True,
        match={"rs6971": np.array([p.genotype for p in who]), "site": np.full(n, "A")},
    )  # fmt: skip
    return replace(data, **fields)


def asked(**keys) -> Hypothesis:
    single = {"cases": "pain", "controls": "control", "match": ["rs6971", "site"]}
    return Hypothesis.model_validate({"name": "h", "measure": "VT", "single_case": single, **keys})


def test_one_finding_per_case_and_region_against_its_own_genotype():
    data = people()
    findings = single_case_findings(data, asked(), QUICK)
    assert [(f.details["case"], f.region) for f in findings] == [
        ("sub-00", "thalamus"), ("sub-00", "insula"), ("sub-01", "thalamus"), ("sub-01", "insula")
    ]  # fmt: skip
    first = findings[0]
    controls = [i for i in range(2, 14) if i % 2 == 0]
    by_hand = stats.ttest_ind(data.values[[0], 0], data.values[controls, 0])
    assert first.statistic["t"] == pytest.approx(by_hand.statistic) and first.p_value == pytest.approx(by_hand.pvalue)
    assert first.n == {"case": 1, "controls": 6} and first.contrast == "sub-00 − control"
    assert first.estimate == pytest.approx(data.values[0, 0] - data.values[controls, 0].mean())
    assert first.details["smallest_exchange_p"] == pytest.approx(1 / 7) and first.details["tests_in_family"] == 4
    assert [p.participant for p in first.points] == ["sub-00", *(f"sub-{i:02d}" for i in controls)]
    assert first.adjustment == "holm" and first.p_adjusted >= first.p_value


def test_holm_runs_over_cases_and_regions():
    data = people(values=np.vstack([[9.0, 3.1], [3.0, 3.2], np.random.default_rng(5).normal(3, 0.5, (12, 2))]))
    findings = single_case_findings(data, asked(), QUICK)
    p = np.array([f.p_value for f in findings])
    smallest = int(np.argmin(p))
    assert findings[smallest].p_adjusted == pytest.approx(min(1, 4 * p[smallest]))
    plain = single_case_findings(data, asked(adjust="none"), QUICK)
    assert [f.p_adjusted for f in plain] == [f.p_value for f in plain]


def test_too_few_matching_controls_are_not_estimable_and_say_so():
    data = people(controls=5)
    sites = np.array(["A", "A", "B", "B", "B", "A", "A"])
    findings = single_case_findings(replace(data, match={**data.match, "site": sites}), asked(), QUICK)
    assert {f.status for f in findings} == {"not_estimable"}
    text = next(s.message for s in findings[0].safeguards if s.code == "too-few-people")
    assert text.startswith("Only 1 controls match sub-00 in rs6971 HAB, site A")


def test_whoever_lacks_a_value_is_named():
    values = people().values.copy()
    values[0, 0] = values[4, 1] = np.nan
    findings = single_case_findings(people(values=values), asked(), QUICK)
    assert findings[0].status == "not_estimable" and "case sub-00 does not enter" in findings[0].safeguards[-1].message
    assert findings[1].status == "ok" and findings[1].n["controls"] == 5
    assert ("sub-04", "no value in this region") in findings[1].excluded


def test_an_unknown_label_matches_nobody():
    labels = np.array([p.genotype for p in people().people])
    labels[0] = ""
    findings = single_case_findings(people(match={"rs6971": labels, "site": np.full(14, "A")}), asked(), QUICK)
    assert findings[0].status == "not_estimable" and findings[2].status == "ok"


def test_what_is_not_a_single_case_question_is_the_callers_mistake(contrast):
    with pytest.raises(InputError):
        single_case_findings(people(), contrast(), QUICK)
    with pytest.raises(InputError, match="nothing to match by"):
        single_case_findings(people(match={}), asked(), QUICK)


def test_a_group_of_nobody_is_an_error_not_an_empty_answer():
    with pytest.raises(InputError, match=r"nobody is 'patientt'; expected two of"):
        single_case_findings(people(), asked(single_case={"cases": "patientt", "controls": "control"}), TestSettings())
