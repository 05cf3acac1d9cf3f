"""One number of pain sensitivity from several tests, as one paper made it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nociscope.core.errors import ShapeError
from nociscope.core.scores import Array

METHOD = "composite_zunhammer2016"


def composite_zunhammer2016(
    cold_pain: Array, heat_pain: Array, mechanical_pain: Array, sample: Sequence[Array] | None = None
) -> Array:
    """Mean of three z-scores against a sample, shape (person,); larger is more sensitive.

    Exactly as in Zunhammer et al. 2016 (10.1097/j.pain.0000000000000634): z of the cold pain threshold, minus z
    of the heat pain threshold, minus z of the natural logarithm of the mechanical pain threshold; z with the population
    SD (n, not n − 1) over people who have the test. A person who misses a test gets nan.

    Parameters
    ----------
    cold_pain, heat_pain : shape (person,), °C. mechanical_pain : shape (person,), mN.
    sample : the same three columns of the people against whom z is taken; the people themselves where absent.

    Raises
    ------
    ShapeError
        Columns of different length.
    """
    people = _columns((cold_pain, heat_pain, mechanical_pain))
    others = people if sample is None else _columns(sample)
    cold, heat, force = ((x - np.nanmean(y)) / np.nanstd(y) for x, y in zip(people, others, strict=True))
    return np.asarray((cold - heat - force) / 3)


def _columns(columns: Sequence[Array]) -> tuple[Array, Array, Array]:
    cold, heat, force = (np.asarray(c, dtype=np.float64) for c in columns)
    if not cold.shape == heat.shape == force.shape or cold.ndim != 1:
        raise ShapeError("one value a person and test", got=[cold.shape, heat.shape, force.shape])
    return cold, heat, np.log(np.where(force > 0, force, np.nan))
