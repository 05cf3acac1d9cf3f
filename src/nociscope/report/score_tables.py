"""Scores of one person as lines of a table: value, what it can be, band, how much entered, status."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nociscope.core.scores import Score
from nociscope.core.status import FitStatus
from nociscope.core.vocabulary import VOCABULARY
from nociscope.report.numbers import status_words
from nociscope.viz.numbers import NBSP, fixed, short, with_se, with_unit

SESSIONLESS = ("", "n/a")
_FLAGS = {"truncated": "goes on beyond the sites", "missing_rule_not_validated": "rule for gaps not validated"}
_SIDES = {"L": "left", "R": "right", "M": "middle"}


@dataclass(frozen=True)
class ScoreLine:
    """One score as printed.

    Parameters
    ----------
    head : what it is. symbol : as in the tables. place : body site, muscle and side.
    value : with unit. told : bounds or interval, and why they stand there.
    z : of sensory testing. note : what else a reader must know. band : what it means, all that are possible.
    counted : trials or items that entered, of how many.
    method : rule and version.
    """

    head: str
    symbol: str
    place: str
    value: str
    told: str
    band: str
    counted: str
    status: FitStatus
    method: str
    z: str = ""
    note: str = ""

    @property
    def missing(self) -> bool:
        """Whether there is no number."""
        return not self.status.keeps_value


@dataclass(frozen=True)
class ScoreTable:
    """Lines of one kind, with the file that holds them.

    Parameters
    ----------
    first, counted : heads of the first and the counting column. folded : whether a click opens it.
    """

    title: str
    first: str
    counted: str
    lines: tuple[ScoreLine, ...]
    href: str
    folded: bool = False

    def has(self, column: str) -> bool:
        """Whether any line says something there."""
        return any(getattr(line, column) for line in self.lines)


def line(score: Score, items: str, scales: Mapping[str, Mapping[str, str]], z: Score | None = None) -> ScoreLine:
    """One score.

    Parameters
    ----------
    items : what entered, ``items``, ``trials`` or ``pulses``. scales : of instruments. z : that stands beside it.
    """
    known = scales.get(score.measure)
    head = scale_name(score.measure, score.part, known) if known is not None else named(score.measure)
    band = z.band.replace("none", "as healthy people") if z is not None else score.band
    return ScoreLine(
        head, score.measure, "" if known is not None else place(score), with_unit(value_text(score), score.unit),
        told(score, items), band.replace("|", " or ").replace("_", " "), f"{score.n_valid} of {score.n_asked}",
        score.status, score.method, _z_text(z), _note(score),
    )  # fmt: skip


def scale_name(instrument: str, scale: str, known: Mapping[str, str]) -> str:
    """``PCS`` for the total, ``PCS, rumination`` for a scale."""
    return instrument if scale == "total" else f"{instrument}, {known.get(scale) or scale.replace('_', ' ')}"


def named(measure: str) -> str:
    """Name of a quantity for people; the symbol with spaces where the vocabulary has none."""
    return VOCABULARY[measure].name if measure in VOCABULARY else measure.replace("_", " ")


def place(score: Score) -> str:
    """``left hand``; of a pair of muscles both."""
    side = _SIDES.get(score.side, "")
    part = score.part.replace("_", " ").replace("-", " and ")
    return f"{part}, {side}" if side else part


def value_text(score: Score) -> str:
    """The number alone: rounded by its error where it has one."""
    if math.isfinite(score.se) and score.se > 0:
        return with_se(score.value, score.se)
    return _number(score.value) if math.isfinite(score.value) else "n/a"


def told(score: Score, items: str) -> str:
    """What the number can be, and why it is not known better; the interval of an estimate."""
    if not _open(score):
        low, high = (score.detail.get(key, math.nan) for key in ("ci_low", "ci_high"))
        return f"95{NBSP}% interval {_span(low, high, score.unit)}" if math.isfinite(low) else ""
    why = _why(score, items)
    between = _span(score.low, score.high, score.unit, "between ", " and ")
    if math.isinf(score.high):
        between = f"at least {with_unit(_number(score.low), score.unit)}"
    elif math.isinf(score.low):
        between = f"at most {with_unit(_number(score.high), score.unit)}"
    return f"{between}: {why}" if why else between


def _open(score: Score) -> bool:
    return not (math.isnan(score.low) or math.isnan(score.high)) and score.low != score.high


def _why(score: Score, items: str) -> str:
    if score.status is FitStatus.CENSORED:
        return "a limit of the device was reached"
    lacking = score.n_asked - score.n_valid
    if lacking > 0 and items == "items":
        return f"{lacking} of {score.n_asked} items unanswered"
    return f"{lacking} of {score.n_asked} {items} not valid" if lacking > 0 else ""


def _span(low: float, high: float, unit: str, before: str = "", between: str = " to ") -> str:
    return f"{before}{_number(low)}{between}{with_unit(_number(high), unit)}"


def _number(value: float) -> str:
    return short(float(f"{value:.3g}")) if abs(value) < 100 else short(value)


def _note(score: Score) -> str:
    """Flags in words; those that only repeat the status or name a reference cell are left to the file."""
    return ", ".join(_FLAGS.get(f, f.replace("_", " ")) for f in score.flags if "=" not in f and f != score.status)


def _z_text(z: Score | None) -> str:
    """The z with its direction where a limit was reached, or why there is none."""
    if z is None:
        return ""
    if not math.isfinite(z.value):
        return status_words(z.status)
    sign = "≤ " if math.isinf(z.low) else "≥ " if math.isinf(z.high) else ""
    return f"{sign}{fixed(z.value, 2)}"


def statuses_of(tables: Sequence[ScoreTable]) -> Mapping[str, str]:
    """Every status other than ok of these tables, with its sentence."""
    seen = {entry.status for table in tables for entry in table.lines}
    return {status_words(s): s.sentence for s in FitStatus if s in seen and s is not FitStatus.OK}
