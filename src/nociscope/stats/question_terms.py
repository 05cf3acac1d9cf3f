"""A formula as a question: model and contrast, parted into what is asked and what is held constant."""

from __future__ import annotations

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats.asked import Question, counted, held_constant
from nociscope.stats.design import Array, Design, independent, integer_labels
from nociscope.stats.sample import Sample


def of_terms(sample: Sample, data: HypothesisData, hypothesis: Hypothesis) -> Question:
    """Design of a formula; one row of weights is a t, several are an F."""
    terms = sample.terms
    if terms is None:
        raise InputError("a formula needs its columns", expected="terms", where=hypothesis.name)
    interest, nuisance = partition(terms.matrix, terms.interest)
    strata_columns, strata = held_constant(sample, {})
    joint = len(terms.interest) > 1
    if joint and hypothesis.alternative != "two-sided":
        raise InputError("an F has no direction", got=hypothesis.alternative, where=hypothesis.name)
    cells = np.array(terms.cells, dtype=str)
    grouped = np.unique(cells).size > 1
    return Question(
        kind="formula",
        design=Design(
            interest=interest if joint else interest[:, 0],
            nuisance=np.hstack([nuisance, independent(nuisance, strata_columns)]),
            strata=strata,
            spread=integer_labels(cells.tolist()) if grouped else None,
        ),
        values=sample.values,
        covariates=tuple(name for name in terms.variables if name not in terms.tested),
        n=counted(cells) if grouped else {"people": len(sample.people)},
        contrast=terms.label,
        unit="1" if joint else data.unit,
        effect="partial_eta_squared" if joint else "standardised",
        groups=tuple(cells.tolist()) if grouped else (),
        label=f"{'terms' if joint else 'contrast'} of the model {hypothesis.formula}",
    )


def partition(matrix: Array, weights: Array) -> tuple[Array, Array]:
    """Part a model into columns whose coefficients are the contrast, and the rest (Ridgway; Winkler et al. 2014).

    M β = M W⁺ (W β) + M (I − W⁺W) β for every β, so the coefficients of the first part are W β wherever W β can be
    estimated, also where columns of the model repeat one another.

    Parameters
    ----------
    matrix : shape (person, column).
    weights : shape (question, column).

    Returns
    -------
    interest : shape (person, question).
    nuisance : shape (person, independent column).
    """
    inverse = np.linalg.pinv(weights)
    interest = matrix @ inverse
    rest = matrix @ (np.eye(matrix.shape[1]) - inverse @ weights)
    length = np.linalg.norm(rest, axis=0)
    scale = float(np.linalg.norm(matrix)) or 1.0
    kept = rest[:, length > 1e-10 * scale]
    return interest, independent(np.zeros((len(matrix), 0)), kept)
