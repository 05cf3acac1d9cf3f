"""Numbers of the page: an estimate as value, error, unit and status in words."""

from __future__ import annotations

import math

from nociscope.core.estimate import Estimate
from nociscope.core.status import FitStatus
from nociscope.viz.numbers import MISSING, short, with_se, with_unit


def estimate_text(estimate: Estimate, unit: bool = True) -> str:
    """Return ``3.10 ± 0.12 mL/cm³``, or ``n/a`` where there is no value."""
    text = with_se(estimate.value, estimate.se)
    return with_unit(text, estimate.unit) if unit else text


def status_words(status: FitStatus) -> str:
    """Return the status as two or three words: ``at bound``."""
    return status.value.replace("_", " ")


def status_kind(status: FitStatus) -> str:
    """Return ``ok``, ``remark``, ``caveat`` or ``missing``; the page gives each a shape and a colour."""
    if status is FitStatus.OK:
        return "ok"
    if status is FitStatus.NO_INTERVAL:
        return "remark"  # usual for a parameter that was held fixed
    return "caveat" if status.keeps_value else "missing"


def seconds_text(seconds: float) -> str:
    """Return a duration for people."""
    if not math.isfinite(seconds):
        return MISSING
    if seconds < 120:
        return f"{short(seconds)} s"
    return f"{short(seconds / 60)} min" if seconds < 7200 else f"{short(seconds / 3600)} h"


def bytes_text(megabytes: float) -> str:
    """Return an amount of memory for people."""
    if not math.isfinite(megabytes):
        return MISSING
    return f"{short(megabytes)} MB" if megabytes < 1000 else f"{short(megabytes / 1000)} GB"
