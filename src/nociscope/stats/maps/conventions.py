"""What programs mean by "TFCE": five statistics with one name, told apart in a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from nociscope.core.errors import InputError, RangeError
from nociscope.core.space import Array, GraphSpace, MeshSpace, Space, VolumeSpace

STEPS = 100
"""Levels of the stepped conventions between zero and the largest value."""

_TABLE_STEP, _TABLE_END = 1 / 1024, 64.0
_SMALLEST_TAIL = 1e-300


@dataclass(frozen=True)
class Convention:
    """One meaning of TFCE.

    Parameters
    ----------
    statistic : ``t``, or ``z``: the normal deviate with the tail probability of t.
    joined : whether a two-sided question enhances the size of the statistic, so that touching positive and negative
        elements support each other; else the signs are enhanced apart.
    step : ``none``, the exact integral; ``map``, a hundredth of the largest value of each relabelled map; ``observed``,
        a hundredth of the largest value of the observed map.
    times_step : whether the sum over levels is multiplied by the step.
    connectivity : neighbours of a voxel that the program takes unless told otherwise.
    sentence : what it does, for the report.
    """

    name: str
    statistic: str
    joined: bool
    step: str
    times_step: bool
    connectivity: int
    sentence: str


CONVENTIONS: dict[str, Convention] = {
    "exact-t": Convention(
        "exact-t", "t", False, "none", True, 26,
        "the exact integral over the height of t, positive and negative elements apart",
    ),
    "exact-z": Convention(
        "exact-z", "z", False, "none", True, 26,
        "the exact integral over the height of z, the normal deviate with the tail probability of t, "
        "positive and negative elements apart",
    ),
    "palm": Convention(
        "palm", "z", True, "map", True, 6,
        "as PALM: a sum over 100 levels of z times their distance, anew for each relabelled map; two-sided, the size "
        "of z is enhanced, so that touching positive and negative elements support each other",
    ),
    "randomise": Convention(
        "randomise", "t", False, "observed", False, 6,
        "as FSL randomise: a sum over levels of t that lie a hundredth of the largest observed t apart in every "
        "relabelling, not multiplied by that distance, one direction at a time",
    ),
    "nilearn": Convention(
        "nilearn", "t", False, "map", False, 6,
        "as nilearn: a sum over 100 levels of t up to the largest of each relabelled map, positive and negative "
        "elements apart, not multiplied by the distance of the levels, which differs between relabellings",
    ),
}  # fmt: skip

POWERS: dict[type, tuple[float, float, str]] = {
    VolumeSpace: (0.5, 2.0, "smith2009"),
    MeshSpace: (1.0, 2.0, "smith2009"),
    GraphSpace: (0.4, 3.0, "vinokur2015"),
}
"""Default powers of extent and of height, and where they come from (keys of `nociscope.core.citations`).

Volumes: random field theory and simulation, Smith and Nichols (2009); surfaces: the same theory in two dimensions.
Graphs: the powers that MRtrix takes from Vinokur et al. (2015); Baggio et al. (2018) studied powers around them.
"""


def convention_named(name: str) -> Convention:
    """Find a convention.

    Raises
    ------
    InputError
        There is none of that name.
    """
    if name not in CONVENTIONS:
        raise InputError("no such convention of TFCE", expected=", ".join(CONVENTIONS), got=name)
    return CONVENTIONS[name]


def default_powers(space: Space) -> tuple[float, float]:
    """Powers of extent and of height for a space."""
    extent, height, _ = POWERS[type(space)]
    return extent, height


def described(
    convention: Convention, space: Space, connectivity: int, powers: tuple[float, float], alternative: str
) -> str:
    """Say in one sentence what was computed: for the notes of a result and for the report."""
    touching = {
        VolumeSpace: f"{connectivity} neighbours of a voxel, extent in voxels",
        MeshSpace: "vertices joined by an edge, extent in mm²",
        GraphSpace: "connections that share a node, extent in connections",
    }[type(space)]
    side = "two-sided" if alternative == "two-sided" else f"one-sided, {alternative}"
    more = ""
    if convention.name == "randomise" and alternative == "two-sided":
        more = "; randomise itself answers one direction only, here each has its own step and the maximum is over both"
    return (
        f"{convention.name}: {convention.sentence}; extent to the power {powers[0]:g}, height to the power "
        f"{powers[1]:g}; {touching}; {side}{more}."
    )


def normal_deviates(t: NDArray[np.floating[Any]], dof: float) -> Array:
    """Normal deviate with the tail probability of each t; at most 37, where probabilities end."""
    if not np.isfinite(dof):
        return np.asarray(t, dtype=np.float64)
    tail = np.maximum(special.stdtr(dof, -np.abs(t)), _SMALLEST_TAIL)
    return np.asarray(np.copysign(special.ndtri(tail), t))


def deviate_table(dof: float) -> Array:
    """Normal deviates of t = 0, 1/1024, 2/1024 … 64: read off with an error below 1e-7."""
    if not dof > 0:
        raise RangeError("degrees of freedom", expected="more than zero", got=dof)
    grid = np.arange(round(_TABLE_END / _TABLE_STEP) + 1) * _TABLE_STEP
    table = normal_deviates(grid, dof)
    # ndtri(1/2) may differ from zero by round-off
    table[0] = 0.0
    return table


def deviates_from_table(t: NDArray[np.float32], dof: float, table: Array, out: NDArray[np.float32]) -> None:
    """Write the normal deviates of one map into ``out``, shape (element,)."""
    from nociscope.stats.maps.component_tree import interpolate

    if interpolate(t, _TABLE_STEP, table, out):
        beyond = np.abs(t) >= _TABLE_END - _TABLE_STEP
        out[beyond] = normal_deviates(t[beyond].astype(np.float64), dof)


def levels(convention: Convention, largest: float, observed: float, power: float) -> tuple[Array, Array]:
    """Levels of a stepped convention from zero, and the running sum of height to its power over them.

    Parameters
    ----------
    largest : of this map. observed : largest of the observed map.
    """
    at: Array
    if convention.step == "map":
        at = np.asarray(np.linspace(0.0, largest, STEPS + 1), dtype=np.float64)
    else:
        step = observed / STEPS
        count = int(np.floor(largest / step * (1 + 1e-12))) if step > 0 else 0
        at = np.arange(count + 1, dtype=np.float64) * step
    factor = at[1] if convention.times_step and at.size > 1 else 1.0
    return at, np.cumsum(at**power) * factor
