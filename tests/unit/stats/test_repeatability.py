"""Repeatability in one table: missing sessions are counted, logarithms come back as factors."""

import numpy as np
import pytest

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.stats.icc import icc_forms
from nociscope.stats.repeatability import repeatability

PRESSURE = np.array(
    [(310, 335), (420, 405), (255, 290), (380, 400), (505, 480), (290, 315), (350, 372), (445, 430), (268, 300),
     (330, 352)], float,
)  # fmt: skip


def test_pressure_pain_over_two_sessions():
    found = repeatability(PRESSURE)
    assert (found.error.consistency, found.error.agreement) == pytest.approx((15.5535, 17.2366), abs=5e-5)
    assert (found.mdc_consistency, found.mdc_agreement) == pytest.approx((43.1121, 47.7774), abs=1e-3)
    assert (found.bias, found.loa_low, found.loa_high) == pytest.approx((12.6, -30.512, 55.712), abs=1e-3)
    assert found.cv == pytest.approx(4.3013, abs=1e-4)


def test_people_who_miss_a_session_are_counted_and_change_nothing():
    gap = np.vstack([PRESSURE, [(300, np.nan), (np.nan, 200)]])
    found, whole = repeatability(gap), repeatability(PRESSURE)
    assert (found.n, found.n_left_out) == (10, 2)
    assert found.forms == whole.forms


def test_the_log_scale_knows_no_unit_and_gives_factors():
    kpa, kgf = repeatability(PRESSURE, "log"), repeatability(PRESSURE / 98.0665, "log")
    assert (kpa.bias, kpa.loa_low, kpa.loa_high, kpa.cv) == pytest.approx((kgf.bias, kgf.loa_low, kgf.loa_high, kgf.cv))
    assert kpa.bias == pytest.approx(np.exp(np.log(PRESSURE[:, 1] / PRESSURE[:, 0]).mean()))
    assert kpa.loa_low < kpa.bias < kpa.loa_high
    assert kpa.forms == icc_forms(np.log(PRESSURE))
    # the error of a logarithm is the coefficient of variation, to first order
    assert kpa.cv == pytest.approx(100 * np.log(kpa.error.consistency), rel=1e-2)


def test_what_cannot_be_done_is_refused():
    with pytest.raises(ShapeError):
        repeatability(PRESSURE[:, :1])
    with pytest.raises(InputError, match="scale"):
        repeatability(PRESSURE, "sqrt")
    with pytest.raises(InputError, match="too few"):
        repeatability(PRESSURE[:2])
    with pytest.raises(RangeError):
        repeatability(PRESSURE - 300, "log")
