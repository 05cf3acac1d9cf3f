"""A formula of the study file as columns: factors coded sum-to-zero, numbers centred, the contrast as weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nociscope.cohort.notation import Factor, parsed, token, variables, variables_of, weights_of, written
from nociscope.core.errors import StudyError
from nociscope.core.hypothesis_data import MISSING_LABELS, Array, Labels, Terms

__all__ = ["formula_terms", "variables"]

Columns = Mapping[str, NDArray[np.generic]]


def formula_terms(formula: str, test: str, columns: Columns) -> Terms:
    """Build the columns of a formula and the weights of what is tested.

    Parameters
    ----------
    formula : Wilkinson notation without a left side.
    test : a term, or weights of coefficients or of levels; may be empty where the formula has one term.
    columns : every variable of the formula, shape (person,); numbers, or labels where it is a factor.

    Raises
    ------
    StudyError
        The formula or the test cannot be read, or what is tested is not in the formula.
    """
    read = parsed(formula)
    used = variables(formula)
    missing = _missing({name: columns[name] for name in used})
    whole = np.array([not name for name in missing], dtype=bool)
    model = _Model(read, {name: np.asarray(columns[name])[whole] for name in used})
    interest, label, tested = model.question(test)
    matrix = np.full((whole.size, len(model.names)), np.nan)
    matrix[whole] = model.matrix
    cells = np.full(whole.size, "", dtype=object)
    cells[whole] = model.cells(tested)
    return Terms(matrix, model.names, interest, label, missing, used, tested, tuple(map(str, cells)))


class _Model:
    """A formula over people who have all of its variables."""

    def __init__(self, terms: tuple[tuple[Factor, ...], ...], columns: Columns) -> None:
        self.parsed = terms
        self.names_of = {name: f"v{i}" for i, name in enumerate(columns)}
        called = {f.variable for term in terms for f in term if f.function not in ("", "C")}
        labelled = {f.variable for term in terms for f in term if f.function == "C"}
        self.factors = {
            name: tuple(map(str, np.unique(_text(column))))
            for name, column in columns.items()
            if name in labelled or not _numeric(column)
        }
        if wrong := sorted(called & set(self.factors)):
            raise StudyError(f"{', '.join(wrong)} holds labels, and the formula counts with it", where="formula")
        if one := [name for name, levels in self.factors.items() if len(levels) < 2]:
            raise StudyError(f"{', '.join(one)} has fewer than two levels among the people", where="formula")
        self.columns = {
            name: _text(c) if name in self.factors else c.astype(float) - (0.0 if name in called else c.mean())
            for name, c in columns.items()
        }
        materialised = _materialised(self._written(), self._frame(self.columns))
        self.spec: Any = materialised.model_spec
        self.matrix: Array = np.asarray(materialised, dtype=np.float64)
        self.names: Labels = tuple(self._shown(str(name)) for name in materialised.columns)

    def question(self, test: str) -> tuple[Array, str, Labels]:
        """Weights of the columns, the contrast in words, and the variables that are tested."""
        own = [term for term in self.parsed if term]
        test = re.sub(r"\bC\(([^()]+)\)", r"\1", test)
        if not test and len(own) == 1:
            return self._of_term(own[0])
        if not test:
            raise StudyError(
                "a formula of several terms needs a test", expected=", ".join(map(written, own)), where="test",
                do='write test = "…"',
            )  # fmt: skip
        wanted = {part.replace(" ", "").strip("`") for part in re.split(r"[:×]", test)}
        for term in own:
            if wanted in ({written((f,)).replace(" ", "") for f in term}, {f.variable.replace(" ", "") for f in term}):
                return self._of_term(term)
        return self._of_weights(test)

    def cells(self, tested: Labels) -> NDArray[np.object_]:
        """Joint level of the tested factors, shape (person,)."""
        joined = [self.columns[name].astype(str) for name in tested if name in self.factors]
        people = len(self.matrix)
        return np.array([", ".join(row) for row in zip(*joined, strict=True)] or [""] * people, dtype=object)

    def _of_term(self, term: tuple[Factor, ...]) -> tuple[Array, str, Labels]:
        place = next(i for i, other in enumerate(self.parsed) if set(other) == set(term))
        rows = np.eye(len(self.names))[list(self.spec.term_indices.values())[place]]
        tested = tuple(f.variable for f in term)
        two = [name for name in tested if name in self.factors]
        if len(rows) > 1 or not two:
            return rows, written(term, " × "), tested
        # a factor of two levels is coded 1 and −1: its coefficient is half of the difference between them
        words = " × ".join(" − ".join(self.factors[n]) if n in two else n for n in tested)
        return 2.0 ** len(two) * rows, words if len(tested) == 1 else f"{written(term, ' × ')} ({words})", tested

    def _of_weights(self, test: str) -> tuple[Array, str, Labels]:
        """Weights over coefficients and over means of levels; commas join several to an F."""
        means = self._means()
        rows = dict(zip(self.names, np.eye(len(self.names)), strict=True)) | means
        weights = weights_of(test, tuple(rows))
        if np.any(np.abs(weights[:, len(self.names) :].sum(axis=1)) > 1e-9):
            raise StudyError("weights of levels must sum to zero", got=test, where="test", do="compare levels")
        named = [name for name, column in zip(rows, weights.T, strict=True) if np.any(column)]
        tested = tuple(v for v in self.columns if any(v in variables_of(name) for name in named))
        interest = weights @ np.stack(list(rows.values()))
        if "Intercept" in named or not np.abs(interest).max() > 0:
            raise StudyError("nothing is compared", got=test, where="test", do="weigh two levels or coefficients")
        return interest, test.replace(" - ", " − ").replace("`", ""), tested

    def _means(self) -> dict[str, Array]:
        """Marginal mean of every level, and of every pair of levels, as weights of columns.

        The other factors count all their levels alike; numbers stand at their mean.
        """
        grid = list(product(*self.factors.values()))
        frame = {name: np.array([row[i] for row in grid]) for i, name in enumerate(self.factors)}
        numbers = {name: np.full(len(grid), c.mean()) for name, c in self.columns.items() if name not in self.factors}
        filled = self.spec.get_model_matrix(self._frame({**frame, **numbers}))
        table = np.asarray(filled, dtype=np.float64)
        out: dict[str, Array] = {}
        for count in (1, 2):
            for names in combinations(self.factors, count):
                for levels in product(*(self.factors[name] for name in names)):
                    here = np.all([frame[n] == level for n, level in zip(names, levels, strict=True)], axis=0)
                    out[token(names, levels)] = table[here].mean(axis=0)
                    out[token(names[::-1], levels[::-1])] = table[here].mean(axis=0)
        return out

    def _written(self) -> str:
        """The formula over stand-in names, so that no text of the study file is ever run."""
        return "1 + " + " + ".join(":".join(map(self._code, term)) for term in self.parsed if term)

    def _code(self, factor: Factor) -> str:
        name = self.names_of[factor.variable]
        if factor.variable in self.factors:
            return f"C({name}, contr.sum)"
        degree = f", {factor.number}" if factor.number else ""
        return f"{factor.function}({name}{degree})" if factor.function else name

    def _frame(self, columns: Columns) -> Any:
        import pandas as pd

        return pd.DataFrame({self.names_of[name]: column for name, column in columns.items()})

    def _shown(self, column: str) -> str:
        plain = re.sub(r"C\((v\d+), contr\.sum\)", r"\1", column)
        own = {short: name for name, short in self.names_of.items()}
        return re.sub(r"\bv\d+\b", lambda m: own[m.group()], plain)


def _materialised(text: str, frame: Any) -> Any:
    from formulaic import model_matrix

    try:
        return model_matrix(text, frame, context={"sqrt": np.sqrt}, na_action="raise")
    except Exception as error:
        raise StudyError("the formula cannot be computed", got=str(error).split("\n")[0], where="formula") from error


def _missing(columns: Columns) -> Labels:
    """Name of the first variable that nobody knows of a person."""
    out = [""] * (len(next(iter(columns.values()))) if columns else 0)
    for name, column in columns.items():
        known = np.isfinite(column.astype(float)) if _numeric(column) else ~np.isin(_text(column), [*MISSING_LABELS])
        out = [was or ("" if there else name) for was, there in zip(out, known, strict=True)]
    return tuple(out)


def _numeric(column: NDArray[np.generic]) -> bool:
    return column.dtype.kind in "fiub"


def _text(column: NDArray[np.generic]) -> NDArray[np.str_]:
    if column.dtype.kind == "f":
        return np.array(["" if np.isnan(v) else f"{v:.15g}" for v in column.astype(float)])
    return column.astype(str)
