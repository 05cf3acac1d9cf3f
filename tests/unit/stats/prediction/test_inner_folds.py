"""Compiled folds give the scores and the losses of the written-out models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nociscope.stats.prediction import pipeline
from nociscope.stats.prediction.estimators import CLASSIFIERS, REGRESSIONS, Estimator
from nociscope.stats.prediction.pipeline import Recipe, predicted


class _Plain(Recipe):
    """The same recipe without compiled folds."""

    @property
    def model(self) -> Estimator:
        return replace(super().model, compiled=None)


@pytest.mark.parametrize("columns", [1, 4, 40])
@pytest.mark.parametrize("classes", [True, False])
@pytest.mark.parametrize("name", ["ridge", "lasso", "elastic-net"])
def test_compiled_scores_are_those_of_the_path(name: str, classes: bool, columns: int) -> None:
    rng = np.random.default_rng(columns)
    x = rng.normal(2, 3, (14, columns))
    x[:, columns // 2 + (columns > 1) - 1] = 5.0  # a constant column, or none that differs
    y = (np.arange(14) < 6).astype(float) if classes else rng.normal(size=14)
    penalties = (CLASSIFIERS if classes else REGRESSIONS)[name].penalties
    found, expected = (predicted(x[3:], y[3:], x[:3], recipe(name, classes), penalties) for recipe in (Recipe, _Plain))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("classes", [True, False])
@pytest.mark.parametrize("name", ["ridge", "lasso", "elastic-net"])
def test_the_same_penalty_is_picked(name: str, classes: bool) -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        x, y = rng.normal(size=(15, 3)), (np.arange(15) < 6).astype(float)
        if not classes:
            y = x[:, 0] + rng.normal(size=15)
        found, expected = (
            pipeline._penalty(x, y, None, recipe(name, classes), np.random.default_rng(1))
            for recipe in (Recipe, _Plain)
        )
        assert found == expected
