"""From a hypothesis and its people to a design: what is asked, in numbers and in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats.asked import Question, counted, held_constant, per_unit
from nociscope.stats.design import code, integer_labels, is_numeric, one_sample, several_groups, slope, two_groups
from nociscope.stats.question_levels import separate
from nociscope.stats.question_terms import of_terms
from nociscope.stats.sample import Sample

__all__ = ["Question", "question"]


def question(sample: Sample, data: HypothesisData, hypothesis: Hypothesis) -> Question:
    """Design of a contrast, a correlation, a paired difference or a formula, exchanged as the hypothesis says."""
    askers = {"contrast": _contrast, "correlate": _correlation, "paired": _paired, "formula": of_terms}
    asked = askers[hypothesis.kind](sample, data, hypothesis)
    if hypothesis.separately_by:
        asked = separate(asked, sample, hypothesis)
    return _exchanged(asked, sample, hypothesis)


def _exchanged(asked: Question, sample: Sample, hypothesis: Hypothesis) -> Question:
    """The same question with what the null exchanges and who shares a spread."""
    n = asked.design.n
    design = replace(
        asked.design, scheme=hypothesis.scheme or asked.design.scheme, method=hypothesis.permutation_method
    )
    if hypothesis.blocks:
        design = replace(design, blocks=integer_labels(sample.labels("block").tolist()))
    if hypothesis.spread == "equal":
        design = replace(design, spread=np.zeros(n, dtype=np.int64))
    return replace(asked, design=design)


def _contrast(sample: Sample, data: HypothesisData, hypothesis: Hypothesis) -> Question:
    levels, group = tuple(hypothesis.contrast), sample.labels("group")
    nuisance, strata = held_constant(sample, sample.covariates)
    several = len(levels) > 2
    return Question(
        kind="contrast",
        design=several_groups(group.tolist(), nuisance, strata)
        if several
        else two_groups(group == levels[0], nuisance, strata),
        values=sample.values,
        covariates=tuple(sample.covariates),
        n=counted(group, levels),
        contrast="any of " + ", ".join(levels) if several else f"{levels[0]} − {levels[1]}",
        unit="1" if several else data.unit,
        effect="partial_eta_squared" if several else "hedges_g",
        groups=tuple(group.tolist()),
        label="differences between any group means" if several else "difference between group means",
    )


def _correlation(sample: Sample, data: HypothesisData, hypothesis: Hypothesis) -> Question:
    predictor = np.zeros(len(sample.people)) if sample.predictor is None else sample.predictor
    name = data.predictor_name or hypothesis.correlate
    columns, values, rank = sample.covariates, sample.values, hypothesis.method == "spearman"
    if rank:
        predictor, values = stats.rankdata(predictor), stats.rankdata(values, axis=0)
        columns = {key: _ranked(column) for key, column in columns.items()}
    nuisance, strata = held_constant(sample, columns)
    return Question(
        kind="correlate",
        design=slope(predictor, nuisance, strata),
        values=values,
        covariates=tuple(sample.covariates),
        n={"people": len(sample.people)},
        contrast=f"with {name}",
        unit="1" if rank else per_unit(data.unit, data.predictor_unit),
        effect="spearman_rho" if rank else "pearson_r",
        error="pooled" if rank else "hc2",
        label="slope of a linear regression",
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
        label="mean difference between sessions",
    )


def _ranked(column: NDArray[np.generic]) -> NDArray[np.generic]:
    return stats.rankdata(column.astype(np.float64)) if is_numeric(column) else column
