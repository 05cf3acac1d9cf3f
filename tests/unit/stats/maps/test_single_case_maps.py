"""A case in every element is the case in each alone; its corrected p is that of the largest t of everybody."""

import numpy as np
import pytest

from nociscope.core.errors import InputError
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.space import VolumeSpace
from nociscope.stats import TestSettings
from nociscope.stats.estimates.case_control import single_case_test
from nociscope.stats.maps.single_case import case_maps, evaluate_cases


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_each_element_is_the_test_of_that_element_alone(alternative):
    rng = np.random.default_rng(3)
    case, controls = rng.normal(size=40), rng.normal(size=(9, 40))
    case[4] = 8.0
    made = case_maps(case, controls, alternative)
    one = single_case_test(case, controls, alternative)
    pairs = {"estimate": "difference", "ci_low": "low", "ci_high": "high", "z_cc": "z", "t": "t", "p": "p",
             "p_exchange": "p_exchange", "p_fwe": "p_max"}  # fmt: skip
    for name, other in pairs.items():
        np.testing.assert_allclose(made.maps[name], getattr(one, other), err_msg=name)
    assert made.null_max.shape == (10,)


def test_an_element_that_somebody_lacks_is_nan_and_touches_no_other():
    rng = np.random.default_rng(4)
    case, controls = rng.normal(size=12), rng.normal(size=(5, 12))
    whole = case_maps(case[1:], controls[:, 1:])
    controls[2, 0] = np.nan
    made = case_maps(case, controls)
    assert np.isnan(made.maps["p_fwe"][0])
    np.testing.assert_array_equal(made.maps["p_fwe"][1:], whole.maps["p_fwe"])


def cohort(cases=1, controls=8):
    rng = np.random.default_rng(1)
    n = cases + controls
    values = rng.normal(size=(n, 27)).astype(np.float32)
    values[:cases, 13] += 9
    people = tuple(Person(f"sub-{i}", "case" if i < cases else "control") for i in range(n))
    data = HypothesisData(people, ("map",), "1", values=values.mean(axis=1, dtype=float)[:, None])
    return data, values, VolumeSpace(np.ones((3, 3, 3), bool), np.eye(4))


def ask(**more):
    return Hypothesis(name="h", measure="X", single_case={"cases": "case", "controls": "control"}, map=more)


def test_every_case_has_maps_and_one_finding_corrected_over_cases():
    data, values, space = cohort(cases=2)
    made = evaluate_cases(data, values, space, ask(), TestSettings())
    assert set(made) == {"sub-0", "sub-1"}
    for result in made.values():
        (found,) = result.findings
        assert "peak at 1, 1, 1 mm" in found.region
        assert found.details["p_fwe"] == pytest.approx(1 / 9)
        assert found.p_adjusted == pytest.approx(2 / 9)
        assert "selected" in {s.code for s in found.safeguards}


def test_too_few_controls_give_no_numbers_and_the_reason():
    data, values, space = cohort(controls=2)
    (result,) = evaluate_cases(data, values, space, ask(), TestSettings()).values()
    assert result.findings[0].status == "not_estimable"
    assert np.isnan(result.maps["t"]).all()


def test_other_corrections_are_an_error():
    data, values, space = cohort()
    with pytest.raises(InputError, match="largest t"):
        evaluate_cases(data, values, space, ask(statistic="tfce"), TestSettings())
