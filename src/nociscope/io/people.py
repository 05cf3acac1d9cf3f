"""Who took part: participants.tsv, sessions.tsv and phenotype tables as one read-only view."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nociscope.core.errors import MissingMetadata, NociscopeError, UnitError, UnsafeName
from nociscope.core.problem import Problem
from nociscope.io import units
from nociscope.io.index import Index, safe_label
from nociscope.io.long_tables import LONG_TABLES, long_table
from nociscope.io.table import Table, read_json, read_tsv
from nociscope.models.biosample.rs6971 import binding_status

if TYPE_CHECKING:
    from nociscope.io.genotype import Call

Value = str | float
Key = tuple[str, str]
WEIGHT_COLUMNS = ("body_weight", "weight")


@dataclass(frozen=True)
class People:
    """Columns of every table, by person and session.

    Parameters
    ----------
    rows : (participant, session) → column → value; the session is empty for what holds for the whole person.
        Labels are bare. Missing cells are absent. Columns of phenotype tables stand as ``table.column``.
    dictionary : column → its entry in the JSON data dictionary.
    sources : column → file, relative to the dataset.
    problems : duplicates, unsafe ids, people without data and data without people.
    """

    rows: Mapping[Key, Mapping[str, Value]]
    dictionary: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def participants(self) -> tuple[str, ...]:
        """Bare labels, sorted."""
        return tuple(sorted({participant for participant, _ in self.rows}))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that can be asked for."""
        return tuple(self.sources)

    def row(self, participant: str, session: str = "") -> dict[str, Value]:
        """Return what is known of one person at one session; the session's own values overrule the person's."""
        sub, ses = safe_label(participant, "sub"), safe_label(session, "ses") if session else ""
        return dict(self.rows.get((sub, ""), {})) | (dict(self.rows.get((sub, ses), {})) if ses else {})

    def get(self, participant: str, column: str, session: str = "") -> Value | None:
        """Return one value, None where missing; a phenotype column may be asked for by its bare name if unique.

        Raises
        ------
        MissingMetadata
            No table has such a column, or several phenotype tables do.
        """
        return self.row(participant, session).get(self.resolve(column))

    def resolve(self, column: str) -> str:
        """Return the full name of a column; a phenotype column may be named bare where only one table has it.

        Raises
        ------
        MissingMetadata
            As in `get`.
        """
        if column in self.sources:
            return column
        tables = [c for c in self.sources if c.endswith(f".{column}")]
        if len(tables) == 1:
            return tables[0]
        raise MissingMetadata(
            f"no column {column!r}" if not tables else f"several tables have a column {column!r}",
            expected="one of " + ", ".join(tables or self.sources), do="write the column's full name",
        )  # fmt: skip

    def weight_kg(self, participant: str, session: str = "") -> tuple[float, Problem | None]:
        """Return body weight in kg, nan where unknown, and what is wrong with it.

        The unit is that of the data dictionary, kg where none is stated (as BIDS prescribes).
        """
        row = self.row(participant, session)
        column = next((c for c in WEIGHT_COLUMNS if c in row), None)
        where = f"sub-{safe_label(participant)}"
        if column is None:
            return math.nan, Problem(
                "weight-missing", where, "no body weight", ("SUV",),
                "add a column body_weight (kg) to participants.tsv or sessions.tsv",
            )  # fmt: skip
        value, unit = row[column], str(self.dictionary.get(column, {}).get("Units", "kg"))
        try:
            kg = float(value) * units.kilograms(unit)
        except (ValueError, UnitError) as error:
            return math.nan, _bad_weight(where, f"{column} = {value!r} {unit}: {error}")
        if not 20 <= kg <= 300:
            return math.nan, _bad_weight(where, f"{column} = {value} {unit} is {kg:g} kg; expected 20 to 300 kg")
        return kg, None


def _bad_weight(where: str, message: str) -> Problem:
    return Problem("weight-implausible", where, message, ("SUV",), "mend the weight, or its Units in the JSON file")


def read_people(bids_dir: Path | str, index: Index | None = None) -> People:
    """Read every table that describes people.

    Parameters
    ----------
    bids_dir : the raw dataset.
    index : compared with the tables where given, so that nobody is lost between disk and table.

    Raises
    ------
    MalformedFile
        A table cannot be read.
    """
    root = Path(bids_dir).absolute()
    reader = _Reader(root)
    reader.add(root / "participants.tsv", prefix="")
    for sub in sorted(root.glob("sub-*/sub-*_sessions.tsv")):
        reader.add(sub, prefix="", participant=sub.parent.name)
    reader.add(root / "sessions.tsv", prefix="")
    for table in sorted(root.glob("phenotype/*.tsv")):
        if table.stem not in LONG_TABLES:  # several rows a person are right there, not a mistake
            reader.add(table, prefix=f"{table.stem}.")
    _add_genotypes(reader, root)
    people = People(reader.rows, reader.dictionary, reader.sources, tuple(reader.problems))
    lost = tuple(_lost(people, index, root)) if index else ()
    return People(people.rows, people.dictionary, people.sources, people.problems + lost)


def _add_genotypes(reader: _Reader, root: Path) -> None:
    """Calls of ``phenotype/genotype.tsv`` as a column named by the variant, where no other table has it."""
    from nociscope.io.genotype import read_genotypes  # few studies have the table

    path = long_table(root, "genotype")
    if not path.is_file():
        return
    name = path.relative_to(root).as_posix()
    try:
        calls = read_genotypes(path)
    except NociscopeError as error:
        message = f"{error.message}; got {error.got}" if error.got is not None else error.message
        reader.problems.append(
            Problem("genotype-unreadable", error.where or name, message, ("genotype",), error.do or "mend it", "error")
        )
        return
    for call in calls:
        key = (safe_label(call.participant, "sub"), "")
        if call.rsid in reader.sources and reader.sources[call.rsid] != name:
            reader.problems += _differing(call, reader.rows.get(key, {}).get(call.rsid), reader.sources[call.rsid])
            continue
        reader.sources[call.rsid] = name
        if call.allele1:
            reader.rows.setdefault(key, {})[call.rsid] = call.allele1 + call.allele2


def _differing(call: Call, other: Value | None, source: str) -> Iterator[Problem]:
    """A person whose binding status is another in the table that is used."""
    if call.rsid != "rs6971" or other is None or not call.tspo.status.known:
        return
    if (known := binding_status(str(other))) != call.tspo.status:
        message = f"{source} says {other} ({known}), the table of genotypes {call.allele1}{call.allele2}"
        yield Problem(
            "genotype-differs", call.where, message, ("genotype",), "mend one; that of participants.tsv is used"
        )


class _Reader:
    """Collects rows of several tables."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rows: dict[Key, dict[str, Value]] = {}
        self.dictionary: dict[str, Mapping[str, Any]] = {}
        self.sources: dict[str, str] = {}
        self.problems: list[Problem] = []

    def add(self, path: Path, prefix: str, participant: str = "") -> None:
        """Read one table; a row that repeats a person (and session) is a problem and the person is left out."""
        if not path.is_file():
            return
        table = read_tsv(path, () if participant else ("participant_id",))
        self._describe(path, table, prefix)
        keys = [self._key(path, i, row, participant) for i, row in enumerate(_dicts(table))]
        for twice in sorted({k for k in keys if k is not None and keys.count(k) > 1}):
            message = f"stands {keys.count(twice)} times in {path.name}; expected once, and none of the rows is used"
            mend = "keep one row for each participant and session"
            self.problems.append(Problem("participant-duplicate", f"sub-{twice[0]}", message, ("all",), mend, "error"))
        for key, row in zip(keys, _dicts(table), strict=True):
            if key and keys.count(key) == 1:
                self._merge(key, row, prefix)

    def _describe(self, path: Path, table: Table, prefix: str) -> None:
        side = path.with_suffix(".json")
        described = read_json(side) if side.is_file() else {}
        for column in table.columns:
            if column in ("participant_id", "session_id"):
                continue
            self.sources[prefix + column] = path.relative_to(self.root).as_posix()
            if isinstance(described.get(column), dict):
                self.dictionary[prefix + column] = described[column]

    def _key(self, path: Path, i: int, row: Mapping[str, str | None], participant: str) -> Key | None:
        person, session = row.get("participant_id") or participant, row.get("session_id") or ""
        try:
            return safe_label(person, "sub"), safe_label(session, "ses") if session else ""
        except UnsafeName as error:
            message = f"{error.message}; got {error.got}"
            where = f"{path}, line {i + 2}"
            self.problems.append(Problem("unsafe-name", where, message, ("all",), "rename the participant", "error"))
            return None

    def _merge(self, key: Key, row: Mapping[str, str | None], prefix: str) -> None:
        target = self.rows.setdefault(key, {})
        self.rows.setdefault((key[0], ""), {})
        for column, text in row.items():
            if column not in ("participant_id", "session_id") and text is not None:
                target[prefix + column] = _value(text)


def _dicts(table: Table) -> Iterator[dict[str, str | None]]:
    columns = {c: table.text(c) for c in table.columns}
    for i in range(len(table.rows)):
        yield {c: values[i] for c, values in columns.items()}


def _value(text: str) -> Value:
    """A number where it is one; ids with leading zeros stay text."""
    if len(text) > 1 and text[0] == "0" and text.isdigit():
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _lost(people: People, index: Index, root: Path) -> Iterator[Problem]:
    table, disk = set(people.participants), set(index.participants())
    where = str(root / "participants.tsv")
    if not (root / "participants.tsv").is_file():
        yield Problem(
            "participants-missing", where, "there is no participants.tsv", ("SUV", "hypotheses"),
            "add one with participant_id, age, sex, body_weight, rs6971 and the group",
        )  # fmt: skip
        return
    for label in sorted(disk - table):
        yield not_listed(label, where)
    for label in sorted(label for label in table if not (root / f"sub-{label}").is_dir()):
        message = "listed in participants.tsv, but there is no folder"
        yield Problem("participant-without-data", f"sub-{label}", message, (), "add the data, or drop the row", "note")


def not_listed(label: str, where: str = "participants.tsv") -> Problem:
    """Someone with data of whom the tables say nothing; ``label`` is bare, ``where`` the table to mend."""
    message = f"sub-{label} has data but no row: weight, genotype and group are unknown"
    return Problem("participant-not-listed", f"sub-{label}", message, ("SUV", "hypotheses"), f"add a row to {where}")
