"""Ratios of late uptake: the mean over a window, each frame weighted by the time it shares with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.estimate import Estimate
from nociscope.core.records import Array, Frames, KineticFit, Tacs
from nociscope.core.status import FitStatus
from nociscope.core.vocabulary import quantity
from nociscope.models.pet.base import KineticModel
from nociscope.models.pet.estimates import judged
from nociscope.models.pet.options import FitOptions

COVERAGE = 0.999
"""Share of the window that frames must cover."""


@dataclass(frozen=True, eq=False)
class Window:
    """Mean uptake of all regions over a window.

    Parameters
    ----------
    mean, variance : (region,), kBq/mL and its square; variance is nan with fewer than three frames.
    status : (region,), why a mean is missing.
    share : (frame,), min of each frame inside the window.
    """

    mean: Array
    variance: Array
    status: tuple[FitStatus, ...]
    share: Array


@dataclass(frozen=True, kw_only=True)
class UptakeModel(KineticModel):
    """Uptake over a window, divided by something: ``divisor`` says by what, or why it cannot."""

    divisor: Callable[[Tacs, FitOptions, Array | None], tuple[float, float, FitStatus]]


def overlap(frames: Frames, window: tuple[float, float]) -> Array:
    """Minutes that each frame shares with the window, (frame,)."""
    shared: Array = np.clip(np.minimum(frames.end, window[1]) - np.maximum(frames.start, window[0]), 0, None)
    return shared


def window_mean(activity: Array, frames: Frames, window: tuple[float, float]) -> Window:
    """Duration-weighted mean over a window, partial frames weighted by their overlap.

    Parameters
    ----------
    activity : (region, frame), kBq/mL. window : (from, to), min after injection.

    Notes
    -----
    The error is the scatter of frames around a straight line in time, so a curve that rises or falls steadily is
    not noise.
    """
    share = overlap(frames, window)
    use = share > 1e-9
    covered = share.sum() >= COVERAGE * (window[1] - window[0])
    count = activity.shape[0]
    if not covered:
        gone = np.full(count, nan)
        return Window(gone, gone, (FitStatus.OUT_OF_WINDOW,) * count, share)
    part = share[use] / share.sum()
    values = activity[:, use]
    status = tuple(FitStatus.OK if np.isfinite(v).all() else FitStatus.NOT_FINITE for v in values)
    return Window(values @ part, _scatter(values, frames.mid[use], part), status, share)


def _scatter(values: Array, time: Array, part: Array) -> Array:
    """Variance of the weighted mean, with frame variance inverse to its share of the window."""
    if part.size < 3:
        return np.full(values.shape[0], nan)
    root = np.sqrt(part)
    x = np.stack((np.ones_like(time), time - time @ part), axis=1) * root[:, None]
    y = np.where(np.isfinite(values), values, 0.0) * root
    residual = y - y @ x @ np.linalg.inv(x.T @ x) @ x.T
    spread: Array = (residual**2).sum(axis=1) / (part.size - 2)
    return spread


def fit_uptake(model: UptakeModel, tacs: Tacs, reference: Array | None, options: FitOptions) -> tuple[KineticFit, ...]:
    """SUV or SUVR of every region; ``reference`` (frame,) or None."""
    if options.window_min is None:
        raise InputError(f"{model.name} needs a window", expected="window_min=(from, to) in min", got=None)
    window = window_mean(tacs.activity, tacs.frames, options.window_min)
    by, by_variance, problem = model.divisor(tacs, options, reference)
    fits = []
    for row in range(len(tacs.regions)):
        mean, variance = float(window.mean[row]), float(window.variance[row])
        status = problem if problem is not FitStatus.OK else window.status[row]
        value = mean / by if status is FitStatus.OK else nan
        se = float(np.sqrt(variance + value**2 * by_variance) / by) if status is FitStatus.OK else nan
        if reference is not None and np.array_equal(tacs.activity[row], reference):
            se = 0.0 if status is FitStatus.OK else nan  # a region over itself is one, whatever its noise
        fits.append(_fit(model, tacs, row, window.share, (value, se, status)))
    return tuple(fits)


def _fit(model: UptakeModel, tacs: Tacs, row: int, share: Array, answer: tuple[float, float, FitStatus]) -> KineticFit:
    value, se, status = answer
    unit = quantity(model.outcome).unit
    good = status is FitStatus.OK
    estimate = judged(model.outcome, value, se, "regression", status) if good else Estimate.missing(unit, status)
    return KineticFit(
        model=model.name,
        region=tacs.regions[row],
        status=estimate.status,
        estimates={model.outcome: estimate},
        frames=tacs.frames,
        measured=tacs.activity[row],
        fitted=np.full(len(tacs.frames), nan),
        weights=share / share.max() if share.max() > 0 else share,
        used=share > 1e-9,
    )
