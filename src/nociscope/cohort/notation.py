"""The notation of formulas and tests: what may be written, read without running any of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from nociscope.core.errors import StudyError
from nociscope.core.hypothesis_data import Array, Labels

FUNCTIONS = ("C", "log", "log2", "log10", "exp", "sqrt", "poly")
"""What a formula may call. Anything else would run the study file as a program."""

_CALL = re.compile(r"^(?P<function>\w+)\((?P<variable>[^(),]+?)(?:,\s*(?P<number>\d+))?\)$")


@dataclass(frozen=True)
class Factor:
    """One factor of a term: the variable, the function that is called on it, and its number (a degree)."""

    variable: str
    function: str = ""
    number: str = ""


def variables(formula: str) -> Labels:
    """Return the columns that a formula names, in order.

    Raises
    ------
    StudyError
        It is not a formula, has a left side or no intercept, or calls what it may not.
    """
    return tuple(dict.fromkeys(factor.variable for term in parsed(formula) for factor in term))


def parsed(formula: str) -> tuple[tuple[Factor, ...], ...]:
    """Terms of a formula, the intercept as an empty one."""
    from formulaic import Formula, SimpleFormula

    try:
        read = Formula(formula)
    except Exception as error:  # the parser raises its own kinds and plain ones
        said = re.sub(r"\x1b\[[0-9;]*m|[⧛⧚]", "", str(error)).split("\n")[0]
        raise StudyError("the formula cannot be read", got=formula, where="formula", do=said) from error
    if not isinstance(read, SimpleFormula):
        raise StudyError(
            "a formula has no left side and no bar", got=formula, where="formula", do="the measure stands in measure"
        )
    terms = tuple(
        tuple(_factor(f.expr, str(f.eval_method.value)) for f in term.factors if f.eval_method.value != "literal")
        for term in read
    )
    if () not in terms or len(terms) < 2:
        raise StudyError("a formula needs an intercept and a term", got=formula, where="formula")
    return terms


def _factor(text: str, how: str) -> Factor:
    if how == "lookup":
        return Factor(text)
    call = _CALL.match(text)
    if call is None or call["function"] not in FUNCTIONS:
        raise StudyError("the formula calls what it may not", expected=", ".join(FUNCTIONS), got=text, where="formula")
    return Factor(call["variable"].strip().strip("`"), call["function"], call["number"] or "")


def weights_of(test: str, names: Labels) -> Array:
    """Rows of weights over names; every known name is quoted first, since the parser knows no colon."""
    from formulaic.utils.constraints import LinearConstraints

    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    quoted = re.sub(rf"`?(?<![\w.])({known})(?![\w.\[])`?", r"`\1`", test)
    try:
        read = LinearConstraints.from_spec(quoted, names)
    except Exception as error:
        raise StudyError(
            f"the formula has no {test!r}", expected="a term, or weights of " + ", ".join(names), where="test",
            do='such as "group:sex" or "group[a] - group[b]"',
        ) from error  # fmt: skip
    if np.any(np.asarray(read.constraint_values) != 0):
        raise StudyError("a test is against zero", got=test, where="test", do="leave out what is not a coefficient")
    return np.asarray(read.constraint_matrix, dtype=np.float64)


def written(term: tuple[Factor, ...], between: str = ":") -> str:
    """A term as somebody would write it."""

    def one(f: Factor) -> str:
        degree = f", {f.number}" if f.number else ""
        return f"{f.function}({f.variable}{degree})" if f.function not in ("", "C") else f.variable

    return between.join(map(one, term))


def token(names: tuple[str, ...], levels: tuple[str, ...]) -> str:
    """Name of a level, or of a pair of levels: ``group[fm]:sex[F]``."""
    return ":".join(f"{name}[{level}]" for name, level in zip(names, levels, strict=True))


def variables_of(token: str) -> set[str]:
    """Variables behind the name of a coefficient or level."""
    plain = [re.sub(r"\[.*?\]", "", part) for part in re.split(r":(?![^\[]*\])", token)]
    return {(m["variable"] if (m := _CALL.match(part)) else part).strip() for part in plain}
