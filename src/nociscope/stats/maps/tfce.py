"""Threshold-free cluster enhancement: exact, and as other programs step through it.

The enhanced value of an element is the integral, over all heights h below its own, of e(h)^E h^H, where e(h) is the
extent of the cluster around the element when the map is cut at h (Smith & Nichols 2009). e changes only where another
element joins, so that the component tree of the map gives the integral without steps; a sum over steps is the same sum
with the height function's integral replaced by a staircase. One tree serves every convention.

Use
---
>>> how = enhancement(space, "exact-t", connectivity=26)            # doctest: +SKIP
>>> enhanced = how.maps(t)          # (map, element) float32, sign of t        # doctest: +SKIP
>>> null = how.largest(t_relabelled)  # (map,), largest size over elements     # doctest: +SKIP
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.space import Array, Space
from nociscope.stats.maps.conventions import (
    Convention,
    convention_named,
    default_powers,
    described,
    deviate_table,
    deviates_from_table,
    levels,
)
from nociscope.stats.maps.neighbours import Neighbours, neighbours
from nociscope.stats.maps.workspace import Workspace, grow, workspace

Maps = NDArray[np.float32]

SIGNS = {"two-sided": (1, -1), "greater": (1,), "less": (-1,)}


@dataclass(frozen=True, eq=False)
class Enhancement:
    """How the maps of one question are enhanced; made by `enhancement`, used for every batch of relabellings.

    Parameters
    ----------
    powers : of extent and of height.
    dof : of t, for conventions on z; infinite where the statistic is a normal deviate already.
    observed : largest observed value of either sign, for steps that the observed map fixes.
    note : one sentence for the report: which statistic this is.
    workspaces : one for each thread, kept so that relabellings allocate nothing.
    """

    neighbours: Neighbours
    convention: Convention
    powers: tuple[float, float]
    alternative: str
    dof: float
    observed: tuple[float, float]
    note: str
    table: Array
    workspaces: list[Workspace] = field(default_factory=list)

    def maps(self, t: ArrayLike, threads: int = 1) -> Maps:
        """Enhanced maps, shape (map, element), with the sign of t; zero on the side that is not asked about.

        Parameters
        ----------
        t : shape (map, element) or (element,), finite.
        threads : maps handled at a time; the result does not depend on it.

        Raises
        ------
        ShapeError
            The maps do not fit the space.
        InputError
            A value is not finite.
        """
        values = self._checked(t)
        out = np.zeros(values.shape, dtype=np.float32)
        self._over(values, out, threads)
        return out

    def largest(self, t: ArrayLike, threads: int = 1) -> Array:
        """Largest size of each enhanced map, shape (map,): what a family-wise null is made of. As `maps` otherwise."""
        return self._over(self._checked(t), None, threads)

    def _checked(self, t: ArrayLike) -> Maps:
        values = np.atleast_2d(np.ascontiguousarray(t, dtype=np.float32))
        if values.ndim != 2 or values.shape[1] != self.neighbours.size:
            raise ShapeError("maps to enhance", expected=f"(map, {self.neighbours.size})", got=values.shape)
        if not np.isfinite(values).all():
            raise InputError(
                "a map to enhance holds a value that is not finite", do="leave such elements out of the mask"
            )
        return values

    def _over(self, values: Maps, out: Maps | None, threads: int) -> Array:
        if threads < 1:
            raise RangeError("threads", expected="1 or more", got=threads)
        threads = min(threads, max(1, len(values)))
        while len(self.workspaces) < threads:
            self.workspaces.append(workspace(self.neighbours))
        largest = np.zeros(len(values))
        job = partial(self._every, values, out, largest, threads)
        if threads == 1:
            job(0)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(job, range(threads)))
        return largest

    def _every(self, values: Maps, out: Maps | None, largest: Array, stride: int, first: int) -> None:
        """Enhance every ``stride``-th map in the workspace of that number."""
        work = self.workspaces[first]
        for m in range(first, len(values), stride):
            largest[m] = self._one(work, values[m], None if out is None else out[m])

    def _one(self, work: Workspace, t: Maps, out: Maps | None) -> float:
        height = t
        if self.convention.statistic == "z" and np.isfinite(self.dof):
            height = work.statistic
            deviates_from_table(t, self.dof, self.table, height)
        joined = self.convention.joined and self.alternative == "two-sided"
        if joined:
            height = np.abs(height, out=work.statistic)
        of_map = (
            float(np.abs(height).max()) if self.convention.step == "map" and self.alternative == "two-sided" else 0.0
        )
        signs = (1,) if joined else SIGNS[self.alternative]
        best = max(self._one_sign(work, height, sign, of_map, out is not None) for sign in signs)
        if out is not None:
            work.collect(self.neighbours, out)
            if joined:
                np.copysign(out, t, out=out)
        # as the map holds it, so that the largest element reaches the largest
        return float(np.float32(best))

    def _one_sign(self, work: Workspace, height: Maps, sign: int, of_map: float, keep: bool) -> float:
        from nociscope.stats.maps import component_tree as tree

        count = work.sort(height, sign)
        if not count:
            return 0.0
        grow(self.neighbours, work, count)
        extent_power, height_power = self.powers
        tree.raise_extent(work.extent, count, extent_power)
        sorted_heights = work.keys.view(np.float32)
        if self.convention.step == "none":
            tree.area_exact(sorted_heights, count, height_power, work.area)
        else:
            own = float(sorted_heights[0])
            fixed = self.observed[0 if sign > 0 else 1]
            at, sums = levels(self.convention, max(own, of_map), fixed, height_power)
            tree.area_stepped(sorted_heights, count, at, sums, work.area)
        best = float(tree.integrate(work.parent, work.extent, work.area, count, work.value))
        if keep:
            work.spread(count, sign)
        return best


def enhancement(
    space: Space,
    convention: str = "exact-t",
    connectivity: int = 26,
    alternative: str = "two-sided",
    dof: float = np.inf,
    powers: tuple[float, float] | None = None,
    observed: ArrayLike | None = None,
) -> Enhancement:
    """Prepare the enhancement of all maps of one question (Smith & Nichols 2009).

    Parameters
    ----------
    convention : a name of `CONVENTIONS`; which statistic is meant.
    connectivity : neighbours of a voxel: 6, 18 or 26; of no meaning for vertices and connections.
    alternative : ``two-sided``, ``greater`` or ``less``.
    dof : of t; needed by conventions on z, infinite where the maps hold normal deviates already.
    powers : of extent and of height; as `default_powers` says where None.
    observed : shape (element,), the observed t; needed by ``randomise``, whose step it fixes.

    Raises
    ------
    InputError
        No such convention or alternative, or ``randomise`` without the observed map.
    RangeError
        Powers or degrees of freedom that are not positive.
    """
    how = convention_named(convention)
    if alternative not in SIGNS:
        raise InputError("no such alternative", expected=", ".join(SIGNS), got=alternative)
    chosen = default_powers(space) if powers is None else powers
    if min(chosen) <= 0:
        raise RangeError("powers of extent and height", expected="more than zero", got=chosen)
    if how.step == "observed" and observed is None:
        raise InputError(f"the step of {convention!r} is fixed by the observed map", do="give observed")
    tops = (0.0, 0.0) if observed is None else (float(np.max(observed)), -float(np.min(observed)))
    table = deviate_table(dof) if how.statistic == "z" else np.zeros(0)
    note = described(how, space, connectivity, chosen, alternative)
    return Enhancement(neighbours(space, connectivity), how, chosen, alternative, dof, tops, note, table)


def enhanced(
    space: Space, t: ArrayLike, convention: str = "exact-t", connectivity: int = 26, dof: float = np.inf
) -> Maps:
    """Enhance maps once, two-sided, with default powers; the step of ``randomise`` is that of the first map.

    Parameters
    ----------
    t : shape (map, element) or (element,).

    Returns
    -------
    Shape (map, element), float32, with the sign of t.
    """
    how = enhancement(space, convention, connectivity, dof=dof, observed=np.atleast_2d(np.asarray(t))[0])
    return how.maps(t)
