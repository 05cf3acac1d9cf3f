"""Akaike-weighted mean over models, region by region (Burnham and Anderson 2002, ISBN 978-0-387-95364-9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nociscope.core.records import KineticFit
from nociscope.core.status import FitStatus
from nociscope.models.pet.criteria import akaike_weights, average


def average_fits(groups: Sequence[Sequence[KineticFit]], label: str = "Average") -> tuple[KineticFit, ...]:
    """Average the quantities that all models report.

    Parameters
    ----------
    groups : fits of one model each, all over the same regions, frames and weights.
    label : model label of the result.

    Returns
    -------
    One fit a region, whose ``note`` tells the weights. Models that did not give a number in a region carry no weight
    there; where none did, the region keeps the status of the first.
    """
    return tuple(_average(fits, label) for fits in zip(*groups, strict=True))


def _average(fits: Sequence[KineticFit], label: str) -> KineticFit:
    usable = [f for f in fits if f.status.keeps_value and np.isfinite(f.criteria.get("AICc", np.nan))]
    if not usable:
        return replace(fits[0], model=label)
    weights = akaike_weights(usable)
    shared = [s for s in usable[0].estimates if all(s in f.estimates for f in usable)]
    best = usable[int(np.argmax(weights))]
    return replace(
        best,
        model=label,
        status=FitStatus.OK if all(f.status is FitStatus.OK for f in usable) else best.status,
        estimates={s: average(usable, s) for s in shared},
        fitted=np.einsum("i,ij->j", np.asarray(weights), np.array([f.fitted for f in usable])),
        agreement=float("nan"),
        plot=None,
        note="; ".join(f"{f.model} {w:.2f}" for f, w in zip(usable, weights, strict=True)),
    )
