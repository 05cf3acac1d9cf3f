"""Inhibition and facilitation by a conditioning pulse: SICI, ICF, LICI, SAI, as three ratios with intervals.

The percentage of means is the published form (Kujirai et al. 1993, 10.1113/jphysiol.1993.sp019912); its logarithm is
what statistics should take, and the ratio of geometric means is less moved by one large potential. Sweeps in which
nothing answered enter as measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.core.errors import InputError, RangeError
from nociscope.core.scores import Score
from nociscope.core.status import FitStatus

Array = NDArray[np.float64]

INTERVALS_MS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"SICI": (1.0, 5.0), "ICF": (7.0, 20.0), "LICI": (50.0, 200.0), "SAI": (18.0, 25.0)}
)
"""Between conditioning and test stimulus."""

LEAST, FEW = 6, 8
SMALL_TEST_MV = 0.2


def paired_pulse(
    measure: str, conditioned: Array, test: Array, muscle: str, side: str = "n/a", isi_ms: float = math.nan, *,
    level: float = 0.95, draws: int = 2000, seed: int = 0,
) -> dict[str, Score]:  # fmt: skip
    """Compare conditioned with test potentials.

    Parameters
    ----------
    measure : ``SICI``, ``ICF``, ``LICI`` or ``SAI``.
    conditioned, test : shape (pulse,), mV, valid pulses only, or nan where a pulse is not valid.
    isi_ms : interval that was used, to be held against the usual one.
    draws, seed : of the bootstrap over pulses, for the percentage of means.

    Returns
    -------
    ``ratio`` (%, below 100 is inhibition), ``log`` (natural logarithm of it) and ``geometric`` (%).
    """
    if measure not in INTERVALS_MS:
        raise InputError("no such paired-pulse measure", expected=", ".join(INTERVALS_MS), got=measure)
    asked = np.size(conditioned) + np.size(test)
    c, t = _valid(conditioned), _valid(test)
    place = (muscle, side, c.size + t.size, asked, _flags(measure, t, isi_ms))
    if min(c.size, t.size) < LEAST:
        return {k: _missing(f"{measure}_{k}", FitStatus.TOO_FEW_TRIALS, place) for k in ("ratio", "log", "geometric")}
    if t.mean() <= 0 or c.mean() <= 0:
        return {k: _missing(f"{measure}_{k}", FitStatus.UNDEFINED_ZERO, place) for k in ("ratio", "log", "geometric")}
    status = FitStatus.FEW_TRIALS if min(c.size, t.size) < FEW else FitStatus.OK
    ratio = c.mean() / t.mean()
    se_log = math.sqrt(_relative_variance(c) + _relative_variance(t))
    low, high = np.quantile(_resampled(c, t, draws, seed), [(1 - level) / 2, (1 + level) / 2])
    return {
        "ratio": _score(f"{measure}_ratio", 100 * ratio, 100 * ratio * se_log, (100 * low, 100 * high), status, place),
        "log": _score(f"{measure}_log", math.log(ratio), se_log, (math.log(low), math.log(high)), status, place),
        "geometric": _geometric(f"{measure}_geometric", c, t, level, status, place),
    }


_Place = tuple[str, str, int, int, tuple[str, ...]]


def _valid(values: Array) -> Array:
    array = np.asarray(values, dtype=np.float64)
    array = array[~np.isnan(array)]
    if (array < 0).any() or not np.isfinite(array).all():
        raise RangeError("an amplitude", expected="0 mV or more", got=array[~(array >= 0)].tolist())
    return array


def _flags(measure: str, test: Array, isi_ms: float) -> tuple[str, ...]:
    low, high = INTERVALS_MS[measure]
    flags = ("unusual_interval",) if not math.isnan(isi_ms) and not low <= isi_ms <= high else ()
    return (*flags, "small_test_response") if test.size and test.mean() < SMALL_TEST_MV else flags


def _relative_variance(values: Array) -> float:
    return float(values.var(ddof=1) / values.size / values.mean() ** 2)


def _resampled(c: Array, t: Array, draws: int, seed: int) -> Array:
    """Ratios of resampled means, both sets widened by √(n/(n−1)), which resampling of few loses."""
    rng = np.random.default_rng(seed)
    means = []
    for values in (c, t):
        drawn = values[rng.integers(0, values.size, (draws, values.size))].mean(axis=1)
        wide = values.mean() + (drawn - values.mean()) * math.sqrt(values.size / (values.size - 1))
        means.append(np.maximum(wide, 0.01 * values.mean()))
    return np.asarray(means[0] / means[1])


def _geometric(measure: str, c: Array, t: Array, level: float, status: FitStatus, place: _Place) -> Score:
    """Ratio of geometric means with Welch's interval on the logarithm."""
    if (c <= 0).any() or (t <= 0).any():
        return _missing(measure, FitStatus.UNDEFINED_ZERO, place)
    test = stats.ttest_ind(np.log(c), np.log(t), equal_var=False)
    low, high = test.confidence_interval(level)
    log_ratio = float(np.log(c).mean() - np.log(t).mean())
    se = math.sqrt(np.log(c).var(ddof=1) / c.size + np.log(t).var(ddof=1) / t.size)
    value = 100 * math.exp(log_ratio)
    return _score(measure, value, value * se, (100 * math.exp(low), 100 * math.exp(high)), status, place)


_METHODS = {
    "ratio": "mean conditioned / mean test, bootstrap over pulses, version 1",
    "log": "natural logarithm of the ratio of means, version 1",
    "geometric": "ratio of geometric means, Welch's interval, version 1",
}


def _score(measure: str, value: float, se: float, ends: tuple[float, float], status: FitStatus, place: _Place) -> Score:
    muscle, side, n, asked, flags = place
    kind = measure.rsplit("_", 1)[1]
    return Score(
        measure, muscle, float(value), "1" if kind == "log" else "%", status, _METHODS[kind], side, float(se),
        float(value), float(value), n, asked, flags=flags,
        detail={"ci_low": float(ends[0]), "ci_high": float(ends[1])}, cites=("kujirai1993",),
    )  # fmt: skip


def _missing(measure: str, status: FitStatus, place: _Place) -> Score:
    muscle, side, n, asked, flags = place
    kind = measure.rsplit("_", 1)[1]
    return Score(measure, muscle, math.nan, "1" if kind == "log" else "%", status, _METHODS[kind], side, n_valid=n,
                 n_asked=asked, flags=flags, cites=("kujirai1993",))  # fmt: skip
