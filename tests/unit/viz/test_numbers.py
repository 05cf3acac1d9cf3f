"""Rounding is by the standard error, and only here."""

import math

import pytest

from nociscope.viz import numbers


@pytest.mark.parametrize(
    ("value", "se", "text"),
    [
        (3.4123, 0.1234, "3.41 ± 0.12"),
        (3.4123, 0.0996, "3.41 ± 0.10"),
        (0.10421, 0.0031, "0.1042 ± 0.0031"),
        (212.44, 6.13, "212.4 ± 6.1"),
        (1234.0, 56.0, "1234 ± 56"),
        (12340.0, 560.0, "12340 ± 560"),
        (-0.5123, 0.071, "−0.512 ± 0.071"),
        (3.4123, math.nan, "3.412"),
        (0.05, math.nan, "0.05"),
        (0.05, 0.0, "0.05"),
        (math.nan, 0.1, "n/a"),
    ],
)
def test_value_is_rounded_to_the_place_of_its_error(value, se, text):
    assert numbers.with_se(value, se) == text


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (0.62, -0.091, 1.333, "0.62 [−0.09 to 1.33]"),
        (120.4, 80.2, 160.9, "120 [80 to 161]"),
        (0.5, 0.5, 0.5, "0.500 [0.500 to 0.500]"),
        (0.5, math.nan, 1.0, "0.5"),
        (math.nan, 0, 1, "n/a"),
    ],
)
def test_interval_digits_follow_its_width(value, low, high, text):
    assert numbers.bracketed(value, low, high) == text


def test_interval_says_its_level():
    assert numbers.with_interval(1.0, 0.0, 2.0, 0.9) == "1.00 [90\u00a0% interval 0.00 to 2.00]"


@pytest.mark.parametrize(
    ("p", "text"), [(0.0721, "p = 0.072"), (0.2, "p = 0.20"), (1.0, "p = 1.00"), (0.0, "p < 0.001")]
)
def test_p_is_never_zero(p, text):
    assert numbers.p_text(p).replace("\u00a0", " ") == text


def test_p_that_does_not_exist_says_so():
    assert "n/a" in numbers.p_text(math.nan)


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("mL/cm3", "mL/cm³"),
        ("mL/cm3/(kg/m2)", "mL/cm³ per kg/m²"),
        ("1", ""),
        ("kBq min/mL", "kBq·min/mL"),
        ("MBq", "MBq"),
    ],
)
def test_units_are_typeset(unit, text):
    assert numbers.unit_text(unit) == text


def test_missing_number_gets_no_unit():
    assert numbers.with_unit("n/a", "mL/cm3") == "n/a"
    assert numbers.with_unit("3", "mL/cm3") == "3\u00a0mL/cm³"


def test_negative_zero_has_no_sign():
    assert numbers.fixed(-0.001, 1) == "0.0"


def test_very_small_and_large_numbers_are_powers():
    assert numbers.plain(1.234e-6) == "1.23×10⁻⁶"
    assert numbers.plain(1.234e7) == "1.23×10⁷"


def test_counted_agrees_in_number():
    assert numbers.counted(1, "scan") == "1 scan"
    assert numbers.counted(2, "hypothesis", "hypotheses") == "2 hypotheses"
