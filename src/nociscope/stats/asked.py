"""What a question is: a design with its values and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nociscope.stats.design import Array, Design, code, column_rank, integer_labels
from nociscope.stats.sample import Sample


@dataclass(frozen=True, eq=False)
class Question:
    """A design with its values and its words.

    Parameters
    ----------
    values : shape (person, region).
    covariates : names as the study file has them.
    effect : ``hedges_g``, ``dz``, ``pearson_r``, ``spearman_rho``, ``standardised`` or ``partial_eta_squared``.
    error : denominator of the statistic, ``hc2`` or, for ranks, ``pooled``.
    groups : shape (person,), whose means are told, in the order of ``n``; empty where there are none.
    per_level : level of ``separately_by`` to the weights of its own estimate, shape (column,), over ``design.matrix``.
    label : estimate in words, for the method sentence.
    """

    kind: str
    design: Design
    values: Array
    covariates: tuple[str, ...]
    n: Mapping[str, int]
    contrast: str
    unit: str
    effect: str
    error: str = "hc2"
    groups: tuple[str, ...] = ()
    per_level: Mapping[str, Array] = field(default_factory=dict)
    label: str = ""

    @property
    def is_joint(self) -> bool:
        """Whether several columns are asked about together, by an F."""
        return self.design.is_joint

    @property
    def held(self) -> int:
        """Independent nuisance columns besides the intercept."""
        intercept = 0 if self.kind == "paired" else 1
        return column_rank(self.design.nuisance) - intercept if self.design.nuisance.size else 0


def counted(labels: NDArray[np.str_], order: tuple[str, ...] = ()) -> dict[str, int]:
    """How many people have each label, in the order given, else sorted."""
    return {str(level): int((labels == level).sum()) for level in (order or tuple(np.unique(labels)))}


def held_constant(sample: Sample, covariates: Mapping[str, NDArray[np.generic]]) -> tuple[Array, NDArray[np.int64]]:
    """Covariates and, where people are exchanged within strata only, the strata themselves."""
    n = len(sample.people)
    labels = sample.labels("stratum")
    stratified = np.unique(labels).size > 1
    nuisance, _ = code({**covariates, **({" stratum": labels} if stratified else {})}, n)
    return nuisance, integer_labels(labels.tolist()) if n else np.zeros(0, dtype=np.int64)


def per_unit(unit: str, per: str) -> str:
    """Unit of a slope."""
    return unit if per in ("", "1") else f"{unit}/({per})"
