"""p in each direction from the relabellings of a two-sided question, without asking it again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats import checks
from nociscope.stats.design import Array
from nociscope.stats.estimability import why_not
from nociscope.stats.permutation import permutation_test
from nociscope.stats.question import question
from nociscope.stats.region_findings import without_unknown_genotype
from nociscope.stats.relabelling import relabellings
from nociscope.stats.sample import Sample, samples
from nociscope.stats.settings import TestSettings

SIDES = ("greater", "less")


def one_sided_p(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings) -> Array:
    """P of a contrast or correlation in each direction, shape (side, region), sides as `SIDES`.

    The same people, relabellings and statistic as the finding has; nan where nothing can be estimated. Whether a
    question is refused is for the finding to say.
    """
    data = without_unknown_genotype(data)
    out = np.full((len(SIDES), len(data.regions)), np.nan)
    for sample in samples(data, hypothesis):
        out[:, sample.region_index] = _of_sample(sample, data, hypothesis, settings)
    return out


def _of_sample(sample: Sample, data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings) -> Array:
    asked = question(sample, data, hypothesis)
    out = np.full((len(SIDES), len(sample.region_index)), np.nan)
    if why_not(asked):
        return out
    live = ~checks.without_spread(asked)
    if not live.any():
        return out
    moves = relabellings(asked.design, hypothesis.permutations, settings.exact_limit, settings.seed)
    asked = replace(asked, values=asked.values[:, live])
    for row, side in zip(out, SIDES, strict=True):
        row[live] = permutation_test(asked.design, asked.values, moves, side, asked.error).p
    return out
