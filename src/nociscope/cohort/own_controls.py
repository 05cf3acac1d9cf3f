"""z of sensory tests against the study's own controls: nobody is compared with oneself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nociscope.cohort.descriptors import age_of, as_label, sex_of
from nociscope.core.assessment import QstSettings
from nociscope.core.scores import PersonScores, Score
from nociscope.io.people import People
from nociscope.models.psychophysics.battery import BATTERY
from nociscope.models.psychophysics.reference import Control, Reference, build_reference
from nociscope.models.psychophysics.z_scores import z_score

Scored = tuple[PersonScores, str]
"""Scores of a person and the file that holds them."""
NAME = "own-controls"


@dataclass(frozen=True)
class _Person:
    name: str
    sex: str
    age: float
    control: bool

    @property
    def described(self) -> bool:
        return self.sex != "" and self.age == self.age


def with_own_controls(
    found: Sequence[Scored], people: People, settings: QstSettings, group: str, sex: str
) -> tuple[tuple[Scored, ...], str]:
    """Replace every z by one against the group of controls that the study file names.

    Cells are body site, side, sex and decade of age; a control's first session enters, and the own z of a control
    leaves that person out. Controls without sex or age cannot stand in a cell.

    Parameters
    ----------
    group, sex : columns of the tables about people.

    Returns
    -------
    tuple
        The scores, and a sentence for the methods.
    """
    known = {p.participant: _known(people, p.participant, settings, group, sex) for p, _ in found}
    controls = _controls([p for p, _ in found], known)
    references = {side: _reference(own.values(), settings.fewest_controls) for side, own in controls.items()}
    out = []
    for person, file in found:
        me = known[person.participant]
        rows = [(session, s) for session, s in person.rows if not _is_z(s)]
        more = [
            (session, z_score(s, _against(me, s, controls, references, settings), me.sex, me.age))
            for session, s in rows
            if s.measure in BATTERY
        ]
        out.append((replace(person, rows=(*rows, *more)), file))
    return tuple(out), _told(known.values(), references, settings)


def _known(people: People, participant: str, settings: QstSettings, group: str, sex: str) -> _Person:
    row = people.row(participant)
    return _Person(
        participant, sex_of(row.get(sex)), age_of(row.get(settings.age)), as_label(row.get(group)) == settings.controls
    )


def _is_z(score: Score) -> bool:
    return score.measure.removesuffix("_z") in BATTERY and score.measure.endswith("_z")


Entries = dict[tuple[str, str, str], Control]
"""(participant, test, body site) → entry."""


def _controls(found: Iterable[PersonScores], known: dict[str, _Person]) -> dict[str, Entries]:
    """Side → entries: the first session of each control that can stand in a cell."""
    out: dict[str, Entries] = {}
    for person in found:
        me = known[person.participant]
        for _, s in sorted(person.rows, key=lambda row: row[0]):
            if me.control and me.described and s.measure in BATTERY:
                out.setdefault(s.side, {}).setdefault((me.name, s.measure, s.part), Control(s, me.sex, me.age))
    return out


def _reference(entries: Iterable[Control], fewest: int) -> Reference:
    return build_reference(entries, id=NAME, fewest=fewest)


def _against(
    me: _Person, score: Score, controls: dict[str, Entries], references: dict[str, Reference], settings: QstSettings
) -> Reference | None:
    """Everybody's reference; of a control the one without that control, where the cell has enough people with it."""
    whole = references.get(score.side)
    if whole is None or not (me.control and me.described):
        return whole
    if whole.cell(score.measure, score.part, me.sex, me.age) is None:
        return whole
    others = [
        c for (name, test, part), c in controls[score.side].items()
        if name != me.name and (test, part, c.sex, c.age // 10) == (score.measure, score.part, me.sex, me.age // 10)
    ]  # fmt: skip
    return _reference(others, settings.fewest_controls - 1)


def _told(known: Iterable[_Person], references: dict[str, Reference], settings: QstSettings) -> str:
    controls = [p for p in known if p.control]
    used = sum(p.described for p in controls)
    dropped = sum(len(r.dropped) for r in references.values())
    lost = f"; {len(controls) - used} without sex or age are not among them" if used < len(controls) else ""
    few = f"; {dropped} cells with fewer than {settings.fewest_controls} were not used" if dropped else ""
    return (
        f"z of sensory tests rest on {used} controls of this study ({settings.controls}) by body site, side, sex and "
        f"decade of age{lost}{few}; the z of a control leaves that control out."
    )
