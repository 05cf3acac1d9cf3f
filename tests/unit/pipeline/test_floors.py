"""The smallest p is told before anything is run."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from nociscope.core.study import Hypothesis, Study
from nociscope.io.people import People
from nociscope.pipeline.floors import floor_lines
from nociscope.stats import TestSettings, compare
from nociscope.stats.floor import floor_of_groups, floor_of_pairs

S = TestSettings()


def asks(**keys):
    return {"name": "h", "measure": "VT", "contrast": ["a", "b"], **keys}


def hypothesis(**keys):
    return Hypothesis.model_validate(asks(**keys))


def people(groups, **columns):
    rows = {(f"{i:02d}", ""): {"group": g} | {k: v[i] for k, v in columns.items()} for i, g in enumerate(groups)}
    return People(rows, sources=dict.fromkeys(["group", *columns], "participants.tsv"))


@pytest.mark.parametrize(("a", "b"), [(4, 5), (3, 3), (5, 5)])
def test_the_floor_is_that_of_counting(a, b):
    groups = ["a"] * a + ["b"] * b
    ties = 2 if a == b else 1
    assert floor_of_groups(groups, hypothesis(), S).p == pytest.approx(ties / comb(a + b, a))
    assert floor_of_groups(groups, hypothesis(alternative="greater"), S).p == pytest.approx(1 / comb(a + b, a))


def test_the_floor_told_before_is_the_floor_of_the_finding():
    rng = np.random.default_rng(0)
    groups, sex = ["a"] * 4 + ["b"] * 5, list("FMFMFMFMF")
    strata = floor_of_groups(groups, hypothesis(stratify="sex"), S, strata=sex)
    found = compare(rng.normal(size=9), groups, blocks=sex)
    assert strata.p == pytest.approx(found.details["smallest_attainable_p"])
    held = floor_of_groups(groups, hypothesis(), S, {"sex": np.array(sex)})
    found = compare(rng.normal(size=9), groups, covariates={"sex": sex})
    assert held.p == pytest.approx(found.details["smallest_attainable_p"]) and held.count == found.n_permutations
    assert floor_of_pairs(7, hypothesis(), S).p == pytest.approx(2 / 2**7)
    many = floor_of_groups(["a"] * 20 + ["b"] * 20, hypothesis(permutations=999), S)
    assert (many.p, many.exact) == (1 / 1000, False)


def test_every_contrast_has_a_line_and_what_cannot_succeed_is_named():
    study = Study.model_validate({
        "hypothesis": [
            asks(name="one"),
            asks(name="both", contrast=["a", "c"]),
            asks(name="mine", contrast=["a", "c"], override=["floor-above-alpha"]),
            asks(name="absent", by="no_such_column"), {"name": "pairs", "measure": "VT", "paired": ["x", "y"]},
            {"name": "rel", "measure": "VT", "retest": ["x", "y"]},
        ]
    })  # fmt: skip
    lines = floor_lines(study, people(["a"] * 3 + ["b"] * 5 + ["c"] * 3 + ["n/a"]))
    assert lines[0].startswith("Smallest p")
    assert lines[1] == "  one: 0.0179 (3 a, 5 b; all 56 relabellings)"
    assert lines[2] == "  both: 0.1 (3 a, 3 c; all 20 relabellings), above alpha = 0.05: will be refused"
    assert lines[3].endswith("overruled by the study file") and lines[4].startswith("  pairs: 0.000488 (12 people;")
    few = people(["a", "b", "b"])
    assert floor_lines(Study.model_validate({"hypothesis": [asks()]}), few) == [], "the finding says why not"
    assert floor_of_groups(list("aabb"), hypothesis(), S, {"x": np.array([1.0, 1, 0, 0])}) is None
    assert len(lines) == 5 and floor_lines(Study(), people(["a"])) == []


def test_people_without_a_covariate_are_not_counted():
    study = Study.model_validate({"covariates": {"use": ["age"]}, "hypothesis": [asks()]})
    ages = [30.0, 31.0, None, 33.0, 34.0, 35.0, 36.0, 37.0]
    (_, line) = floor_lines(study, people(["a"] * 4 + ["b"] * 4, age=ages))
    assert "(3 a, 4 b; all 5,040 relabellings)" in line
