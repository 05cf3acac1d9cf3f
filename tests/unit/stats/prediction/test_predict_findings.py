"""A prediction from hypothesis to finding."""

import json
from dataclasses import replace

import numpy as np
import pytest

from nociscope.core.errors import InputError
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.stats.prediction.finding import predict_findings
from nociscope.stats.prediction.tripod import TO_WRITE


def _data(first=9, second=8, regions=3, effect=1.5, seed=0, **fields):
    rng, n = np.random.default_rng(seed), first + second
    y = np.arange(n) < first
    people = tuple(
        Person(f"sub-{i:02d}", "pain" if y[i] else "control", "AB"[i % 2], "FM"[i // 2 % 2], ("HAB", "MAB")[i // 3 % 2])
        for i in range(n)
    )
    values = rng.normal(3, 0.5, (n, regions))
    values[y, 0] += effect
    data = HypothesisData(
        people, tuple(f"region {r}" for r in range(regions)), "mL/cm3", values=values,
        outcome=np.array([p.group for p in people]), baseline={"age": rng.normal(40, 9, n)},
    )  # fmt: skip
    return replace(data, **fields)


def _asked(override=(), alternative="two-sided", **keys):
    predict = {"outcome": "group", "positive": "pain", "permutations": 60, "repeats": 3, **keys}
    return Hypothesis(
        name="h", measure="VT", predict=predict, override=list(override), alternative=alternative
    )  # fmt: skip


def test_what_is_there_is_found_with_everything_beside_it():
    (found,) = predict_findings(_data(), _asked(folds="repeated-k-fold"))
    assert found.status == "ok"
    assert found.estimate > 0.75
    assert found.ci_low <= found.estimate <= found.ci_high
    assert found.p_value <= 0.05
    assert found.n == {"pain": 9, "control": 8}
    assert {"sensitivity", "calibration_slope", "net_benefit", "baseline_auc", "difference_ci_low", "added"} <= set(
        found.details
    )
    assert [p.group for p in found.points] == ["pain"] * 9 + ["control"] * 8
    assert all(0 < p.value < 1 for p in found.points)
    json.dumps(dict(found.details))


def test_the_same_seed_gives_the_same_finding():
    one, two = (predict_findings(_data(), _asked(permutations=20))[0] for _ in range(2))
    assert repr(one) == repr(two)


def test_five_of_nine_cannot_beat_their_own_number():
    (found,) = predict_findings(_data(5, 4, 1, effect=9.0), _asked(permutations=500))
    assert found.exact
    assert found.n_permutations == 126
    assert found.p_value * 126 == pytest.approx(round(found.p_value * 126))
    assert found.details["best_attainable_p"] == pytest.approx(2 / 126)
    assert found.ci_low < 0.75


def test_a_number_is_predicted_in_its_own_unit():
    data = _data()
    y = 2 * data.values[:, 0] + np.random.default_rng(1).normal(0, 0.3, 17)
    (found,) = predict_findings(replace(data, outcome=y), _asked(positive="", outcome="pain"))
    assert found.effect_size.name == "cv_r2"
    assert found.estimate > 0.5
    assert found.details["mae"] < found.details["mae_of_mean"]
    assert all(np.isfinite(p.x) for p in found.points)


def test_a_person_without_a_number_is_left_out_and_named():
    data = _data()
    values = data.values.copy()
    values[3, 1] = np.nan
    age = np.array(data.baseline["age"])
    age[5] = np.nan
    (found,) = predict_findings(replace(data, values=values, baseline={"age": age}), _asked(permutations=20))
    assert dict(found.excluded) == {"sub-03": "region 1: no value", "sub-05": "baseline age missing"}
    assert found.n["pain"] == 7


def test_low_affinity_binders_stay_out_of_a_sensitive_tracer():
    data = _data(genotype_sensitive=True)
    people = (replace(data.people[0], genotype="LAB"), *data.people[1:])
    (found,) = predict_findings(replace(data, people=people), _asked(permutations=20))
    assert found.excluded == (("sub-00", "low-affinity binder (rs6971)"),)
    assert {"lab-excluded", "genotype-not-modelled"} <= {s.code for s in found.safeguards}


def test_harmonising_is_inside_and_a_small_site_refuses():
    data = _data(12, 12, 4)
    batch = np.array([p.site for p in data.people])
    (found,) = predict_findings(replace(data, batch=batch), _asked(permutations=20, k=3, repeats=1))
    assert found.status == "ok"
    assert "ComBat" in found.method
    batch[:3] = "C"
    (found,) = predict_findings(replace(data, batch=batch), _asked(permutations=20, k=3))
    assert found.status == "refused"
    assert "site-too-small" in {s.code for s in found.safeguards}


def test_families_stay_together():
    data = _data(10, 10)
    people = tuple(replace(p, block=f"f{i // 2}") for i, p in enumerate(data.people))
    (found,) = predict_findings(replace(data, people=people), _asked(within="family", permutations=20))
    assert found.status == "ok"
    assert "family" in found.method


def test_the_reporting_table_names_what_is_blank():
    (found,) = predict_findings(_data(), _asked(permutations=20))
    table = {number: answer for number, _, answer in found.details["tripod_ai"]}
    assert table["17"] == TO_WRITE
    assert "9 pain" in table["10"]
    assert f"{found.estimate:.3f}" in table["23a"]


def test_two_people_of_a_label_are_not_predicted():
    (found,) = predict_findings(_data(9, 2), _asked())
    assert found.status == "not_estimable"


@pytest.mark.parametrize(
    ("fields", "keys", "message"),
    [
        ({"outcome": None}, {}, "needs its outcome"),
        ({"outcome": np.array(["a", "b", "c"] + ["a"] * 14)}, {"positive": ""}, "neither two labels"),
        ({}, {"positive": "nobody"}, "nobody is"),
        ({}, {"alternative": "less"}, "from above"),
        ({"batch": np.array(list("AB") * 8 + ["A"])}, {"folds": "leave-site-out"}, "never seen"),
    ],
)
def test_what_cannot_be_asked_is_told(fields, keys, message):
    with pytest.raises(InputError, match=message):
        predict_findings(replace(_data(), **fields), _asked(**keys))


def test_a_site_with_one_outcome_has_no_pairs_and_the_others_answer():
    data = _data(10, 10)
    sites = ["C" if i in (0, 1, 2) else "AB"[i % 2] for i in range(20)]
    people = tuple(replace(p, site=s) for p, s in zip(data.people, sites, strict=True))
    (found,) = predict_findings(replace(data, people=people), _asked(folds="leave-site-out", permutations=20))
    assert found.status == "ok"
    assert found.details["pairs_compared"] < found.details["pairs"]
    assert "within strata" in found.method
    assert "site-confounded" in {s.code for s in found.safeguards}


def test_overruling_few_people_is_said_and_p_is_approximate():
    (found,) = predict_findings(_data(), _asked(["few-to-predict"], permutations=0))
    assert found.status == "ok"
    assert [s.overridden for s in found.safeguards if s.code == "few-to-predict"] == [True]
    assert "normal curve" in found.method
