"""Trials from plain arrays, for whoever has no table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.scores import Trials

_PER_TRIAL = ("stimulus", "response", "reading", "run", "trial", "direction", "phase", "valid", "censored")

POSSIBLE = {
    "degC": (-20.0, 60.0), "kPa": (0.0, 5000.0), "mN": (0.0, 10000.0), "x/8": (0.0, 8.0), "mm": (0.0, 500.0),
    "s": (0.0, 3600.0), "mA": (0.0, 200.0),
}  # fmt: skip
"""What can be at all, by unit; beyond it a number is a slip of the pen or of the unit."""
SCALES = {"0-10": 10.0, "0-100": 100.0, "0/1": 1.0}
"""Most that a response can be, by scale."""
READS = {"degC": ("CDT", "WDT", "TSL", "CPT", "HPT"), "kPa": ("PPT",), "mN": ("MPT", "MDT"), "x/8": ("VDT",),
         "mm": ("TPD", "localisation"), "s": ("cold_pressor",), "mA": ("EPT",)}  # fmt: skip
"""Unit to the tests whose readings stand in it."""


def trials(test: str, part: str, side: str = "n/a", **columns: Any) -> Trials:
    """Single readings or ratings of one test at one place, as `Trials`.

    Parameters
    ----------
    test, part, side : as in `Trials`.
    columns : ``reading``, ``response``, ``stimulus``, ``direction``, ``phase``, ``run``, ``trial``, ``valid``,
        ``censored`` as sequences of one length (a single text or number stands for all), and units, ``orientation``,
        ``baseline_temp``, ``role``, ``where`` as single values. What is left out is nan, empty, valid, not censored.

    Raises
    ------
    InputError
        An unknown column, neither reading nor response nor stimulus, or text where a number belongs.
    RangeError
        A reading or response that cannot be in its unit; without a unit it is that of the test.
    ShapeError
        Columns of different length.
    """
    if unknown := set(columns) - {f.name for f in fields(Trials)}:
        raise InputError("unknown columns of trials", got=", ".join(sorted(unknown)), expected=", ".join(_PER_TRIAL))
    n = max((np.size(columns[c]) for c in _PER_TRIAL if c in columns and not isinstance(columns[c], str)), default=0)
    if n == 0 or not {"reading", "response", "stimulus"} & set(columns):
        raise InputError("no trials", expected="reading, response or stimulus", got=sorted(columns))
    numbers: dict[str, Any] = {
        c: _column(columns.get(c, math.nan), n, np.float64, c) for c in ("stimulus", "response", "reading")
    }
    _check_possible(test, part, numbers, columns)
    return Trials(
        test=test, part=part, side=side, **numbers,
        run=_column(columns.get("run", 1), n, np.int64, "run"),
        trial=_column(columns.get("trial", np.arange(1, n + 1)), n, np.int64, "trial"),
        direction=_texts(columns.get("direction", ""), n, "direction"),
        phase=_texts(columns.get("phase", ""), n, "phase"),
        valid=_column(columns.get("valid", True), n, np.bool_, "valid"),
        censored=_column(columns.get("censored", 0), n, np.int8, "censored"),
        **{key: value for key, value in columns.items() if key not in _PER_TRIAL},
    )  # fmt: skip


def without_first(trials: Trials, runs: int = 1) -> Trials:
    """The same trials with the first of them marked invalid, where a laboratory counts them as practice.

    Parameters
    ----------
    runs : how many; a pair of ascending and descending readings is one, and so is each reading of a test without
        directions.
    """
    key = np.array(trials.run) * 1_000_000 + trials.trial
    early = np.isin(key, np.unique(key)[:runs])
    return replace(trials, valid=trials.valid & ~early)


def _check_possible(test: str, part: str, numbers: dict[str, NDArray[np.float64]], columns: dict[str, Any]) -> None:
    unit = columns.get("reading_unit") or next((u for u, tests in READS.items() if test in tests), "")
    scale = columns.get("response_unit", "")
    limits = {"reading": POSSIBLE.get(unit), "response": (0.0, SCALES[scale]) if scale in SCALES else None}
    for name, span in limits.items():
        wrong = numbers[name][(numbers[name] < span[0]) | (numbers[name] > span[1])] if span else np.array([])
        if wrong.size:
            raise RangeError(
                f"{test} {part}: {name} that cannot be", expected=f"{span[0]:g} to {span[1]:g}" if span else "",
                got=f"{wrong[0]:g} {unit if name == 'reading' else scale}", do="mend the number or its unit",
            )  # fmt: skip


def _column(value: ArrayLike, n: int, kind: type[np.generic], name: str) -> NDArray[Any]:
    try:
        array = np.asarray(value, dtype=kind)
    except (ValueError, TypeError):
        raise InputError(f"column {name!r} of trials", expected="numbers", got=repr(value), do="mend it") from None
    if array.ndim == 0:
        return np.full(n, array)
    if array.shape != (n,):
        raise ShapeError(f"column {name!r} of trials", expected=n, got=array.shape)
    return array.copy()


def _texts(value: str | Sequence[str], n: int, name: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) * n
    if len(value) != n:
        raise ShapeError(f"column {name!r} of trials", expected=n, got=len(value))
    return tuple(value)
