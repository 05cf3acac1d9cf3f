"""Every safeguard of a prediction is raised by the situation it is about."""

from dataclasses import replace

import numpy as np

from nociscope.core.hypothesis import Hypothesis
from nociscope.stats.prediction.finding import predict_findings


def _predicted(cohort, first, second, regions=2, **keys):
    """A prediction of group, with age as the baseline unless told otherwise."""
    data = cohort(first, second, regions, effect=0.3)
    n = first + second
    fields = {"baseline": {"age": np.random.default_rng(8).normal(40, 10, n)}, **keys.pop("fields", {})}
    labels = np.array([p.group for p in data.people])
    asked = {"outcome": "group", "permutations": 20, "repeats": 2, **keys}
    hypothesis = Hypothesis(name="h", measure="VT", predict=asked)
    return predict_findings(replace(data, outcome=labels, **fields), hypothesis)[0]


def test_few_to_predict_refuses_without_permutation(cohort):
    assert "few-to-predict" in [s.code for s in _predicted(cohort, 12, 12, permutations=0).safeguards]
    assert _predicted(cohort, 12, 12, permutations=0).status == "refused"
    assert "few-to-predict" not in [s.code for s in _predicted(cohort, 12, 12).safeguards]
    assert "few-to-predict" not in [s.code for s in _predicted(cohort, 20, 20, permutations=0).safeguards]


def test_cannot_calibrate(cohort):
    (found,) = [s for s in _predicted(cohort, 6, 6).safeguards if s.code == "cannot-calibrate"]
    assert "n too small to calibrate" in found.message


def test_baseline_as_good(cohort):
    assert "baseline-as-good" in [s.code for s in _predicted(cohort, 6, 6).safeguards]


def test_no_baseline(cohort):
    assert "no-baseline" in [s.code for s in _predicted(cohort, 6, 6, fields={"baseline": {}}).safeguards]


def test_pooled_loo_refuses_where_no_fold_holds_both_outcomes(cohort):
    data = cohort(6, 6, 2)
    sites = [f"{p.group}{i % 2}" for i, p in enumerate(data.people)]
    people = tuple(replace(p, site=s) for p, s in zip(data.people, sites, strict=True))
    found = _predicted(cohort, 6, 6, folds="leave-site-out", fields={"people": people})
    assert found.status == "refused"
    hypothesis = Hypothesis(
        name="h", measure="VT", override=["site-aliased", "floor-above-alpha"],
        predict={"outcome": "group", "permutations": 20, "folds": "leave-site-out"},
    )  # fmt: skip
    labels = np.array([p.group for p in people])
    (found,) = predict_findings(replace(data, people=people, outcome=labels), hypothesis)
    assert "pooled-loo" in [s.code for s in found.safeguards]
    assert found.status == "refused"
