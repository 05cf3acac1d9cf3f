"""Units of pressure and force as algometers and filaments print them, to kPa and mN."""

from __future__ import annotations

from nociscope.core.errors import UnitError
from nociscope.core.scores import Array

KPA_PER = {
    "kPa": 1.0,
    "kgf/cm2": 98.0665,
    "kg/cm2": 98.0665,
    "N/cm2": 10.0,
    "lbf/in2": 6.894757293168361,
    "psi": 6.894757293168361,
}
"""One of each in kPa; 1 kgf is 9.80665 N by definition, 1 lbf 4.4482216152605 N."""
MN_PER = {"mN": 1.0, "gf": 9.80665, "g": 9.80665, "N": 1000.0}
"""One of each in mN."""


def in_kpa(values: Array, unit: str) -> Array:
    """Pressures in kPa.

    Raises
    ------
    UnitError
        Not a unit of pressure that is known; a force without its area is none.
    """
    return _converted(values, unit, KPA_PER)


def in_mn(values: Array, unit: str) -> Array:
    """Forces in mN.

    Raises
    ------
    UnitError
        Not a unit of force that is known.
    """
    return _converted(values, unit, MN_PER)


def _converted(values: Array, unit: str, table: dict[str, float]) -> Array:
    key = unit.replace("²", "2").replace("^2", "2").replace(" ", "")
    if key not in table:
        raise UnitError("unknown unit", expected=", ".join(table), got=unit or "none")
    return values * table[key]
