"""The thirteen tests of the DFNS battery: value, transform, sign and reach of the device, one line each.

Protocol and transforms: Rolke et al. 2006 (10.1016/j.ejpain.2005.02.003). A positive z is gain of function everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from nociscope.core.errors import InputError

NONE, LOG10 = "none", "log10"

LIMIT = 1.96
"""Beyond this z a test is abnormal."""


@dataclass(frozen=True, slots=True)
class SensoryTest:
    """One test of the battery.

    Parameters
    ----------
    symbol, name, unit : of the participant's value.
    transform : ``log10`` or ``none``, before the z-score.
    sign : +1 where a larger value is more sensitive, −1 where it is less; 0 where there is no z.
    asked, needed : trials (or pairs) of the protocol, and how many of them must be valid.
    column : of `Trials` that holds what is scored, ``reading`` or ``response``. column_unit : of that column.
    low, high : reach of the device in that column; a reading at or beyond it is a bound.
    closed : whether the end itself is a bound (a thermode that stops), or only what lies beyond (a set of filaments).
    """

    symbol: str
    name: str
    unit: str
    transform: str
    sign: int
    asked: int
    needed: int
    column: str
    column_unit: str
    low: float = -math.inf
    high: float = math.inf
    closed: bool = True

    @property
    def has_z(self) -> bool:
        """Whether healthy people spread enough for a z-score."""
        return self.sign != 0


_THERMAL = ("reading", "degC", 0.0, 50.0)
_PRESSURE = ("reading", "kPa")
_FORCE = ("reading", "mN")
_RATING = ("response", "0-100")

BATTERY: dict[str, SensoryTest] = {
    test.symbol: test
    for test in (
        SensoryTest("CDT", "cold detection threshold", "degC", LOG10, -1, 3, 2, *_THERMAL),
        SensoryTest("WDT", "warm detection threshold", "degC", LOG10, -1, 3, 2, *_THERMAL),
        SensoryTest("TSL", "thermal sensory limen", "degC", LOG10, -1, 3, 2, *_THERMAL),
        SensoryTest("PHS", "paradoxical heat sensations", "1", NONE, 0, 3, 2, "response", "0/1"),
        SensoryTest("CPT", "cold pain threshold", "degC", NONE, 1, 3, 2, *_THERMAL),
        SensoryTest("HPT", "heat pain threshold", "degC", NONE, -1, 3, 2, *_THERMAL),
        SensoryTest("PPT", "pressure pain threshold", "kPa", LOG10, -1, 3, 2, *_PRESSURE),
        SensoryTest("MPT", "mechanical pain threshold", "mN", LOG10, -1, 5, 4, *_FORCE, 8.0, 512.0, False),
        SensoryTest("MPS", "mechanical pain sensitivity", "0-100", LOG10, 1, 35, 18, *_RATING),
        SensoryTest("DMA", "dynamic mechanical allodynia", "0-100", LOG10, 0, 15, 8, *_RATING),
        SensoryTest("WUR", "wind-up ratio", "1", LOG10, 1, 5, 4, *_RATING),
        SensoryTest("MDT", "mechanical detection threshold", "mN", LOG10, -1, 5, 4, *_FORCE, 0.25, 512.0, False),
        SensoryTest("VDT", "vibration detection threshold", "x/8", NONE, 1, 3, 2, "reading", "x/8", 0.0, math.inf),
    )
}

Z_TESTS = tuple(test.symbol for test in BATTERY.values() if test.has_z)


def find_test(symbol: str) -> SensoryTest:
    """One test of the battery.

    Raises
    ------
    InputError
        There is none of this name.
    """
    if symbol not in BATTERY:
        raise InputError(f"no test {symbol!r} in the battery", expected=", ".join(BATTERY), got=symbol)
    return BATTERY[symbol]


def transformed(value: float, transform: str) -> float:
    """The value on the scale of the z-score; −∞ for log10 of zero, nan below it or where the value is nan."""
    if transform == NONE:
        return value
    if value in (0, -math.inf):
        return -math.inf
    return math.log10(value) if value > 0 else math.nan


def back_transformed(value: float, transform: str) -> float:
    """The inverse of `transformed`."""
    return value if transform == NONE else float(10.0**value)
