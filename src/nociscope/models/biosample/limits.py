"""From what an assay printed to what it knows: values at or beyond a limit become limits, replicates one value."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, ShapeError
from nociscope.core.status import FitStatus

Array = NDArray[np.float64]
Sides = NDArray[np.int8]

MOST_CV = 0.20
"""Coefficient of variation of replicates above which a sample is flagged."""


@dataclass(frozen=True, eq=False)
class Concentrations:
    """Results of one analyte.

    Parameters
    ----------
    values : shape (sample,); the limit itself where censored.
    censored : shape (sample,), −1 below the limit of quantification, 0 measured, +1 above the upper one.
    flags : shape (sample,), short codes of each.
    """

    values: Array
    censored: Sides
    flags: tuple[tuple[str, ...], ...]


def with_limits(values: Array, lloq: Array, uloq: Array, use_reported_below_lloq: bool = False) -> Concentrations:
    """Censor at the limits of each sample's own plate.

    Parameters
    ----------
    values : shape (sample,), as printed; nan where the assay printed only that it is below (its lloq must be known).
    lloq, uloq : shape (sample,), nan where there is none.
    use_reported_below_lloq : keep numbers that were printed below the limit, flagged; censored by default.

    Raises
    ------
    InputError
        A value without a number and without a lower limit, or limits that cross.
    """
    y, low, high = (np.asarray(v, dtype=np.float64) for v in (values, lloq, uloq))
    if not y.shape == low.shape == high.shape:
        raise ShapeError("values and limits", expected=y.shape, got=f"{low.shape} and {high.shape}")
    if (low >= high).any() or (np.isnan(y) & np.isnan(low)).any():
        raise InputError(
            "limits of quantification", expected="a lower limit below the upper one, and one for each unprinted value",
            do="give the limits of each plate",
        )  # fmt: skip
    printed = np.isfinite(y)
    below = ~printed | (printed & (y < low))
    keep = below & printed & (y > 0) & use_reported_below_lloq
    above = printed & (y > high)
    side = np.where(below & ~keep, -1, np.where(above, 1, 0)).astype(np.int8)
    out = np.where(side < 0, low, np.where(side > 0, high, y))
    flags = tuple(
        tuple(name for name, on in (("reported_below_lloq", k), ("below_lloq", s < 0), ("above_uloq", s > 0)) if on)
        for k, s in zip(keep, side, strict=True)
    )
    return Concentrations(out, side, flags)


@dataclass(frozen=True)
class Replicates:
    """One sample from its replicates.

    Parameters
    ----------
    value : mean, or the limit where ``censored`` is not zero. cv : nan with fewer than two measured.
    flags : ``replicate_cv`` above `MOST_CV`; ``replicates_cross_limit`` where only some are beyond a limit.
    """

    value: float
    censored: int
    cv: float
    n_valid: int
    status: FitStatus
    flags: tuple[str, ...]


def replicates(values: Array, censored: Sides, most_cv: float = MOST_CV) -> Replicates:
    """Join the replicates of one sample.

    Where some are limits and some are not, all that is certain is that the sample is no more than the largest of them:
    it becomes a limit there, and says so.

    Parameters
    ----------
    values, censored : shape (replicate,), as in `Concentrations`; nan is a failed well.

    Raises
    ------
    InputError
        Lower and upper limits in one sample.
    """
    y, side = np.asarray(values, dtype=np.float64), np.asarray(censored, dtype=np.int8)
    y, side = y[np.isfinite(y)], side[np.isfinite(y)]
    if (side < 0).any() and (side > 0).any():
        raise InputError("replicates below the lower and above the upper limit", expected="one of them", got=y.tolist())
    if not y.size:
        return Replicates(math.nan, 0, math.nan, 0, FitStatus.MISSING_DATA, ())
    measured = y[side == 0]
    cv = float(measured.std(ddof=1) / measured.mean()) if measured.size > 1 else math.nan
    flags: tuple[str, ...] = ("replicate_cv",) if cv > most_cv else ()
    if measured.size == y.size:
        return Replicates(float(y.mean()), 0, cv, y.size, FitStatus.OK, flags)
    toward = int(side[side != 0][0])
    if measured.size:
        flags += ("replicates_cross_limit",)
    end = float(y.max() if toward < 0 else y.min())
    return Replicates(end, toward, cv, y.size, FitStatus.CENSORED, flags)
