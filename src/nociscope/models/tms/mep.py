"""Motor evoked potentials from sweeps: size, onset, area, background, and which sweeps cannot be used.

Peak to peak is that of the unrectified EMG. Onset is the first of the samples that stay above the mean and a number of
SDs of the rectified baseline for a millisecond. A sweep without a response keeps the peak to peak of its noise and says
``present = False``: replacing it by zero would be a decision about the analysis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.core.scores import Score
from nociscope.core.status import FitStatus
from nociscope.core.tms import Flags, Meps, Sweeps

Array = NDArray[np.float64]

WINDOWS_MS = {"upper_limb": (15.0, 50.0), "paraspinal": (10.0, 45.0), "lower_limb": (20.0, 60.0)}
"""After the stimulus, by where the muscle is; half-open."""

FEW, LEAST = 8, 5
"""Valid sweeps below which a mean is flagged, and below which there is none."""


@dataclass(frozen=True)
class MepRules:
    """How sweeps are read.

    Parameters
    ----------
    window_ms : where a response may lie. baseline_ms : before the stimulus. blank_ms : the artefact, never read.
    onset_sd, onset_ms : SDs above the mean of the rectified baseline, and for how long.
    present_uv : least peak to peak of a response.
    rest_rms_uv : a larger baseline RMS is a contraction; infinite for active muscles.
    block_sd : SDs above the block's mean at which a baseline is rejected.
    ceiling_uv : limit of the amplifier.
    """

    window_ms: tuple[float, float] = WINDOWS_MS["upper_limb"]
    baseline_ms: tuple[float, float] = (-100.0, -5.0)
    blank_ms: tuple[float, float] = (0.0, 5.0)
    onset_sd: float = 3.0
    onset_ms: float = 1.0
    present_uv: float = 50.0
    rest_rms_uv: float = 20.0
    block_sd: float = 2.5
    ceiling_uv: float = math.inf

    def __post_init__(self) -> None:
        if self.window_ms[0] < self.blank_ms[1] or self.baseline_ms[1] > self.blank_ms[0]:
            raise InputError(
                "a window touches the stimulus artefact", expected=f"outside {self.blank_ms} ms",
                got=f"window {self.window_ms}, baseline {self.baseline_ms}", do="move the window",
            )  # fmt: skip

    @property
    def method(self) -> str:
        """Name and version of the onset rule."""
        return (
            f"mean + {self.onset_sd:g} SD of |baseline| for {self.onset_ms:g} ms, ≥ {self.present_uv:g} µV, version 1"
        )


def motor_evoked_potentials(sweeps: Sweeps, rules: MepRules | None = None) -> Meps:
    """Measure every sweep.

    Parameters
    ----------
    sweeps : EMG, µV.
    rules : windows and criteria; those of a resting hand muscle where absent.

    Raises
    ------
    RangeError
        A window is not wholly recorded.
    """
    rules = rules or MepRules()
    window, before = sweeps.samples(rules.window_ms), sweeps.samples(rules.baseline_ms)
    response, baseline = sweeps.emg[:, window], sweeps.emg[:, before]
    step = 1000 / sweeps.rate
    rectified = np.abs(response)
    pre_mean = np.abs(baseline).mean(axis=1)
    pre_square = np.einsum("ij,ij->i", baseline, baseline) / baseline.shape[1]
    threshold = pre_mean + rules.onset_sd * np.sqrt(np.maximum(pre_square - pre_mean**2, 0))
    first, last = _runs(rectified, threshold, max(1, math.ceil(rules.onset_ms / step - 1e-9)))
    p2p = response.max(axis=1) - response.min(axis=1)
    present = (first >= 0) & (p2p >= rules.present_uv)
    start = sweeps.start_ms + window.start * step
    net_rms = np.sqrt(np.einsum("ij,ij->i", response, response) / response.shape[1]) - np.sqrt(pre_square)
    clipped = np.asarray(rectified.max(axis=1) >= rules.ceiling_uv)
    valid, reasons = _usable(np.sqrt(pre_square), clipped, np.isfinite(p2p + pre_square), rules)
    return Meps(
        p2p, np.where(present, _area(rectified, first, last, step), np.nan),
        (rectified.mean(axis=1) - pre_mean) * response.shape[1] * step, net_rms,
        np.where(present, start + first * step, np.nan), np.where(present, start + last * step, np.nan),
        np.sqrt(pre_square), present, clipped, valid, reasons, rules.method, sweeps.muscle, sweeps.side,
    )  # fmt: skip


def mep_size(meps: Meps, kind: str = "p2p") -> Score:
    """Mean size of the valid sweeps, those without a response as measured.

    Parameters
    ----------
    kind : ``p2p``, or ``net_rms`` for a muscle that contracts.

    Raises
    ------
    InputError
        Another kind.
    """
    if kind not in ("p2p", "net_rms"):
        raise InputError("no such size", expected="p2p or net_rms", got=kind)
    values = (meps.p2p_uv if kind == "p2p" else meps.net_rms_uv)[meps.valid]
    status = trial_status(values.size)
    flags = ("no_response_in_some",) if not meps.present[meps.valid].all() else ()
    mean = float(values.mean()) if status.keeps_value else math.nan
    return Score(
        "MEP", meps.muscle, mean, "uV", status, f"mean {kind}; {meps.method}", meps.side,
        float(values.std(ddof=1) / math.sqrt(values.size)) if status.keeps_value else math.nan, mean, mean,
        values.size, meps.valid.size, flags=flags, detail={"n_present": float(meps.present[meps.valid].sum())},
        cites=("cuypers2014",),
    )  # fmt: skip


def mep_latency(meps: Meps) -> Score:
    """Median latency of the valid sweeps that hold a response, ms."""
    values = meps.latency_ms[meps.valid & meps.present]
    status = trial_status(values.size)
    middle = float(np.median(values)) if status.keeps_value else math.nan
    return Score(
        "MEP_latency", meps.muscle, middle, "ms", status, f"median; {meps.method}", meps.side, math.nan, middle, middle,
        values.size, meps.valid.size,
    )  # fmt: skip


def trial_status(n: int) -> FitStatus:
    """Whether so many valid sweeps carry a mean."""
    if n < LEAST:
        return FitStatus.TOO_FEW_TRIALS
    return FitStatus.FEW_TRIALS if n < FEW else FitStatus.OK


def _runs(rectified: Array, threshold: Array, length: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First sample of the first and last sample of the last run above the threshold; −1 where there is none."""
    above = rectified > threshold[:, None]
    count = above.shape[1] - length + 1
    if count < 1:
        none = np.full(above.shape[0], -1)
        return none, none
    run = above[:, :count].copy()
    for shift in range(1, length):
        run &= above[:, shift : shift + count]
    found = run.any(axis=1)
    first = run.argmax(axis=1)
    last = count - 1 - run[:, ::-1].argmax(axis=1) + length - 1
    return np.where(found, first, -1), np.where(found, last, -1)


def _area(rectified: Array, first: NDArray[np.int64], last: NDArray[np.int64], step: float) -> Array:
    """Trapezoids from onset to offset."""
    middle = (rectified[:, 1:] + rectified[:, :-1]) * (step / 2)
    total = np.concatenate([np.zeros((rectified.shape[0], 1)), np.cumsum(middle, axis=1)], axis=1)
    row = np.arange(rectified.shape[0])
    return np.asarray(total[row, last] - total[row, first])


def _usable(pre_rms: Array, clipped: Flags, finite: Flags, rules: MepRules) -> tuple[Flags, tuple[str, ...]]:
    sure = pre_rms[np.isfinite(pre_rms)]
    limit = sure.mean() + rules.block_sd * sure.std(ddof=1) if sure.size > 2 else math.inf
    why = [
        ("not_finite", ~finite),
        ("clipped", clipped),
        ("contraction", pre_rms > rules.rest_rms_uv),
        ("noisier_than_the_block", pre_rms > limit),
    ]
    reasons = np.full(pre_rms.shape, "", dtype=object)
    for name, hit in reversed(why):
        reasons[hit] = name
    return np.asarray(reasons == ""), tuple(reasons)
