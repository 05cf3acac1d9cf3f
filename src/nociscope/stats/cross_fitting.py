"""What the region that was picked shows in people who did not pick it, told by every finding that was picked."""

from __future__ import annotations

from dataclasses import replace

from nociscope.core.errors import RangeError
from nociscope.core.finding import Finding
from nociscope.stats.estimates.selected import cross_fitted_estimate
from nociscope.stats.part import Part
from nociscope.stats.question import question


def cross_fitted(findings: tuple[Finding, ...], part: Part) -> tuple[Finding, ...]:
    """Add the cross-fitted estimate to the details of findings that carry the safeguard ``selected``.

    Parameters
    ----------
    findings : of one part, all regions with the same people.

    Notes
    -----
    Left as they are: ranks, whose estimate has no unit; an F, which has no sign; and harmonised values, which would
    have to be harmonised again without each person.
    """
    picked = [f for f in findings if any(s.code == "selected" for s in f.safeguards)]
    live = [k for k, r in enumerate(part.sample.region_index) if findings[r].status == "ok"]
    if not picked or part.hypothesis.harmonise or part.hypothesis.method == "spearman" or len(live) < 2:
        return findings
    asked = question(part.sample, part.data, part.hypothesis)
    if asked.is_joint:
        return findings
    try:
        found = cross_fitted_estimate(asked.design, asked.values[:, live])
    except RangeError:
        return findings
    own = {
        "cross_fitted_estimate": found.estimate,
        "cross_fitted_naive": found.naive,
        "cross_fitted_region": part.data.regions[part.sample.region_index[live[found.region]]],
        "cross_fitted_agreement": found.agreement,
    }
    return tuple(replace(f, details={**f.details, **own}) if f in picked else f for f in findings)
