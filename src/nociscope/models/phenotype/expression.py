"""The small language of instrument files: arithmetic, comparisons, and, or, not, count. It can do nothing else.

Numbers are compared with a tolerance of 1e-9 of their size, so that a fall from 4 to 3.6 is ten per cent although
binary fractions have it as 9.999999999999998. The label that an earlier rule gave is compared as text.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import cache, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError

Column = NDArray[np.float64]

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}  # fmt: skip


def _near(a: Any, b: Any) -> Any:
    return np.abs(a - b) <= 1e-9 * np.maximum(1.0, np.maximum(np.abs(a), np.abs(b)))


def _equal(a: Any, b: Any) -> Any:
    return np.asarray(a) == np.asarray(b) if _is_text(a) or _is_text(b) else _near(a, b)


_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: lambda a, b: (a < b) & ~_near(a, b), ast.LtE: lambda a, b: (a < b) | _near(a, b),
    ast.Gt: lambda a, b: (a > b) & ~_near(a, b), ast.GtE: lambda a, b: (a > b) | _near(a, b),
    ast.Eq: _equal, ast.NotEq: lambda a, b: ~_equal(a, b),
}  # fmt: skip


def _count(*parts: Column) -> Column:
    """How many hold."""
    return reduce(operator.add, (np.asarray(p, dtype=np.float64) != 0 for p in parts), np.zeros(1)) * 1.0


def _hours_between(start: Column, end: Column) -> Column:
    """From one time of day to the next, over midnight where need be."""
    return np.asarray((end - start) % 24.0)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "count": _count, "hours_between": _hours_between, "abs": np.abs,
    "min": lambda *parts: reduce(np.minimum, parts), "max": lambda *parts: reduce(np.maximum, parts),
}  # fmt: skip


def evaluate(text: str, values: Mapping[str, Any]) -> Column:
    """Value of an expression for everybody; truth is 1, falsehood 0.

    Parameters
    ----------
    values : name → shape (person,), without missing values (bounds and completions are taken before); numbers, or the
        labels of an earlier rule, which can only be compared for equality.

    Raises
    ------
    InputError
        The expression names something unknown or uses what the language does not have.
    """
    return np.asarray(_value(_tree(text), values, text), dtype=np.float64)


def names(text: str) -> tuple[str, ...]:
    """Inputs that an expression names, in order of first mention."""
    found = [n.id for n in ast.walk(_tree(text)) if isinstance(n, ast.Name) and n.id not in _FUNCTIONS]
    return tuple(dict.fromkeys(n for n in found if n != "true"))


def constants(text: str, name: str) -> tuple[float, ...]:
    """Numbers with which an expression compares one input: where its answer can change."""
    found: set[float] = set()
    for node in ast.walk(_tree(text)):
        if isinstance(node, ast.Compare) and name in {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}:
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and isinstance(part.value, int | float):
                    found.add(float(part.value))
    return tuple(sorted(found))


def conjuncts(text: str) -> tuple[str, ...]:
    """Parts that must all hold, in order: the whole expression where it is not joined by *and*."""
    tree = _tree(text)
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    return tuple(ast.unparse(p) for p in parts)


def only_compared(text: str, name: str) -> bool:
    """Whether an input is nowhere computed with: each mention stands alone on a side of a comparison with numbers."""
    mentions = sum(isinstance(n, ast.Name) and n.id == name for n in ast.walk(_tree(text)))
    compared = 0
    for node in ast.walk(_tree(text)):
        if isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            alone = [isinstance(s, ast.Name) and s.id == name for s in sides]
            if all(own or isinstance(s, ast.Constant) for own, s in zip(alone, sides, strict=True)):
                compared += sum(alone)
    return mentions == compared


def functions() -> frozenset[str]:
    """Names that belong to the language."""
    return frozenset(_FUNCTIONS) | {"and", "or", "not", "true"}


def _is_text(value: Any) -> bool:
    return np.asarray(value).dtype.kind in "UO"


@cache
def _tree(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise InputError("not an expression", got=text, do="use + − * / comparisons and, or, not, count()") from error


def _value(node: ast.expr, values: Mapping[str, Column], text: str) -> Any:  # noqa: PLR0911  one line a kind
    def inner(part: ast.expr) -> Any:
        return _value(part, values, text)

    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Constant(value=str() as label):
            return label
        case ast.Name(id="true"):
            return 1.0
        case ast.Name() if node.id in values:
            return values[node.id]
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            return _ARITHMETIC[type(node.op)](inner(node.left), inner(node.right))
        case ast.UnaryOp(op=ast.USub()):
            return -inner(node.operand)
        case ast.UnaryOp(op=ast.Not()):
            return np.asarray(inner(node.operand)) == 0
        case ast.BoolOp():
            join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            return reduce(join, (np.asarray(inner(p)) != 0 for p in node.values))
        case ast.Compare():
            sides = [inner(s) for s in (node.left, *node.comparators)]
            ordered = [op for op in node.ops if not isinstance(op, ast.Eq | ast.NotEq)]
            if any(type(op) not in _COMPARISONS for op in node.ops) or (ordered and any(map(_is_text, sides))):
                raise InputError("labels are equal or not, nothing else", got=f"{ast.unparse(node)!r} in {text!r}")
            held = [_COMPARISONS[type(op)](a, b) for op, a, b in zip(node.ops, sides[:-1], sides[1:], strict=True)]
            return reduce(np.logical_and, held)
        case ast.Call(func=ast.Name(id=name)) if name in _FUNCTIONS and not node.keywords:
            return _FUNCTIONS[name](*(inner(a) for a in node.args))
    raise InputError(
        "an expression uses what its language does not have", expected=f"{', '.join(values)}, {', '.join(_FUNCTIONS)}",
        got=f"{ast.unparse(node)!r} in {text!r}",
    )  # fmt: skip
