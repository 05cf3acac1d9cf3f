"""Frame times on disk: s after TimeZero, and every way in which they go wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from nociscope.core.problem import Problem

ROUND_OFF_S = 1e-3
GAP_S = 0.5
MINUTES_BELOW_S = 150.0
FEW_FRAMES = 6


def check_zero(data: Mapping[str, Any], where: str) -> list[Problem]:
    """Check TimeZero, InjectionStart and ScanStart: everything else is counted from them."""
    problems = []
    if not isinstance(data.get("InjectionStart"), int | float):
        message = f"InjectionStart is {data.get('InjectionStart', 'missing')!r}; expected s after TimeZero"
        problems.append(_error("injection-missing", where, message, "add InjectionStart, 0 if TimeZero is injection"))
    if not data.get("TimeZero"):
        message = "TimeZero is missing: the time of day is unknown"
        problems.append(Problem("timezero-missing", where, message, (), "add TimeZero (hh:mm:ss)", "note"))
    start, frames = data.get("ScanStart"), data.get("FrameTimesStart")
    first = frames[0] if isinstance(frames, list) and frames and isinstance(frames[0], int | float) else None
    if isinstance(start, int | float) and first is not None and first < start - 1:
        message = f"the first frame starts at {first:g} s, before ScanStart at {start:g} s (both after TimeZero)"
        mend = "count FrameTimesStart from TimeZero, not from the start of the scan"
        problems.append(_error("scan-start-contradiction", where, message, mend))
    return problems


def check_timing(
    start: Sequence[float] | None, duration: Sequence[float] | None, half_life_min: float, where: str
) -> list[Problem]:
    """Check frames as a sidecar states them.

    Parameters
    ----------
    start, duration : s, (frame,); None where absent or not numbers.
    half_life_min : of the radionuclide, nan where unknown.
    """
    if start is None or duration is None:
        message = "FrameTimesStart or FrameDuration is missing or not a list of numbers"
        return [_error("frames-missing", where, message, "add both, in s")]
    if len(start) != len(duration) or not start:
        message = f"{len(start)} values in FrameTimesStart, {len(duration)} in FrameDuration"
        return [_error("frames-count", where, message, "mend the shorter list")]
    return check_frames(start, [s + d for s, d in zip(start, duration, strict=True)], half_life_min, where)


def check_frames(start: Sequence[float], end: Sequence[float], half_life_min: float, where: str) -> list[Problem]:
    """Check starts and ends of frames, s, (frame,): order, overlaps, gaps, and the unit of time."""
    if not all(map(math.isfinite, (*start, *end))):
        return [_error("frames-not-finite", where, "a frame has no time", "write a number for every frame")]
    if any(e <= s for s, e in zip(start, end, strict=True)):
        return [_error("frames-backwards", where, "a frame ends before it starts", "mend FrameDuration")]
    if overlaps := _overlaps(start, end, where):
        return overlaps
    problems = []
    gaps = [(e, s) for e, s in zip(end, start[1:], strict=False) if s - e > GAP_S]
    if gaps:
        listed = ", ".join(f"{a:g} to {b:g} s" for a, b in gaps[:5])
        message = f"{len(gaps)} gap(s) between frames: {listed}; integrals bridge them by a straight line"
        problems.append(Problem("frames-gap", where, message, (), "nothing, if the scanner paused", "note"))
    return problems + _unit_of_time(start, end, half_life_min, where)


def _overlaps(start: Sequence[float], end: Sequence[float], where: str) -> list[Problem]:
    bad = [i for i in range(len(start) - 1) if end[i] - start[i + 1] > ROUND_OFF_S]
    if not bad:
        return []
    i = bad[0]
    message = f"{len(bad)} frames overlap: frame {i} ends at {end[i]:g} s, frame {i + 1} starts at {start[i + 1]:g} s"
    duration = [e - s for s, e in zip(start, end, strict=True)]
    ends = all(abs(d - s) < GAP_S for d, s in zip(duration, start[1:], strict=False))
    mend = "FrameDuration holds the ends of frames: write their lengths" if ends else "mend FrameDuration"
    return [_error("frames-overlap", where, message, mend)]


def _unit_of_time(start: Sequence[float], end: Sequence[float], half_life_min: float, where: str) -> list[Problem]:
    """Seconds against minutes and milliseconds: suspected, never silently converted."""
    span, slow = end[-1] - start[0], half_life_min > 5
    if slow and len(start) >= FEW_FRAMES and span < MINUTES_BELOW_S:
        message = f"{len(start)} frames within {span:g} s: these look like minutes where BIDS has seconds"
        return [_error("frames-minutes", where, message, "multiply by 60, or correct the sidecar")]
    if span > 10 * half_life_min * 60:
        message = f"the scan lasts {span:g} s, more than 10 half-lives: these look like milliseconds"
        return [_error("frames-milliseconds", where, message, "divide by 1000")]
    return []


def _error(code: str, where: str, message: str, mend: str) -> Problem:
    return Problem(code, where, message, ("all",), mend, "error")
