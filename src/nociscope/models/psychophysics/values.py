"""From single readings to the participant's value, for every test of the battery."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nociscope.core.errors import InputError, UnitError
from nociscope.core.scores import Array, Score, Trials
from nociscope.core.status import FitStatus
from nociscope.models.psychophysics.battery import SensoryTest, find_test
from nociscope.models.psychophysics.bounded import Bounded, Side, bounded_mean, missing, scored_column
from nociscope.models.psychophysics.windup import windup_ratio

METHOD = "DFNS value 1"

PROTOCOL_BASELINE = 32.0
"""Temperature of the skin from which thermal tests start, °C."""
RATING_OFFSET = 0.1
"""Added to every rating before the geometric mean, and not taken off again."""


def participant_value(trials: Trials) -> Score:
    """The participant's value of one test at one place.

    Parameters
    ----------
    trials : of one test and place; invalid ones are left out.

    Returns
    -------
    Score
        In the unit of the battery; ``low`` and ``high`` where a limit of the device was reached.

    Raises
    ------
    InputError
        A test that is not in the battery, or turning points without direction.
    UnitError
        Another unit than that of the battery.
    """
    test = find_test(trials.test)
    _check_unit(trials, test)
    found = _RULES[test.symbol](trials, test)
    if test.unit == "degC" and math.isfinite(found.value) and test.transform == "log10" and found.value <= 0:
        found = missing(FitStatus.OUT_OF_RANGE, found.n_valid, found.n_asked, ("wrong_direction",))
    return Score(
        test.symbol, trials.part, found.value, test.unit, found.status, METHOD, trials.side, low=found.low,
        high=found.high, n_valid=found.n_valid, n_asked=found.n_asked, flags=found.flags, cites=("rolke2006",),
    )  # fmt: skip


def _check_unit(trials: Trials, test: SensoryTest) -> None:
    got = trials.reading_unit if test.column == "reading" else trials.response_unit
    free = test.symbol in ("PHS", "WUR")  # a count and a ratio have no scale
    if got and not free and got != test.column_unit:
        raise UnitError(
            f"{test.symbol} in another unit", expected=test.column_unit, got=got, where=trials.where or None,
            do="convert where the table is read",
        )  # fmt: skip


def _plain(trials: Trials, test: SensoryTest) -> Bounded:
    values, side = scored_column(trials, test)
    return bounded_mean(values, side, test.needed, max(test.asked, trials.n))


def _baseline(trials: Trials) -> float:
    return trials.baseline_temp if math.isfinite(trials.baseline_temp) else PROTOCOL_BASELINE


def _cooling(trials: Trials, test: SensoryTest) -> Bounded:
    values, side = scored_column(trials, test)
    return bounded_mean(_baseline(trials) - values, -side, test.needed, max(test.asked, trials.n))


def _warming(trials: Trials, test: SensoryTest) -> Bounded:
    values, side = scored_column(trials, test)
    return bounded_mean(values - _baseline(trials), side, test.needed, max(test.asked, trials.n))


def _limen(trials: Trials, test: SensoryTest) -> Bounded:
    (warm, warm_side), (cool, cool_side) = _pairs(trials, test)
    # a cool point below the reach of the thermode makes the span larger, as a warm one above it does
    side = np.maximum(warm_side, -cool_side).astype(np.int8)
    return bounded_mean(warm - cool, side, test.needed, max(test.asked, warm.size))


def _turning(trials: Trials, test: SensoryTest) -> Bounded:
    """Geometric mean over complete pairs, so that neither direction outweighs the other."""
    (up, up_side), (down, down_side) = _pairs(trials, test)
    whole = np.isfinite(up) & np.isfinite(down)
    asked = max(test.asked, whole.size)
    if int(whole.sum()) < test.needed:
        return missing(FitStatus.TOO_FEW_TRIALS, int(whole.sum()), asked)
    values, side = np.r_[up[whole], down[whole]], np.r_[up_side[whole], down_side[whole]]
    found = bounded_mean(values, side, 2 * test.needed, 2 * asked, log=True)
    return Bounded(found.value, found.low, found.high, found.status, int(whole.sum()), asked, found.flags)


def _pairs(trials: Trials, test: SensoryTest) -> tuple[tuple[Array, Side], tuple[Array, Side]]:
    """Ascending and descending readings in the order in which they were given, the shorter filled with nan."""
    direction = np.array(trials.direction)
    if not np.isin(direction, ("asc", "desc")).all():
        raise InputError(
            f"{test.symbol} needs the direction of every turning point", expected="asc or desc",
            got=sorted(set(trials.direction)), where=trials.where or None,
        )  # fmt: skip
    values, side = scored_column(trials, test)
    n = int(max((direction == "asc").sum(), (direction == "desc").sum()))
    up, down = (_padded(values, side, direction == d, n) for d in ("asc", "desc"))
    return up, down


def _padded(values: Array, side: Side, chosen: np.ndarray, n: int) -> tuple[Array, Side]:
    gap = n - int(chosen.sum())
    return np.r_[values[chosen], np.full(gap, np.nan)], np.r_[side[chosen], np.zeros(gap, np.int8)]


def _ratings(trials: Trials, test: SensoryTest) -> Bounded:
    """Geometric mean of ratings, each with the offset; half of what was presented must have been rated."""
    values, side = scored_column(trials, test)
    if (values[np.isfinite(values)] < 0).any():
        return missing(FitStatus.OUT_OF_RANGE, int(np.isfinite(values).sum()), trials.n)
    found = bounded_mean(values + RATING_OFFSET, side, math.ceil(trials.n / 2), max(test.asked, trials.n), log=True)
    flags = found.flags
    if test.symbol == "DMA" and math.isfinite(found.value) and np.nanmax(values) > 0:
        flags += ("allodynia",)
    return Bounded(found.value, found.low, found.high, found.status, found.n_valid, found.n_asked, flags)


def _count(trials: Trials, test: SensoryTest) -> Bounded:
    """Heat reports in the cold phases; a phase that is missing could have been one."""
    values, _ = scored_column(trials, test)
    there = np.isfinite(values)
    n, asked = int(there.sum()), max(test.asked, trials.n)
    if n < test.needed:
        return missing(FitStatus.TOO_FEW_TRIALS, n, asked)
    if not np.isin(values[there], (0, 1)).all():
        return missing(FitStatus.OUT_OF_RANGE, n, asked)
    count = float(values[there].sum())
    status = FitStatus.OK if n == asked else FitStatus.FEW_TRIALS
    return Bounded(count, count, count + asked - n, status, n, asked, () if n == asked else ("few_trials",))


def _windup(trials: Trials, test: SensoryTest) -> Bounded:
    return windup_ratio(trials, test.needed, test.asked)


_RULES: dict[str, Callable[[Trials, SensoryTest], Bounded]] = {
    "CDT": _cooling, "WDT": _warming, "TSL": _limen, "PHS": _count, "CPT": _plain, "HPT": _plain, "PPT": _plain,
    "MPT": _turning, "MPS": _ratings, "DMA": _ratings, "WUR": _windup, "MDT": _turning, "VDT": _plain,
}  # fmt: skip
