"""The noise model: one vector of weights = 1/variance for every model and region of a scan."""

from __future__ import annotations

from collections.abc import Callable
from math import log

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.records import Array, Frames, Tacs
from nociscope.models.pet.options import FitOptions

FLOOR = 0.01
"""Activity below this fraction of the peak does not make a frame less noisy: randoms and scatter remain."""


def frame_weights(tacs: Tacs, options: FitOptions) -> Array:
    """Weights of the frames, scaled to a maximum of one.

    Parameters
    ----------
    tacs : curves of one scan.
    options : ``weights`` names the scheme; ``half_life_min`` is needed by ``decay`` and ``kinfitr2``.

    Returns
    -------
    (frame,), 1/variance up to a factor.

    Raises
    ------
    InputError
        The scheme needs weights or a half-life that are not there.
    """
    scheme = options.weights
    if scheme == "auto":
        scheme = "supplied" if tacs.weights is not None else "decay"
    weights = SCHEMES[scheme](tacs, options)
    peak = weights.max(initial=0.0)
    if not peak > 0:
        raise InputError("no frame carries weight", expected="at least one weight above zero")
    scaled: Array = weights / peak
    return scaled


def mean_curve(tacs: Tacs) -> Array:
    """Mean over regions that have a signal, weighted by volume where known, (frame,), kBq/mL; never below zero."""
    alive = np.isfinite(tacs.activity).all(axis=1) & (np.ptp(np.nan_to_num(tacs.activity), axis=1) > 0)
    if not alive.any():
        return np.ones(len(tacs.frames))
    share = np.ones(len(tacs.regions)) if tacs.volumes_mm3 is None else np.asarray(tacs.volumes_mm3, float)
    curve: Array = np.average(tacs.activity[alive], axis=0, weights=share[alive])
    return np.maximum(curve, 0)


def _rate(options: FitOptions) -> float:
    if options.half_life_min is None or not options.half_life_min > 0:
        raise InputError(
            "decay-based weights need the half-life of the radionuclide",
            expected="half_life_min",
            got=options.half_life_min,
            do="give half_life_min, supply weights, or choose weights='uniform'",
        )
    return log(2) / options.half_life_min


def decay_variance(curve: Array, frames: Frames, rate: float) -> Array:
    """Variance of a decay-corrected frame up to a factor: activity x exp(rate t) / duration (Poisson counts).

    ``curve`` (frame,), kBq/mL; ``rate`` 1/min.
    """
    floor = FLOOR * max(float(curve.max()), np.finfo(float).tiny)
    variance: Array = np.maximum(curve, floor) * np.exp(rate * frames.mid) / frames.duration
    return variance


def _supplied(tacs: Tacs, options: FitOptions) -> Array:
    if tacs.weights is None:
        raise InputError("weights were asked for but none came with the curves", do="choose another weights scheme")
    return np.array(tacs.weights)


def _decay(tacs: Tacs, options: FitOptions) -> Array:
    weights: Array = 1 / decay_variance(mean_curve(tacs), tacs.frames, _rate(options))
    return weights


def _kinfitr2(tacs: Tacs, options: FitOptions) -> Array:
    """Square root of true counts, compressed to the range 0.5 to 1 as kinfitr does (method 2)."""
    rate, span = _rate(options), tacs.frames.duration
    undone = mean_curve(tacs) * np.exp(-rate * tacs.frames.mid)
    raw = np.sqrt(span * undone)
    return kinfitr_rescaled(raw, KINFITR_MINIMUM)


KINFITR_MINIMUM = 0.5


def kinfitr_rescaled(raw: Array, minimum: float) -> Array:
    """Compress raw weights into ``minimum``..1 as kinfitr's ``weights_create`` does, its precedence slip included."""
    top = np.sort(raw)[-5:]
    peak = float(np.median(top)) if top.min() < raw.max() / 2 else float(raw.max())
    scaled = np.minimum(raw, peak) / peak
    if (scaled < minimum).any():
        least = float(scaled.min())
        scaled = minimum + (scaled - least / (1 - least)) * (1 - minimum)
    return scaled


def _uniform(tacs: Tacs, options: FitOptions) -> Array:
    return np.ones(len(tacs.frames))


SCHEMES: dict[str, Callable[[Tacs, FitOptions], Array]] = {
    "supplied": _supplied,
    "decay": _decay,
    "kinfitr2": _kinfitr2,
    "uniform": _uniform,
}
