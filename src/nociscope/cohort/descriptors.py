"""What the tables say of people: one number or one label a person, over the sessions that a hypothesis uses."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import MissingMetadata, StudyError
from nociscope.core.hypothesis_data import MISSING_LABELS
from nociscope.io.people import People, Value

NO_SESSION = "n/a"


def known(people: People, participant: str, column: str, sessions: Sequence[str] = ()) -> Value | None:
    """Return what is known of a person; None where nothing is.

    Of a number that changes between the sessions it is the mean, because the measure is averaged over them too.

    Raises
    ------
    StudyError
        There is no such column, or a label that differs between the sessions.
    """
    visits = [s for s in sessions if s != NO_SESSION] or [""]
    try:
        found = [v for s in visits if (v := people.get(participant, column, s)) is not None]
    except MissingMetadata as error:
        raise StudyError(
            f"no column {column!r}", expected="one of " + ", ".join(people.columns), where="study file",
            do="name a column of participants.tsv, sessions.tsv or phenotype/",
        ) from error  # fmt: skip
    numbers = [v for v in found if isinstance(v, float)]
    if numbers and len(numbers) == len(found):
        return math.fsum(numbers) / len(numbers)
    if len(set(found)) > 1:
        raise StudyError(
            f"{column!r} differs between the sessions of {participant}", where="study file",
            got=", ".join(map(as_label, found)), do="name the sessions that the hypothesis is about",
        )  # fmt: skip
    return found[0] if found else None


def as_label(value: Value | None) -> str:
    """Return a value as a label, empty where unknown; numbers that differ stay different."""
    return "" if value is None else f"{value:.15g}" if isinstance(value, float) else value


def labels(people: People, column: str, ids: Sequence[str], sessions: Sequence[str]) -> NDArray[np.str_]:
    """Return a column as one label a person."""
    return np.array([as_label(known(people, i, column, sessions)) for i in ids])


def numbers_or_labels(
    people: People, column: str, ids: Sequence[str], sessions: Sequence[str]
) -> NDArray[np.str_] | NDArray[np.float64]:
    """Return a column as numbers (nan where unknown), or as labels where it holds none.

    Raises
    ------
    StudyError
        It holds both: a number that was mistyped would turn all others into labels.
    """
    values = [known(people, i, column, sessions) for i in ids]
    texts = sorted({v for v in values if isinstance(v, str) and v.casefold() not in MISSING_LABELS})
    if texts and any(isinstance(v, float) for v in values):
        raise StudyError(
            f"column {column!r} holds numbers and text", expected="one of both, n/a where unknown",
            got=", ".join(texts[:5]), where="covariates",
            do="mend these cells, or name the column in covariates.categorical",
        )  # fmt: skip
    if texts:
        return np.array([as_label(v) for v in values])
    return np.array([v if isinstance(v, float) else math.nan for v in values], dtype=np.float64)


def sex_of(value: Value | None) -> str:
    """``F``, ``M`` or empty, from the spellings that tables have."""
    return {"f": "F", "female": "F", "w": "F", "m": "M", "male": "M"}.get(str(value or "").strip().lower(), "")


def age_of(value: Value | None) -> float:
    """Years; nan where unknown."""
    return float(value) if isinstance(value, int | float) else math.nan
