"""What is corrected over a map: the statistic itself, its enhancement, or clusters. One table, one function each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nociscope.core.hypothesis import MapSettings
from nociscope.core.map_result import Cluster
from nociscope.core.space import GraphSpace, Space
from nociscope.stats.design import Array, Design
from nociscope.stats.maps.engine import EngineOptions, MapTest, Values, null_summaries, reached
from nociscope.stats.relabelling import Relabellings

ENHANCED_TIE = 1e-5
"""Enhanced statistics closer than this, relative, are the same number: they are sums in float32."""


@dataclass(frozen=True, eq=False)
class Tested:
    """A map that was tested, for whoever corrects it.

    Parameters
    ----------
    space : of the elements that were tested. values : shape (person, element).
    """

    space: Space
    design: Design
    values: Values
    moves: Relabellings
    settings: MapSettings
    options: EngineOptions
    test: MapTest


@dataclass(frozen=True, eq=False)
class Corrected:
    """A corrected map.

    Parameters
    ----------
    score : shape (element,), what was corrected, with the sign of the effect. p : shape (element,), family-wise.
    null : shape (relabelling,). maps : to be kept beside. labels : shape (element,). notes : for the report.
    """

    score: Array
    p: Array
    null: Array
    maps: Mapping[str, Array]
    labels: NDArray[np.int32]
    clusters: tuple[Cluster, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)


def by_maximum(tested: Tested) -> Corrected:
    """Correct by the maximum statistic over the map (Westfall & Young 1993)."""
    test, none = tested.test, np.zeros(tested.values.shape[1], dtype=np.int32)
    p = test.p_step if tested.options.step_down else test.p_max
    return Corrected(test.statistic, p, test.null_max, {}, none)


def by_enhancement(tested: Tested) -> Corrected:
    """Correct by the largest enhanced statistic (Smith & Nichols 2009)."""
    from nociscope.stats.maps.tfce import enhancement

    test, how = tested.test, tested.settings
    alternative = tested.options.alternative if test.questions == 1 else "greater"
    dof = float(test.dof) if test.questions == 1 else np.inf
    made = enhancement(
        tested.space, how.convention, how.connectivity, alternative, dof, observed=test.statistic.astype(np.float32)
    )
    threads = tested.options.workers
    null = null_summaries(
        tested.design, tested.values, tested.moves, lambda maps: made.largest(maps, threads), tested.options
    )
    enhanced = made.maps(test.statistic)[0].astype(np.float64)
    p = reached(null, np.abs(enhanced), ENHANCED_TIE)
    maps = {"tfce": enhanced, "p_tfce": p}
    notes = {"tfce": made.note} | ({"tfce ties": TIES} if tested.moves.exact and made.convention.step != "none" else {})
    return Corrected(enhanced, p, null, maps, np.zeros(enhanced.size, dtype=np.int32), notes=notes)


TIES = (
    "all relabellings are enumerated, and a stepped sum can tell apart relabellings that are the same but for "
    "round-off, where a value falls on a level: p may be one count off; exact-t and exact-z have no levels"
)
"""What a stepped convention cannot promise of an enumerated design."""


def by_extent(tested: Tested) -> Corrected:
    """Correct by the largest cluster."""
    return _by_clusters(tested, "extent")


def by_mass(tested: Tested) -> Corrected:
    """Correct by the largest mass of a cluster (Zhang, Nichols & Johnson 2009)."""
    return _by_clusters(tested, "mass")


def _by_clusters(tested: Tested, measure: str) -> Corrected:
    from nociscope.stats.maps.clusters import cluster_records, clustering, forming_threshold

    test, how = tested.test, tested.settings
    alternative = tested.options.alternative if test.questions == 1 else "greater"
    threshold = forming_threshold(how.forming_p, test.dof, test.questions)
    cut = clustering(tested.space, threshold, measure, how.connectivity, alternative)
    null = null_summaries(tested.design, tested.values, tested.moves, cut.largest, tested.options)
    labels, clusters, p = cluster_records(cut, test.statistic.astype(np.float32), null)
    return Corrected(test.statistic, p, null, {"p_cluster": p}, labels, clusters, {"clusters": cut.note})


def part_of(space: Space, kept: NDArray[np.bool_]) -> Space:
    """Give the space of some of its elements, shape (element,)."""
    if kept.all():
        return space
    if isinstance(space, GraphSpace):
        return replace(space, edges=space.edges[kept])
    mask = space.mask.copy()
    mask[space.mask] = kept
    return replace(space, mask=mask)


STATISTICS: dict[str, Callable[[Tested], Corrected]] = {
    "max-t": by_maximum,
    "tfce": by_enhancement,
    "cluster-extent": by_extent,
    "cluster-mass": by_mass,
}
"""``map.statistic`` to who corrects it."""
