"""Findings of what a map picked, labelled as picked, with what people say who did not take part in picking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nociscope.core.finding import Finding, Point, Safeguard
from nociscope.core.hypothesis import Hypothesis, MapSettings
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.space import Space
from nociscope.stats.asked import Question
from nociscope.stats.design import Array
from nociscope.stats.maps.corrections import Corrected
from nociscope.stats.maps.engine import MapTest, Values, reached
from nociscope.stats.maps.left_out import LeftOut, left_out
from nociscope.stats.maps.places import distances, place
from nociscope.stats.region_findings import region_findings
from nociscope.stats.safeguards import raised
from nociscope.stats.settings import TestSettings

NAN = float("nan")

ABOUT_ITS_P = frozenset({"variances-unequal", "interval-and-p-disagree"})
"""Safeguards that compare p of one region with something; a picked element has the p of its map."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """A map that was tested and corrected, with whom and what it is about.

    Parameters
    ----------
    question : its design and words. values : shape (person, element), of the people of the question; as they came,
        not ranked. space : of these elements. rows : of these people in the data. hc2 : whether spreads may differ.
    """

    data: HypothesisData
    hypothesis: Hypothesis
    settings: TestSettings
    question: Question
    values: Values
    space: Space
    rows: NDArray[np.int64]
    test: MapTest
    corrected: Corrected
    hc2: bool


def peak_finding(outcome: Outcome, method: str) -> Finding:
    """Finding of the element that stands out most."""
    score = _oriented(outcome.corrected.score, outcome)
    peak = int(np.argmax(score))
    name = f"peak at {place(outcome.space, peak)}"
    finding = finding_of(outcome, name, outcome.values[:, peak].astype(np.float64))
    if finding.status != "ok":
        return finding
    p, p_corrected = float(outcome.test.p[peak]), float(outcome.corrected.p[peak])
    details, safeguards = _about_peak(outcome, peak, p_corrected)
    statistic = {"F" if outcome.test.questions > 1 else "t_map": float(outcome.test.statistic[peak])}
    return replace(
        finding,
        p_value=p,
        p_adjusted=p_corrected,
        adjustment=outcome.hypothesis.adjust,
        method=f"{method}; at the peak: {finding.method}",
        statistic={**finding.statistic, **statistic},
        details={**finding.details, **details},
        cites=tuple(dict.fromkeys((*finding.cites, *_cites(outcome)))),
        safeguards=(*_still_true(finding.safeguards, safeguards), *safeguards),
    )


def _cites(outcome: Outcome) -> tuple[str, ...]:
    how = (outcome.hypothesis.map or MapSettings()).statistic
    return ("winkler2014", "westfall1993", "esterman2010", *(("smith2009",) if how == "tfce" else ()))


def finding_of(outcome: Outcome, name: str, column: Array) -> Finding:
    """Finding of one number per person of the question, as of a region; shape (person,)."""
    return region_findings(with_column(outcome, name, column), asked_of_region(outcome.hypothesis), outcome.settings)[0]


def asked_of_region(hypothesis: Hypothesis) -> Hypothesis:
    """Ask the same question of one number per person."""
    return hypothesis.model_copy(update={"map": None, "adjust": "max"})


def with_column(outcome: Outcome, name: str, column: Array) -> HypothesisData:
    """The data with one region of that name; people who are not in the question have no value, and keep the reason."""
    data = outcome.data
    values = np.full((len(data.people), 1), np.nan)
    values[outcome.rows, 0] = column
    status = {(who, name): why for (who, _), why in data.value_status.items()}
    own = replace(data, regions=(name,), se=None, value_status=status)
    if outcome.hypothesis.kind != "paired":
        return replace(own, values=values)
    sessions = np.full((len(data.people), len(data.sessions), 1), np.nan)
    first, second = (data.sessions.index(s) for s in outcome.hypothesis.paired)
    # only the difference is known here: it stands in the first session beside zero
    sessions[:, first], sessions[:, second] = values, np.where(np.isfinite(values), 0.0, np.nan)
    return replace(own, session_values=sessions, values=None)


def differences(finding: Finding) -> Finding:
    """Turn the points of a paired finding into differences."""
    points = tuple(Point(p.participant, p.group, p.x - p.value, NAN, p.se) for p in finding.points)
    return replace(finding, points=points)


def _about_peak(outcome: Outcome, peak: int, p_corrected: float) -> tuple[dict[str, object], tuple[Safeguard, ...]]:
    tested, hits = outcome.values.shape[1], int((outcome.corrected.p <= outcome.settings.alpha).sum())
    details: dict[str, object] = {"elements_tested": tested, "elements_significant": hits}
    if outcome.test.questions > 1:
        return details, (selected(f"the peak of {tested:,} elements", hits, None),)
    sign = float(np.sign(outcome.test.statistic[peak])) or 1.0
    without = left_out(outcome.question.design, outcome.question.values, peak, sign, outcome.hc2)
    details |= {"loso_estimate": without.estimate, "loso_n": without.people} | _moves(outcome, peak, without)
    carried = _carried(outcome, without, p_corrected, details)
    return details, (selected(f"the peak of {tested:,} elements", hits, without.estimate), *carried)


def selected(what: str, hits: int, unbiased: float | None) -> Safeguard:
    """Say that an effect was picked by its size."""
    base = raised("selected", values={"hits": hits, "regions": 1, "low": NAN, "high": NAN})
    instead = ""
    if unbiased is not None and np.isfinite(unbiased):
        instead = f" Found without each person and measured in that person, it is {unbiased:.3g}."
    message = f"This is {what}: picked by its size, its effect is likely too large.{instead}"
    return replace(base, message=message, short="What was picked from a map shows an effect that is likely too large.")


def _moves(outcome: Outcome, peak: int, without: LeftOut) -> dict[str, object]:
    """How far the peak moves without each person."""
    found = without.peaks[without.peaks >= 0]
    far = distances(outcome.space, peak, found)
    out: dict[str, object] = {"loso_same_peak": int((found == peak).sum())}
    return out if far is None or not far.size else out | {"loso_peak_moves_mm": float(far.max())}


def _carried(
    outcome: Outcome, without: LeftOut, p_corrected: float, details: dict[str, object]
) -> tuple[Safeguard, ...]:
    """A peak that is gone without one person; the null is that of everybody."""
    left = np.nan_to_num(without.t_at_peak, nan=np.inf)
    p = reached(outcome.test.null_max, left)
    worst = int(np.argmax(p))
    details["leave_one_out_p_fwe_high"] = float(p[worst])
    alpha = outcome.settings.alpha
    if p_corrected > alpha or p[worst] <= 2 * alpha:
        return ()
    who = outcome.data.people[int(outcome.rows[worst])].participant
    return (raised("one-person-carries", values={"who": who, "change": f"the corrected p becomes {p[worst]:.3g}"}),)


def _still_true(old: tuple[Safeguard, ...], new: tuple[Safeguard, ...]) -> tuple[Safeguard, ...]:
    """Safeguards of a region's own numbers that hold although p is the map's."""
    gone = {s.code for s in new} | ABOUT_ITS_P
    return tuple(s for s in old if s.code not in gone)


def _oriented(score: Array, outcome: Outcome) -> Array:
    alternative: Mapping[str, float] = {"greater": 1.0, "less": -1.0}
    sign = alternative.get(outcome.hypothesis.alternative)
    return np.abs(score) if sign is None or outcome.test.questions > 1 else sign * score
