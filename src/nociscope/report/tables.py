"""Tables of the page as plain cells; templates only print them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nociscope.core.records import KineticFit, Measure
from nociscope.core.status import FitStatus
from nociscope.core.vocabulary import VOCABULARY
from nociscope.report.numbers import status_kind, status_words
from nociscope.viz.numbers import unit_text, with_se

OUTCOMES = ("VT", "BPND", "DVR", "BPP", "Ki", "Kiref", "lambda_k3", "SUVR", "SUV")
MOST_COLUMNS = 12
MOST_LINKED = 30
"""Rows up to which each cell is a link; in a longer table the row's head is, or a page grows by megabytes."""


@dataclass(frozen=True)
class Cell:
    """A number as printed: text without unit (the header carries it), status, and the file it came from."""

    text: str
    status: FitStatus
    href: str = ""

    @property
    def kind(self) -> str:
        """``ok``, ``remark``, ``caveat`` or ``missing``."""
        return status_kind(self.status)

    @property
    def words(self) -> str:
        """The status in a few words."""
        return status_words(self.status)


@dataclass(frozen=True)
class Column:
    """A column head: symbol, its name for people, unit; a status that all its cells share is said here once."""

    symbol: str
    name: str
    unit: str
    shared: FitStatus = FitStatus.OK

    @property
    def words(self) -> str:
        """The shared status in a few words."""
        return status_words(self.shared)

    @property
    def kind(self) -> str:
        """``ok``, ``remark``, ``caveat`` or ``missing``."""
        return status_kind(self.shared)


@dataclass(frozen=True)
class Row:
    """A line: its head, its cells, and the status of the whole."""

    head: str
    cells: tuple[Cell, ...]
    status: FitStatus = FitStatus.OK
    note: str = ""
    href: str = ""

    @property
    def kind(self) -> str:
        """``ok``, ``remark``, ``caveat`` or ``missing``."""
        return status_kind(self.status)

    @property
    def words(self) -> str:
        """The status in a few words."""
        return status_words(self.status)


@dataclass(frozen=True)
class Table:
    """Columns, rows, and what the reader must know that is not in them."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unit: str = ""
    note: str = ""
    href: str = ""

    @property
    def plain(self) -> bool:
        """Whether every row is ok and has nothing to add: the status is then said once."""
        return all(row.status is FitStatus.OK and not row.note for row in self.rows)


def fit_table(model: str, fits: Sequence[KineticFit], href: str) -> Table:
    """One model in one scan: regions down, parameters across."""
    symbols = list(dict.fromkeys(symbol for fit in fits for symbol in fit.estimates))
    units = {s: next(f.estimates[s].unit for f in fits if s in f.estimates) for s in symbols}
    each = len(fits) <= MOST_LINKED
    rows = tuple(_fit_row(fit, symbols, href if each else "", "" if each else href) for fit in fits)
    columns = tuple(Column(s, name_of(s), unit_text(units[s]), _shared(rows, i)) for i, s in enumerate(symbols))
    notes = {row.note for row in rows}
    if len(notes) == 1:  # said once, above
        rows = tuple(replace(row, note="") for row in rows)
    return Table(model, columns, rows, note=notes.pop() if len(notes) == 1 else "", href=href)


def _shared(rows: Sequence[Row], column: int) -> FitStatus:
    found = {row.cells[column].status for row in rows}
    return found.pop() if len(rows) > 1 and len(found) == 1 else FitStatus.OK


def _fit_row(fit: KineticFit, symbols: Sequence[str], href: str, row_href: str) -> Row:
    absent = FitStatus.MISSING_DATA if fit.status.keeps_value else fit.status
    cells = tuple(
        Cell(with_se(e.value, e.se), e.status, href)
        if (e := fit.estimates.get(s)) is not None
        else Cell("n/a", absent, href)
        for s in symbols
    )
    return Row(fit.region, cells, fit.status, fit.note, row_href)


def measure_tables(measures: Sequence[Measure], first: Sequence[str] = ()) -> tuple[Table, ...]:
    """The outcomes of the cohort table: one table per measure and method, scans down, regions across.

    Parameters
    ----------
    measures : the whole cohort table; only outcome measures are printed, the file holds all.
    first : regions that must be among the twelve columns, such as those of the hypotheses.
    """
    grouped: dict[tuple[str, str], list[Measure]] = {}
    for row in measures:
        if row.measure in OUTCOMES:
            grouped.setdefault((row.measure, row.method), []).append(row)
    return tuple(
        _measure_table(measure, method, rows, first) for (measure, method), rows in sorted(grouped.items(), key=_order)
    )


def _order(entry: tuple[tuple[str, str], object]) -> tuple[int, str]:
    (measure, method), _ = entry
    return OUTCOMES.index(measure), method


def _measure_table(measure: str, method: str, rows: Sequence[Measure], first: Sequence[str]) -> Table:
    present = list(dict.fromkeys(_place(r) for r in rows))
    wanted = [r for r in present if r in first] + [r for r in present if r not in first]
    regions = [r for r in present if r in wanted[:MOST_COLUMNS]]
    by_scan: dict[str, dict[str, Measure]] = {}
    for row in rows:
        by_scan.setdefault(_scan(row), {})[_place(row)] = row
    lines = tuple(Row(scan, tuple(_cell(own.get(r)) for r in regions)) for scan, own in by_scan.items())
    hidden = len(present) - len(regions)
    note = f"{hidden} further regions stand in the cohort table." if hidden else ""
    title = f"{measure}, {method}" if method != measure else measure
    return Table(title, tuple(Column(r, "", "") for r in regions), lines, unit_text(rows[0].unit), note)


def _cell(row: Measure | None) -> Cell:
    if row is None:
        return Cell("n/a", FitStatus.MISSING_DATA)
    return Cell(with_se(row.value, row.se), row.status, f"../{row.source_file}" if row.source_file else "")


def _place(row: Measure) -> str:
    return row.region


def _scan(row: Measure) -> str:
    return row.participant_id if row.session_id in ("", "n/a") else f"{row.participant_id} {row.session_id}"


def name_of(symbol: str) -> str:
    """Return a quantity's name for people; the symbol where the vocabulary has none."""
    return VOCABULARY[symbol].name if symbol in VOCABULARY else symbol


def statuses_used(tables: Sequence[Table]) -> Mapping[str, str]:
    """Return every status other than ok that appears, with its sentence: the key below the tables."""
    seen = {s for t in tables for r in t.rows for s in (r.status, *(c.status for c in r.cells))}
    return {status_words(s): s.sentence for s in FitStatus if s in seen and s is not FitStatus.OK}
