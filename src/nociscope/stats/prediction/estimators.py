"""Linear models that predict, as a table; all penalised, all fitted to standardised columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nociscope.core.errors import InputError
from nociscope.stats.design import Array

Path = Callable[[Array, Array, Array], Array]
"""Columns (person, column), outcome (person,), penalties -> coefficients (penalty, column + 1), intercept last."""


@dataclass(frozen=True, eq=False)
class Estimator:
    """A model with its penalties, strongest first.

    Parameters
    ----------
    words : for the method text.
    path : coefficients for every penalty.
    penalties : shape (penalty,).
    loss : of scores (person, penalty) given the outcome (person,), summed over people; picks the penalty.
    probability : whether scores are logits.
    compiled : share of L1, negative for ridge; None where no compiled folds stand for `path` and `loss`.
    """

    words: str
    path: Path
    penalties: Array
    loss: Callable[[Array, Array], Array]
    probability: bool
    compiled: float | None = None


def log_loss(scores: Array, y: Array) -> Array:
    """Summed log loss of logits, shape (penalty,)."""
    return np.asarray(np.logaddexp(0, np.where(y[:, None] == 1, -scores, scores)).sum(axis=0))


def hinge_loss(scores: Array, y: Array) -> Array:
    """Summed distance to the right side of the margin, shape (penalty,)."""
    return np.asarray(np.maximum(0, 1 - scores * (2 * y[:, None] - 1)).sum(axis=0))


def squared_loss(scores: Array, y: Array) -> Array:
    """Summed squared error, shape (penalty,)."""
    return np.asarray(((scores - y[:, None]) ** 2).sum(axis=0))


def _ridge_logistic(x: Array, y: Array, penalties: Array) -> Array:
    from nociscope.stats.prediction.kernels import logistic_ridge_path

    if x.shape[1] < x.shape[0]:
        return np.asarray(logistic_ridge_path(np.ascontiguousarray(x), y, penalties))
    # with more columns than people the solution lies in the span of the people: fit there, and turn back
    left, sizes, axes = np.linalg.svd(x, full_matrices=False)
    found = logistic_ridge_path(np.ascontiguousarray(left * sizes), y, penalties)
    return np.column_stack([found[:, :-1] @ axes, found[:, -1]])


def _ridge(x: Array, y: Array, penalties: Array) -> Array:
    centre = x.mean(axis=0)
    left, sizes, axes = np.linalg.svd(x - centre, full_matrices=False)
    shrunk = sizes / (sizes**2 + penalties[:, None])
    slopes = (shrunk * (left.T @ (y - y.mean()))) @ axes
    return np.column_stack([slopes, y.mean() - slopes @ centre])


def _sparse(l1_share: float, logistic: bool) -> Path:
    def path(x: Array, y: Array, penalties: Array) -> Array:
        from nociscope.stats.prediction.kernels import elastic_net_path

        return np.asarray(elastic_net_path(np.ascontiguousarray(x), y, penalties, l1_share, logistic))

    return path


def _support_vectors(classes: bool) -> Path:
    def path(x: Array, y: Array, penalties: Array) -> Array:
        from sklearn.svm import SVC, SVR

        if not classes:
            scale = float(y.std()) or 1.0
            made = [SVR(kernel="linear", C=1 / v, epsilon=0.1).fit(x, (y - y.mean()) / scale) for v in penalties]
            return np.array([np.r_[m.coef_[0] * scale, m.intercept_[0] * scale + y.mean()] for m in made])
        made = [SVC(kernel="linear", C=1 / v, class_weight="balanced").fit(x, y) for v in penalties]
        return np.array([np.r_[m.coef_[0], m.intercept_[0]] for m in made])

    return path


_RIDGE = np.array([1000.0, 100.0, 10.0, 1.0, 0.1])
_FRACTIONS = np.array([1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.08, 0.03])
_MARGINS = np.array([1000.0, 100.0, 10.0, 1.0])

CLASSIFIERS = {
    "ridge": Estimator("L2-penalised logistic regression", _ridge_logistic, _RIDGE, log_loss, True, -1.0),
    "lasso": Estimator("L1-penalised logistic regression", _sparse(1.0, True), _FRACTIONS, log_loss, True, 1.0),
    "elastic-net": Estimator(
        "elastic-net logistic regression (half L1)", _sparse(0.5, True), _FRACTIONS, log_loss, True, 0.5
    ),
    "svm": Estimator("linear support vector machine", _support_vectors(True), _MARGINS, hinge_loss, False),
}
REGRESSIONS = {
    "ridge": Estimator("ridge regression", _ridge, _RIDGE, squared_loss, False, -1.0),
    "lasso": Estimator("lasso regression", _sparse(1.0, False), _FRACTIONS, squared_loss, False, 1.0),
    "elastic-net": Estimator(
        "elastic-net regression (half L1)", _sparse(0.5, False), _FRACTIONS, squared_loss, False, 0.5
    ),
    "svm": Estimator("linear support vector regression", _support_vectors(False), _MARGINS, squared_loss, False),
}


def estimator(name: str, classes: bool) -> Estimator:
    """Look up a model for two classes or for a number.

    Raises
    ------
    InputError
        No such model.
    """
    table = CLASSIFIERS if classes else REGRESSIONS
    if name not in table:
        raise InputError("unknown estimator", expected=", ".join(table), got=name)
    return table[name]
