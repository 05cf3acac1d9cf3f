"""Numbers of the cohort by person, session and region, with the reason where one is missing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from nociscope.core.hypothesis_data import Array
from nociscope.core.records import Measure
from nociscope.core.status import FitStatus


class Cube:
    """Values of (person, session, region) with the reason where one is missing."""

    def __init__(
        self,
        rows: Iterable[Measure],
        ids: Sequence[str],
        sessions: Sequence[str],
        regions: Sequence[str],
        accepted: frozenset[str],
    ) -> None:
        self.ids, self.sessions, self.regions = ids, sessions, regions
        shape = (len(ids), len(sessions), len(regions))
        self.values: Array = np.full(shape, np.nan)
        self.se: Array = np.full(shape, np.nan)
        self.status = np.full(shape, "", dtype=object)
        place = [{name: i for i, name in enumerate(axis)} for axis in (ids, sessions, regions)]
        for r in rows:
            if r.session_id in place[1] and r.region in place[2]:
                at = place[0][r.participant_id], place[1][r.session_id], place[2][r.region]
                self.status[at] = str(r.status)
                if str(r.status) in accepted and math.isfinite(r.value):
                    self.values[at], self.se[at] = r.value, r.se

    def mean(self) -> Array:
        """Mean over accepted sessions, (person, region)."""
        n = np.isfinite(self.values).sum(axis=1)
        total = np.nansum(self.values, axis=1)
        return np.divide(total, n, out=np.full(total.shape, np.nan), where=n > 0)

    def change(self) -> Array:
        """First minus second session, (person, region); nan where one is missing."""
        return np.asarray(self.values[:, 0] - self.values[:, 1])

    def mean_se(self) -> Array:
        """Standard error of that mean from the errors of the sessions, (person, region)."""
        n = np.isfinite(self.values).sum(axis=1)
        total = np.sqrt(np.where(np.isfinite(self.values), self.se**2, 0).sum(axis=1))
        return np.divide(total, n, out=np.full(total.shape, np.nan), where=n > 0)

    def reasons(self) -> dict[tuple[str, str], str]:
        """Why a person has no number in a region."""
        found: dict[tuple[str, str], str] = {}
        for i, person in enumerate(self.ids):
            for k, region in enumerate(self.regions):
                bad = [j for j in range(len(self.sessions)) if not math.isfinite(self.values[i, j, k])]
                if bad:
                    found[person, region] = "; ".join(self._reason(i, j, k) for j in bad)
        return found

    def _reason(self, i: int, j: int, k: int) -> str:
        status = self.status[i, j, k]
        sentence = FitStatus(status).sentence if status else "not scanned"
        return f"{self.sessions[j]}: {sentence}" if len(self.sessions) > 1 else sentence

    def incomplete(self) -> tuple[tuple[str, str, str, str], ...]:
        """Sessions that exist but do not enter the mean of a person who has another one."""
        return tuple(
            (person, region, self.sessions[j], FitStatus(self.status[i, j, k]).sentence)
            for i, person in enumerate(self.ids)
            for k, region in enumerate(self.regions)
            for j in range(len(self.sessions))
            if self.status[i, j, k] and np.isfinite(self.values[i, :, k]).any() and np.isnan(self.values[i, j, k])
        )
