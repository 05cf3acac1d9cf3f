"""What becomes of a score where items are unanswered: a value with its status, by the rule that the file names."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nociscope.core.instrument import Missing, ScoreRule
from nociscope.core.status import FitStatus
from nociscope.models.phenotype.operations import operate

Column = NDArray[np.float64]
Counts = NDArray[np.int64]
Statuses = NDArray[np.str_]
Filled = tuple[Column, Statuses]

_WITHOUT_RULE = ("expr", "bin", "lookup")
"""Operations of which there is no mean: they need every input."""


def filled(rule: ScoreRule, values: Column, missing: Missing, ends: tuple[Column, Column]) -> Filled:
    """Value and status of everybody.

    Parameters
    ----------
    values : shape (person, input), nan where unanswered. ends : what the score can be.
    """
    n_valid = np.isfinite(values).sum(axis=1)
    complete = n_valid == values.shape[1]
    status = np.where(complete, str(FitStatus.OK), str(FitStatus.MISSING_DATA)).astype("<U24")
    if rule.op in _WITHOUT_RULE:
        value = np.where(complete, operate(rule, np.where(np.isfinite(values), values, 0.0)), np.nan)
        status = np.where(complete & _impossible(rule, value), str(FitStatus.OUT_OF_RANGE), status)
    else:
        value, status = _FILL[missing.rule](rule, values, n_valid, missing, status)
    if missing.rule == "bounded":
        settled = ~complete & (ends[0] == ends[1])
        value, status = np.where(settled, ends[0], value), np.where(settled, str(FitStatus.OK), status)
    return value, np.where(np.isnan(value) & (status == FitStatus.OK), str(FitStatus.MISSING_DATA), status)


def _impossible(rule: ScoreRule, value: Column) -> NDArray[np.bool_]:
    """Answers that are possible alone and not together, such as more sleep than time in bed."""
    if rule.op != "expr":
        return np.zeros(len(value), dtype=bool)
    return ~((value >= rule.low - 1e-9) & (value <= rule.high + 1e-9))


def _complete(rule: ScoreRule, values: Column, n_valid: Counts, missing: Missing, status: Statuses) -> Filled:
    return operate(rule, values), status


def _bounded(rule: ScoreRule, values: Column, n_valid: Counts, missing: Missing, status: Statuses) -> Filled:
    some = (n_valid > 0) & (n_valid < values.shape[1])
    return operate(rule, values), np.where(some, str(FitStatus.INDETERMINATE), status)


def _prorated(rule: ScoreRule, values: Column, n_valid: Counts, missing: Missing, status: Statuses) -> Filled:
    """Fill what is missing with the mean of what is not, where enough is there.

    Of a sum, that is also the percentage of what could have been reached in the answered items.
    """
    mean = np.divide(np.nansum(values, axis=1), n_valid, out=np.full(len(values), np.nan), where=n_valid > 0)
    full = operate(rule, np.where(np.isnan(values), mean[:, None], values))
    if missing.round_up:
        full = np.where(n_valid < values.shape[1], np.ceil(full - 1e-9), full)
    return _where_enough(full, values, n_valid, missing, status)


def _unticked(rule: ScoreRule, values: Column, n_valid: Counts, missing: Missing, status: Statuses) -> Filled:
    return _where_enough(operate(rule, np.nan_to_num(values)), values, n_valid, missing, status)


def _where_enough(full: Column, values: Column, n_valid: Counts, missing: Missing, status: Statuses) -> Filled:
    complete, enough = n_valid == values.shape[1], n_valid >= max(1, missing.min_valid)
    status = np.where(~complete & enough, str(FitStatus.PRORATED), status)
    status = np.where(~enough & (n_valid > 0), str(FitStatus.TOO_FEW_TRIALS), status)
    return np.where(enough, full, np.nan), status


_FILL: dict[str, Callable[..., Filled]] = {
    "complete": _complete, "bounded": _bounded, "prorate": _prorated, "percent_of_answered": _prorated,
    "unticked": _unticked,
}  # fmt: skip
