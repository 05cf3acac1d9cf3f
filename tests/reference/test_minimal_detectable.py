"""Minimal detectable differences of published group sizes: 80 % power, two-sided 5 %, noncentral t."""

from __future__ import annotations

import math

import pytest

from nociscope.stats.estimates.error_types import error_types_of
from nociscope.stats.power import minimal_detectable_d

TABLE = {
    (4, 5): 2.19, (5, 8): 1.75, (9, 8): 1.46, (9, 9): 1.41, (16, 10): 1.18, (25, 27): 0.79, (26, 28): 0.78,
    (28, 28): 0.76, (31, 27): 0.75,
}  # fmt: skip


@pytest.mark.parametrize(("sizes", "d"), TABLE.items())
def test_minimal_detectable_d(sizes, d):
    """To half a unit of the last printed digit; there the t test has the power that was asked for."""
    found = minimal_detectable_d(*sizes)
    assert found == pytest.approx(d, abs=0.005)
    n1, n2 = sizes
    assert float(error_types_of(found, math.sqrt(1 / n1 + 1 / n2), n1 + n2 - 2).power) == pytest.approx(0.8, abs=1e-6)
