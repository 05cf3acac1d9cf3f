"""Questions to plain arrays: compare groups, compare sessions, correlate, retest. One measure at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nociscope.core.errors import InputError, ShapeError
from nociscope.core.finding import Finding
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats.evaluate import evaluate
from nociscope.stats.settings import TestSettings

Columns = Mapping[str, ArrayLike]


def compare(
    values: ArrayLike,
    groups: Sequence[str],
    covariates: Columns | None = None,
    blocks: Sequence[object] | None = None,
    paired: bool = False,
    alternative: str = "two-sided",
    seed: int = 0,
) -> Finding:
    """Compare two groups, or two conditions of the same people or pairs: first label met minus the other.

    Parameters
    ----------
    values : shape (row,); nan is left out and named under ``excluded``.
    groups : shape (row,), two labels.
    covariates : name to one number or label per row; held constant.
    blocks : people are exchanged only within a block; where `paired`, who belongs to whom (default: by order).
    paired : whether the two labels are measurements of the same person or pair.
    alternative : ``two-sided``, ``greater`` (first is larger) or ``less``.
    seed : of random relabellings and resamples.

    Raises
    ------
    InputError
        Not exactly two labels, or pairs that do not fit.

    Examples
    --------
    >>> compare([4.1, 4.4, 3.9, 4.6, 3.1, 3.3, 2.9, 3.4, 3.0], ["p"] * 4 + ["c"] * 5).n_permutations
    126
    """
    y = _vector(values)
    labels = [str(g) for g in groups]
    levels = list(dict.fromkeys(labels))
    if len(levels) != 2 or len(labels) != y.size:
        raise InputError("a comparison needs two groups", expected=f"{y.size} labels of 2 kinds", got=levels)
    if paired:
        return _compare_paired(y, labels, blocks, covariates, alternative, seed)
    strata = [""] * y.size if blocks is None else [f"block {b}" for b in blocks]
    people = tuple(Person(f"{i + 1}", group=g, stratum=s) for i, (g, s) in enumerate(zip(labels, strata, strict=True)))
    data = HypothesisData(people, ("values",), "1", values=y[:, None], covariates=_columns(covariates))
    asked = _hypothesis(contrast=levels, alternative=alternative, stratify="block" if blocks is not None else "")
    return evaluate(data, asked, TestSettings(seed=seed))[0]


def paired(
    first: ArrayLike,
    second: ArrayLike,
    covariates: Columns | None = None,
    alternative: str = "two-sided",
    settings: TestSettings | None = None,
) -> Finding:
    """Mean of first minus second, shapes (person,), tested by sign flips."""
    a, b = _vector(first), _vector(second)
    if a.shape != b.shape:
        raise ShapeError("pairs do not fit", expected=a.shape, got=b.shape)
    data = HypothesisData(
        _people(a.size), ("values",), "1", session_values=np.stack([a, b], axis=1)[:, :, None],
        sessions=("first", "second"), covariates=_columns(covariates),
    )  # fmt: skip
    asked = _hypothesis(paired=["first", "second"], alternative=alternative)
    return evaluate(data, asked, settings or TestSettings())[0]


def correlate(
    values: ArrayLike,
    predictor: ArrayLike,
    covariates: Columns | None = None,
    method: str = "pearson",
    alternative: str = "two-sided",
    settings: TestSettings | None = None,
) -> Finding:
    """Slope and (partial) correlation of values on a predictor, shapes (person,).

    `method` is ``pearson`` or ``spearman``.
    """
    y, x = _vector(values), _vector(predictor)
    data = HypothesisData(
        _people(y.size), ("values",), "1", values=y[:, None], predictor=x, predictor_name="predictor",
        covariates=_columns(covariates),
    )  # fmt: skip
    asked = _hypothesis(correlate="predictor", method=method, alternative=alternative)
    return evaluate(data, asked, settings or TestSettings())[0]


def retest(values: ArrayLike, settings: TestSettings | None = None) -> Finding:
    """ICC(1,1), variability, SEM, minimal detectable change and limits of agreement.

    Values of shape (person, session); the last session is compared with the first.
    """
    y = np.asarray(values, dtype=np.float64)
    if y.ndim != 2:
        raise ShapeError("test–retest needs a table", expected="(person, session)", got=y.shape)
    sessions = tuple(f"session {i + 1}" for i in range(y.shape[1]))
    data = HypothesisData(_people(len(y)), ("values",), "1", session_values=y[:, :, None], sessions=sessions)
    return evaluate(data, _hypothesis(retest=list(sessions)), settings or TestSettings())[0]


def _compare_paired(
    y: NDArray[np.float64],
    labels: list[str],
    blocks: Sequence[object] | None,
    covariates: Columns | None,
    alternative: str,
    seed: int,
) -> Finding:
    first_label = labels[0]
    first = [i for i, g in enumerate(labels) if g == first_label]
    second = [i for i, g in enumerate(labels) if g != first_label]
    if blocks is not None:
        first, second = (sorted(rows, key=lambda i: str(blocks[i])) for rows in (first, second))
    same = blocks is None or [blocks[i] for i in first] == [blocks[i] for i in second]
    if len(first) != len(second) or not same:
        raise InputError("every pair needs both labels once", got=f"{len(first)} and {len(second)} values")
    columns = {name: column[first] for name, column in _columns(covariates).items()}
    finding_settings = TestSettings(seed=seed)
    return paired(y[first], y[second], columns, alternative, finding_settings)


def _hypothesis(**question: object) -> Hypothesis:
    return Hypothesis.model_validate({"name": "comparison", "measure": "value", **question})


def _people(n: int) -> tuple[Person, ...]:
    return tuple(Person(f"{i + 1}") for i in range(n))


def _vector(values: ArrayLike) -> NDArray[np.float64]:
    y = np.asarray(values, dtype=np.float64)
    if y.ndim != 1:
        raise ShapeError("one number per row", expected="one axis", got=y.shape)
    return y


def _columns(covariates: Columns | None) -> dict[str, NDArray[np.generic]]:
    return {name: np.asarray(column) for name, column in (covariates or {}).items()}
