"""The same question for every level of a column: the interaction is tested, each level is shown beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.core.study import Hypothesis
from nociscope.stats.asked import Question, counted
from nociscope.stats.design import Array, Design, independent, integer_labels
from nociscope.stats.sample import Sample


def separate(asked: Question, sample: Sample, hypothesis: Hypothesis) -> Question:
    """Turn a contrast or a slope into the difference of it between the levels of ``separately_by``.

    With two levels the estimate is what is found in the first minus what is found in the second, in sorted order; with
    more, whether any of them differ (F). What is found in each level is a contrast of the same model, so that the
    levels and their difference fit together.
    """
    part = sample.labels("part")
    levels = tuple(str(level) for level in np.unique(part))
    if len(levels) < 2:
        nothing = replace(asked.design, interest=np.zeros(asked.design.n))
        return replace(asked, design=nothing, n=_counts(asked, part), contrast=_words(asked, levels, hypothesis))
    design, own = _interaction(asked.design, part, levels)
    joint = design.is_joint
    if joint and hypothesis.alternative != "two-sided":
        raise InputError("an F has no direction", got=hypothesis.alternative, where=hypothesis.name)
    cells = _cells(asked, part)
    return replace(
        asked,
        design=design,
        n=_counts(asked, part),
        contrast=_words(asked, levels, hypothesis),
        unit="1" if joint else asked.unit,
        effect="partial_eta_squared" if joint else "standardised",
        groups=tuple(cells) if asked.groups else (),
        per_level=own,
        label=f"difference of the {asked.label} between levels of {hypothesis.separately_by}",
    )


def _interaction(design: Design, part: NDArray[np.str_], levels: tuple[str, ...]) -> tuple[Design, dict[str, Array]]:
    """Design whose interest is the interaction, and the weights of each level's own estimate over its columns.

    With x what is asked and P the indicator of a level, interest holds x P of all levels but the last, nuisance
    begins with x: the coefficient of x is the estimate in the last level.
    """
    x = design.interest
    indicators = (part[:, None] == np.array(levels)[:-1]).astype(np.float64)
    products = x[:, None] * indicators
    base = np.column_stack([x, np.ones(design.n)])
    main = np.column_stack([base, independent(base, indicators)])
    nuisance = np.column_stack([main, independent(main, design.nuisance)])
    q, columns = products.shape[1], products.shape[1] + nuisance.shape[1]
    own = {}
    for i, level in enumerate(levels):
        row = np.zeros(columns)
        row[q] = 1.0
        if i < q:
            row[i] = 1.0
        own[level] = row
    groups = np.unique(x).size == 2
    cells = [f"{a}|{b}" for a, b in zip(x if groups else [""] * design.n, part, strict=True)]
    new = replace(
        design, interest=products[:, 0] if q == 1 else products, nuisance=nuisance, spread=integer_labels(cells)
    )
    return new, own


def _cells(asked: Question, part: NDArray[np.str_]) -> list[str]:
    return [f"{group}, {level}" for group, level in zip(asked.groups or [""] * len(part), part, strict=True)]


def _counts(asked: Question, part: NDArray[np.str_]) -> dict[str, int]:
    if not asked.groups:
        return counted(part) or dict(asked.n)
    cells = np.array(_cells(asked, part))
    order = tuple(f"{group}, {level}" for level in np.unique(part) for group in asked.n)
    return counted(cells, order) or dict(asked.n)


def _words(asked: Question, levels: tuple[str, ...], hypothesis: Hypothesis) -> str:
    what = f"({asked.contrast})" if asked.groups else f"slope {asked.contrast}"
    if len(levels) == 2:
        return f"{what} in {levels[0]} − {what} in {levels[1]}"
    return f"{what} between levels of {hypothesis.separately_by}"
