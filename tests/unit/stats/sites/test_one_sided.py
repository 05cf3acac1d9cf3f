"""p of each direction is that of the one-sided finding."""

from __future__ import annotations

import numpy as np
import pytest

from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats import evaluate
from nociscope.stats.settings import TestSettings
from nociscope.stats.sites.one_sided import SIDES, one_sided_p


def _data() -> HypothesisData:
    rng = np.random.default_rng(2)
    people = tuple(Person(f"sub-{i:02d}", "ab"[i % 2], "", "", ("HAB", "MAB")[i // 2 % 2]) for i in range(13))
    values = rng.normal(3, 0.5, (13, 4))
    values[::2, 0] += 0.6
    values[5, 1] = np.nan  # another set of people in this region
    values[:, 2] = 3.0  # nobody differs
    return HypothesisData(
        people, tuple("wxyz"), "mL/cm3", values=values, scale="absolute", genotype_sensitive=True,
        covariates={"rs6971": np.array([p.genotype for p in people])}, predictor=rng.normal(size=13),
        predictor_name="pain",
    )  # fmt: skip


@pytest.mark.parametrize(
    "asked", [{"contrast": ["a", "b"]}, {"correlate": "pain"}, {"correlate": "pain", "method": "spearman"}]
)
def test_p_of_each_side_is_that_of_the_one_sided_finding(asked: dict[str, object]) -> None:
    data, settings = _data(), TestSettings()
    hypothesis = Hypothesis.model_validate({"name": "h", "measure": "VT", "permutations": 400, **asked})
    found = one_sided_p(data, hypothesis, settings)
    for row, side in zip(found, SIDES, strict=True):
        expected = evaluate(data, hypothesis.model_copy(update={"alternative": side}), settings)
        np.testing.assert_array_equal(row, [f.p_value for f in expected])
    assert np.isfinite(found[:, [0, 1, 3]]).all() and np.isnan(found[:, 2]).all()
