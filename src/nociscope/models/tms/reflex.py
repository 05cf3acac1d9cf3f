"""Nociceptive withdrawal reflex (RIII) from EMG: whether it came, how large, at what intensity, and how it builds up.

The interval peak z-score is the largest rectified EMG of the window, less the baseline's mean, in baseline SDs; with
the window of 90 to 150 ms it was the most accurate single criterion against raters (Rhudy and France 2007,
10.1016/j.pain.2006.09.024). Its best cut depends on noise and sampling rate, so the cut is a
parameter that stands beside every number. Summation follows Arendt-Nielsen et al. 1994: a
train of equal stimuli, and what the last responses exceed the first by.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import RangeError, ShapeError
from nociscope.core.scores import Score
from nociscope.core.status import FitStatus
from nociscope.core.tms import Flags, Sweeps

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ReflexRules:
    """How a reflex is read.

    Parameters
    ----------
    window_ms : after the stimulus; the earlier RII and later startle lie outside. baseline_ms : before it.
    cut : interval peak z at or above which a reflex is present.
    onset_sd, onset_ms : SDs above the mean of the rectified baseline, and for how long, for the latency.
    """

    window_ms: tuple[float, float] = (90.0, 150.0)
    baseline_ms: tuple[float, float] = (-65.0, -5.0)
    cut: float = 10.32
    onset_sd: float = 3.0
    onset_ms: float = 1.0

    @property
    def method(self) -> str:
        """Name and version of the rule."""
        low, high = self.window_ms
        return f"interval peak z ≥ {self.cut:g} in {low:g} to {high:g} ms, version 1"


@dataclass(frozen=True, eq=False)
class Reflexes:
    """Reflexes, one a sweep; everything shape (sweep,).

    Parameters
    ----------
    peak_z, mean_z : of the rectified EMG in the window, in SDs of the baseline.
    area_uvms : rectified, less the baseline's. rms_uv : of the window. latency_ms : nan where there is none.
    present : by the rule of ``method``; False where the baseline is silent or missing.
    """

    peak_z: Array
    mean_z: Array
    area_uvms: Array
    rms_uv: Array
    latency_ms: Array
    present: Flags
    method: str
    muscle: str
    side: str


def withdrawal_reflexes(sweeps: Sweeps, rules: ReflexRules | None = None) -> Reflexes:
    """Measure every sweep.

    Raises
    ------
    RangeError
        A window is not wholly recorded.
    """
    rules = rules or ReflexRules()
    window, before = sweeps.samples(rules.window_ms), sweeps.samples(rules.baseline_ms)
    loud, quiet = np.abs(sweeps.emg[:, window]), np.abs(sweeps.emg[:, before])
    mean, spread = quiet.mean(axis=1), quiet.std(axis=1, ddof=1)
    step = 1000 / sweeps.rate
    with np.errstate(divide="ignore", invalid="ignore"):
        peak = np.where(spread > 0, (loud.max(axis=1) - mean) / spread, np.nan)
        level = np.where(spread > 0, (loud.mean(axis=1) - mean) / spread, np.nan)
    present = np.asarray(peak >= rules.cut)
    run = max(1, math.ceil(rules.onset_ms / step - 1e-9))
    above = loud > (mean + rules.onset_sd * spread)[:, None]
    stays = np.all(np.lib.stride_tricks.sliding_window_view(above, run, axis=1), axis=2)
    latency = sweeps.start_ms + (window.start + stays.argmax(axis=1)) * step
    return Reflexes(
        peak, level, (loud.mean(axis=1) - mean) * loud.shape[1] * step, np.sqrt((loud**2).mean(axis=1)),
        np.where(present & stays.any(axis=1), latency, np.nan), present, rules.method, sweeps.muscle, sweeps.side,
    )  # fmt: skip


def reflex_threshold(
    intensity: Array, present: Flags, muscle: str, side: str = "n/a", reversals: int = 4, unit: str = "mA"
) -> Score:
    """Mean of the last reversals of an up-and-down staircase.

    Parameters
    ----------
    intensity, present : shape (stimulus,), in the order in which they were given.
    reversals : how many of the last enter; the first is never used, its step was large.
    """
    x, hit = np.asarray(intensity, dtype=np.float64), np.asarray(present, dtype=bool)
    if x.ndim != 1 or x.shape != hit.shape or not x.size:
        raise ShapeError("a staircase", expected="one answer an intensity", got=f"{x.shape} and {hit.shape}")
    if not (np.isfinite(x) & (x >= 0)).all():
        raise RangeError("an intensity", expected=f"0 {unit} or more", got=x.tolist())
    method = f"mean of the last {reversals} reversals, version 1"
    if not hit.any():
        top = float(x.max())
        return Score("NWR_threshold", muscle, top, unit, FitStatus.CENSORED, method, side, math.nan, top, math.inf,
                     x.size, x.size, flags=("no_reflex_at_the_highest",), cites=("rhudy2007",))  # fmt: skip
    turns = x[1:][hit[1:] != hit[:-1]][1:]
    if turns.size < 2:
        return Score("NWR_threshold", muscle, math.nan, unit, FitStatus.TOO_FEW_TRIALS, method, side, n_valid=x.size,
                     n_asked=x.size, flags=("too_few_reversals",), cites=("rhudy2007",))  # fmt: skip
    used = turns[-reversals:]
    even = used[used.size % 2 :]  # as many tops as bottoms
    value = float(even.mean())
    status = FitStatus.OK if turns.size >= reversals else FitStatus.FEW_TRIALS
    return Score("NWR_threshold", muscle, value, unit, status, method, side,
                 float(even.std(ddof=1) / math.sqrt(even.size)), value, value, x.size, x.size,
                 detail={"n_reversals": float(turns.size + 1)}, cites=("rhudy2007",))  # fmt: skip


def reflex_summation(sizes: Array, muscle: str, side: str = "n/a", last: int = 1, unit: str = "uV") -> dict[str, Score]:
    """Growth of the reflex within trains of equal stimuli.

    Parameters
    ----------
    sizes : shape (train, stimulus), such as RMS of each window, µV; nan where a sweep is not valid.
    last : how many of the last responses are averaged.

    Returns
    -------
    ``NWR_TS_difference`` (last less first), ``NWR_TS_ratio`` (of the means over trains), ``NWR_TS_slope`` (a stimulus).
    """
    table = np.atleast_2d(np.asarray(sizes, dtype=np.float64))
    if table.ndim != 2 or table.shape[1] < last + 1:
        raise ShapeError("trains of stimuli", expected=f"(train, at least {last + 1})", got=table.shape)
    whole = table[np.isfinite(table).all(axis=1)]
    method = f"mean of the last {last} of {table.shape[1]} against the first, version 1"
    if not len(whole):
        missing = {"difference": unit, "ratio": "1", "slope": unit}
        return {f"NWR_TS_{k}": _nothing(f"NWR_TS_{k}", u, (muscle, side, len(table), method), FitStatus.TOO_FEW_TRIALS)
                for k, u in missing.items()}  # fmt: skip
    first, end = whole[:, 0], whole[:, -last:].mean(axis=1)
    order = np.arange(table.shape[1]) - (table.shape[1] - 1) / 2
    slopes = whole @ order / (order @ order)
    place = (muscle, side, len(table), method)
    ratio = (
        _summed("NWR_TS_ratio", np.array([end.mean() / first.mean()]), "1", place, len(whole))
        if first.mean() > 0
        else _nothing("NWR_TS_ratio", "1", place, FitStatus.UNDEFINED_ZERO)
    )
    return {
        "NWR_TS_difference": _summed("NWR_TS_difference", end - first, unit, place, len(whole)),
        "NWR_TS_ratio": ratio,
        "NWR_TS_slope": _summed("NWR_TS_slope", slopes, unit, place, len(whole)),
    }


_Place = tuple[str, str, int, str]


def _summed(name: str, values: Array, unit: str, place: _Place, trains: int) -> Score:
    muscle, side, asked, method = place
    mean = float(values.mean())
    se = float(values.std(ddof=1) / math.sqrt(values.size)) if values.size > 1 else math.nan
    status = FitStatus.OK if values.size > 1 else FitStatus.NO_INTERVAL
    return Score(name, muscle, mean, unit, status, method, side, se, mean, mean, trains, asked,
                 cites=("arendtnielsen1994",))  # fmt: skip


def _nothing(name: str, unit: str, place: _Place, status: FitStatus) -> Score:
    muscle, side, asked, method = place
    return Score(name, muscle, math.nan, unit, status, method, side, n_asked=asked, cites=("arendtnielsen1994",))
