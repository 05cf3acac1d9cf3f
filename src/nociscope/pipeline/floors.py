"""What the smallest p of each hypothesis can be, told before anything is computed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import MissingMetadata, ShapeError
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.study import Study
from nociscope.io.people import People

if TYPE_CHECKING:
    from nociscope.stats.floor import Floor
    from nociscope.stats.settings import TestSettings

FEWEST_OF_GROUP = 2
MISSING = ("", "n/a", "unknown")


def floor_lines(study: Study, people: People) -> list[str]:
    """Return a line for each contrast and each pair, from the tables of people alone.

    People count whom no value and no covariate leaves out yet; with fewer the floor is higher. Questions whose
    columns are not in the tables are left to the finding itself, which always says its floor.
    """
    told = [_line(h, study, people) for h in study.hypothesis if h.kind in ("contrast", "paired") and not h.scheme]
    lines = [line for line in told if line]
    head = "Smallest p that these hypotheses can have, if everybody has a number:"
    return [head, *lines] if lines else []


def _line(hypothesis: Hypothesis, study: Study, people: People) -> str:
    from nociscope.stats.settings import TestSettings

    settings = TestSettings(seed=study.study.seed, alpha=study.study.alpha)
    try:
        who, found = (_of_pairs if hypothesis.kind == "paired" else _of_groups)(hypothesis, study, people, settings)
    except (MissingMetadata, ShapeError):
        return ""
    if found is None:
        return ""
    how = f"all {found.count:,}" if found.exact else f"{found.count:,} random"
    line = f"  {hypothesis.name}: {found.p:.3g} ({who}; {how} relabellings)"
    if found.p <= settings.alpha:
        return line
    named = "floor-above-alpha" in hypothesis.override
    return f"{line}, above alpha = {settings.alpha:g}: {'overruled by the study file' if named else 'will be refused'}"


def _of_pairs(hypothesis: Hypothesis, study: Study, people: People, settings: TestSettings) -> tuple[str, Floor | None]:
    from nociscope.stats.floor import floor_of_pairs  # brings scipy

    count = len(people.participants)
    return f"{count} people", floor_of_pairs(count, hypothesis, settings)


def _of_groups(
    hypothesis: Hypothesis, study: Study, people: People, settings: TestSettings
) -> tuple[str, Floor | None]:
    from nociscope.stats.floor import floor_of_groups  # brings scipy

    groups, covariates, strata = _columns(hypothesis, study, people)
    sizes = Counter(groups)
    who = ", ".join(f"{sizes[level]} {level}" for level in hypothesis.contrast)
    if min(sizes[level] for level in hypothesis.contrast) < FEWEST_OF_GROUP:
        return who, None
    return who, floor_of_groups(groups, hypothesis, settings, covariates, strata)


Column = NDArray[np.generic]


def _columns(
    hypothesis: Hypothesis, study: Study, people: People
) -> tuple[list[str], dict[str, Column], tuple[str, ...]]:
    """Groups, covariates and strata of the people of whom all of these are known.

    Raises
    ------
    MissingMetadata
        No table has such a column.
    """
    held = study.covariates.use if hypothesis.covariates is None else hypothesis.covariates
    names = [hypothesis.by or study.groups.variable, *held, *([hypothesis.stratify] if hypothesis.stratify else [])]
    rows = [[people.get(who, name) for name in names] for who in people.participants]
    kept = [r for r in rows if str(r[0]) in hypothesis.contrast and not any(v is None or v in MISSING for v in r)]
    columns = [[row[i] for row in kept] for i in range(len(names))]
    covariates: dict[str, Column] = {}
    for name, column in zip(held, columns[1:], strict=False):
        labels = name in study.covariates.categorical or any(isinstance(v, str) for v in column)
        covariates[name] = np.array([str(v) for v in column] if labels else column)
    strata = tuple(str(v) for v in columns[-1]) if hypothesis.stratify else ()
    return [str(v) for v in columns[0]], covariates, strata
