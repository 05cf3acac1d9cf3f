"""Numbers of a hypothesis that are limits of a device or assay, and what a likelihood that knows it says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.records import Measure
from nociscope.core.status import FitStatus
from nociscope.core.study import Hypothesis

BIOSAMPLE = "biosample"
_READ = (FitStatus.OK, FitStatus.CENSORED)


@dataclass(frozen=True)
class Reading:
    """One number; ``side`` is −1 where it is at least as low, +1 where at least as high, 0 where it was measured."""

    participant: str
    region: str
    value: float
    side: int


def readings(rows: Sequence[Measure], regions: Sequence[str], sessions: Sequence[str]) -> tuple[Reading, ...]:
    """Everything measured or at a limit; empty where nothing is at a limit."""
    found = tuple(
        Reading(r.participant_id, r.region, r.value, _side(r))
        for r in rows
        if r.region in regions and r.session_id in sessions and r.status in _READ
    )
    return found if any(r.side for r in found) else ()


def _side(row: Measure) -> int:
    if row.status is FitStatus.OK:
        return 0
    return -1 if row.low < row.value else 1


def asked_of(found: Sequence[Reading], data: HypothesisData, hypothesis: Hypothesis, region: str) -> list[Reading]:
    """Those of one region that the hypothesis is about: of a contrast both groups, else everybody."""
    groups = {p.participant: p.group for p in data.people}
    levels = set(hypothesis.contrast or ())
    return [r for r in found if r.region == region and (not levels or groups.get(r.participant) in levels)]


def censored_details(
    own: Sequence[Reading],
    data: HypothesisData,
    hypothesis: Hypothesis,
    plates: Mapping[tuple[str, str], str],
    level: float,
) -> dict[str, object]:
    """Both groups by a likelihood in which a limit is a limit; empty where it does not apply.

    Parameters
    ----------
    own : of `asked_of`. plates : (participant, region) → plate; a column of the design where all have one.
    """
    from nociscope.models.biosample.groups import group_comparison  # brings scipy: only who asks pays for it

    groups = {p.participant: p.group for p in data.people}
    levels = list(hypothesis.contrast or ())
    first = np.array([groups[r.participant] == levels[0] for r in own]) if levels else np.array([], dtype=bool)
    values = np.array([r.value for r in own])
    twice = max(Counter(r.participant for r in own).values(), default=0) > 1
    if twice or not first.any() or first.all() or (values <= 0).any():
        return {}
    held = [plates.get((r.participant, r.region), "") for r in own]
    side = np.array([r.side for r in own], dtype=np.int8)
    found = group_comparison(values, side, first, tuple(held) if all(held) else None, level)
    return {
        "censored_analysis": found.analysis, "censored_ratio": found.value, "censored_ci_low": found.low,
        "censored_ci_high": found.high, "censored_p": found.p, "censored_n": list(found.n),
        "censored_detected": list(found.detected), "censored_plates": found.plates,
        "censored_status": str(found.status),
    }  # fmt: skip
