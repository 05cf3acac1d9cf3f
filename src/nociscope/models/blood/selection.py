"""Which curve of a family: the one that was named, or the lowest AICc of all that could be fitted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nociscope.core.blood import Candidate
from nociscope.core.records import Array
from nociscope.models.blood.curve import FittedCurve

MIN_LINES = 3
"""Fewer samples than this are not a curve, not even one of straight lines."""


def akaike_weights(fits: Sequence[FittedCurve]) -> Array:
    """Share of the evidence of each curve, (curve,); curves that cannot be judged by AICc get none.

    Burnham & Anderson 2002, Model Selection and Multimodel Inference, 2.9.
    """
    scores = np.array([f.aicc if math.isfinite(f.aicc) else math.inf for f in fits])
    if not np.isfinite(scores).any():
        return np.zeros(len(fits))
    share = np.exp(-(scores - scores.min()) / 2)
    weights: Array = share / share.sum()
    return weights


def best(fits: Sequence[FittedCurve]) -> int | None:
    """Index of the lowest AICc; None where no curve can be judged."""
    weights = akaike_weights(fits)
    return int(np.argmax(weights)) if weights.any() else None


def candidates(fits: Sequence[FittedCurve], chosen: FittedCurve) -> tuple[Candidate, ...]:
    """Table of what was tried, best first; weights only where there was a choice."""
    weights = akaike_weights(fits) if len(fits) > 1 else np.full(len(fits), math.nan)
    rows = [
        Candidate(f.model, f.n, f.k, f.rss, f.aic, f.aicc, float(w), f is chosen, f.status)
        for f, w in zip(fits, weights, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: (math.isnan(row.AICc), row.AICc)))


def redraw(fits: Sequence[FittedCurve], chosen: FittedCurve, rng: np.random.Generator, n: int, time: Array) -> Array:
    """Draw curves, (n, time): each draw picks a curve by its Akaike weight, then refits it to other noise.

    So the interval holds what is not known of the form, too, and not only of its parameters.
    """
    if len(fits) == 1:
        return chosen.redraw(rng, n, time)
    counts = rng.multinomial(n, akaike_weights(fits))
    parts = [f.redraw(rng, int(c), time) for f, c in zip(fits, counts, strict=True) if c]
    drawn = np.concatenate(parts)
    return rng.permutation(drawn, axis=0)


def choose(fits: Sequence[FittedCurve], lines: FittedCurve) -> FittedCurve:
    """Choose: a curve named alone is taken as it is; of several the lowest AICc.

    Where AICc can judge none, straight ``lines`` if there are three samples or more to draw them through; else the
    first curve, whose status says why there is none.
    """
    if len(fits) == 1:
        return fits[0]
    index = best(fits)
    if index is not None:
        return fits[index]
    return lines if lines.n >= MIN_LINES else fits[0]
