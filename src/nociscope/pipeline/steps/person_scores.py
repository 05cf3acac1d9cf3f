"""What the page of a person needs of the steps that score tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nociscope.core.instrument import YES_NO, Instrument
from nociscope.core.scores import Decision, PersonScores, Score, SideVerdict
from nociscope.core.tms import PersonMaps
from nociscope.io.instruments import instruments
from nociscope.io.record import read_record
from nociscope.pipeline.step import Need, Output, Source
from nociscope.pipeline.steps import scores
from nociscope.report.model import Grade, ScoreReport

STEPS = {"sensory": "score-sensory", "stimulation": "score-stimulation", "answers": "score-phenotype"}


@dataclass(frozen=True, eq=False)
class FiledScores:
    """Scores, or maps, and the file that holds them, relative to the output folder."""

    record: Any
    file: str


def _scores(source: Source) -> FiledScores:
    return FiledScores(scores.read_own(source), source.name)


def _maps(source: Source) -> FiledScores:
    return FiledScores(read_record(source.path, PersonMaps), source.name)


NEEDS = {role: Need(Output(step, scores.MADE), _scores, optional=True) for role, step in STEPS.items()} | {
    "maps": Need(Output("score-stimulation", scores.MAPS), _maps, optional=True)
}
"""Roles that a step adds to its needs."""


def gathered(records: Mapping[str, Any]) -> ScoreReport:
    """Everything that was scored, with the names that instruments and criteria have."""
    filed: dict[str, FiledScores] = {role: records[role] for role in NEEDS if records.get(role) is not None}
    found: dict[str, PersonScores] = {role: filed[role].record for role in STEPS if role in filed}
    answers = found.get("answers")
    used = {d.criteria: _criteria(d) for _, d in answers.decisions} if answers else {}
    return ScoreReport(
        **found,
        maps=filed["maps"].record.maps if "maps" in filed else (),
        scales=_scales(answers) if answers else {},
        words={key: {item.column: item.words for item in c.items} for key, c in used.items() if c},
        yes_no={key: tuple(i.column for i in c.items if i.kind == YES_NO) for key, c in used.items() if c},
        titles={key: f"{c.name} ({c.version})" for key, c in used.items() if c},
        hrefs={role: f"../{one.file}" for role, one in filed.items()},
        verdicts=_verdicts(found["sensory"]) if "sensory" in found else {},
    )


def _verdicts(sensory: PersonScores) -> dict[tuple[str, str, str], SideVerdict]:
    """Loss and gain of every side of every body site that has a z."""
    from nociscope.models.psychophysics.loss_gain import bands_of, loss_gain
    from nociscope.models.psychophysics.profile import chance_of_abnormal

    places: dict[tuple[str, str, str], list[Score]] = {}
    for session, score in sensory.rows:
        if score.measure.endswith("_z"):
            places.setdefault((session, score.part, score.side), []).append(score)
    known = {place: sum(math.isfinite(s.value) for s in own) for place, own in places.items()}
    return {
        place: SideVerdict(loss_gain(bands_of(own)), known[place], *chance_of_abnormal(known[place]))
        for place, own in places.items()
        if known[place]
    }


def grades(everybody: Iterable[PersonScores]) -> tuple[Grade, ...]:
    """Grades of everybody by every rule, under the name that its criteria have."""
    out = []
    for found in everybody:
        for session, decision in found.decisions:
            criteria = _criteria(decision)
            name = f"{criteria.name} ({criteria.version})" if criteria else decision.criteria
            rule = "" if decision.rule == "grade" else f", {decision.rule.replace('_', ' ')}"
            at = "" if session in ("", "n/a") else f", {session}"
            out.append(Grade(found.participant, f"{name}{rule}{at}", decision.grades))
    return tuple(out)


def _criteria(decision: Decision) -> Instrument | None:
    return instruments().get(decision.criteria.split()[0])


def _scales(answers: PersonScores) -> dict[str, dict[str, str]]:
    """Instrument → scale → its name; the scale's id with spaces where the file gives none."""
    known = {i.name: i for i in instruments().values()}
    names: Iterable[str] = dict.fromkeys(score.measure for _, score in answers.rows)
    return {name: {rule.id: rule.name for rule in known[name].scores} for name in names if name in known}
