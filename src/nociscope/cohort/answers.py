"""Answers scored: what `noci.score` and the phenotype step both do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nociscope.cohort.entries import Numbers, impossible, numbers
from nociscope.core.citations import CITATIONS
from nociscope.core.errors import InputError
from nociscope.core.instrument import RAW, Band, Instrument, Missing
from nociscope.core.scores import Decision, Score
from nociscope.core.status import FitStatus
from nociscope.io.instruments import find_instrument
from nociscope.models.phenotype.bands import banded
from nociscope.models.phenotype.grading import graded, grades
from nociscope.models.phenotype.scoring import Scored, scored

__all__ = ["Numbers", "decided", "decisions", "impossible", "numbers", "score", "score_columns", "scores"]


def score(
    name: str,
    answers: Mapping[str, Any] | Sequence[Any],
    *,
    optional: bool = False,
    preset: str = "",
    coding: str = RAW,
) -> tuple[Score, ...]:
    """Score one person's answers.

    Parameters
    ----------
    name : of the instrument, such as ``painDETECT``; ``nociscope instruments`` lists them.
    answers : column → answer, or the answers in the order of the items. Nothing, ``n/a`` and nan are unanswered.
    optional : use rules for unanswered items that nobody has validated, where the instrument has one.
    preset : of bands or scores, where an instrument has several published ones.
    coding : ``scored`` where reversed items were turned round before; ``raw`` as people ticked them.

    Raises
    ------
    InputError
        No such instrument or preset, an unknown column, too many answers.
    RangeError
        An answer that is not possible; the message names column and value.

    Examples
    --------
    >>> [s.value for s in score("FIQR", [5] * 9 + [6, 4] + [7] * 10) if s.part == "total"]
    [60.0]
    """
    instrument = find_instrument(name)
    if answers is None or isinstance(answers, str) or not hasattr(answers, "__len__"):
        raise InputError(
            f"answers to {instrument.name}", expected="a mapping of columns, or a sequence of answers",
            got=repr(answers), do="give one answer for each item, n/a where there is none",
        )  # fmt: skip
    if not isinstance(answers, Mapping) and len(answers) != len(instrument.columns):
        raise InputError(
            f"{instrument.name} has {len(instrument.columns)} items", got=f"{len(answers)} answers",
            do="give one for each, n/a where there is none",
        )  # fmt: skip
    given = answers if isinstance(answers, Mapping) else dict(zip(instrument.columns, answers, strict=True))
    if unknown := [c for c in given if c not in instrument.columns]:
        raise InputError(f"{instrument.name} has no item {', '.join(unknown)}", expected=", ".join(instrument.columns))
    entered = numbers(instrument, {c: [given.get(c)] for c in instrument.columns}, ["the person"])
    return scores(instrument, entered, optional, preset, coding)[0]


def scores(
    instrument: Instrument, entered: Numbers, optional: bool = False, preset: str = "", coding: str = RAW
) -> tuple[tuple[Score, ...], ...]:
    """Scores of everybody, in the order of people; hidden intermediates are left out."""
    shown = [s for s in scored(instrument, entered, optional, preset, coding).values() if not s.rule.hidden]
    labels = {s.rule.id: band_labels_of(s, instrument.score_bands(preset)) for s in shown}
    count = len(next(iter(entered.values())))
    return tuple(tuple(_as_score(instrument, s, i, labels[s.rule.id], optional) for s in shown) for i in range(count))


def score_columns(
    instrument: Instrument, entered: Numbers, optional: bool = False, preset: str = "", coding: str = RAW
) -> dict[str, NDArray[Any]]:
    """Scores of everybody as columns, one row a person and score, persons in order.

    Returns
    -------
    dict
        ``person`` (index), ``score_id``, ``value``, ``unit``, ``n_items``, ``n_valid``, ``missing_rule``,
        ``prorated``, ``lower``, ``upper``, ``band``, ``status``, each of shape (person × score,).
    """
    shown = [s for s in scored(instrument, entered, optional, preset, coding).values() if not s.rule.hidden]
    bands = instrument.score_bands(preset)
    count = len(next(iter(entered.values())))
    parts: dict[str, list[Any]] = {
        "person": [np.arange(count) for _ in shown],
        "score_id": [np.full(count, s.rule.id) for s in shown],
        "value": [s.value for s in shown],
        "unit": [np.full(count, s.rule.unit) for s in shown],
        "n_items": [np.full(count, s.n_asked) for s in shown],
        "n_valid": [s.n_valid for s in shown],
        "missing_rule": [np.full(count, _missing(s, optional).rule) for s in shown],
        "prorated": [(s.status == FitStatus.PRORATED).astype(np.int64) for s in shown],
        "lower": [s.low for s in shown],
        "upper": [s.high for s in shown],
        "band": [band_labels_of(s, bands) for s in shown],
        "status": [s.status for s in shown],
    }
    return {name: np.stack(columns, axis=1).ravel() for name, columns in parts.items()}


def band_labels_of(found: Scored, bands: Mapping[str, Band]) -> NDArray[np.str_]:
    """Band of each person's score; of what it can be, where it has no value; empty where nothing was answered."""
    band = bands.get(found.rule.id)
    if band is None:
        return np.full(len(found.value), "")
    known = np.isfinite(found.value)
    labels = banded(band, np.where(known, found.value, found.low), np.where(known, found.value, found.high))
    return np.where(found.n_valid > 0, labels, "")


def decisions(instrument: Instrument, entered: Numbers, person: int, optional: bool = False) -> tuple[Decision, ...]:
    """What each rule of an instrument says of one person."""
    answers = {c: float(v[person]) for c, v in entered.items()}
    out = []
    for rule in instrument.rules:
        found = graded(instrument, rule, answers, optional)
        out.append(
            Decision(
                f"{instrument.id} {instrument.version}", rule.id, found.labels, found.path, found.missing,
                found.deciding, {c: f"{v:g}" for c, v in answers.items() if not math.isnan(v)}, cited(instrument),
            )
        )  # fmt: skip
    return tuple(out)


def decided(instrument: Instrument, entered: Numbers, optional: bool = False) -> dict[str, NDArray[np.str_]]:
    """Rule → grade of everybody, reachable ones joined by ``|``; the quick way where no path is needed."""
    return {rule.id: grades(instrument, rule, entered, optional) for rule in instrument.rules}


def cited(instrument: Instrument) -> tuple[str, ...]:
    """Keys of the citation table that hold what an instrument refers to; its file names the rest."""
    keys = _keys_by_doi()
    return tuple(dict.fromkeys(keys[r.doi.lower()] for r in instrument.references if r.doi.lower() in keys))


@cache
def _keys_by_doi() -> dict[str, str]:
    return {c.doi.lower(): key for key, c in CITATIONS.items() if c.doi}


def _missing(found: Scored, optional: bool) -> Missing:
    return found.rule.optional if optional and found.rule.optional is not None else found.rule.missing


def _as_score(instrument: Instrument, found: Scored, i: int, labels: NDArray[np.str_], optional: bool) -> Score:
    rule = found.rule
    missing = _missing(found, optional)
    unofficial = found.status[i] == FitStatus.PRORATED and not missing.official
    return Score(
        measure=instrument.name, part=rule.id, value=float(found.value[i]), unit=rule.unit,
        status=FitStatus(str(found.status[i])),
        method=f"{instrument.name} {instrument.version}{f', {rule.preset}' if rule.preset else ''}, {missing.rule}",
        se=float(found.se[i]), low=float(found.low[i]), high=float(found.high[i]), n_valid=int(found.n_valid[i]),
        n_asked=found.n_asked, band=str(labels[i]), flags=("missing_rule_not_validated",) if unofficial else (),
        cites=cited(instrument),
    )  # fmt: skip
