"""What the page of a person shows of tables that were scored: sensory testing, stimulation, answers, criteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nociscope.core.scores import Decision, LossGain, PersonScores, Score
from nociscope.core.tms import SessionMap
from nociscope.report.figures import Picture, Studio
from nociscope.report.model import ScoreReport
from nociscope.report.score_tables import SESSIONLESS, ScoreTable, line, statuses_of
from nociscope.viz.criteria import criteria
from nociscope.viz.numbers import percent, short
from nociscope.viz.sensory_profile import sensory_profile
from nociscope.viz.style import house
from nociscope.viz.tms_map import tms_map

_SIDES = {"L": "left", "R": "right", "M": "middle"}
_YES_NO = {"1": "yes", "0": "no"}
_CLASSES = ("none", "thermal only", "mechanical only", "thermal and mechanical")


@dataclass(frozen=True)
class Verdict:
    """Loss and gain at one side, in words: the label, what it stands for, and what chance alone would give."""

    where: str
    label: str
    meaning: str
    chance: str


@dataclass(frozen=True)
class Way:
    """One decision: the figure of its path, its grades, and what was known of its inputs."""

    title: str
    grade: str
    settled: bool
    picture: Picture
    known: tuple[tuple[str, str], ...]
    deciding: tuple[str, ...]
    unasked: tuple[str, ...]


@dataclass(frozen=True)
class ScoreSection:
    """One section of the page: figures, words, tables, criteria."""

    id: str
    title: str
    pictures: tuple[Picture, ...]
    tables: tuple[ScoreTable, ...]
    verdicts: tuple[Verdict, ...] = ()
    ways: tuple[Way, ...] = ()
    href: str = ""

    @property
    def statuses(self) -> Mapping[str, str]:
        """Key below its tables."""
        return statuses_of(self.tables)


class ScoreStudio(Studio):
    """Draws what was scored of a person."""

    def profile(self, values: Sequence[Score], z: Sequence[Score], person: str, chance: str) -> Picture:
        """Draw the battery at one body site."""
        with house():
            return self._picture(sensory_profile(values, z, person, chance))

    def muscles(self, maps: Sequence[SessionMap], overlap: Mapping[str, Score], title: str) -> Picture:
        """Draw one map or two."""
        with house():
            return self._picture(tms_map([(m.map, m.metrics) for m in maps], title, overlap))

    def way(self, decision: Decision, words: Mapping[str, str]) -> Picture:
        """Draw the way to a grade."""
        with house():
            return self._picture(criteria(decision, dict(words)))


def score_sections(report: ScoreReport, person: str, studio: ScoreStudio) -> tuple[ScoreSection, ...]:
    """Sections in the order of the page; a kind of testing that the person did not have makes none."""
    sections = (_sensory(report, person, studio), _stimulation(report, person, studio), _answers(report),
                _criteria(report, studio))  # fmt: skip
    return tuple(s for s in sections if s is not None)


def _by_session(found: PersonScores) -> dict[str, list[Score]]:
    out: dict[str, list[Score]] = {}
    for session, score in found.rows:
        out.setdefault(session, []).append(score)
    return out


def _where(person: str, session: str) -> str:
    return person if session in SESSIONLESS else f"{person}, {session}"


def _titled(title: str, session: str) -> str:
    return title if session in SESSIONLESS else f"{title}, {session}"


def _sensory(report: ScoreReport, person: str, studio: ScoreStudio) -> ScoreSection | None:
    if report.sensory is None or not report.sensory.rows:
        return None
    href, pictures, tables, verdicts = report.hrefs.get("sensory", ""), [], [], []
    for session, own in _by_session(report.sensory).items():
        z = {(s.measure.removesuffix("_z"), s.part, s.side): s for s in own if s.measure.endswith("_z")}
        battery = [s for s in own if (s.measure, s.part, s.side) in z]
        for part in dict.fromkeys(s.part for s in battery):
            here = [s for s in battery if s.part == part]
            beside = [z[s.measure, s.part, s.side] for s in here]
            said = _verdicts(report, beside, session)
            verdicts += said
            pictures.append(studio.profile(here, beside, _where(person, session), said[0].chance if said else ""))
        lines = tuple(line(s, "trials", {}, z[s.measure, s.part, s.side]) for s in battery)
        others = tuple(line(s, "trials", {}) for s in own if s not in battery and s not in z.values())
        if lines:
            tables.append(ScoreTable(_titled("Battery", session), "Test", "Trials", lines, href))
        if others:
            tables.append(ScoreTable(_titled("Further tests", session), "Measure", "Trials", others, href))
    return ScoreSection("sensory", "Sensory testing", tuple(pictures), tuple(tables), tuple(verdicts), href=href)


def _verdicts(report: ScoreReport, z: Sequence[Score], session: str) -> list[Verdict]:
    """Loss and gain of each side of one body site; nothing where no reference gave a z."""
    out = []
    for side in dict.fromkeys(s.side for s in z):
        part = next(s.part for s in z if s.side == side)
        found = report.verdicts.get((session, part, side))
        if found is None:
            continue
        where = part.replace("_", " ") + (f", {_SIDES[side]}" if side in _SIDES else "")
        chance = (
            f"Of {found.n} tests of a healthy person {short(round(found.expected, 2))} would lie beyond ±1.96 on "
            f"average; at least one does with probability {percent(round(found.chance, 2))} were they independent."
        )
        label = found.loss_gain.label.replace("|", " or ")
        out.append(Verdict(_titled(where, session), label, _meaning(found.loss_gain), chance))
    return out


def _meaning(found: LossGain) -> str:
    loss, gain = (_classes(levels) for levels in (found.losses, found.gains))
    parts = [f"loss: {loss}", f"gain: {gain}"]
    if found.lost or found.gained:
        parts.append("abnormal for certain: " + ", ".join((*found.lost, *found.gained)))
    if found.unknown:
        parts.append("could be either: " + ", ".join(found.unknown))
    return "; ".join(parts)


def _classes(levels: Sequence[int]) -> str:
    return "undecided" if len(levels) == len(_CLASSES) else " or ".join(_CLASSES[i] for i in levels)


def _stimulation(report: ScoreReport, person: str, studio: ScoreStudio) -> ScoreSection | None:
    if report.stimulation is None or not report.stimulation.rows:
        return None
    href = report.hrefs.get("stimulation", "")
    tables = []
    for session, own in _by_session(report.stimulation).items():
        for title, mapped in (("Thresholds, paired pulses, curves", False), ("Motor maps", True)):
            lines = tuple(line(s, "pulses", {}) for s in own if s.measure.startswith("map_") == mapped)
            if lines:
                tables.append(ScoreTable(_titled(title, session), "Measure", "Pulses", lines, href, folded=mapped))
    pictures = tuple(
        studio.muscles(maps, _overlap(report.stimulation, maps), _map_title(maps, person))
        for maps in _drawn(report.maps)
    )
    return ScoreSection("stimulation", "Stimulation", pictures, tuple(tables), href=report.hrefs.get("maps", href))


def _drawn(maps: Sequence[SessionMap]) -> list[list[SessionMap]]:
    """Muscles that share their sites stand in one figure, two at a time."""
    out: list[list[SessionMap]] = []
    for own in maps:
        last = out[-1] if out else []
        if len(last) == 1 and _alike(last[0], own):
            last.append(own)
        else:
            out.append([own])
    return out


def _alike(one: SessionMap, other: SessionMap) -> bool:
    same = (one.session, one.map.side) == (other.session, other.map.side) and one.map.x.shape == other.map.x.shape
    return same and bool(abs(one.map.x - other.map.x).max() < 1e-9 and abs(one.map.y - other.map.y).max() < 1e-9)


def _overlap(found: PersonScores, maps: Sequence[SessionMap]) -> dict[str, Score]:
    part = "-".join(m.metrics.muscle for m in maps)
    return {
        s.measure: s for session, s in found.rows
        if len(maps) == 2 and (session, s.part, s.side) == (maps[0].session, part, maps[0].map.side)
    }  # fmt: skip


def _map_title(maps: Sequence[SessionMap], person: str) -> str:
    side = {"L": ", left", "R": ", right"}.get(maps[0].map.side, "")
    muscles = " and ".join(m.metrics.muscle for m in maps)
    return f"Motor map of {muscles}{side}, {_where(person, maps[0].session)}"


def _answers(report: ScoreReport) -> ScoreSection | None:
    if report.answers is None or not report.answers.rows:
        return None
    href = report.hrefs.get("answers", "")
    tables = tuple(
        ScoreTable(_titled("Scores", session), "Questionnaire", "Items",
                   tuple(line(s, "items", report.scales) for s in own), href)
        for session, own in _by_session(report.answers).items()
    )  # fmt: skip
    return ScoreSection("questionnaires", "Questionnaires", (), tables, href=href)


def _criteria(report: ScoreReport, studio: ScoreStudio) -> ScoreSection | None:
    if report.answers is None or not report.answers.decisions:
        return None
    ways = tuple(_way(d, session, report, studio) for session, d in report.answers.decisions)
    return ScoreSection("criteria", "Criteria", (), (), ways=ways, href=report.hrefs.get("answers", ""))


def _way(decision: Decision, session: str, report: ScoreReport, studio: ScoreStudio) -> Way:
    words, asked = report.words.get(decision.criteria, {}), report.yes_no.get(decision.criteria, ())
    known = decision.inputs
    name = report.titles.get(decision.criteria, decision.criteria)
    rule = "" if decision.rule == "grade" else f", {decision.rule.replace('_', ' ')}"
    said = {c: words.get(c) or c.replace("_", " ") for c in (*decision.inputs, *decision.missing)}
    return Way(
        title=_titled(f"{name}{rule}", session),
        grade=" or ".join(decision.grades).replace("_", " "),
        settled=len(decision.grades) == 1,
        picture=studio.way(decision, words),
        known=tuple((said[c], _YES_NO.get(value, value) if c in asked else value) for c, value in known.items()),
        deciding=tuple(said.get(c, c.replace("_", " ")) for c in decision.deciding),
        unasked=tuple(said[c] for c in decision.missing if c not in decision.deciding),
    )
