"""A table of published summaries: one study a row, and whichever numbers the paper prints."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nociscope.core.errors import MalformedFile, NociscopeError
from nociscope.io.table import Table, read_tsv
from nociscope.stats.sites import summaries as made
from nociscope.stats.sites.summaries import PublishedEffect

TEXT = ("study", "outcome", "comment", "doi", "year")
"""Columns that are not numbers of an effect; ``study`` is needed, ``outcome`` parts what is pooled."""


@dataclass(frozen=True)
class Route:
    """One way from printed numbers to an effect: which columns it needs, which it may have, and what it gives."""

    needs: tuple[str, ...]
    make: Callable[[Mapping[str, float]], PublishedEffect]
    may: tuple[str, ...] = ()


ROUTES: dict[str, Route] = {
    "means and SDs of two groups": Route(
        ("mean1", "sd1", "n1", "mean2", "sd2", "n2"),
        lambda c: made.from_means(c["mean1"], c["sd1"], int(c["n1"]), c["mean2"], c["sd2"], int(c["n2"])),
    ),
    "means and SDs of two conditions": Route(
        ("mean1", "sd1", "mean2", "sd2", "pairs", "r_pairs"),
        lambda c: made.from_paired_means(c["mean1"], c["sd1"], c["mean2"], c["sd2"], int(c["pairs"]), c["r_pairs"]),
    ),
    "t of two conditions": Route(
        ("t", "pairs", "r_pairs"), lambda c: made.from_paired_t(c["t"], int(c["pairs"]), c["r_pairs"])
    ),
    "t": Route(("t", "n1", "n2"), lambda c: made.from_t(c["t"], int(c["n1"]), int(c["n2"]))),
    "difference with interval": Route(
        ("difference", "low", "high", "n1", "n2"),
        lambda c: made.from_difference(
            c["difference"], c["low"], c["high"], int(c["n1"]), int(c["n2"]), c.get("level", 0.95)
        ),
        ("level",),
    ),
    "g with its error": Route(("g", "se"), lambda c: made.from_se(c["g"], c["se"], "hedges_g"), ("n1", "n2")),
    "g with interval": Route(
        ("g", "low", "high"),
        lambda c: made.from_interval(c["g"], c["low"], c["high"], "hedges_g", c.get("level", 0.95)),
        ("level", "n1", "n2"),
    ),
    "d with its error": Route(("d", "se"), lambda c: made.from_se(c["d"], c["se"], "hedges_g"), ("n1", "n2")),
    "d with interval": Route(
        ("d", "low", "high"),
        lambda c: made.from_interval(c["d"], c["low"], c["high"], "hedges_g", c.get("level", 0.95)),
        ("level", "n1", "n2"),
    ),
    "d": Route(("d", "n1", "n2"), lambda c: made.from_d(c["d"], int(c["n1"]), int(c["n2"]))),
    "odds ratio": Route(
        ("odds_ratio", "low", "high"),
        lambda c: made.from_odds_ratio(c["odds_ratio"], c["low"], c["high"], c.get("level", 0.95)),
        ("level", "n1", "n2"),
    ),
    "correlation": Route(
        ("r", "n"), lambda c: made.from_correlation(c["r"], int(c["n"]), int(c.get("held", 0))), ("held",)
    ),
    "p": Route(
        ("p", "sign", "n1", "n2"),
        lambda c: made.from_p(c["p"], int(c["n1"]), int(c["n2"]), int(c["sign"]), int(c.get("tails", 2))),
        ("tails",),
    ),
}
"""Ways to an effect, the most trustworthy first; a row takes the first whose numbers it has."""

_COUNTS = ("n1", "n2", "n", "pairs", "held", "sign", "tails")


def number_columns() -> tuple[str, ...]:
    """Every column of numbers that some route reads, in the order of the routes."""
    return tuple(dict.fromkeys(c for route in ROUTES.values() for c in (*route.needs, *route.may)))


@dataclass(frozen=True)
class Summary:
    """One row: study, outcome, effect, which route it took, and what was printed but not used."""

    study: str
    outcome: str
    effect: PublishedEffect
    route: str
    unused: tuple[str, ...]
    row: int


def read_summaries(path: Path) -> tuple[Summary, ...]:
    """Read a table of published summaries.

    Raises
    ------
    MalformedFile
        An unknown column, a cell that is not a number, a row from whose numbers no effect follows, a study twice for
        one outcome, or effects of different scales in one outcome; the message names line and column.
    MissingMetadata
        There is no column ``study``.
    """
    table = read_tsv(path, ("study",))
    _check_columns(table)
    numbers = {c: table.numbers(c) for c in number_columns() if c in table.columns}
    studies, outcomes = table.text("study"), _outcomes(table)
    out = [
        _summary(table, i, str(studies[i] or ""), outcomes[i], {c: float(v[i]) for c, v in numbers.items()})
        for i in range(len(table.rows))
    ]
    if not out:
        raise MalformedFile("no study in the table", where=str(path), do="write one line a study")
    _check_outcomes(out, path)
    return tuple(out)


def _check_columns(table: Table) -> None:
    known = (*TEXT, *number_columns())
    if odd := [c for c in table.columns if c not in known]:
        raise MalformedFile(
            f"unknown column {odd[0]!r}", expected="some of " + ", ".join(known), got=", ".join(odd),
            where=f"{table.path}, line 1", do="rename it, or drop it",
        )  # fmt: skip


def _outcomes(table: Table) -> list[str]:
    if "outcome" not in table.columns:
        return [""] * len(table.rows)
    return [o or "" for o in table.text("outcome")]


def _summary(table: Table, i: int, study: str, outcome: str, cells: Mapping[str, float]) -> Summary:
    where = f"{table.path}, line {i + 2}"
    if not study:
        raise MalformedFile("a study has no name", where=f"{where}, column 'study'", do="name it")
    have = {c: v for c, v in cells.items() if math.isfinite(v)}
    for column in _COUNTS:
        if column in have and have[column] != int(have[column]):
            raise MalformedFile(
                "not a whole number", got=have[column], where=f"{where}, column {column!r}", do="mend the cell"
            )
    name = next((name for name, route in ROUTES.items() if all(c in have for c in route.needs)), "")
    if not name:
        raise MalformedFile(
            f"no effect follows from the numbers of {study!r}",
            expected="one of " + "; ".join(" ".join(r.needs) for r in ROUTES.values()),
            got=", ".join(have) or "no number", where=where, do="fill in what the paper prints",
        )  # fmt: skip
    route = ROUTES[name]
    try:
        effect = route.make(have)
    except NociscopeError as error:
        raise MalformedFile(
            f"{error.message}, study {study!r}", expected=error.expected, got=error.got,
            where=f"{where}, columns {', '.join(route.needs)}", do=error.do or "mend the cells",
        ) from None  # fmt: skip
    if not effect.n1 and "n1" in have:
        effect = replace(effect, n1=int(have["n1"]), n2=int(have.get("n2", 0)))
    return Summary(study, outcome, effect, name, tuple(c for c in have if c not in (*route.needs, *route.may)), i + 2)


def _check_outcomes(rows: list[Summary], path: Path) -> None:
    first: dict[str, Summary] = {}
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        start = first.setdefault(row.outcome, row)
        if row.effect.scale != start.effect.scale:
            raise MalformedFile(
                "effects of different scales cannot be pooled", expected=f"{start.effect.scale} as in line {start.row}",
                got=f"{row.effect.scale} ({row.route})", where=f"{path}, line {row.row}",
                do="give them different outcomes",
            )  # fmt: skip
        if (row.study, row.outcome) in seen:
            raise MalformedFile(
                f"study {row.study!r} stands twice", got=f"also in line {seen[row.study, row.outcome]}",
                where=f"{path}, line {row.row}, column 'study'",
                do="the same people must not count twice: keep one, or name the parts if their people differ",
            )  # fmt: skip
        seen[row.study, row.outcome] = row.row
