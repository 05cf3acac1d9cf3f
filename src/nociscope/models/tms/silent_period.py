"""Cortical silent period: one rule, named and versioned in every number, and censored where EMG had not returned.

The rectified EMG of a contracting muscle is averaged over a few milliseconds; silence is what lies below a share of its
mean before the stimulus, from the response until the average stays above that share. Where EMG does not return within
the sweep, its end is a lower bound of the duration and says so.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.core.scores import Score
from nociscope.core.status import FitStatus
from nociscope.core.tms import SilentPeriods, Sweeps
from nociscope.models.tms.mep import LEAST, MepRules, motor_evoked_potentials, trial_status

Array = NDArray[np.float64]

VERSION = 1
LEAST_MS, SOON_MS = 10.0, 20.0
"""What a silence lasts at least, and how soon after the potential it begins: a lull between two bursts is neither."""


def silent_periods(
    sweeps: Sweeps, rules: MepRules, start: str = "onset", share: float = 0.5, smooth_ms: float = 5.0
) -> SilentPeriods:
    """Find the silence of every sweep.

    Parameters
    ----------
    sweeps : EMG during contraction, µV.
    rules : of the evoked potential.
    start : ``onset`` of the potential, or ``stimulus``.
    share : of the mean rectified baseline below which the muscle is silent.
    smooth_ms : over which the rectified EMG is averaged; it must stay above the share as long to have returned.

    Raises
    ------
    InputError
        Another start.
    """
    if start not in ("onset", "stimulus"):
        raise InputError("where a silent period starts", expected="onset or stimulus", got=start)
    meps = motor_evoked_potentials(sweeps, rules)
    step = 1000 / sweeps.rate
    width = max(1, round(smooth_ms / step))
    before = sweeps.samples(rules.baseline_ms)
    level = share * np.abs(sweeps.emg[:, before]).mean(axis=1)
    after = sweeps.samples((rules.window_ms[0], sweeps.start_ms + 1000 * sweeps.emg.shape[1] / sweeps.rate))
    loud = _moving_mean(np.abs(sweeps.emg[:, after]), width) > level[:, None]
    times = sweeps.start_ms + (after.start + np.arange(loud.shape[1])) * step
    begin = meps.latency_ms if start == "onset" else np.where(meps.present, 0.0, np.nan)
    counts = (width, round(LEAST_MS / step), round(SOON_MS / step))
    ends = np.array([_end(row, times, o, counts) for row, o in zip(loud, meps.offset_ms, strict=True)]).reshape(-1, 2)
    ends[:, 0] = np.where(np.isnan(begin), np.nan, ends[:, 0])
    return SilentPeriods(
        begin, ends[:, 0], ends[:, 0] - begin, ends[:, 1] > 0,
        f"from {start}; mean |EMG| over {smooth_ms:g} ms below {100 * share:g} % of baseline for {LEAST_MS:g} ms, "
        f"version {VERSION}",
        sweeps.muscle, sweeps.side,
    )  # fmt: skip


def silent_period(periods: SilentPeriods) -> Score:
    """Median of the sweeps with a silence; a bound where half or more of them are censored."""
    known = np.isfinite(periods.duration_ms)
    durations, censored = periods.duration_ms[known], periods.censored[known]
    status = trial_status(durations.size)
    if durations.size < LEAST:
        return Score("CSP", periods.muscle, math.nan, "ms", status, periods.detection_version, periods.side,
                     n_valid=durations.size, n_asked=known.size)  # fmt: skip
    middle = float(np.median(durations))
    # an exact median needs the middle one or two durations: a censored one at or below it makes it a bound
    high = float(np.median(np.where(censored, np.inf, durations)))
    return Score(
        "CSP", periods.muscle, middle, "ms", status if high == middle else FitStatus.CENSORED,
        f"median; {periods.detection_version}", periods.side, math.nan, middle, high, durations.size, known.size,
        flags=("censored_sweeps",) if censored.any() else (), detail={"n_censored": float(censored.sum())},
    )  # fmt: skip


def _moving_mean(values: Array, width: int) -> Array:
    """Mean of a sample and those that follow it, shape (sweep, sample − width + 1)."""
    total = np.concatenate([np.zeros((values.shape[0], 1)), np.cumsum(values, axis=1)], axis=1)
    return np.asarray((total[:, width:] - total[:, :-width]) / width)


def _end(loud: NDArray[np.bool_], times: Array, offset: float, counts: tuple[int, int, int]) -> tuple[float, float]:
    """Time at which EMG returns and stays for a width, and whether it did not; nan where it never fell silent."""
    width, least, soon = counts
    first = int(np.searchsorted(times, offset)) if np.isfinite(offset) else loud.size
    run = np.convolve(~loud[first:], np.ones(least), mode="valid") >= least if loud.size - first >= least else loud[:0]
    if not run[: soon + 1].any():
        return math.nan, 0.0
    begin = first + int(run.argmax())
    rest = loud[begin:]
    stays = np.convolve(rest, np.ones(width), mode="valid") >= width if rest.size >= width else loud[:0]
    if not stays.any():
        return float(times[-1]), 1.0
    return float(times[begin + int(stays.argmax())]), 0.0
