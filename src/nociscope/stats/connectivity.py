"""What is left of a time series after cleaning, and whether people moved alike: freedom, minutes, motion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from nociscope.core.errors import RangeError, ShapeError
from nociscope.core.finding import Finding, Safeguard
from nociscope.stats.compare import compare
from nociscope.stats.design import Array, column_rank
from nociscope.stats.safeguards import raised

FEWEST_MINUTES = 5.0
"""Correlations of less are mostly noise of sampling (Van Dijk et al. 2010)."""

FEWEST_DOF = 20


@dataclass(frozen=True)
class Remaining:
    """What cleaning leaves of a run.

    Parameters
    ----------
    frames, kept : before and after censoring. minutes : of the frames kept.
    spent : independent columns that cleaning removes among the frames kept, the mean included.
    """

    frames: int
    kept: int
    minutes: float
    spent: int

    @property
    def dof(self) -> int:
        """Degrees of freedom of what is left."""
        return self.kept - self.spent


@dataclass(frozen=True, eq=False)
class FisherZ:
    """Correlations as normal deviates: ``z`` of any shape, ``se`` by the freedom that cleaning left."""

    z: Array
    se: float
    dof: int

    def interval(self, level: float = 0.95) -> tuple[Array, Array]:
        """Ends of the interval, as correlations."""
        reach = float(special.ndtri(0.5 + level / 2)) * self.se
        return np.tanh(self.z - reach), np.tanh(self.z + reach)


def remaining(
    confounds: Array, kept: NDArray[np.bool_], repetition_s: float, band_hz: tuple[float, float] | None = None
) -> Remaining:
    """Count what confounds, censoring and a band-pass leave, all removed by one projection.

    A filter takes freedom as confounds do: cosines outside the band are columns like any other, and frames that are
    censored take rows away from all of them.

    Parameters
    ----------
    confounds : shape (frame, column). kept : shape (frame,). repetition_s : from frame to frame, s.
    band_hz : what passes; None: everything above the mean.

    Raises
    ------
    ShapeError
        Confounds and frames do not fit.
    RangeError
        An impossible band or repetition time.
    """
    frames = int(np.size(kept))
    if confounds.ndim != 2 or confounds.shape[0] != frames:
        raise ShapeError("confounds do not fit the frames", expected=(frames, "column"), got=confounds.shape)
    removed = np.column_stack([np.ones(frames), confounds, stop_band(frames, repetition_s, band_hz)])
    left = int(np.sum(kept))
    return Remaining(frames, left, left * repetition_s / 60, column_rank(removed[kept]) if left else 0)


def stop_band(frames: int, repetition_s: float, band_hz: tuple[float, float] | None) -> Array:
    """Cosines outside a band, shape (frame, column); none without a band."""
    if repetition_s <= 0 or (band_hz is not None and not 0 <= band_hz[0] < band_hz[1]):
        raise RangeError("impossible band", expected="0 ≤ low < high Hz, repetition above 0 s", got=band_hz)
    if band_hz is None:
        return np.zeros((frames, 0))
    order = np.arange(1, frames)
    hz = order / (2 * frames * repetition_s)
    outside = order[(hz < band_hz[0]) | (hz > band_hz[1])]
    return np.asarray(np.cos(np.pi * (np.arange(frames)[:, None] + 0.5) * outside / frames))


def fisher_z(r: ArrayLike, left: Remaining) -> FisherZ:
    """Fisher's z with the error of what is left, 1/√(dof − 2); of n frames without cleaning 1/√(n − 3).

    Raises
    ------
    RangeError
        A correlation of 1 or beyond, or fewer than 3 degrees of freedom.
    """
    values = np.asarray(r, dtype=np.float64)
    if np.any(np.abs(values) >= 1) or left.dof < 3:
        raise RangeError("no error of this z", expected="|r| < 1 and 3 degrees of freedom", got=left.dof)
    return FisherZ(np.arctanh(values), 1 / np.sqrt(left.dof - 2), left.dof)


def enough_left(runs: Mapping[str, Remaining], override: Iterable[str] = ()) -> tuple[Safeguard, ...]:
    """Refuse people of whom too little is left; `runs` is participant to what is left."""
    named = list(override)
    short = [f"{who} ({run.minutes:.1f} min)" for who, run in runs.items() if run.minutes < FEWEST_MINUTES]
    stiff = [f"{who} ({run.dof})" for who, run in runs.items() if run.dof < FEWEST_DOF]
    freedom = [run.dof for run in runs.values()]
    out = [raised("fc-dof", values={"low": min(freedom), "high": max(freedom)})] if freedom else []
    if short:
        out.append(raised("fc-too-short", named, {"who": ", ".join(short), "fewest": FEWEST_MINUTES}))
    if stiff:
        out.append(raised("fc-few-dof", named, {"who": ", ".join(stiff), "fewest": FEWEST_DOF}))
    return tuple(out)


def motion_compared(displacement: ArrayLike, groups: Sequence[str], alpha: float = 0.05) -> tuple[Safeguard, Finding]:
    """Whether groups moved alike: mean framewise displacement of each person, shape (person,), mm."""
    found = compare(displacement, groups)
    if found.status != "ok":
        return raised("motion-unchecked", values={"n": len(groups)}), found
    differs = found.p_value <= alpha or found.ci_low > 0 or found.ci_high < 0
    values = {"what": found.contrast, "estimate": found.estimate, "low": found.ci_low, "high": found.ci_high,
              "p": found.p_value}  # fmt: skip
    return raised("motion-differs" if differs else "motion-checked", values=values), found


def motion_matched(displacement: ArrayLike, groups: Sequence[str], caliper: float) -> NDArray[np.int64]:
    """Pairs of one person of each group who moved alike, shape (pair, 2): as many as can be, then as alike as can be.

    Parameters
    ----------
    displacement : shape (person,), mm. caliper : largest difference within a pair, mm.

    Raises
    ------
    RangeError
        Not two groups.
    """
    moved, labels = np.asarray(displacement, dtype=np.float64), np.asarray(groups)
    levels = list(dict.fromkeys(groups))
    if len(levels) != 2:
        raise RangeError("matching needs two groups", expected="2", got=levels)
    first, second = (np.flatnonzero(labels == level) for level in levels)
    apart = np.abs(moved[first][:, None] - moved[second])
    far = apart > caliper
    # a pair beyond the caliper costs more than all pairs within it together
    rows, columns = optimize.linear_sum_assignment(np.where(far, (caliper + 1) * (first.size + second.size), apart))
    near = ~far[rows, columns]
    return np.column_stack([first[rows[near]], second[columns[near]]]).astype(np.int64)


def motion_matched_sensitivity(
    values: ArrayLike, displacement: ArrayLike, groups: Sequence[str], caliper: float
) -> tuple[Safeguard, Finding]:
    """Ask a contrast again of people who moved alike, and say whether it holds."""
    y = np.asarray(values, dtype=np.float64)
    everybody, pairs = compare(y, groups), motion_matched(displacement, groups, caliper)
    who = np.sort(pairs.ravel())
    if len(pairs) < 2:
        return raised("motion-unmatched", values={"pairs": len(pairs), "caliper": caliper}), everybody
    order = np.concatenate([pairs[:, 0], pairs[:, 1]])
    again = compare(y[order], [groups[i] for i in order])
    told = {"pairs": len(pairs), "n": y.size, "all": everybody.estimate, "estimate": again.estimate,
            "low": again.ci_low, "high": again.ci_high, "left_out": y.size - who.size}  # fmt: skip
    lost = again.estimate * everybody.estimate <= 0 or abs(again.estimate) < abs(everybody.estimate) / 2
    return raised("motion-explains" if lost else "motion-matched", values=told), again
