"""What every finding says beside its estimate, and what a picked region says of people who did not pick it."""

import numpy as np
import pytest

from nociscope.core.hypothesis import Equivalence, Hypothesis
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.stats import TestSettings, evaluate
from nociscope.stats.design import two_groups
from nociscope.stats.estimates.selected import cross_fitted_estimate

QUICK = TestSettings(resamples=100)


def atlas(effect: float, n: int = 12, regions: int = 6):
    rng = np.random.default_rng(4)
    people = tuple(Person(f"sub-{i:02d}", "a" if i < n // 2 else "b") for i in range(n))
    values = rng.normal(4, 0.5, (n, regions))
    values[: n // 2, 2] += effect
    return HypothesisData(people, tuple(f"r{k}" for k in range(regions)), "mL/cm3", values=values)


def asked(**more):
    return Hypothesis(**{"name": "h", "measure": "VT", "contrast": ["a", "b"], "permutations": 1000} | more)


def test_a_picked_region_carries_the_estimate_of_people_who_did_not_pick_it():
    data = atlas(2.5)
    findings = evaluate(data, asked(), QUICK)
    picked = [f for f in findings if "cross_fitted_estimate" in f.details]
    assert [f.region for f in picked] == ["r2"]
    groups = np.array([p.group for p in data.people])
    nothing = np.zeros((groups.size, 0))
    design = two_groups(groups == "a", nothing, np.zeros(groups.size, dtype=np.int64))
    own = cross_fitted_estimate(design, data.values)
    assert picked[0].details["cross_fitted_estimate"] == pytest.approx(own.estimate)
    assert picked[0].details["cross_fitted_region"] == "r2"
    assert picked[0].details["cross_fitted_agreement"] == pytest.approx(own.agreement)


def test_where_nothing_was_picked_nothing_is_cross_fitted():
    assert not any("cross_fitted_estimate" in f.details for f in evaluate(atlas(0.0), asked(), QUICK))


@pytest.mark.parametrize("asks", [{}, {"equivalence": Equivalence(margin=0.5)}])
def test_a_contrast_carries_error_types_prior_and_verdict(asks):
    (found, *_) = evaluate(atlas(0.0), asked(**asks), QUICK)
    assert found.details["type_m_at_half_mde"] > 1
    assert found.details["bayes_prior"] == "Cauchy(0, 0.707)"
    assert found.details["bayes_low"] < found.details["bayes_estimate"] < found.details["bayes_high"]
    codes = [s.code for s in found.safeguards]
    assert "exaggeration" in codes
    assert ("equivalence" in codes) is bool(asks)


def test_an_f_has_neither_sign_nor_prior():
    data = atlas(0.0, 15)
    people = tuple(Person(p.participant, "abc"[i % 3]) for i, p in enumerate(data.people))
    found = evaluate(
        HypothesisData(people, data.regions, data.unit, values=data.values), asked(contrast=["a", "b", "c"]), QUICK
    )[0]
    assert not [key for key in found.details if key.startswith(("bayes", "type_"))]
