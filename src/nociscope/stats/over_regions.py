"""What many regions do to one hypothesis: corrected p, and what picking by p means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nociscope.core.finding import Finding, Safeguard
from nociscope.core.study import Hypothesis
from nociscope.stats.adjust import BY_MAXIMUM, adjusted
from nociscope.stats.safeguards import raised
from nociscope.stats.settings import TestSettings

NAN = float("nan")


def corrected(
    findings: tuple[Finding, ...], hypothesis: Hypothesis, settings: TestSettings, sets: int
) -> tuple[Finding, ...]:
    """Correct over regions, then say what picking by p does.

    Parameters
    ----------
    findings : one a region, ``p_adjusted`` the max-statistic or step-down p within its set.
    sets : sets of regions that share the same people.
    """
    p_max = np.array([min(1.0, sets * f.p_adjusted) for f in findings])
    by_maximum = hypothesis.adjust in BY_MAXIMUM
    p = p_max if by_maximum else adjusted(np.array([f.p_value for f in findings]), hypothesis.adjust)
    tested = sum(f.status == "ok" for f in findings)
    hits = int(np.sum(p <= settings.alpha))
    out = []
    for finding, own in zip(findings, p, strict=True):
        if finding.status != "ok":
            out.append(finding)
            continue
        extra = _about_regions(finding, float(own), hypothesis, settings, (tested, hits, sets))
        details = {**finding.details, "regions_tested": tested}
        safeguards = (*finding.safeguards, *extra)
        out.append(replace(finding, p_adjusted=float(own), safeguards=safeguards, details=details))
    return tuple(out)


def _about_regions(
    finding: Finding, p: float, hypothesis: Hypothesis, settings: TestSettings, counts: tuple[int, int, int]
) -> tuple[Safeguard, ...]:
    tested, hits, sets = counts
    if tested < 2:
        return ()
    out = []
    if hypothesis.adjust == "none":
        out.append(raised("no-correction", values={"regions": tested}))
    if hypothesis.adjust in BY_MAXIMUM and sets > 1:
        out.append(raised("different-people", values={"sets": sets}))
    if p <= settings.alpha:
        low, high = (finding.details.get(f"leave_one_out_{side}", NAN) for side in ("low", "high"))
        out.append(raised("selected", values={"hits": hits, "regions": tested, "low": low, "high": high}))
    return tuple(out)
