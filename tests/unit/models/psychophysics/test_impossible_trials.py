"""Trials from plain arrays: what cannot be is refused by name, as it is in a table."""

import numpy as np
import pytest

from nociscope.core.errors import InputError, RangeError
from nociscope.models.psychophysics.trials import trials


@pytest.mark.parametrize(
    ("test", "columns", "said"),
    [
        ("HPT", {"reading": [111, 112, 113]}, "HPT hand: reading that cannot be; expected -20 to 60; got 111 degC"),
        ("PPT", {"reading": [62, -60, 64]}, "got -60 kPa"),
        ("VDT", {"reading": [8.5]}, "expected 0 to 8"),
        ("CPM", {"reading": [9000], "reading_unit": "kPa"}, "got 9000 kPa"),
        ("TSP", {"response": [3, 50], "response_unit": "0-10"}, "TSP hand: response that cannot be"),
        ("MPS", {"response": [-1], "response_unit": "0-100"}, "got -1 0-100"),
    ],
)
def test_what_cannot_be_is_refused_with_test_site_and_value(test, columns, said):
    with pytest.raises(RangeError, match=test) as told:
        trials(test, "hand", "R", **columns)
    assert said in str(told.value)


def test_text_where_a_number_belongs_names_the_column():
    with pytest.raises(InputError, match=r"column .reading.*a lot"):
        trials("HPT", "hand", reading=[44, "a lot"])


def test_ends_of_what_can_be_and_missing_trials_are_kept():
    found = trials("HPT", "hand", reading=[-20, 60, None])
    assert found.reading[:2].tolist() == [-20, 60]
    assert np.isnan(found.reading[2])
    assert trials("TSP", "hand", response=[0, 10], response_unit="0-10").response.tolist() == [0, 10]
