"""A person's sensory profile: from trials to values, z-scores, loss and gain in one call."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scipy import special

from nociscope.core.errors import InputError
from nociscope.core.scores import Score, Trials
from nociscope.models.psychophysics.battery import BATTERY, LIMIT
from nociscope.models.psychophysics.loss_gain import LossGain, bands_of, loss_gain
from nociscope.models.psychophysics.reference import Reference
from nociscope.models.psychophysics.values import participant_value
from nociscope.models.psychophysics.z_scores import z_score

Place = tuple[str, str]
"""Body site and side."""


@dataclass(frozen=True)
class SensoryProfile:
    """What the battery says of one person.

    Parameters
    ----------
    values : in the units of the battery. z : one for each value, in the same order.
    loss_gain : by body site and side.
    chance : by body site and side, probability that a healthy person has at least one of so many independent z beyond
        the limit, and how many to expect.
    """

    values: tuple[Score, ...]
    z: tuple[Score, ...]
    loss_gain: Mapping[Place, LossGain]
    chance: Mapping[Place, tuple[float, float]]

    @property
    def scores(self) -> tuple[Score, ...]:
        """Values, then z."""
        return (*self.values, *self.z)


def profile(
    trials: Iterable[Trials], reference: Reference | None = None, sex: str = "", age: float = math.nan
) -> SensoryProfile:
    """Score the battery of one person at one session.

    Parameters
    ----------
    trials : one entry for each test, body site and side; tests that are not of the battery are refused.
    reference : healthy people; without it values stand alone and every z says ``no_reference``.
    sex : ``M``, ``F`` or empty. age : years, nan where unknown.

    Raises
    ------
    InputError
        No trials, a test that is not in the battery, or one that stands twice at the same place.
    """
    ordered = sorted(trials, key=lambda t: (t.part, t.side))
    if not ordered:
        raise InputError("no trials", expected="one entry for each test, body site and side")
    twice = [key for key, n in Counter((t.test, t.part, t.side) for t in ordered).items() if n > 1]
    if twice:
        raise InputError("a test stands twice at one place", got=" ".join(twice[0]), do="join its trials, or drop one")
    rank = {symbol: i for i, symbol in enumerate(BATTERY)}
    values = tuple(participant_value(t) for t in sorted(ordered, key=lambda t: (t.part, t.side, rank.get(t.test, -1))))
    z = tuple(z_score(value, reference, sex, age) for value in values)
    places = dict.fromkeys((value.part, value.side) for value in values)
    at = {place: [s for s in z if (s.part, s.side) == place] for place in places}
    return SensoryProfile(
        values, z, {place: loss_gain(bands_of(found)) for place, found in at.items()},
        {place: chance_of_abnormal(sum(math.isfinite(s.value) for s in found)) for place, found in at.items()},
    )  # fmt: skip


def chance_of_abnormal(n: int, limit: float = LIMIT) -> tuple[float, float]:
    """Probability that at least one of n independent z of a healthy person is beyond the limit, and the expected count.

    Tests of one person are related, so that the probability is an upper guess; the count holds in any case.
    """
    one = 2 * float(special.ndtr(-limit))
    return 1 - (1 - one) ** n, n * one
