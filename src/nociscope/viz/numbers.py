"""Numbers as text: rounded by the standard error where there is one, and nowhere else in the house."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

MISSING = "n/a"
NBSP = "\u00a0"
_PRETTY = {
    "1": "", "kBq min/mL": "kBq·min/mL", "degC": "°C", "percent": "%", "year": "years", "uV": "µV",
    "uV*cm2": "µV·cm²", "mV*%MSO": "mV·%MSO", "0-100": "points of 100", "0-10": "points of 10",
}  # fmt: skip
_POWER = re.compile(r"\b(c?m)([23])\b")
_PER = re.compile(r"/\(([^()]+)\)$")
_RAISED = {"2": "²", "3": "³"}
_EXPONENT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def typeset(text: str) -> str:
    """Raise the powers of units inside a text: ``mL/cm3`` becomes ``mL/cm³``."""
    return _POWER.sub(lambda m: m[1] + _RAISED[m[2]], text)


def unit_text(unit: str) -> str:
    """Return a unit as printed; the unitless one is empty."""
    # the unit of a slope reads better in words than with brackets
    return _PRETTY.get(unit, typeset(_PER.sub(r" per \1", unit)))


def with_unit(text: str, unit: str) -> str:
    """Return a number's text followed by its unit, joined by a no-break space."""
    pretty = unit_text(unit)
    if not pretty or text == MISSING:
        return text
    return f"{text}{NBSP}{pretty}"


def decimals(scale: float, digits: int = 2) -> int:
    """Return how many decimals show ``digits`` significant digits of ``scale``; negative before the point."""
    if not math.isfinite(scale) or scale == 0:
        return 2
    exponent = math.floor(math.log10(abs(scale)))
    # 0.0996 to two digits is 0.10: one decimal less than its exponent says
    if round(abs(scale) / 10.0**exponent, digits - 1) >= 10:
        exponent += 1
    return digits - 1 - exponent


def fixed(value: float, places: int) -> str:
    """Return ``value`` with ``places`` decimals (negative: rounded before the point) and a true minus sign."""
    if not math.isfinite(value):
        return MISSING
    text = f"{round(value, places):.{max(places, 0)}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def plain(value: float, digits: int = 3) -> str:
    """Return a number that has no standard error, to significant digits; very small and large ones as powers."""
    if not math.isfinite(value):
        return MISSING
    if value != 0 and not 1e-4 <= abs(value) < 1e6:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{mantissa}×10".replace("-", "−") + str(int(exponent)).translate(_EXPONENT)
    return fixed(value, decimals(value, digits)) if value else "0"


def short(value: float) -> str:
    """Return a tick, a time or a dose: four significant digits without trailing zeros."""
    if not math.isfinite(value):
        return MISSING
    text = f"{value:.4g}"
    if "e" in text:
        return plain(value)
    return text.replace("-", "−")


def with_se(value: float, se: float) -> str:
    """Return ``value ± se``: the error to two significant digits, the value to the same place."""
    if not math.isfinite(value):
        return MISSING
    if not math.isfinite(se) or se <= 0:
        return short(value)
    # an error far below the value would print digits nobody reads; four significant ones of the value are kept
    places = min(decimals(se), max(decimals(value, 5), 0)) if value else decimals(se)
    if abs(value) >= 1e6 or 0 < abs(value) < 1e-4:
        return f"{plain(value)} ± {plain(se, 2)}"
    return f"{fixed(value, places)} ± {fixed(se, places)}"


def with_interval(value: float, low: float, high: float, level: float = 0.95) -> str:
    """Return ``value [95 % interval low to high]``, digits by the width of the interval."""
    return bracketed(value, low, high, f"{percent(level)} interval ")


def bracketed(value: float, low: float, high: float, label: str = "") -> str:
    """Return ``value [low to high]``: what the brackets hold is said nearby, or in ``label``."""
    if not math.isfinite(value):
        return MISSING
    if not (math.isfinite(low) and math.isfinite(high)):
        return short(value)
    places = decimals((high - low) / 4) if high > low else decimals(value, 3)
    return f"{fixed(value, places)} [{label}{fixed(low, places)} to {fixed(high, places)}]"


def share_text(share: float) -> str:
    """Return a weight between 0 and 1; what is below a thousandth is said to be that."""
    return f"<{NBSP}0.001" if 0 <= share < 0.001 else plain(share, 2)


def span_text(values: Sequence[float], places: int = 2) -> str:
    """Return ``0.92 to 0.98`` for the finite values, one number where they print alike, ``n/a`` without any."""
    finite = sorted(v for v in values if math.isfinite(v))
    ends = list(dict.fromkeys(fixed(v, places) for v in (finite[0], finite[-1]))) if finite else [MISSING]
    return " to ".join(ends)


def percent(share: float) -> str:
    """Return a share as a percentage."""
    return f"{100 * share:.4g}{NBSP}%" if math.isfinite(share) else MISSING


def p_text(p: float) -> str:
    """Return ``p = 0.012`` or ``p < 0.001``; never ``p = 0``."""
    if not math.isfinite(p):
        return f"p{NBSP}{MISSING}"
    if p < 0.001:
        return f"p{NBSP}<{NBSP}0.001"
    return f"p{NBSP}={NBSP}{p:.3f}" if p < 0.1 else f"p{NBSP}={NBSP}{p:.2f}"


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return ``1 scan`` or ``2 scans``."""
    return f"{n} {noun if n == 1 else plural or noun + 's'}"
