"""From a hypothesis and its people to a design: what is asked, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats.design import Array, Design, code, integer_labels, is_numeric, one_sample, slope, two_groups
from nociscope.stats.sample import Sample


@dataclass(frozen=True, eq=False)
class Question:
    """A design with its values and its words.

    Parameters
    ----------
    values : shape (person, region).
    covariates : names as the study file has them.
    effect : ``hedges_g``, ``dz``, ``pearson_r`` or ``spearman_rho``.
    error : denominator of the statistic, ``hc2`` or, for ranks, ``pooled``.
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

    @property
    def held(self) -> int:
        """Independent nuisance columns besides the intercept."""
        intercept = 0 if self.kind == "paired" else 1
        return self.design.rank - 1 - intercept


def question(sample: Sample, data: HypothesisData, hypothesis: Hypothesis) -> Question:
    """Design of a contrast, a correlation or a paired difference."""
    asker = {"contrast": _contrast, "correlate": _correlation, "paired": _paired}[hypothesis.kind]
    return asker(sample, data, hypothesis)


def _contrast(sample: Sample, data: HypothesisData, hypothesis: Hypothesis) -> Question:
    a, b = hypothesis.contrast
    first = sample.labels("group") == a
    nuisance, strata = _held_constant(sample, sample.covariates)
    return Question(
        kind="contrast",
        design=two_groups(first, nuisance, strata),
        values=sample.values,
        covariates=tuple(sample.covariates),
        n={a: int(first.sum()), b: int((~first).sum())},
        contrast=f"{a} − {b}",
        unit=data.unit,
        effect="hedges_g",
    )


def _correlation(sample: Sample, data: HypothesisData, hypothesis: Hypothesis) -> Question:
    predictor = np.zeros(len(sample.people)) if sample.predictor is None else sample.predictor
    name = data.predictor_name or hypothesis.correlate
    columns, values, rank = sample.covariates, sample.values, hypothesis.method == "spearman"
    if rank:
        predictor, values = stats.rankdata(predictor), stats.rankdata(values, axis=0)
        columns = {key: _ranked(column) for key, column in columns.items()}
    nuisance, strata = _held_constant(sample, columns)
    per = "" if data.predictor_unit in ("1", "") else data.predictor_unit
    return Question(
        kind="correlate",
        design=slope(predictor, nuisance, strata),
        values=values,
        covariates=tuple(sample.covariates),
        n={"people": len(sample.people)},
        contrast=f"with {name}",
        unit="1" if rank else _per_unit(data.unit, per),
        effect="spearman_rho" if rank else "pearson_r",
        error="pooled" if rank else "hc2",
    )


def _paired(sample: Sample, data: HypothesisData, hypothesis: Hypothesis) -> Question:
    a, b = hypothesis.paired
    nuisance, _ = code(sample.covariates, len(sample.people))
    return Question(
        kind="paired",
        design=one_sample(len(sample.people), nuisance),
        values=sample.values,
        covariates=tuple(sample.covariates),
        n={"people": len(sample.people)},
        contrast=f"{a} − {b}",
        unit=data.unit,
        effect="dz",
    )


def _held_constant(sample: Sample, covariates: Mapping[str, NDArray[np.generic]]) -> tuple[Array, NDArray[np.int64]]:
    """Covariates and, where people are exchanged within strata only, the strata themselves."""
    n = len(sample.people)
    labels = sample.labels("stratum")
    stratified = np.unique(labels).size > 1
    nuisance, _ = code({**covariates, **({" stratum": labels} if stratified else {})}, n)
    return nuisance, integer_labels(labels.tolist()) if n else np.zeros(0, dtype=np.int64)


def _ranked(column: NDArray[np.generic]) -> NDArray[np.generic]:
    return stats.rankdata(column.astype(np.float64)) if is_numeric(column) else column


def _per_unit(unit: str, per: str) -> str:
    return unit if not per else f"{unit}/({per})"
