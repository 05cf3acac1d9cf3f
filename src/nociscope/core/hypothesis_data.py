"""What a hypothesis needs of the cohort: numbers per person and region, and who these people are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, ShapeError

Array = NDArray[np.float64]
Labels = tuple[str, ...]

MISSING_LABELS = frozenset({"", "n/a", "unknown"})
"""Labels that mean that nobody knows."""


@dataclass(frozen=True, eq=False)
class Person:
    """One person's descriptors; the empty label is *unknown*.

    ``stratum`` limits with whom somebody may be exchanged, ``block`` names who moves together, ``part`` is the level of
    ``separately_by`` or ``replicate.across``.
    """

    participant: str
    group: str = ""
    site: str = ""
    sex: str = ""
    genotype: str = ""
    stratum: str = ""
    block: str = ""
    part: str = ""


@dataclass(frozen=True, eq=False)
class Terms:
    """A formula as columns.

    Parameters
    ----------
    matrix : shape (person, column); nan where a variable of the formula is missing.
    columns : name of each column.
    interest : weights of the contrast, shape (question, column); one row is a t, several are an F.
    label : the contrast in words, such as ``group × sex``.
    missing : shape (person,), name of the first missing variable, empty where none is.
    variables : what the formula is about. tested : those of them that `interest` is about.
    cells : shape (person,), levels of the tested factors, such as ``fm, F``; empty where only numbers are tested.
    """

    matrix: Array
    columns: Labels
    interest: Array
    label: str
    missing: Labels
    variables: Labels = ()
    tested: Labels = ()
    cells: Labels = ()

    def __post_init__(self) -> None:
        n, columns = self.matrix.shape
        if self.interest.ndim != 2 or self.interest.shape[1] != columns or len(self.columns) != columns:
            raise ShapeError("weights do not fit the columns", expected=columns, got=self.interest.shape)
        if len(self.missing) != n or len(self.cells) not in (0, n):
            raise ShapeError("a term needs an entry per person", expected=n, got=(len(self.missing), len(self.cells)))


@dataclass(frozen=True, eq=False)
class HypothesisData:
    """Everything that `nociscope.stats.evaluate` may look at.

    Missing values are ``nan`` and missing labels ``""``; nothing is imputed, and whoever is left out is named in the
    finding with the reason.

    Parameters
    ----------
    people : who, in the order of every first axis.
    regions : names, in the order of the region axis.
    values : shape (person, region); of a contrast or correlation (sessions already averaged within a person).
    session_values : shape (person, session, region); of a paired or test–retest question.
    sessions : names, in the order of the session axis.
    se : shape (person, region) or None; standard errors of the values, drawn beside the points.
    unit : of the values.
    scale : ``absolute`` (V_T, SUV …), ``ratio`` (SUVR, DVR, BPND: rests on a reference region) or ``other``.
    genotype_sensitive : whether rs6971 changes the binding of the tracer.
    genotype_covariate : name under which genotype stands among the covariates, where it does.
    covariates : name to one number or label per person, in the order in which they are named.
    predictor, predictor_name, predictor_unit : the other variable of a correlation, shape (person,).
    reference_region : what a ratio is divided by.
    reference_values : shape (person,) or None; absolute signal of the reference region, for the gate.
    reference_session_values : shape (person, session) or None; the same for a paired question.
    reference_measure : its symbol, such as ``SUV``.
    value_status : (participant, region) to the reason why a value is nan, such as a fit status' sentence.
    excluded : (participant, reason) of people left out before.
    model : kinetic model the measure comes from.
    terms : the model of a formula, or None.
    mediator : shape (person,) or None. cause : shape (person,) or None, a number or two labels.
    outcome : shape (person,) or None, labels or numbers that are predicted.
    features : name to column, shape (person,), beside the regions.
    baseline : name to column, shape (person,), of the model without the measure.
    match : name to labels, shape (person,), in which a control must be as the case.
    batch : shape (person,) labels of ComBat, or None.
    """

    people: tuple[Person, ...]
    regions: tuple[str, ...]
    unit: str
    values: Array | None = None
    session_values: Array | None = None
    sessions: tuple[str, ...] = ()
    se: Array | None = None
    scale: str = "other"
    genotype_sensitive: bool = False
    genotype_covariate: str = "rs6971"
    covariates: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    predictor: Array | None = None
    predictor_name: str = ""
    predictor_unit: str = "1"
    reference_region: str = ""
    reference_values: Array | None = None
    reference_session_values: Array | None = None
    reference_measure: str = "SUV"
    value_status: Mapping[tuple[str, str], str] = field(default_factory=dict)
    excluded: tuple[tuple[str, str], ...] = ()
    model: str = ""
    terms: Terms | None = None
    mediator: Array | None = None
    cause: NDArray[np.generic] | None = None
    outcome: NDArray[np.generic] | None = None
    features: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    baseline: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    match: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    batch: NDArray[np.str_] | None = None

    def __post_init__(self) -> None:
        n, regions = len(self.people), len(self.regions)
        names = [p.participant for p in self.people]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise InputError("a participant stands twice", got=", ".join(twice), do="give one row per person")
        if self.scale not in ("absolute", "ratio", "other"):
            raise InputError("unknown scale", expected="absolute, ratio or other", got=self.scale)
        if self.values is None and self.session_values is None:
            raise InputError("no values", expected="values or session_values")
        _check("values", self.values, (n, regions))
        _check("session values", self.session_values, (n, len(self.sessions), regions))
        _check("standard errors", self.se, (n, regions))
        _check("predictor", self.predictor, (n,))
        _check("reference values", self.reference_values, (n,))
        _check("reference session values", self.reference_session_values, (n, len(self.sessions)))
        for what in ("mediator", "cause", "outcome", "batch"):
            _check(what, getattr(self, what), (n,))
        if self.terms is not None:
            _check("terms", self.terms.matrix, (n, len(self.terms.columns)))
        for what in ("covariates", "features", "baseline", "match"):
            for name, column in getattr(self, what).items():
                _check(f"{what} {name!r}", column, (n,))

    @property
    def participants(self) -> Labels:
        """Names, in order."""
        return tuple(p.participant for p in self.people)


def _check(name: str, array: NDArray[np.generic] | None, shape: tuple[int, ...]) -> None:
    if array is not None and np.shape(array) != shape:
        raise ShapeError(f"{name} do not fit", expected=shape, got=np.shape(array))
    if array is not None and np.issubdtype(np.asarray(array).dtype, np.floating) and np.isinf(array).any():
        raise InputError(f"{name} are infinite", expected="finite numbers, or nan where missing")
