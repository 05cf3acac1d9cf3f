"""Small cohorts for the tests of inference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis


@pytest.fixture
def cohort():
    """Return a function that makes `HypothesisData` of two groups, seeded; keyword arguments replace fields."""

    def make(first: int = 6, second: int = 6, regions: int = 3, effect: float = 0.0, seed: int = 0, **fields):
        rng = np.random.default_rng(seed)
        n = first + second
        people = tuple(
            Person(f"sub-{i:02d}", "pain" if i < first else "control", "", "FM"[i % 2], ("HAB", "MAB")[i % 2])
            for i in range(n)
        )
        values = rng.normal(3, 0.5, (n, regions))
        values[:first] += effect
        data = HypothesisData(people, tuple(f"region {r}" for r in range(regions)), "mL/cm3", values=values)
        return replace(data, **fields)

    return make


@pytest.fixture
def contrast():
    """Return a function that makes a contrast hypothesis; keyword arguments replace keys."""

    def make(**keys):
        return Hypothesis.model_validate(
            {"name": "h", "measure": "VT", "contrast": ["pain", "control"], "permutations": 1000, **keys}
        )

    return make


@pytest.fixture
def with_people():
    """Return a function that gives every person of a cohort new descriptors, one list each."""

    def make(data: HypothesisData, **descriptors):
        people = tuple(
            replace(p, **{name: column[i] for name, column in descriptors.items()}) for i, p in enumerate(data.people)
        )
        return replace(data, people=people)

    return make
