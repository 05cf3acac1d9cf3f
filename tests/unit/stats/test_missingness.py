"""What is missing is counted, nothing is filled in."""

import csv

import numpy as np
import pytest

from nociscope.core.errors import ShapeError
from nociscope.stats.missingness import missingness

NAN = np.nan


def test_patterns_add_up():
    found = missingness({"a": np.array([1, NAN, NAN, 4.0]), "b": np.array([1, NAN, 3, 4.0]), "c": np.arange(4.0)})
    assert found.by_column == {"a": 2, "b": 1, "c": 0}
    assert found.patterns == {(): 2, ("a", "b"): 1, ("a",): 1}
    assert (found.n, found.complete) == (4, 2)
    assert found.sentence.startswith(
        "2 of 4 people are complete; 2 of 3 columns have gaps, most of all a (2), in 2 patterns"
    )


def test_nothing_missing_and_nobody_there():
    assert missingness({"a": np.ones(3)}).sentence == "All 3 people are complete."
    assert missingness({}).n == 0
    with pytest.raises(ShapeError):
        missingness({"a": np.ones(2), "b": np.ones(3)})


def test_159_real_people(open_data):
    with (open_data("clinical-tables") / "psfmi_lbp_orig.csv").open() as file:
        rows = list(csv.DictReader(file))
    found = missingness({c: np.array([float(r[c]) if r[c] else NAN for r in rows]) for c in rows[0]})
    assert found.n == 159 == sum(found.patterns.values())
    assert found.complete == sum(all(r.values()) for r in rows)
    assert found.by_column["Pain"] == sum(not r["Pain"] for r in rows)
