"""Tables of answers and of scores as BIDS has them in ``phenotype/``: read strictly, written with a sidecar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nociscope.core.errors import MalformedFile, MissingMetadata, UnsafeName
from nociscope.core.instrument import CLOCK, YES_NO, Instrument, Item
from nociscope.core.problem import Problem
from nociscope.io.file import safe_label
from nociscope.io.table import Table, read_tsv
from nociscope.io.write import write_json, write_tsv

Key = tuple[str, str]

KEYS = ("participant_id", "session_id", "acq_time", "language", "version")
"""Columns of a table of answers that are not answers."""


@dataclass(frozen=True)
class AnswerTable:
    """Answers as they stand in a file, one row for each person and session.

    Parameters
    ----------
    keys : (participant_id, session_id) of each row; ``n/a`` where there are no sessions.
    columns : item → text of each row, ``None`` where unanswered. Only items that the file has.
    about : acq_time, language, version → text of each row, as far as the file has them.
    problems : what is strange about the file without making it wrong.
    """

    keys: tuple[tuple[str, str], ...]
    columns: Mapping[str, list[str | None]]
    about: Mapping[str, list[str | None]]
    problems: tuple[Problem, ...]

    @property
    def people(self) -> list[str]:
        """Who each row is about, for messages."""
        return [p if s == "n/a" else f"{p} {s}" for p, s in self.keys]


def read_answers(
    path: Path,
    instrument: Instrument,
    prefix: str = "",
    names: Mapping[str, str] | None = None,
    leave_out: bool = False,
) -> AnswerTable:
    """Read a table of answers.

    Parameters
    ----------
    prefix : with which the file's columns begin in place of the instrument's own, so that ``pain_01`` is ``pd_01``.
    names : item → column of the file, for columns that are named in another way altogether.
    leave_out : rows that stand twice, or of nobody that can be named, are left out and told among the problems
        instead of refusing the table: the slip of one person is not paid by the others.

    Raises
    ------
    MalformedFile
        No rows, a row of nobody, a person and session that stand twice, or a column that only looks like an item.
    MissingMetadata
        No participant_id, none of the items, or a column of ``names`` that is not there.
    """
    table = read_tsv(path, ("participant_id",))
    if not table.rows:
        raise MalformedFile("the table has no rows", expected="one for each person and session", where=str(path))
    keys, odd = _keys(table)
    if odd and not leave_out:
        raise MalformedFile(odd[0].message, got="; ".join(o.where for o in odd), where=str(path), do=odd[0].mend)
    found = _items(table, instrument, prefix, dict(names or {}))
    known = {*KEYS, *found.values()}
    strange = [c for c in table.columns if c not in known]
    own = prefix or _common_prefix(instrument)
    if wrong := [c for c in strange if own and c.startswith(own)]:
        raise MalformedFile(
            f"{instrument.name} has no item {', '.join(wrong)}", expected=", ".join(instrument.columns),
            where=str(path), do="rename the column, or map it in the study file",
        )  # fmt: skip
    used = [i for i, key in enumerate(keys) if key is not None]

    def text(column: str) -> list[str | None]:
        whole = table.text(column)
        return [whole[i] for i in used]

    return AnswerTable(
        tuple(key for key in keys if key is not None),
        {item: text(column) for item, column in found.items()},
        {c: text(c) for c in KEYS[2:] if c in table.columns},
        (*(replace(o, blocks=(instrument.name,), where=f"{o.where}, {path.name}") for o in odd),
         *_problems(path, instrument, found, strange)),
    )  # fmt: skip


def write_answers(path: Path, instrument: Instrument, answers: AnswerTable) -> None:
    """Write ``phenotype/<tool>.tsv`` and its sidecar; items in the order of the form."""
    columns: dict[str, Sequence[Any]] = {
        "participant_id": [p for p, _ in answers.keys], "session_id": [s for _, s in answers.keys], **answers.about,
    }  # fmt: skip
    columns |= {c: answers.columns.get(c, [None] * len(answers.keys)) for c in instrument.columns}
    write_tsv(path, columns)
    write_json(path.with_suffix(".json"), answers_sidecar(instrument))


def write_scores(
    path: Path, instrument: Instrument, keys: Sequence[tuple[str, str]], scores: Mapping[str, Sequence[Any]]
) -> None:
    """Write ``phenotype/<tool>_scores.tsv`` and its sidecar.

    Parameters
    ----------
    keys : participant_id and session_id of each person, as in the table of answers.
    scores : columns as `nociscope.cohort.answers.score_columns` makes them, with ``person`` counting in ``keys``.
    """
    who = [keys[int(i)] for i in scores["person"]]
    columns: dict[str, Sequence[Any]] = {"participant_id": [p for p, _ in who], "session_id": [s for _, s in who]}
    columns |= {name: values for name, values in scores.items() if name != "person"}
    columns["band"] = [b or None for b in scores["band"]]
    columns["instrument_version"] = [instrument.version] * len(who)
    columns["definition_sha256"] = [instrument.sha256] * len(who)
    write_tsv(path, columns)
    write_json(path.with_suffix(".json"), scores_sidecar(instrument))


def answers_sidecar(instrument: Instrument) -> dict[str, Any]:
    """JSON of a table of answers: keys of items, never their wording."""
    items = {item.column: _described(item, number) for number, item in enumerate(instrument.items, 1)}
    return {"MeasurementToolMetadata": _tool(instrument), **items}


def scores_sidecar(instrument: Instrument) -> dict[str, Any]:
    """JSON of a table of scores: what each column is, and which values status, score and band can have."""
    scores = {s.id: s.name or s.id for s in instrument.scores if not s.hidden}
    return {
        "MeasurementToolMetadata": _tool(instrument),
        "score_id": {"Description": "which score", "Levels": scores},
        "value": {"Description": "score; n/a where the status denies it"},
        "unit": {"Description": "of the value; 1 is unitless"},
        "n_items": {"Description": "items behind the score"},
        "n_valid": {"Description": "answered items"},
        "missing_rule": {"Description": "what the rule of the instrument makes of unanswered items"},
        "prorated": {"Description": "unanswered items were filled by that rule", "Levels": {"0": "no", "1": "yes"}},
        "lower": {"Description": "least that the score can be, whatever the unanswered items would say"},
        "upper": {"Description": "most that the score can be"},
        "band": {"Description": "range into which the score falls; joined by | where the bounds leave it open"},
        "status": {"Description": "ok, or why the value needs care or is missing"},
        "instrument_version": {"Description": "version of the instrument"},
        "definition_sha256": {"Description": "digest of the file that holds the rules"},
    }


def _tool(instrument: Instrument) -> dict[str, str]:
    about = {"Description": f"{instrument.name} {instrument.version}: {instrument.construct}"}
    reference = next((r for r in instrument.references if r.doi), None)
    return about | ({"TermURL": f"https://doi.org/{reference.doi}"} if reference else {})


def _described(item: Item, number: int) -> dict[str, Any]:
    out: dict[str, Any] = {"Description": f"item {number}"}
    if item.kind == CLOCK:
        return out | {"Units": "hh:mm"}
    if item.kind == YES_NO:
        return out | {"Levels": {"0": "no", "1": "yes"}}
    if item.recode:
        return out | {"Levels": {word: f"scored {value:g}" for word, value in item.recode.items()}}
    if item.levels and len(item.levels) <= 11:
        return out | {"Levels": {f"{v:g}": _level(item, v) for v in item.levels}}
    return out | {"Units": f"{item.low:g} to {item.high:g}"}


def _level(item: Item, value: float) -> str:
    end = {item.low: "least", item.high: "most"}.get(value, "between")
    return f"{end}; scored {item.low + item.high - value:g}" if item.reverse else end


def _keys(table: Table) -> tuple[list[Key | None], list[Problem]]:
    """(participant, session) of each row, None for rows that cannot be used, and why not."""
    people = table.text("participant_id")
    sessions = table.text("session_id") if "session_id" in table.columns else [None] * len(people)
    keys: list[Key | None] = []
    odd = []
    for line, (p, s) in enumerate(zip(people, sessions, strict=True), 2):
        try:
            keys.append((f"sub-{safe_label(p or '', 'sub')}", f"ses-{safe_label(s, 'ses')}" if s else "n/a"))
        except UnsafeName as error:
            keys.append(None)
            mend = "mend participant_id or session_id"
            odd.append(Problem("answers-of-nobody", f"line {line}, {p!r} {s or 'n/a'}", error.message, (), mend))
    twice = {key for key, count in Counter(keys).items() if key is not None and count > 1}
    mend = "keep one row, or name the sessions in session_id"
    odd += [
        Problem("answers-twice", " ".join(key), "a person and session stand twice", (), mend) for key in sorted(twice)
    ]
    return [None if key in twice else key for key in keys], odd


def _items(table: Table, instrument: Instrument, prefix: str, names: dict[str, str]) -> dict[str, str]:
    """Item → column of the file."""
    own = _common_prefix(instrument)
    called = {
        c: names.get(c, prefix + c.removeprefix(own) if prefix and c.startswith(own) else c) for c in instrument.columns
    }
    if unknown := sorted(set(names) - set(instrument.columns)):
        raise MissingMetadata(
            f"{instrument.name} has no item {', '.join(unknown)}", expected=", ".join(instrument.columns)
        )
    if absent := [column for column in names.values() if column not in table.columns]:
        raise MissingMetadata(f"no column {', '.join(absent)}", got=", ".join(table.columns), where=str(table.path))
    found = {item: column for item, column in called.items() if column in table.columns}
    if not found:
        raise MissingMetadata(
            f"none of the items of {instrument.name}", expected=", ".join(called.values()),
            got=", ".join(table.columns), where=str(table.path), do="rename the columns, or map them in the study file",
        )  # fmt: skip
    return found


def _common_prefix(instrument: Instrument) -> str:
    """What the names of most items begin with, up to the underscore."""
    begins = Counter(c.partition("_")[0] + "_" for c in instrument.columns if "_" in c)
    return begins.most_common(1)[0][0] if begins else ""


def _problems(path: Path, instrument: Instrument, found: Mapping[str, str], strange: list[str]) -> list[Problem]:
    out = []
    if absent := [c for c in instrument.columns if c not in found]:
        message = f"no column for {', '.join(absent)}: these items count as unanswered"
        out.append(Problem("items-absent", str(path), message, (), "add the columns, or map them in the study file"))
    if strange:
        message = f"columns that {instrument.name} does not know are left alone: {', '.join(strange)}"
        out.append(Problem("columns-unknown", str(path), message, (), "nothing, if they are no answers", "note"))
    return out
