"""Maps without each person in turn: where the peak moves, and what it is in people who did not choose it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nociscope.stats.design import Array, Design
from nociscope.stats.linear import algebra, fit
from nociscope.stats.maps.element_maps import slices
from nociscope.stats.maps.engine import Values

_FULLY_FITTED = 1e-9


@dataclass(frozen=True, eq=False)
class LeftOut:
    """What leaving out one person at a time does to a peak.

    Parameters
    ----------
    estimate : of the effect at each fold's own peak, measured in the person who was left out; nan where fewer than
        everybody could be left out.
    people : how many were left out.
    peaks : shape (fold,), elements; -1 where nothing can be estimated without a person.
    t_at_peak : shape (fold,), t at the observed peak without each person, towards its sign.
    """

    estimate: float
    people: int
    peaks: NDArray[np.int64]
    t_at_peak: Array


def left_out(design: Design, values: Values, peak: int, sign: float, hc2: bool = False) -> LeftOut:
    """Leave each person out, look for the peak in the others, measure it in who was left out (Esterman 2010).

    Parameters
    ----------
    values : shape (person, element). peak : element of the observed peak. sign : of the effect there.
    hc2 : of the t at the peak.

    Notes
    -----
    The peak is that of the pooled t with the sign of the observed one. The left-out person's number is what remains
    of their value when the nuisance model of the others is taken away; the design is fitted to these numbers.
    """
    t_peak, peaks = _search(design, values, sign)
    at_peak = sign * np.array([_t_at(design, values[:, peak], i, hc2) for i in range(len(values))])
    usable = np.isfinite(t_peak)
    peaks = np.where(usable, peaks, -1)
    measured = np.array(
        [measured_without(design, values[:, int(p)], i) if p >= 0 else np.nan for i, p in enumerate(peaks)]
    )
    estimate = float(algebra(design).weights @ measured) if usable.all() else float("nan")
    return LeftOut(estimate, int(usable.sum()), peaks, at_peak)


def t_without(design: Design, y: Array) -> Array:
    """Pooled t without each person, shape (person, element), by updating the fit of all; nan where not estimable."""
    a = algebra(design)
    residuals, room = a.residual_maker @ y, 1 - a.leverage
    free = room > _FULLY_FITTED
    step = np.divide(1.0, room, out=np.full_like(room, np.nan), where=free)[:, None]
    estimate = a.weights @ y - a.weights[:, None] * residuals * step
    squares = np.maximum((residuals**2).sum(axis=0) - residuals**2 * step, 1e-300)
    scale = a.weights @ a.weights + a.weights[:, None] ** 2 * step
    return np.asarray(estimate / np.sqrt(squares / max(1, a.dof - 1) * scale))


def _search(design: Design, values: Values, sign: float) -> tuple[Array, NDArray[np.int64]]:
    n = len(values)
    best, where = np.full(n, -np.inf), np.full(n, -1, dtype=np.int64)
    for part in slices(values.shape[1]):
        t = sign * t_without(design, values[:, part].astype(np.float64))
        top = np.argmax(t, axis=1)
        size = t[np.arange(n), top]
        better = ~(size <= best)
        best, where = np.where(better, size, best), np.where(better, part.start + top, where)
    return best, where


def _t_at(design: Design, column: NDArray[np.floating], i: int, hc2: bool) -> float:
    """Statistic of one element without one person; nan where not estimable."""
    others = np.arange(design.n) != i
    less = replace(
        design, interest=design.interest[others], nuisance=design.nuisance[others], strata=design.strata[others],
        blocks=None, spread=None if design.spread is None else design.spread[others],
    )  # fmt: skip
    if not less.estimable:
        return float("nan")
    fitted = fit(less, column[others].astype(np.float64)[:, None])
    return float((fitted.t if hc2 else fitted.estimate / fitted.se_pooled)[0])


def measured_without(design: Design, column: NDArray[np.floating], i: int) -> float:
    """What is left of one person's value, of shape (person,), when the others' nuisance model is taken away."""
    others = np.arange(len(column)) != i
    y = column.astype(np.float64)
    length = np.linalg.norm(design.matrix, axis=0)
    scaled = design.matrix / np.where(length > 0, length, 1)
    beta = np.linalg.lstsq(scaled[others], y[others], rcond=1e-10)[0]
    return float(y[i] - scaled[i, 1:] @ beta[1:])
