"""One side against the other: more sensitive than a reference where people differ more than sides do."""

from __future__ import annotations

import math

from nociscope.core.errors import InputError
from nociscope.core.scores import Score
from nociscope.core.status import FitStatus
from nociscope.models.psychophysics.battery import find_test, transformed
from nociscope.models.psychophysics.z_scores import band

METHOD = "side difference 1"
PRESSURE_LIMIT = 35.0
"""Percent of the control side beyond which a pressure threshold of the trunk differs (Pfau et al. 2014)."""


def side_difference(affected: Score, control: Score, reference: tuple[float, float] | None = None) -> Score:
    """Difference affected − control on the transformed scale.

    Parameters
    ----------
    affected, control : values of one test at both sides.
    reference : mean and SD of the difference in healthy people; then ``detail`` holds z, and ``band`` what it means.

    Returns
    -------
    Score
        Unit ``1`` for logarithms (``detail["ratio"]`` undoes them), else that of the value. Limits of the device widen
        ``low`` and ``high``.

    Raises
    ------
    InputError
        Two tests, or two body sites.
    """
    if (affected.measure, affected.part) != (control.measure, control.part):
        raise InputError(
            "sides of different tests", expected=f"{affected.measure} {affected.part}",
            got=f"{control.measure} {control.part}",
        )  # fmt: skip
    test = find_test(affected.measure)
    unit = test.unit if test.transform == "none" else "1"
    a, b = transformed(affected.value, test.transform), transformed(control.value, test.transform)
    low = transformed(affected.low, test.transform) - transformed(control.high, test.transform)
    high = transformed(affected.high, test.transform) - transformed(control.low, test.transform)
    worst = next((s.status for s in (affected, control) if not s.status.keeps_value), None)
    if worst is None and not math.isfinite(a - b):
        worst = FitStatus.UNDEFINED_ZERO
    bounded = next((s.status for s in (affected, control) if s.status is not FitStatus.OK), FitStatus.OK)
    gone = worst is not None
    name, detail = ("", {}) if gone else _judged(a - b, (low, high), affected, control, reference)
    return Score(
        f"{affected.measure}_side_difference", affected.part, math.nan if gone else a - b, unit, worst or bounded,
        METHOD, f"{affected.side}-{control.side}", low=math.nan if gone else low, high=math.nan if gone else high,
        n_valid=min(affected.n_valid, control.n_valid), n_asked=max(affected.n_asked, control.n_asked), band=name,
        flags=_flags(affected, control, detail), detail=detail, cites=("rolke2006", "pfau2014"),
    )  # fmt: skip


def _judged(
    d: float, ends: tuple[float, float], affected: Score, control: Score, reference: tuple[float, float] | None
) -> tuple[str, dict[str, float]]:
    test = find_test(affected.measure)
    detail = {} if test.transform == "none" else {"ratio": affected.value / control.value}
    if control.value != 0:
        detail["percent"] = 100 * (affected.value - control.value) / control.value
    if reference is None:
        return "", detail
    mean, sd = reference
    detail["z"] = test.sign * (d - mean) / sd
    bounds = sorted(test.sign * (end - mean) / sd for end in ends)
    return band(*bounds), detail


def _flags(affected: Score, control: Score, detail: dict[str, float]) -> tuple[str, ...]:
    own = tuple(dict.fromkeys((*affected.flags, *control.flags)))
    trunk = affected.part.startswith("trunk") or affected.part == "lumbar"
    if affected.measure == "PPT" and trunk and abs(detail.get("percent", 0.0)) > PRESSURE_LIMIT:
        return (*own, "over_35_percent")
    return own
