"""What became of everybody between two visits: change, importance, response, order of injection."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nociscope.cohort.responses import responses
from nociscope.core.assessment import OutcomeSettings
from nociscope.core.errors import InputError, MissingMetadata
from nociscope.core.scores import Decision, PersonScores, Score
from nociscope.core.status import FitStatus
from nociscope.io.instruments import find_instrument
from nociscope.io.outcomes import SCALES, OutcomeVisit, at_visits
from nociscope.io.people import People
from nociscope.models.outcome.change import change
from nociscope.models.outcome.composite import composite
from nociscope.models.outcome.injection import injection_order

METHOD = "change between two visits, version 1"
SESSIONLESS = "n/a"
CRITERIA = ("immpact", "injection-response", "back-pain-transition")
"""Criteria that the visits can answer."""
ORDER = "injection-order"
Decisions = dict[str, tuple[Decision, ...]]


@dataclass(frozen=True)
class Endpoints:
    """The two visits that are compared."""

    baseline: str
    follow_up: str


def outcome_scores(
    visits: Sequence[OutcomeVisit], settings: OutcomeSettings, people: People, sources: tuple[str, ...] = ()
) -> tuple[PersonScores, ...]:
    """Everything that the table of outcomes says of everybody.

    Parameters
    ----------
    people : tables about people, for the days from scan to injection. sources : files the numbers come from.

    Raises
    ------
    InputError
        A definition of response that does not exist, or that the outcomes of the table cannot answer.
    MissingMetadata
        The outcome or a visit that the study file names is not there, or days do not tell which visit is first.
    """
    ends = endpoints(visits, settings)
    decided = _decided(visits, settings, ends)
    whole = {p: (*found, *_composed(found, visits, settings, ends, p)) for p, found in decided.items()}
    rows = _rows(visits, settings, ends)
    return tuple(
        PersonScores(
            person,
            tuple((SESSIONLESS, s) for s in rows.get(person, ())),
            tuple((SESSIONLESS, d) for d in (*whole.get(person, ()), *_ordered(people, person, settings.injection))),
            sources,
        )
        for person in sorted({v.participant for v in visits})
    )


def endpoints(visits: Sequence[OutcomeVisit], settings: OutcomeSettings) -> Endpoints:
    """The visits that the study file names, else the first and the last by days, the same for everybody."""
    own = [v for v in visits if v.outcome == settings.outcome]
    if not own:
        raise MissingMetadata(
            f"no outcome {settings.outcome!r}", expected=", ".join(sorted({v.outcome for v in visits})),
            where="[outcome] outcome", do="name an outcome of the table",
        )  # fmt: skip
    if settings.baseline and settings.follow_up:
        return Endpoints(settings.baseline, settings.follow_up)
    days: dict[str, list[float]] = {}
    for visit in own:
        days.setdefault(visit.visit, []).append(visit.days)
    middle = {name: sum(d) / len(d) for name, d in days.items()}
    if any(map(math.isnan, middle.values())) or len(middle) < 2 or len(set(middle.values())) < len(middle):
        raise MissingMetadata(
            "days do not tell the first and the last visit", expected="days_from_index in every row of two visits",
            got=", ".join(days), where="[outcome]", do="name baseline and follow_up in the study file",
        )  # fmt: skip
    return Endpoints(
        settings.baseline or min(middle, key=middle.__getitem__),
        settings.follow_up or max(middle, key=middle.__getitem__),
    )


def _rows(visits: Sequence[OutcomeVisit], settings: OutcomeSettings, ends: Endpoints) -> dict[str, list[Score]]:
    """Values of both visits and their change, of every outcome that has both."""
    rows: dict[str, list[Score]] = {}
    for outcome in dict.fromkeys(v.outcome for v in visits):
        names = {v.visit for v in visits if v.outcome == outcome}
        if {ends.baseline, ends.follow_up} <= names:
            unit = next(v.unit for v in visits if v.outcome == outcome)
            floor = settings.floor if outcome == settings.outcome else None
            scale = SCALES[unit] if math.isfinite(sum(SCALES[unit])) else (-math.inf, math.inf)
            if outcome == settings.outcome and not math.isfinite(sum(scale)):
                scale = settings.scale
            for person, both in at_visits(visits, outcome, ends.baseline, ends.follow_up).items():
                rows.setdefault(person, []).extend(_changed(outcome, unit, both, scale, floor))
    return rows


def _changed(
    outcome: str, unit: str, both: tuple[float, float], scale: tuple[float, float], floor: float | None
) -> tuple[Score, ...]:
    before, after = both
    found = change(before, after, scale, floor)
    known = sum(not math.isnan(v) for v in both)
    flags = found.flags

    def score(measure: str, value: float, unit: str, low: float, high: float, status: FitStatus) -> Score:
        return Score(
            measure, outcome, value, unit, status, METHOD, low=low, high=high, n_valid=known, n_asked=2, flags=flags,
            cites=("dworkin2008",),
        )  # fmt: skip

    def status(value: float) -> FitStatus:
        return FitStatus.MISSING_DATA if math.isnan(value) else FitStatus.OK

    return (
        score("outcome_before", before, unit, before, before, status(before)),
        score("outcome_after", after, unit, after, after, status(after)),
        score("outcome_fall", found.points, unit, found.points_low, found.points_high, status(found.points)),
        score("outcome_percent_fall", found.percent, "percent", found.low, found.high, found.status),
    )


def _decided(visits: Sequence[OutcomeVisit], settings: OutcomeSettings, ends: Endpoints) -> Decisions:
    """Every rule that somebody's visits settle; those that the study file names in any case."""
    asked = {rule.id for rule in find_instrument("injection-response").rules}
    if unknown := sorted({*settings.responder, *settings.composite} - asked):
        raise InputError(
            f"no definition of response {', '.join(unknown)}", expected=", ".join(sorted(asked)), where="[outcome]"
        )
    out: Decisions = {}
    for criteria in CRITERIA:
        names = inputs_of(criteria, visits, settings)
        found = responses(_on_scale(visits, names, criteria), names, ends.baseline, ends.follow_up, criteria,
                          settings.missing)  # fmt: skip
        settled = {d.rule for own in found.values() for d in own if len(d.grades) == 1}
        wanted = {*settings.responder, *settings.composite} if criteria == "injection-response" else set[str]()
        if lacking := sorted(wanted - settled):
            raise InputError(
                f"nobody's outcomes answer {', '.join(lacking)}", got=", ".join(names.values()), where="[outcome]",
                do="give the outcomes that the definition asks for, under [outcome.inputs] by their names",
            )  # fmt: skip
        keep = wanted or settled
        for person, own in found.items():
            out[person] = (*out.get(person, ()), *(d for d in own if d.rule in keep))
    return out


def inputs_of(criteria: str, visits: Sequence[OutcomeVisit], settings: OutcomeSettings) -> dict[str, str]:
    """Name in the criteria → outcome of the table: as the study file says, else of the same name."""
    there = {v.outcome for v in visits}
    if absent := sorted(set(settings.inputs.values()) - there):
        raise MissingMetadata(
            f"no outcome {', '.join(absent)}", expected=", ".join(sorted(there)), where="[outcome.inputs]"
        )
    columns = find_instrument(criteria).columns
    names = dict.fromkeys(c.removesuffix("_0").removesuffix("_1") for c in columns)
    given = {"pain": settings.outcome} | {n: n for n in names if n in there} | settings.inputs
    return {name: outcome for name, outcome in given.items() if name in names}


def _on_scale(visits: Sequence[OutcomeVisit], names: Mapping[str, str], criteria: str) -> list[OutcomeVisit]:
    """Ratings to 100 as ratings to 10, where the criteria ask for these and the unit says which they are."""
    to_ten = {i.column.removesuffix("_0").removesuffix("_1") for i in find_instrument(criteria).items if i.high == 10}
    tenth = {outcome for name, outcome in names.items() if name in to_ten}
    return [replace(v, value=v.value / 10) if v.outcome in tenth and SCALES[v.unit] == (0, 100) else v for v in visits]


def _composed(
    found: Sequence[Decision], visits: Sequence[OutcomeVisit], settings: OutcomeSettings, ends: Endpoints, person: str
) -> tuple[Decision, ...]:
    """The response made of several, with rescue medication as the follow-up says it."""
    if not settings.composite:
        return ()
    parts = {d.rule: d for d in found if d.criteria.startswith("injection-response") and d.rule in settings.composite}
    told = [v.rescue for v in visits if (v.participant, v.visit) == (person, ends.follow_up)]
    rescue = True if True in told else False if told and None not in told else None
    if all(v.rescue is None for v in visits):
        rescue = False  # the table has no such column: the study does not count rescue medication
    joined = composite(parts, settings.joined, rescue, settings.missing)
    return (replace(joined, criteria="composite", rule="response"),)


def _ordered(people: People, person: str, column: str) -> tuple[Decision, ...]:
    """Whether the person was injected before or after the scan."""
    if not column:
        return ()
    days = people.get(person, column)
    if isinstance(days, str):
        raise InputError(f"{column} is not a number of days", got=days, where=person, do="mend the cell")
    order = injection_order(0.0, [days])
    known = {} if days is None else {column: f"{days:g}"}
    return (Decision(f"{ORDER} 1", "order", (order,), (f"{column}: {known.get(column, 'unknown')}",), inputs=known),)
