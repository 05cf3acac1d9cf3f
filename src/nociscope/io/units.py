"""Units as they stand in files, and the one place where they become ours: kBq/mL, MBq, min, kg."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from nociscope.core.errors import InputError, UnitError

_PREFIX = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "n": 1e-9}
_CURIE = 3.7e10  # Bq
_VOLUME = {"mL": 1.0, "ml": 1.0, "cc": 1.0, "cm3": 1.0, "cm^3": 1.0, "L": 1e3, "l": 1e3, "dL": 100.0}
_ACTIVITY = re.compile(r"(?P<prefix>[kKMGTmuµμn]?)(?P<base>Bq|BQ|bq|Ci|CI|ci)")
_TIME = {"s": 1 / 60, "sec": 1 / 60, "second": 1 / 60, "seconds": 1 / 60, "ms": 1 / 60000, "h": 60.0, "hour": 60.0,
         "min": 1.0, "minute": 1.0, "minutes": 1.0, "hours": 60.0}  # fmt: skip
_MASS = {"kg": 1.0, "kilogram": 1.0, "kilograms": 1.0, "g": 1e-3, "gram": 1e-3, "grams": 1e-3,
         "lb": 0.45359237, "lbs": 0.45359237, "pound": 0.45359237, "pounds": 0.45359237}  # fmt: skip
_FRACTION = {"unitless": 1.0, "1": 1.0, "arbitrary": 1.0, "fraction": 1.0, "none": 1.0, "%": 0.01, "percent": 0.01}


@dataclass(frozen=True)
class Radionuclide:
    """A positron emitter; ``half_life_min`` as tabulated by the Decay Data Evaluation Project, min."""

    name: str
    half_life_min: float


RADIONUCLIDES: dict[str, Radionuclide] = {
    r.name: r
    for r in (
        Radionuclide("C11", 20.364),
        Radionuclide("N13", 9.967),
        Radionuclide("O15", 2.041),
        Radionuclide("F18", 109.77),
        Radionuclide("Cu64", 762.1),
        Radionuclide("Ga68", 67.83),
        Radionuclide("Rb82", 1.2575),
        Radionuclide("Zr89", 4704.7),
        Radionuclide("I124", 6013.4),
    )
}


def radionuclide(text: str) -> Radionuclide:
    """Look a radionuclide up; ``C11``, ``11C``, ``[11C]``, ``C-11`` and ``carbon-11`` are the same.

    Raises
    ------
    InputError
        It is not in the table.
    """
    words = {"carbon": "C", "fluorine": "F", "oxygen": "O", "nitrogen": "N", "gallium": "Ga", "copper": "Cu",
             "zirconium": "Zr", "rubidium": "Rb", "iodine": "I"}  # fmt: skip
    letters, digits = "".join(re.findall("[A-Za-z]+", text)), "".join(re.findall(r"\d+", text))
    element = words.get(letters.lower(), letters.capitalize())
    found = RADIONUCLIDES.get(f"{element}{digits}")
    if found is None:
        raise InputError(
            f"unknown radionuclide {text!r}", expected=", ".join(RADIONUCLIDES), do="mend TracerRadionuclide"
        )
    return found


def activity(unit: str) -> float:
    """Factor from ``unit`` to MBq.

    Raises
    ------
    UnitError
        Not an activity; ``mBq`` is refused because it is nearly always a mistyped MBq.
    """
    match = _ACTIVITY.fullmatch(unit.strip())
    if match is None:
        raise UnitError(f"not a unit of activity: {unit!r}", expected="Bq, kBq, MBq, GBq, mCi …", do="mend the unit")
    prefix, becquerel = match["prefix"], match["base"].lower() == "bq"
    if prefix == "m" and becquerel:
        raise UnitError(f"{unit!r} is millibecquerel", expected="MBq for megabecquerel", do="write the prefix in full")
    scale = 1e-3 if prefix == "m" else _PREFIX[prefix]
    return scale * (1.0 if becquerel else _CURIE) / 1e6


def concentration(unit: str, where: str | None = None) -> float:
    """Factor from ``unit`` to kBq/mL; ``where`` names the file in the message.

    Raises
    ------
    UnitError
        Not an activity per volume.
    """
    top, slash, bottom = unit.replace(" ", "").partition("/")
    if not slash or bottom not in _VOLUME:
        raise UnitError(
            f"not an activity concentration: {unit!r}", expected="Bq/mL, kBq/mL …", where=where, do="mend Units"
        )
    return activity(top) * 1e3 / _VOLUME[bottom]


def minutes(unit: str) -> float:
    """Factor from ``unit`` to min; raises `UnitError` for anything that is not a time."""
    return _lookup(_TIME, unit, "a unit of time", "s or min")


def kilograms(unit: str) -> float:
    """Factor from ``unit`` to kg; raises `UnitError` for anything that is not a mass."""
    return _lookup(_MASS, unit, "a unit of body weight", "kg, g or lb")


def fraction(unit: str) -> float:
    """Factor from ``unit`` to a fraction; raises `UnitError` for anything else than a share."""
    return _lookup(_FRACTION, unit.lower(), "a unit of a fraction", "unitless or percent")


def decay_constant(half_life_min: float) -> float:
    """Return ln 2 / half-life, 1/min."""
    return math.log(2) / half_life_min


def _lookup(table: dict[str, float], unit: str, what: str, expected: str) -> float:
    key = unit.strip()
    if key not in table:
        raise UnitError(f"not {what}: {unit!r}", expected=expected, do="mend the unit")
    return table[key]
