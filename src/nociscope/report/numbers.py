"""Numbers of the page: an estimate as value, error, unit and status in words."""

from __future__ import annotations

import math

from nociscope.core.estimate import Estimate
from nociscope.core.finding import Finding
from nociscope.core.status import FitStatus
from nociscope.viz.numbers import MISSING, fixed, p_text, plain, unit_text, with_interval, with_se, with_unit

__all__ = ["bytes_text", "estimate_text", "fixed", "interval_text", "p_text", "plain", "seconds_text", "status_words"]


def estimate_text(estimate: Estimate, unit: bool = True) -> str:
    """Return ``3.10 ± 0.12 mL/cm³``, or ``n/a`` where there is no value."""
    text = with_se(estimate.value, estimate.se)
    return with_unit(text, estimate.unit) if unit else text


def interval_text(finding: Finding) -> str:
    """Return a finding's estimate with interval and unit."""
    text = with_interval(finding.estimate, finding.ci_low, finding.ci_high, finding.ci_level)
    unit = unit_text(finding.unit)
    return f"{text} {unit}" if unit and text != MISSING else text


def status_words(status: FitStatus) -> str:
    """Return the status as two or three words: ``at bound``."""
    return status.value.replace("_", " ")


def status_kind(status: FitStatus) -> str:
    """Return ``ok``, ``caveat`` or ``missing``; the page gives each a shape and a colour."""
    if status is FitStatus.OK:
        return "ok"
    return "caveat" if status.keeps_value else "missing"


def seconds_text(seconds: float) -> str:
    """Return a duration for people."""
    if not math.isfinite(seconds):
        return MISSING
    if seconds < 120:
        return f"{plain(seconds)} s"
    return f"{plain(seconds / 60)} min" if seconds < 7200 else f"{plain(seconds / 3600)} h"


def bytes_text(megabytes: float) -> str:
    """Return an amount of memory for people."""
    if not math.isfinite(megabytes):
        return MISSING
    return f"{plain(megabytes)} MB" if megabytes < 1000 else f"{plain(megabytes / 1000)} GB"
