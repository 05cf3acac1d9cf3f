"""Cells of a table of sensory testing: what may stand in them, and how a message names person, column and value."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nociscope.core.errors import MalformedFile, RangeError, UnitError
from nociscope.models.psychophysics.battery import BATTERY
from nociscope.models.psychophysics.pressure import KPA_PER, MN_PER
from nociscope.models.psychophysics.trials import POSSIBLE, READS, SCALES

TESTS = (*BATTERY, "TPD", "EPT", "CPM", "TSP", "cold_pressor", "graphaesthesia", "localisation")
SITES = (
    "face", "neck", "shoulder", "trapezius", "trunk_upper", "trunk_lower", "thoracic", "lumbar", "abdomen", "arm",
    "elbow", "forearm", "hand", "thumb", "hip", "thigh", "knee", "leg", "tibialis", "calf", "foot",
)  # fmt: skip
SIDES = ("L", "R", "M", "n/a", "")

_TEMPERATURE = {"degC": 1.0, "°C": 1.0, "C": 1.0, "celsius": 1.0}
_VIBRATION = {"x/8": 1.0, "/8": 1.0}
_LENGTH = {"mm": 1.0, "cm": 10.0}
_TIME = {"s": 1.0, "ms": 1e-3, "min": 60.0}
_CURRENT = {"mA": 1.0}
_KINDS: tuple[tuple[str, Mapping[str, float]], ...] = (
    ("degC", _TEMPERATURE), ("kPa", KPA_PER), ("mN", MN_PER), ("x/8", _VIBRATION), ("mm", _LENGTH), ("s", _TIME),
    ("mA", _CURRENT),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One row as text, with where it stands."""

    person: str
    cells: Mapping[str, str]
    path: str
    line: int

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def where(self, column: str) -> str:
        """File, line, person and column."""
        return f"{self.path}, line {self.line}, {self.person}, column {column!r}"

    def trouble(self, column: str, expected: object, got: object = None, do: str | None = None) -> MalformedFile:
        """An error about one cell."""
        shown = got if got is not None else repr(self[column])
        return MalformedFile(f"{self.person}: {column}", expected=expected, got=shown, where=self.where(column), do=do)


def check_sites(row: Row, more: Sequence[str]) -> None:
    """Refuse unknown tests, body sites and sides.

    Raises
    ------
    MalformedFile
        One of them is not known.
    """
    for column, known in (("test", TESTS), ("body_site", (*SITES, *more)), ("side", SIDES)):
        if row[column] not in known:
            raise row.trouble(column, "one of " + ", ".join(filter(None, known)))


def words(rows: Sequence[Row], column: str, known: Sequence[str]) -> list[str]:
    """A column of words.

    Raises
    ------
    MalformedFile
        A word that is not known.
    """
    for row in rows:
        if row[column] not in known:
            raise row.trouble(column, "one of " + ", ".join(k or "empty" for k in known))
    return [row[column] for row in rows]


def number(row: Row, column: str, unit: str = "", scale: float = 1.0) -> float:
    """One number in the unit of the battery, nan where the cell is empty.

    Raises
    ------
    MalformedFile
        It is text, or infinite.
    RangeError
        It cannot be.
    """
    text = row[column]
    if text == "":
        if column == "trial":
            raise row.trouble(column, "a number")
        return math.nan
    try:
        value = float(text)
    except ValueError:
        raise row.trouble(column, "a number with a decimal point, or n/a", do="mend the cell") from None
    if not math.isfinite(value) or (column in ("trial", "run") and value != int(value)):
        raise row.trouble(column, "a whole number" if column in ("trial", "run") else "a finite number")
    low, high = POSSIBLE.get(unit, (-math.inf, math.inf))
    if not low <= value * scale <= high:
        raise RangeError(
            f"{row.person}: {column} that cannot be", expected=f"{low:g} to {high:g} {unit}",
            got=f"{text} ({value * scale:g} {unit})", where=row.where(column), do="mend the number or its unit",
        )  # fmt: skip
    return value * scale


def rating(row: Row, unit: str) -> float:
    """One answer or rating, held against its scale.

    Raises
    ------
    UnitError
        A rating without a known scale.
    RangeError
        It lies outside the scale.
    """
    value = number(row, "response")
    if math.isnan(value):
        return value
    if unit not in SCALES:
        raise UnitError(
            f"{row.person}: a response without a known scale", expected=", ".join(SCALES), got=unit or "none",
            where=row.where("response_unit"),
        )  # fmt: skip
    if not 0 <= value <= SCALES[unit] or (unit == "0/1" and value not in (0, 1)):
        raise RangeError(
            f"{row.person}: a response outside its scale", expected=unit, got=row["response"],
            where=row.where("response"), do="mend the number or response_unit",
        )  # fmt: skip
    return value


def unit_scale(rows: Sequence[Row], column: str) -> tuple[float, str]:
    """Factor to the unit of the battery, and that unit, of a column of one test.

    Raises
    ------
    UnitError
        Numbers without a unit, two units, an unknown one, or one of another kind than the test measures.
    """
    held = [r for r in rows if r[column]]
    units = dict.fromkeys(r[f"{column}_unit"] for r in held)
    if not held:
        return 1.0, ""
    row, test = held[0], rows[0]["test"]
    if len(units) > 1:
        raise UnitError(
            f"{row.person}: units are mixed within {test}", expected="one unit",
            got=" and ".join(u or "none" for u in units),
            where=row.where(f"{column}_unit"), do="convert before the table is written",
        )  # fmt: skip
    unit = next(iter(units)).replace("²", "2").replace("^2", "2")
    for ours, table in _KINDS:
        if unit in table:
            allowed = next((u for u, tests in READS.items() if test in tests), ours)
            if column == "reading" and allowed != ours:
                break
            return table[unit], ours
    raise UnitError(
        f"{row.person}: unit of {test}", expected=_expected(test), got=unit or "none", where=row.where(f"{column}_unit")
    )


def _expected(test: str) -> str:
    ours = next((u for u, tests in READS.items() if test in tests), "")
    return ", ".join(next((t for u, t in _KINDS if u == ours), {name: 1.0 for _, t in _KINDS for name in t}))
