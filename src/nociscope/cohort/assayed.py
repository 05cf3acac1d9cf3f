"""Assay results of everybody as scores: replicates averaged, limits kept as limits."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nociscope.core.assessment import BiosampleSettings
from nociscope.core.errors import InputError
from nociscope.core.scores import PersonScores, Score
from nociscope.core.status import FitStatus
from nociscope.io.biosamples import Assayed
from nociscope.models.biosample.limits import Concentrations, replicates, with_limits

METHOD = "concentration with limits of quantification, version 1"
MEASURE, UNIT = "concentration", "pg/mL"
PLATE = "plate="
_NOWHERE = "n/a"


def assay_scores(
    results: Sequence[Assayed], settings: BiosampleSettings, sources: tuple[str, ...] = ()
) -> tuple[PersonScores, ...]:
    """One concentration for each person, session and analyte.

    A value below the lower limit has that limit as value, zero and the limit as bounds, and the status ``censored``;
    above the upper limit the bounds are the limit and infinity. All samples of a session count as replicates.

    Parameters
    ----------
    results : of the table, pg/mL. sources : files the numbers come from.

    Raises
    ------
    InputError
        Replicates of one sample on both sides of the range, or a flag that the limits contradict.
    """
    held = _held(results, settings.use_reported_below_lloq)
    names = _names(results)
    rows: dict[str, list[tuple[str, Score]]] = {}
    keys = [(r.participant, r.session, names[r.analyte, r.matrix]) for r in results]
    for key in dict.fromkeys(keys):
        own = [i for i, k in enumerate(keys) if k == key]
        score = _score(key[2], [results[i] for i in own], held, own, settings.most_cv)
        rows.setdefault(key[0], []).append((key[1], score))
    return tuple(PersonScores(person, tuple(found), sources=sources) for person, found in sorted(rows.items()))


def _held(results: Sequence[Assayed], use_reported: bool) -> Concentrations:
    """Values against their limits; what the table marks as censored is, whatever the number."""
    values = np.array([r.value for r in results])
    lloq, uloq = np.array([r.lloq for r in results]), np.array([r.uloq for r in results])
    found = with_limits(values, lloq, uloq, use_reported)
    limits, side, flags = found.values.copy(), found.censored.copy(), list(found.flags)
    for i, r in enumerate(results):
        if r.censored in (None, 0, int(side[i])):
            continue
        limit = lloq[i] if r.censored < 0 else uloq[i]
        limit = limit if math.isfinite(limit) else values[i]
        if not math.isfinite(limit):
            raise InputError("marked as beyond a limit that nobody gives", where=r.where, do="give lloq or uloq")
        limits[i], side[i] = limit, r.censored
        flags[i] = (*flags[i], "below_lloq" if r.censored < 0 else "above_uloq")
    return Concentrations(limits, side, tuple(flags))


def _names(results: Sequence[Assayed]) -> dict[tuple[str, str], str]:
    """Analyte and matrix → name: the analyte alone where it was measured in one matrix."""
    matrices: dict[str, set[str]] = {}
    for r in results:
        matrices.setdefault(r.analyte, set()).add(r.matrix)
    return {
        (r.analyte, r.matrix): r.analyte if len(matrices[r.analyte]) == 1 else f"{r.analyte} {r.matrix}"
        for r in results
    }


def _score(name: str, own: Sequence[Assayed], held: Concentrations, at: Sequence[int], most_cv: float) -> Score:
    joined = replicates(held.values[list(at)], held.censored[list(at)], most_cv)
    ends = {-1: (0.0, joined.value), 1: (joined.value, math.inf), 0: (joined.value, joined.value)}[joined.censored]
    plates = dict.fromkeys(r.plate for r in own)
    flags = dict.fromkeys(flag for i in at for flag in held.flags[i])
    several = ("several_samples",) if len({r.sample for r in own}) > 1 else ()
    plate = (PLATE + "+".join(plates),) if set(plates) != {_NOWHERE} else ()
    return Score(
        MEASURE, name, joined.value, UNIT, FitStatus(joined.status), METHOD, low=ends[0], high=ends[1],
        n_valid=joined.n_valid, n_asked=len(own), flags=(*flags, *joined.flags, *several, *plate),
        detail={} if math.isnan(joined.cv) else {"cv": joined.cv}, cites=("tobin1958",),
    )  # fmt: skip


def plates_of(found: Sequence[PersonScores]) -> dict[tuple[str, str], str]:
    """(participant, analyte) → plate, of those who were measured on one."""
    seen: dict[tuple[str, str], set[str]] = {}
    for person in found:
        for _, score in person.rows:
            names = {f.removeprefix(PLATE) for f in score.flags if f.startswith(PLATE)}
            seen.setdefault((person.participant, score.part), set()).update(names)
    return {key: names.pop() for key, names in seen.items() if len(names) == 1}
