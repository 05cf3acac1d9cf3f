"""Volumes beside the size of the head: the residual method, and the proportion as a sensitivity analysis.

The slope belongs to a group of people, so nothing of this is done person by person. In a hypothesis the intracranial
volume stands as a covariate instead, which also counts the slope among what was estimated; these functions are for
tables and figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, RangeError, ShapeError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HeadSizeAdjustment:
    """Volumes at the mean intracranial volume.

    Parameters
    ----------
    adjusted : (person,), in the unit of the volumes; nan where either number is missing.
    slope : volume per intracranial volume. centre : intracranial volume to which everybody is brought.
    n : people of whom the slope was estimated.
    """

    adjusted: Array
    slope: float
    centre: float
    n: int


def residual_adjusted(
    volume: Array, head: Array, groups: NDArray[np.str_] | None = None, controls: NDArray[np.bool_] | None = None
) -> HeadSizeAdjustment:
    """Volumes less what the size of the head explains, V − b (eTIV − mean eTIV).

    Parameters
    ----------
    volume, head : (person,), same unit; nan where missing.
    groups : (person,) or None. The slope is pooled within groups, so a difference between them does not bend it.
    controls : (person,) or None. The slope is theirs alone; not together with ``groups``.

    Raises
    ------
    ShapeError
        Columns differ in length.
    InputError
        Both ways are asked for, or too few people or no spread of head size to estimate a slope.
    RangeError
        An intracranial volume that is not positive.
    """
    volume, head, known = _known(volume, head)
    if groups is not None and controls is not None:
        raise InputError("one slope, two ways", expected="groups or controls", do="give one of them")
    labels = np.zeros(volume.size, dtype="U1") if groups is None else np.asarray(groups)
    chosen = known if controls is None else known & np.asarray(controls, dtype=bool)
    if labels.shape != volume.shape or chosen.shape != volume.shape:
        raise ShapeError("groups or controls do not fit the people", expected=volume.size, got=labels.size)
    slope = _pooled_slope(volume[chosen], head[chosen], labels[chosen])
    centre = float(head[known].mean())
    return HeadSizeAdjustment(volume - slope * (head - centre), slope, centre, int(chosen.sum()))


def proportion(volume: Array, head: Array) -> Array:
    """Share of the intracranial volume, (person,), nan where either number is missing.

    It over-corrects wherever a structure grows less than in proportion to the head: a sensitivity analysis.

    Raises
    ------
    ShapeError
        Columns differ in length.
    RangeError
        An intracranial volume that is not positive.
    """
    volume, head, _ = _known(volume, head)
    share: Array = volume / head
    return share


def _known(volume: Array, head: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    volume, head = np.asarray(volume, dtype=np.float64), np.asarray(head, dtype=np.float64)
    if volume.ndim != 1 or volume.shape != head.shape:
        raise ShapeError("volumes and heads differ in number", expected=head.shape, got=volume.shape)
    if (head <= 0).any():
        raise RangeError("an intracranial volume is not positive", expected="> 0", got=float(np.nanmin(head)))
    return volume, head, np.isfinite(volume) & np.isfinite(head)


def _pooled_slope(volume: Array, head: Array, labels: NDArray[np.str_]) -> float:
    """Slope of people about the means of their groups."""
    kinds, which = np.unique(labels, return_inverse=True)
    if volume.size < kinds.size + 2:
        raise InputError("too few people for a slope", expected=f"at least {kinds.size + 2}", got=volume.size)
    counts = np.bincount(which)
    x = head - (np.bincount(which, head) / counts)[which]
    y = volume - (np.bincount(which, volume) / counts)[which]
    spread = float(x @ x)
    if spread <= 1e-18 * float(head @ head):
        raise InputError(
            "heads do not differ", expected="a spread of intracranial volumes", do="leave the volumes as they are"
        )
    return float(x @ y) / spread
