"""The far tail of a drawn null: generalised Pareto or gamma, only where it fits and never below what a design can give.

A p from 500 relabellings ends at 1/501. A smooth tail goes on (Knijnenburg et al. 2009; Winkler et al. 2016); it is an
extrapolation, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.stats.design import Array
from nociscope.stats.permutation import least_reaching
from nociscope.stats.tail_fit import GAMMA_FEWEST, PARETO_FEWEST, Tail, gamma_tail, pareto_tail

METHODS = ("gpd", "gamma")

ENOUGH_COUNTED = 10
"""With so many relabellings that go as far, counting is as good as any fit (Knijnenburg et al. 2009)."""

STATUSES = {
    "counted": "enough relabellings go as far: p is counted",
    "fitted": "p is read from the fitted tail",
    "at_floor": "the fitted tail ends below what the design can give: p is the smallest attainable",
    "beyond": "the fitted tail ends before the observed value: p is counted",
    "enumerated": "all relabellings are there: p is counted, a smaller one does not exist",
    "no_fit": "no part of the tail fits: p is counted",
    "too_few": "too few relabellings to fit a tail: p is counted",
}
"""What may have become of a p, with its sentence."""


@dataclass(frozen=True, eq=False)
class TailP:
    """p values with how they were made, arrays of shape (observed,).

    Parameters
    ----------
    p : never 0.
    status : keys of `STATUSES`.
    threshold, shape, scale : of the fitted tail; nan where none was. The generalised Pareto has shape ξ and starts at
        the threshold; the gamma starts at its own.
    gof_p : of the Anderson–Darling test; at most 0.5, where the table ends.
    """

    p: Array
    status: NDArray[np.str_]
    threshold: Array
    shape: Array
    scale: Array
    gof_p: Array


def tail_p(observed: ArrayLike, null: ArrayLike, method: str = "gpd", floor: float = 0.0) -> TailP:
    """P of observed values against one null, such as the maximum over voxels.

    Parameters
    ----------
    observed : shape (observed,); larger is further from the null.
    null : shape (relabelling,), the observed labelling first, as in `PermutationTest.null_max`. It is counted, but the
        tail is fitted without it: a true effect is no part of the null.
    method : ``gpd`` or ``gamma``.
    floor : smallest attainable p of the design, at least 1 / its distinct relabellings (`Relabellings.distinct`, not
        those drawn). A null that is as long as that is enumerated, and is counted.

    Raises
    ------
    InputError
        An unknown method, or values that are not finite.
    """
    values, reference = _checked(observed, null, method, floor)
    return _tail_p(values, reference, method, floor)


def tail_p_columns(observed: ArrayLike, null: ArrayLike, method: str = "gpd", floor: float = 0.0) -> TailP:
    """P of each observed value, shape (column,), against its own null, shape (relabelling, column); see `tail_p`."""
    far = np.asarray(observed, dtype=np.float64)
    nulls = np.asarray(null, dtype=np.float64)
    if far.ndim != 1 or nulls.ndim != 2 or nulls.shape[1] != far.size:
        raise ShapeError("one null for each observed value", expected="(column,) and (relabelling, column)")
    parts = [tail_p(far[[i]], nulls[:, i], method, floor) for i in range(far.size)]
    if not parts:
        empty = np.zeros(0)
        return TailP(empty, np.zeros(0, dtype=str), empty, empty, empty, empty)
    return TailP(*(np.concatenate([getattr(part, name) for part in parts]) for name in TailP.__dataclass_fields__))


def _checked(observed: ArrayLike, null: ArrayLike, method: str, floor: float) -> tuple[Array, Array]:
    values = np.atleast_1d(np.asarray(observed, dtype=np.float64))
    reference = np.asarray(null, dtype=np.float64)
    if method not in METHODS:
        raise InputError("unknown tail", expected=", ".join(METHODS), got=method)
    if reference.ndim != 1 or values.ndim != 1 or not reference.size:
        raise ShapeError("one null", expected="(observed,) and (relabelling,)", got=(values.shape, reference.shape))
    if not (np.isfinite(values).all() and np.isfinite(reference).all()):
        raise InputError("missing or infinite statistics", do="leave these columns out, by name")
    if not 0 <= floor <= 1:
        raise RangeError("impossible smallest p", expected="0 to 1", got=floor)
    return values, reference


def _tail_p(values: Array, null: Array, method: str, floor: float) -> TailP:
    ordered = np.sort(null)
    below = np.searchsorted(ordered, least_reaching(values))
    reached = null.size - below
    p = np.maximum(reached, 1) / null.size
    status = np.full(values.size, "counted", dtype="<U12")
    blank = np.full(values.size, np.nan)
    far = reached < ENOUGH_COUNTED
    fit: Tail | None = None
    if far.any():
        why, fit = _fitted(null[1:], method, floor, null.size)
        status[far] = why
    if fit is None:
        return TailP(p, status, blank, blank, blank, blank)
    tail = fit.survival(values[far])
    p[far] = np.where(tail > 0, np.maximum(tail, floor), p[far])
    status[far] = np.where(tail <= 0, "beyond", np.where(tail < floor, "at_floor", "fitted"))
    told = [np.where(far, number, np.nan) for number in (fit.threshold, fit.shape, fit.scale, fit.gof_p)]
    return TailP(np.minimum(p, 1.0), status, *told)


def _fitted(null: Array, method: str, floor: float, count: int) -> tuple[str, Tail | None]:
    """Reason for no tail, or the tail."""
    if floor * count >= 1 - 1e-9:
        return "enumerated", None
    if null.size < (4 * PARETO_FEWEST if method == "gpd" else GAMMA_FEWEST):
        return "too_few", None
    tail = pareto_tail(null) if method == "gpd" else gamma_tail(null)
    return ("fitted", tail) if tail is not None else ("no_fit", None)
