"""Intervals of a psychometric function from answers drawn out of its own curve."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from nociscope.core.scores import Array
from nociscope.core.status import FitStatus
from nociscope.models.psychophysics.psychometric import FREE, PsychometricFit, probability, psychometric_fit


def bootstrapped(fit: PsychometricFit, stimulus: Array, n: Array, draws: int = 999, seed: int = 0) -> PsychometricFit:
    """The same fit with intervals from answers drawn from the fitted curve; percentiles of the draws that have a curve.

    Parameters
    ----------
    fit : of `psychometric_fit`. stimulus, n : as it was given. seed : the same seed gives the same interval.
    """
    if fit.status is FitStatus.CENSORED or not math.isfinite(fit.scale):
        return fit
    rng = np.random.default_rng(seed)
    p = probability(fit, stimulus)
    tail = 50 * (1 - fit.level)
    found = []
    for _ in range(draws):
        again = _refitted(fit, stimulus, rng.binomial(np.asarray(n, dtype=np.int64), p).astype(np.float64), n)
        if math.isfinite(again.threshold):
            found.append((again.threshold, again.scale))
    thresholds, scales = (np.array(column) for column in zip(*found, strict=True))
    ends = np.percentile(thresholds, [tail, 100 - tail]), np.percentile(scales[np.isfinite(scales)], [tail, 100 - tail])
    return replace(
        fit, low=float(ends[0][0]), high=float(ends[0][1]), scale_low=float(ends[1][0]), scale_high=float(ends[1][1]),
        interval="bootstrap",
    )  # fmt: skip


def _refitted(fit: PsychometricFit, stimulus: Array, yes: Array, n: Array) -> PsychometricFit:
    guess, lapse = (
        FREE if name in fit.estimated else rate for name, rate in (("guess", fit.guess), ("lapse", fit.lapse))
    )
    return psychometric_fit(stimulus, yes, n, fit.curve, guess=guess, lapse=lapse, level=fit.level, interval=False)
