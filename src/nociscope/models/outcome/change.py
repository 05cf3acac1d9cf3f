"""How much one person changed between two visits, with the bounds that a missing visit leaves.

A fall counts as positive, because pain and disability are worse the higher they are. Dworkin et al. 2008
(10.1016/j.jpain.2007.09.005) grade the percentage; the grades themselves stand in the criteria file ``immpact``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from nociscope.core.errors import RangeError
from nociscope.core.status import FitStatus


@dataclass(frozen=True)
class Change:
    """Change of one outcome.

    Parameters
    ----------
    points : before − after. points_low, points_high : what it can be; equal to it where both visits are known.
    percent : of the value before. low, high : what it can be.
    status : of the percentage.
    flags : ``below_eligibility_floor``.
    """

    points: float
    points_low: float
    points_high: float
    percent: float
    low: float
    high: float
    status: FitStatus
    flags: tuple[str, ...] = ()


def change(before: float, after: float, scale: tuple[float, float] = (0.0, 10.0), floor: float | None = None) -> Change:
    """Fall from one visit to another, in points and percent.

    Parameters
    ----------
    before, after : nan where missing. scale : least and most that the outcome can be.
    floor : least value before that a study lets in; a person below is flagged, not dropped.

    Raises
    ------
    RangeError
        A value outside the scale.
    """
    for name, value in (("before", before), ("after", after)):
        if not math.isnan(value) and not scale[0] <= value <= scale[1]:
            raise RangeError(f"value {name}", expected=f"{scale[0]:g} to {scale[1]:g}", got=value)
    ends_before = scale if math.isnan(before) else (before, before)
    ends_after = scale if math.isnan(after) else (after, after)
    points = (ends_before[0] - ends_after[1], before - after, ends_before[1] - ends_after[0])
    flags = ("below_eligibility_floor",) if floor is not None and before < floor else ()
    if before == 0:
        status, low, percent, high = FitStatus.UNDEFINED_ZERO, math.nan, math.nan, math.nan
    else:
        low, high = percent_reduction(ends_before[0], ends_after[1]), percent_reduction(ends_before[1], ends_after[0])
        percent = percent_reduction(before, after)
        status = FitStatus.OK if math.isfinite(percent) else FitStatus.MISSING_DATA
        if math.isnan(before) and scale[0] <= 0:
            low = -math.inf
    return Change(points[1], points[0], points[2], percent, low, high, status, flags)


def percent_reduction(before: float, after: float) -> float:
    """100 · (before − after) / before; nan where before is zero or a value is missing."""
    return 100 * (before - after) / before if before else math.nan


RELIABLE_AND_IMPORTANT, RELIABLE, IMPORTANT, NEITHER, WORSE = (
    "reliable_and_important", "reliable_only", "important_only", "neither", "reliably_worse",
)  # fmt: skip


def reliable_and_important(points: float, mdc: float, mic: float) -> str:
    """Whether a fall exceeds what measurement error makes (MDC) and reaches what matters to people (MIC).

    Parameters
    ----------
    points : before − after, not nan.
    mdc : minimal detectable change, to be exceeded. mic : minimal important change, to be reached.

    Raises
    ------
    RangeError
        A limit that is not above zero.
    """
    if not (mdc > 0 and mic > 0):
        raise RangeError("minimal changes", expected="above zero", got=f"MDC {mdc}, MIC {mic}")
    reliable, important = points > mdc * (1 + 1e-9), points >= mic * (1 - 1e-9)
    if points < -mdc * (1 + 1e-9):
        return WORSE
    if reliable:
        return RELIABLE_AND_IMPORTANT if important else RELIABLE
    return IMPORTANT if important else NEITHER
