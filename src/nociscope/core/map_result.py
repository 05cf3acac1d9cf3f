"""What a question asked in every voxel, vertex or connection became: maps, clusters, and one finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import ShapeError
from nociscope.core.finding import Finding
from nociscope.core.space import Space

Array = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True)
class Cluster:
    """One set of touching elements.

    Parameters
    ----------
    label : 1 is the largest.
    sign : 1 or −1; the two signs are never joined.
    elements : how many. extent : mm³ of voxels, mm² of vertices, connections of a graph.
    extent_unit : ``mm3``, ``mm2`` or ``1``.
    mass : sum of the statistic above the forming threshold, times the extent of each element.
    peak : element of the peak. peak_place : x, y, z in mm, or the two nodes of a connection.
    peak_statistic : value of the statistic there.
    p_adjusted : family-wise over the map.
    """

    label: int
    sign: int
    elements: int
    extent: float
    extent_unit: str
    mass: float
    peak: int
    peak_place: tuple[float, ...] | tuple[str, ...]
    peak_statistic: float
    p_adjusted: float


@dataclass(frozen=True, eq=False)
class MapResult:
    """One hypothesis over a whole map.

    Parameters
    ----------
    findings : one for the peak of the map and one for each cluster; each labelled *selected* where it is.
    space : where the elements lie.
    maps : name to array of shape (element,): ``estimate``, ``hedges_g``, ``t``, ``p``, ``p_fwe``, ``tfce`` ….
    labels : shape (element,), cluster label, 0 outside.
    clusters : largest first.
    null_max : shape (relabelling,), maximum of the statistic that was corrected, the observed one first.
    notes : name of every convention that the numbers depend on, for the report.
    """

    findings: tuple[Finding, ...]
    space: Space
    maps: Mapping[str, Array]
    labels: NDArray[np.int32]
    clusters: tuple[Cluster, ...] = ()
    null_max: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    notes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, values in (*self.maps.items(), ("labels", self.labels)):
            if values.shape != (self.space.size,):
                raise ShapeError(f"map {name!r} does not fit its space", expected=(self.space.size,), got=values.shape)
