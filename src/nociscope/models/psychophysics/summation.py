"""Temporal summation of pain: what happens to the rating while the same stimulus is repeated."""

from __future__ import annotations

import math

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.scores import Array, Score, Trials
from nociscope.core.status import FitStatus

METHOD = "temporal summation 1"
SHARE = 0.8
"""Of the pulses that a slope needs."""
AFTER = "after"
VARIANTS = ("difference", "ratio", "slope", "sum_over_first", "max_minus_first", "last3_minus_first")
_CITES = ("staud2014",)


def summation(ratings: Array) -> dict[str, Array]:
    """Every variant for every series.

    Parameters
    ----------
    ratings : shape (…, pulse), nan where missing.

    Returns
    -------
    dict
        Variant → shape (…). ``difference`` last − first, ``ratio`` last / first (nan at first 0), ``slope`` by least
        squares per pulse (from 80 % of the pulses on), ``sum_over_first``, ``max_minus_first`` and
        ``last3_minus_first`` (the last two of every pulse that was asked for; nan where one that they need is missing).

    Raises
    ------
    InputError
        Fewer than 2 pulses.
    """
    r = np.asarray(ratings, dtype=np.float64)
    if r.ndim == 0 or r.shape[-1] < 2:
        raise InputError("too few pulses", expected="2 or more", got=r.shape)
    first, last = r[..., 0], r[..., -1]
    ratio = np.divide(last, first, out=np.full(first.shape, np.nan), where=first > 0)
    return {
        "difference": last - first, "ratio": ratio, "slope": _slope(r),
        "sum_over_first": (r - first[..., None]).sum(-1),
        "max_minus_first": r.max(-1) - first, "last3_minus_first": r[..., -3:].mean(-1) - first,
    }  # fmt: skip


def temporal_summation(trials: Trials) -> tuple[Score, ...]:
    """The variants of one series of pulses, and what is felt afterwards.

    Parameters
    ----------
    trials : ``response`` the ratings, ``trial`` the number of the pulse; several ``run`` are averaged pulse by pulse.
        Ratings after the last pulse have the phase ``after`` and as ``stimulus`` the seconds since.

    Raises
    ------
    InputError
        A pulse that stands twice in a run, or no pulses.
    """
    after = np.array(trials.phase) == AFTER
    rated = np.where(trials.valid, trials.response, np.nan)
    series, n_runs = _series(trials, rated, ~after)
    there = int(np.isfinite(series).sum())
    status = FitStatus.OUT_OF_RANGE if (series < 0).any() else None
    scores = [
        _score(trials, f"TSP_{name}", float(value), name, status or _why(name, series), (there, series.size))
        for name, value in summation(series).items()
    ]
    return (*scores, *_sensations(trials, rated, after, n_runs))


def _slope(r: Array) -> Array:
    there = np.isfinite(r)
    n = there.sum(-1)
    enough = n >= max(2, math.ceil(SHARE * r.shape[-1] - 1e-9))
    pulse = np.broadcast_to(np.arange(1.0, r.shape[-1] + 1), r.shape)
    count = np.maximum(n, 1)
    x = np.where(there, pulse - (np.where(there, pulse, 0).sum(-1) / count)[..., None], 0)
    y = np.where(there, r, 0)
    bottom = (x**2).sum(-1)
    slope: Array = np.divide((x * y).sum(-1), bottom, out=np.full(n.shape, np.nan), where=enough & (bottom > 0))
    return slope


def _series(trials: Trials, rated: Array, pulses: np.ndarray) -> tuple[Array, int]:
    """Mean rating of each pulse over runs, shape (pulse,); a pulse missing in one run is missing."""
    runs, numbers = np.unique(trials.run[pulses]), np.unique(trials.trial[pulses])
    if numbers.size < 2:
        raise InputError("too few pulses", expected="2 or more", got=numbers.size, where=trials.where or None)
    table = np.full((runs.size, int(numbers.max()) - int(numbers.min()) + 1), np.nan)
    row, column = np.searchsorted(runs, trials.run[pulses]), trials.trial[pulses] - numbers.min()
    cells = row * table.shape[1] + column
    if np.unique(cells).size != cells.size:
        raise InputError("a pulse stands twice in a run", got=trials.test, where=trials.where or None)
    table.flat[cells] = rated[pulses]
    return table.mean(axis=0), runs.size


def _why(name: str, series: Array) -> FitStatus:
    """Status of a variant: ok, a pulse that it needs is missing, or a division by zero."""
    there = np.isfinite(series)
    ends, last = bool(there[[0, -1]].all()), bool(there[-3:].all())
    rules = {
        "difference": ends,
        "ratio": ends,
        "last3_minus_first": ends and last,
        "slope": there.mean() >= SHARE - 1e-9,
    }
    needed = rules.get(name, bool(there.all()))
    if not needed:
        return FitStatus.TOO_FEW_TRIALS
    if name == "ratio" and series[0] == 0:
        return FitStatus.UNDEFINED_ZERO
    return FitStatus.OK


def _score(trials: Trials, measure: str, value: float, name: str, status: FitStatus, n: tuple[int, int]) -> Score:
    unit = "1" if name == "ratio" else trials.response_unit or "rating"
    value = value if status.keeps_value else math.nan
    return Score(
        measure, trials.part, value, unit, status, METHOD, trials.side, low=value, high=value, n_valid=n[0],
        n_asked=n[1], cites=_CITES,
    )  # fmt: skip


def _sensations(trials: Trials, rated: Array, after: np.ndarray, runs: int) -> tuple[Score, ...]:
    """Mean rating at each time after the last pulse."""
    found = []
    for seconds in np.unique(trials.stimulus[after]):
        ratings = rated[after & (trials.stimulus == seconds)]
        n = int(np.isfinite(ratings).sum())
        status = FitStatus.OK if n == runs else FitStatus.TOO_FEW_TRIALS
        value = float(ratings.mean()) if status is FitStatus.OK else math.nan
        found.append(_score(trials, f"after_sensation_{seconds:g}s", value, "", status, (n, runs)))
    return tuple(found)
