"""What every definition of response says of everybody, from the visits of ``outcomes_long``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from nociscope.cohort.answers import decisions
from nociscope.core.errors import InputError
from nociscope.core.scores import Decision
from nociscope.io.instruments import find_instrument
from nociscope.io.outcomes import OutcomeVisit, at_visits
from nociscope.models.outcome.composite import NA, settled

_BEFORE, _AFTER = "_0", "_1"


def responses(
    visits: Sequence[OutcomeVisit],
    outcomes: Mapping[str, str],
    baseline: str,
    follow_up: str,
    criteria: str = "injection-response",
    missing: str = NA,
) -> dict[str, tuple[Decision, ...]]:
    """Decide every rule of a criteria file for everybody.

    Parameters
    ----------
    visits : of the table. outcomes : name in the criteria (``pain``, ``leg``, ``odi``) → outcome of the table. A name
        without baseline (``gpe_positive``) is taken at the follow-up.
    baseline, follow_up : visits. criteria : id of the file.
    missing : ``na`` or ``nonresponder``; the second counts a missing follow-up as no response, where a rule has one.

    Returns
    -------
    dict
        Person → decision of each rule, in the order of the file.

    Raises
    ------
    InputError
        The criteria ask for no such outcome, or two outcomes stand on different scales.
    """
    found = find_instrument(criteria)
    columns: dict[str, dict[str, float]] = {}
    for name, outcome in outcomes.items():
        both = at_visits(visits, outcome, baseline, follow_up) if name + _BEFORE in found.columns else None
        if both is not None:
            columns[name + _BEFORE] = {p: v[0] for p, v in both.items()}
            columns[name + _AFTER] = {p: v[1] for p, v in both.items()}
        elif name in found.columns:
            columns[name] = {v.participant: v.value for v in visits if (v.outcome, v.visit) == (outcome, follow_up)}
        else:
            raise InputError(f"{found.name} asks for no {name!r}", expected=", ".join(found.columns))
    _possible(columns, {i.column: (i.low, i.high) for i in found.items}, found.name)
    people = sorted({person for column in columns.values() for person in column})
    entered = {
        c: np.array([columns.get(c, {}).get(person, math.nan) for person in people], dtype=np.float64)
        for c in found.columns
    }
    return {
        person: tuple(_settled(d, missing) for d in decisions(found, entered, i)) for i, person in enumerate(people)
    }


def _settled(decision: Decision, missing: str) -> Decision:
    return settled(decision, missing) if "nonresponder" in decision.grades or missing == NA else decision


def _possible(columns: Mapping[str, Mapping[str, float]], ends: Mapping[str, tuple[float, float]], name: str) -> None:
    """Hold values against the scale of the criteria: a rating to 100 is not one to 10."""
    for column, values in columns.items():
        low, high = ends[column]
        for person, value in values.items():
            if not math.isnan(value) and not low <= value <= high:
                raise InputError(
                    f"{name}, {column}: out of range", expected=f"{low:g} to {high:g}", got=value, where=person,
                    do="give the outcome on the scale of the criteria",
                )  # fmt: skip
