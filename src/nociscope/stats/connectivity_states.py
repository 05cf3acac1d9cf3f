"""States of changing connectivity: whether they are there, whether they are stable, and how long they last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import RangeError, ShapeError
from nociscope.core.finding import Safeguard
from nociscope.stats.design import Array
from nociscope.stats.safeguards import raised

Labels = NDArray[np.int64]

POOR = 0.65
"""Adjusted Rand index below which two partitions hardly agree (Steinley 2004)."""


@dataclass(frozen=True)
class StateStability:
    """Mean adjusted Rand index between partitions that differ in one choice only."""

    seeds: float
    windows: float
    counts: float


@dataclass(frozen=True, eq=False)
class Dwell:
    """How long states last, in windows, shapes (state,).

    Parameters
    ----------
    mean : windows spent over ends seen, which counts the stays that the run cut as long as they were seen; infinite
        where no end was seen. naive : mean of all stays as if none had been cut.
    stays, cut : stays, and those of them that the run began or ended in.
    """

    mean: Array
    naive: Array
    stays: Labels
    cut: Labels


def windowed(series: Array, width: int, step: int = 1) -> Array:
    """Correlations in windows, shape (window, pair), of a series of shape (frame, region).

    Raises
    ------
    RangeError
        A window below 3 frames or longer than the run.
    """
    if not 3 <= width <= len(series):
        raise RangeError("impossible window", expected=f"3 to {len(series)} frames", got=width)
    upper = np.triu_indices(series.shape[1], 1)
    starts = range(0, len(series) - width + 1, step)
    return np.stack([np.asarray(np.corrcoef(series[s : s + width].T))[upper] for s in starts])


def states(windows: Array, count: int, seed: int) -> Labels:
    """Assign each window to one of `count` k-means states, shape (window,)."""
    from sklearn.cluster import KMeans

    return np.asarray(KMeans(count, n_init=1, random_state=seed).fit_predict(windows), dtype=np.int64)


def state_stability(
    runs: Sequence[Array], count: int, width: int, seeds: Sequence[int] = (0, 1, 2, 3, 4), step: int = 1
) -> StateStability:
    """How far states depend on the seed, on the window (three quarters and five quarters) and on their number (± 1).

    Parameters
    ----------
    runs : one series a person, each of shape (frame, region). width : of a window, in frames.
    """
    base = [_frames(runs, width, count, seed, step) for seed in seeds]
    wider = [_frames(runs, w, count, seeds[0], step) for w in (round(width * 0.75), round(width * 1.25))]
    other = [_frames(runs, width, k, seeds[0], step) for k in (count - 1, count + 1) if k > 1]
    return StateStability(
        seeds=float(np.mean([_agreement(a, b) for a, b in combinations(base, 2)])),
        windows=float(np.mean([_agreement(base[0], b) for b in wider])),
        counts=float(np.mean([_agreement(base[0], b) for b in other])),
    )


def _frames(runs: Sequence[Array], width: int, count: int, seed: int, step: int) -> Labels:
    """State at the middle of each window, −1 at frames that are no window's middle; runs one after another."""
    parts = [windowed(run, width, step) for run in runs]
    found = states(np.concatenate(parts), count, seed)
    out, start = [], 0
    for run, part in zip(runs, parts, strict=True):
        at = np.full(len(run), -1, dtype=np.int64)
        at[width // 2 + step * np.arange(len(part))] = found[start : start + len(part)]
        out.append(at)
        start += len(part)
    return np.concatenate(out)


def _agreement(first: Labels, second: Labels) -> float:
    from sklearn.metrics import adjusted_rand_score

    both = (first >= 0) & (second >= 0)
    return float(adjusted_rand_score(first[both], second[both]))


def states_stable(found: StateStability) -> tuple[Safeguard, ...]:
    """States that depend on seed or window more than on the data."""
    if min(found.seeds, found.windows) >= POOR:
        return ()
    values = {"seeds": found.seeds, "windows": found.windows, "counts": found.counts, "poor": POOR}
    return (raised("states-unstable", values=values),)


def phase_randomised(series: Array, rng: np.random.Generator) -> Array:
    """Give a stationary series of the same spectra and cross-spectra, shape (frame, region) (Prichard & Theiler 1994).

    The same random phases turn all regions, so that what is constant between them stays.
    """
    spectrum = np.fft.rfft(series, axis=0)
    turn = np.exp(2j * np.pi * rng.random(len(spectrum)))
    turn[0] = 1
    if len(series) % 2 == 0:
        turn[-1] = 1  # the highest frequency of an even series is real
    return np.asarray(np.fft.irfft(spectrum * turn[:, None], n=len(series), axis=0))


def dynamics_p(runs: Sequence[Array], width: int, surrogates: int, seed: int) -> float:
    """P that connectivity varies over windows as much in stationary series of the same spectra."""
    if surrogates < 19:
        raise RangeError("too few surrogates", expected="19 or more", got=surrogates)
    rng = np.random.default_rng(seed)
    observed = _variation(runs, width)
    null = [_variation([phase_randomised(run, rng) for run in runs], width) for _ in range(surrogates)]
    return (1 + sum(v >= observed * (1 - 1e-9) for v in null)) / (1 + surrogates)


def _variation(runs: Sequence[Array], width: int) -> float:
    """Variance over windows, summed over pairs, mean over people; windows that half overlap."""
    return float(np.mean([windowed(run, width, max(1, width // 2)).var(axis=0).sum() for run in runs]))


def dynamics_shown(p: float, surrogates: int, alpha: float = 0.05) -> tuple[Safeguard, ...]:
    """Connectivity that varies no more than a stationary process would."""
    return (raised("dynamics-not-shown", values={"p": p, "surrogates": surrogates}),) if p > alpha else ()


def dwell(runs: Sequence[Labels], count: int) -> Dwell:
    """Stays of each state; those that a run begins or ends in are known to be at least so long.

    Leaving is taken as equally likely in every window, under which windows spent over ends seen is the estimate of
    greatest likelihood, cut stays included.
    """
    spent, ends = np.zeros(count), np.zeros(count)
    stays, cut = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for run in runs:
        edges = np.flatnonzero(np.diff(run)) + 1
        parts = np.split(np.asarray(run), edges)
        for i, part in enumerate(parts):
            state, last = int(part[0]), i == len(parts) - 1
            spent[state] += part.size
            stays[state] += 1
            ends[state] += not last
            cut[state] += last or i == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        return Dwell(spent / ends, spent / stays, stays, cut)


def dwell_cut(found: Dwell) -> tuple[Safeguard, ...]:
    """Say how many stays a run cut."""
    stays, cut = int(found.stays.sum()), int(found.cut.sum())
    return (raised("dwell-cut", values={"cut": cut, "stays": stays}),) if cut else ()


def log_ratios(shares: Array, windows: int) -> Array:
    """Isometric log-ratios of shares of time, shape (person, state − 1) (Egozcue et al. 2003).

    A state that a person never entered has half a window instead of none, taken from the others in proportion
    (Martín-Fernández et al. 2003).

    Parameters
    ----------
    shares : shape (person, state), each row a sum of 1. windows : that a share counts.

    Raises
    ------
    ShapeError
        Rows that do not sum to 1.
    """
    if shares.ndim != 2 or not np.allclose(shares.sum(axis=1), 1) or (shares < 0).any():
        raise ShapeError("shares of time", expected="rows that sum to 1", got=shares.shape)
    little = 0.5 / windows
    none = shares == 0
    filled = np.where(none, little, shares * (1 - little * none.sum(axis=1, keepdims=True)))
    logs, parts = np.log(filled), shares.shape[1]
    out = [np.sqrt(i / (i + 1)) * (logs[:, :i].mean(axis=1) - logs[:, i]) for i in range(1, parts)]
    return np.stack(out, axis=1)


def shares_as_parts(count: int) -> Safeguard:
    """Say that shares are parts of a whole."""
    return raised("shares-of-a-whole", values={"count": count})
