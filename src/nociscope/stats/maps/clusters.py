"""Clusters of touching elements beyond a threshold: extent, mass, places, and the largest of a relabelled map.

The mass of a cluster is what its elements exceed the threshold by, times their extent (Zhang, Nichols & Johnson 2009);
the two signs are never joined.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.map_result import Cluster
from nociscope.core.space import Array, Space
from nociscope.stats.maps.neighbours import Neighbours, element_sizes, neighbours
from nociscope.stats.maps.places import coordinates
from nociscope.stats.maps.tfce import SIGNS
from nociscope.stats.maps.workspace import Workspace, grow, workspace

MEASURES = ("extent", "mass")
TIE_TOLERANCE = 1e-5
"""Masses closer than this, relative, are the same number: the statistics they add up are float32."""

Labels = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Clustering:
    """How maps of one question are cut into clusters; made by `clustering`, used for every batch of relabellings.

    Parameters
    ----------
    sizes : shape (element,), mm³, mm² or 1. unit : of sizes.
    threshold : of the statistic. measure : ``extent`` or ``mass``, what is corrected.
    note : for the report.
    """

    space: Space
    neighbours: Neighbours
    sizes: Array
    unit: str
    threshold: float
    measure: str
    alternative: str
    note: str
    memory: list[Workspace] = field(default_factory=list)

    def largest(self, t: ArrayLike) -> Array:
        """Largest extent or mass of each map, shape (map,), zero where no element is beyond the threshold."""
        maps = np.atleast_2d(np.asarray(t))
        out = np.zeros(len(maps))
        for m, values in enumerate(maps):
            labels, _ = self.labels(values)
            extent, mass = self.measures(values, labels)
            out[m] = float(np.max(extent if self.measure == "extent" else mass, initial=0.0))
        return out

    def labels(self, t: ArrayLike) -> tuple[Labels, Labels]:
        """Clusters of one map: label of each element, shape (element,), 0 outside; and the sign of each cluster.

        Labels are in the order in which clusters were met; `cluster_records` orders them by size.

        Raises
        ------
        ShapeError
            The map does not fit the space.
        """
        values = np.asarray(t)
        if values.shape != (self.neighbours.size,):
            raise ShapeError("a map to cut into clusters", expected=(self.neighbours.size,), got=values.shape)
        out = np.zeros(values.size, dtype=np.int32)
        signs: list[int] = []
        for sign in SIGNS[self.alternative]:
            members = np.flatnonzero(sign * values > self.threshold)
            if members.size:
                found = self._joined(members)
                out[members] = found + len(signs)
                signs += [sign] * int(found.max())
        return out, np.array(signs, dtype=np.int32)

    def measures(self, t: ArrayLike, labels: Labels) -> tuple[Array, Array]:
        """Extent and mass of each cluster, shape (cluster,)."""
        members = np.flatnonzero(labels)
        at, size = labels[members] - 1, self.sizes[members]
        beyond = np.abs(np.asarray(t, dtype=np.float64)[members]) - self.threshold
        count = int(labels.max(initial=0))
        extent = np.bincount(at, size, count).astype(np.float64)
        return extent, np.bincount(at, size * beyond, count).astype(np.float64)

    def _joined(self, members: NDArray[np.int64]) -> Labels:
        """Number the clusters of some elements, from 1."""
        from nociscope.stats.maps.component_tree import numbered

        if not self.memory:
            self.memory.append(workspace(self.neighbours))
        work, count = self.memory[0], members.size
        work.values[:count] = work.payload[members]
        grow(self.neighbours, work, count)
        found = np.zeros(count, dtype=np.int32)
        numbered(work.parent, count, found)
        return found


def forming_threshold(p: float, dof: float, questions: int = 1) -> float:
    """Statistic that forms clusters: the one-sided quantile of t, or of F where several questions are asked at once.

    Parameters
    ----------
    p : one-sided, also where both signs are looked at. dof : residual; infinite gives the normal quantile.
    """
    if not 0 < p < 1:
        raise RangeError("p that forms clusters", expected="between 0 and 1", got=p)
    if questions == 1:
        return float(stats.t.isf(p, dof) if np.isfinite(dof) else stats.norm.isf(p))
    return float(stats.f.isf(p, questions, dof))


def clustering(
    space: Space,
    threshold: float,
    measure: str = "extent",
    connectivity: int = 26,
    alternative: str = "two-sided",
) -> Clustering:
    """Prepare the clusters of all maps of one question.

    Parameters
    ----------
    threshold : of the statistic, see `forming_threshold`; elements beyond it, not at it, form clusters.
    measure : ``extent`` or ``mass``, what the largest of each map is taken of.

    Raises
    ------
    InputError
        No such measure or alternative.
    RangeError
        A threshold that is not positive.
    """
    if measure not in MEASURES:
        raise InputError("no such measure of clusters", expected=" or ".join(MEASURES), got=measure)
    if alternative not in SIGNS:
        raise InputError("no such alternative", expected=", ".join(SIGNS), got=alternative)
    if not threshold > 0:
        raise RangeError("threshold that forms clusters", expected="more than zero", got=threshold)
    sizes, unit = element_sizes(space)
    what = "extent" if measure == "extent" else "mass, what the statistic exceeds the threshold by, times extent"
    note = f"clusters beyond {threshold:.3f}, signs apart, compared by {what}; {alternative}."
    return Clustering(space, neighbours(space, connectivity), sizes, unit, threshold, measure, alternative, note)


def cluster_records(how: Clustering, t: ArrayLike, null: Array) -> tuple[Labels, tuple[Cluster, ...], Array]:
    """Clusters of the observed map with family-wise p, the largest first.

    Parameters
    ----------
    t : shape (element,).
    null : shape (relabelling,), `Clustering.largest` of every relabelling, the observed one first.

    Returns
    -------
    Labels of the elements, the clusters, and p of each element, 1 outside clusters.
    """
    values = np.asarray(t, dtype=np.float64)
    met, signs = how.labels(values)
    extent, mass = how.measures(values, met)
    order = np.argsort(-(extent if how.measure == "extent" else mass), kind="stable")
    rank = np.zeros(len(order) + 1, dtype=np.int32)
    rank[order + 1] = np.arange(1, len(order) + 1)
    labels = rank[met]
    p = np.ones(values.size)
    out = []
    for label, k in enumerate(order, start=1):
        inside = np.flatnonzero(labels == label)
        peak = int(inside[np.argmax(np.abs(values[inside]))])
        size = float((extent if how.measure == "extent" else mass)[k])
        share = family_wise_p(null, size)
        p[inside] = share
        out.append(
            Cluster(
                label, int(signs[k]), int(inside.size), float(extent[k]), how.unit, float(mass[k]), peak,
                coordinates(how.space, peak), float(values[peak]), share,
            )
        )  # fmt: skip
    return labels, tuple(out), p


def family_wise_p(null: Array, observed: float) -> float:
    """Share of relabellings whose largest cluster reaches the observed one, ties included."""
    return float(np.mean(null >= observed - TIE_TOLERANCE * abs(observed)))
