"""Tables of sensory testing: ``sub-*/[ses-*/]beh/*_task-qst_events.tsv`` in, summaries with z out.

Every row is one stimulus or one reading. Units become those of the battery here (°C, kPa, mN, mm); what is unknown,
mixed or impossible is refused with person, column and value.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nociscope.core.errors import MalformedFile, NociscopeError, UnitError
from nociscope.core.scores import Trials
from nociscope.io.qst_cells import Row, check_sites, number, rating, unit_scale, words
from nociscope.io.table import Table, read_tsv
from nociscope.models.psychophysics.trials import trials

REQUIRED = ("test", "body_site", "side", "trial", "valid")
_KEY = ("session_id", "test", "body_site", "side", "role", "orientation")
_ORIENTED = ("TPD",)
_CENSORED = {"none": 0, "left": -1, "right": 1}


@dataclass(frozen=True)
class SensorySession:
    """What one person did at one session.

    Parameters
    ----------
    trials : one entry for each test, body site, side, role and orientation.
    devices, testers : as the table names them.
    """

    participant_id: str
    session_id: str
    trials: tuple[Trials, ...]
    devices: tuple[str, ...] = ()
    testers: tuple[str, ...] = ()


def qst_tables(root: Path) -> Iterator[Path]:
    """Every table of sensory testing of a dataset, in order of name."""
    for depth in ("sub-*/beh", "sub-*/ses-*/beh"):
        yield from sorted(root.glob(f"{depth}/*_task-qst*_events.tsv"))


def read_trials(path: Path, sites: Sequence[str] = ()) -> tuple[SensorySession, ...]:
    """Read one table.

    Parameters
    ----------
    path : its name gives participant and session where the columns are absent.
    sites : body sites of this laboratory beside those that are known.

    Raises
    ------
    MalformedFile
        Empty; an unknown test, site, side, direction or censoring; text where a number belongs; a trial that stands
        twice; a two-point test without orientation.
    RangeError
        A temperature, force, rating or answer that cannot be.
    UnitError
        A unit that is unknown, missing, mixed within a test, or of another kind than the test measures.
    MissingMetadata
        A column that is needed is not there.
    """
    table = read_tsv(path, REQUIRED)
    if not table.rows:
        raise MalformedFile("the table has no trials", expected="one row a stimulus or reading", where=str(path))
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in _rows(table):
        check_sites(row, sites)
        groups[(row.person, *(row[k] for k in _KEY))].append(row)
    sessions: dict[tuple[str, str], list[tuple[Trials, list[Row]]]] = defaultdict(list)
    for key, rows in groups.items():
        sessions[key[0], key[1]].append((_trials(rows), rows))
    return tuple(_session(person, session, found) for (person, session), found in sessions.items())


def _rows(table: Table) -> list[Row]:
    named = dict(part.split("-", 1) for part in table.path.name.split("_") if "-" in part)
    columns = {name: [v or "" for v in table.text(name)] for name in table.columns}
    rows = []
    for i in range(len(table.rows)):
        cells = {name: values[i] for name, values in columns.items()}
        person = cells.get("participant_id") or (f"sub-{named['sub']}" if "sub" in named else "")
        if "ses" in named and not cells.get("session_id"):
            cells["session_id"] = f"ses-{named['ses']}"
        if not person:
            raise MalformedFile(
                "a trial of nobody", expected="participant_id, or sub- in the name of the file",
                where=f"{table.path}, line {i + 2}",
            )  # fmt: skip
        if "sub" in named and person.removeprefix("sub-") != named["sub"]:
            raise MalformedFile(
                "the person is not that of the file", expected=f"sub-{named['sub']}", got=person,
                where=f"{table.path}, line {i + 2}, column 'participant_id'",
            )  # fmt: skip
        rows.append(Row(person, cells, str(table.path), i + 2))
    return rows


def _session(person: str, session: str, found: list[tuple[Trials, list[Row]]]) -> SensorySession:
    rows = [row for _, own in found for row in own]
    devices, testers = (tuple(dict.fromkeys(r[c] for r in rows if r[c])) for c in ("device", "tester"))
    return SensorySession(person, session or "n/a", tuple(t for t, _ in found), devices, testers)


def _trials(rows: list[Row]) -> Trials:
    """One test at one place; every message names the person."""
    first = rows[0]
    test = first["test"]
    _check_twice(rows)
    if test in _ORIENTED and first["orientation"] not in ("vertical", "horizontal"):
        raise first.trouble("orientation", "vertical or horizontal")
    reading_scale, reading_unit = unit_scale(rows, "reading")
    stimulus_scale, stimulus_unit = unit_scale(rows, "stimulus")
    response_unit = _one(rows, "response_unit")
    readings = np.array([number(r, "reading", reading_unit, reading_scale) for r in rows])
    baselines = {number(r, "baseline_temp", "degC") for r in rows if r["baseline_temp"]}
    if len(baselines) > 1:
        raise first.trouble("baseline_temp", "one temperature for a test", got=sorted(baselines))
    try:
        return trials(
            test, first["body_site"], first["side"], reading=readings,
            stimulus=np.array([number(r, "stimulus", stimulus_unit, stimulus_scale) for r in rows]),
            response=np.array([rating(r, response_unit) for r in rows]),
            run=[int(number(r, "run") if r["run"] else 1) for r in rows], trial=[int(number(r, "trial")) for r in rows],
            direction=words(rows, "direction", ("asc", "desc", "")), phase=[r["phase"] for r in rows],
            valid=[w == "1" for w in words(rows, "valid", ("0", "1"))],
            censored=[_CENSORED[w or "none"] for w in words(rows, "censored", (*_CENSORED, ""))],
            stimulus_unit=stimulus_unit, response_unit=response_unit, reading_unit=reading_unit, role=first["role"],
            baseline_temp=baselines.pop() if baselines else float("nan"), orientation=first["orientation"],
            where=f"{first.path}, {first.person} {test}",
        )  # fmt: skip
    except NociscopeError as error:
        error.where = error.where or f"{first.path}, {first.person} {test}"
        raise


def _check_twice(rows: list[Row]) -> None:
    """A trial is known by run, number, direction, phase and, where the stimulus varies, the stimulus."""
    keys = [tuple(r[c] for c in ("run", "trial", "direction", "phase", "stimulus")) for r in rows]
    for row, key in zip(rows, keys, strict=True):
        if Counter(keys)[key] > 1:
            raise row.trouble("trial", "each trial once", got=" ".join(filter(None, key)), do="drop the copy")


def _one(rows: list[Row], column: str) -> str:
    found = dict.fromkeys(r[column] for r in rows if r[column])
    if len(found) > 1:
        raise UnitError(
            f"{rows[0].person}: units are mixed within {rows[0]['test']}", expected="one unit", got=" and ".join(found),
            where=f"{rows[0].path}, column {column!r}", do="convert before the table is written",
        )  # fmt: skip
    return next(iter(found), "")
