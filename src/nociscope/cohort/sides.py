"""One side of a person against the other, where both were tested."""

from __future__ import annotations

from collections.abc import Iterable

from nociscope.core.scores import Score, Trials
from nociscope.models.psychophysics.battery import BATTERY
from nociscope.models.psychophysics.side_difference import side_difference

AFFECTED, CONTROL = "affected", "control"


def side_differences(scores: Iterable[Score], trials: Iterable[Trials]) -> tuple[Score, ...]:
    """Affected less control side, where the table says which is which, else left less right.

    Parameters
    ----------
    scores : of one session, as the battery gives them. trials : of the same session, for the roles of the sides.
    """
    roles = {(t.test, t.part, t.side): t.role for t in trials}
    by_place: dict[tuple[str, str], dict[str, Score]] = {}
    for s in scores:
        if s.measure in BATTERY and BATTERY[s.measure].has_z and s.side in ("L", "R"):
            by_place.setdefault((s.measure, s.part), {})[s.side] = s
    return tuple(side_difference(*_ordered(sides, roles)) for sides in by_place.values() if len(sides) == 2)


def _ordered(sides: dict[str, Score], roles: dict[tuple[str, str, str], str]) -> tuple[Score, Score]:
    left, right = sides["L"], sides["R"]
    told = [roles.get((s.measure, s.part, s.side), "") for s in (left, right)]
    return (right, left) if told == [CONTROL, AFFECTED] else (left, right)
