"""Memory in which one map at a time is enhanced or cut into clusters: made once, used for every relabelling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.space import Array
from nociscope.stats.maps.neighbours import GridNeighbours, Index, ListedNeighbours, Neighbours, SharedNodes

Row = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Workspace:
    """Scratch arrays of one thread; see `component_tree` for those of the tree.

    Parameters
    ----------
    payload : shape (element,), where an element lies among the places: on the padded grid, or its own number.
    statistic : shape (element,), the map on another scale.
    keys, values, spare_keys, spare_values : shape (element,), what is sorted.
    name : shape (place,), cluster of each place, zero between uses. short : the same with 16 bits, for grids.
    forest, last, held : shape (cluster + 1,).
    parent, extent, area, value : shape (element + 1,).
    spread_out : shape (place,), enhanced values by place, zero between uses.
    """

    payload: Index
    statistic: Row
    keys: NDArray[np.uint32]
    values: Index
    spare_keys: NDArray[np.uint32]
    spare_values: Index
    name: Index
    short: NDArray[np.uint16]
    forest: Index
    last: Index
    held: Array | Index
    parent: Index
    extent: Array
    area: Array
    value: Array
    spread_out: Row

    def sort(self, height: Row, sign: int) -> int:
        """Sort the elements of one sign, largest first, into ``keys`` and ``values``; returns how many."""
        from nociscope.stats.maps.component_tree import descending

        return int(
            descending(
                height.view(np.uint32),
                self.payload,
                sign < 0,
                self.keys,
                self.values,
                self.spare_keys,
                self.spare_values,
            )
        )

    def spread(self, count: int, sign: int) -> None:
        """Put the enhanced values of the sorted elements where they belong."""
        self.spread_out[self.values[:count]] = sign * self.value[:count]

    def collect(self, neighbours: Neighbours, out: Row) -> None:
        """Move what was spread into a map, shape (element,)."""
        if isinstance(neighbours, GridNeighbours):
            np.take(self.spread_out, self.payload, out=out)
        else:
            out[:] = self.spread_out
        self.spread_out[:] = 0


def workspace(neighbours: Neighbours) -> Workspace:
    """Scratch for maps with these neighbours."""
    n = neighbours.size
    grid = neighbours if isinstance(neighbours, GridNeighbours) else None
    places = grid.places if grid else n
    clusters = neighbours.nodes if isinstance(neighbours, SharedNodes) else n + 1
    numbers = [np.zeros(n, dtype=np.uint32) for _ in range(2)]
    wholes = [np.zeros(n, dtype=np.int32) for _ in range(2)]
    return Workspace(
        payload=grid.place if grid else np.arange(n, dtype=np.int32),
        statistic=np.zeros(n, dtype=np.float32),
        keys=numbers[0],
        values=wholes[0],
        spare_keys=numbers[1],
        spare_values=wholes[1],
        name=np.zeros(places, dtype=np.int32),
        short=np.zeros(places if grid else 0, dtype=np.uint16),
        forest=np.zeros(clusters, dtype=np.int32),
        last=np.zeros(clusters, dtype=np.int32),
        held=np.zeros(clusters, dtype=np.int32) if grid else np.zeros(clusters),
        parent=np.zeros(n + 1, dtype=np.int32),
        extent=np.zeros(n + 1),
        area=np.zeros(n + 1),
        value=np.zeros(n + 1),
        spread_out=np.zeros(places, dtype=np.float32),
    )


def grow(neighbours: Neighbours, work: Workspace, count: int) -> None:
    """Grow clusters from the first ``count`` of ``work.values`` in their order, into ``parent`` and ``extent``."""
    from nociscope.stats.maps import component_tree as tree

    scratch = (work.forest, work.last, work.held, work.parent, work.extent)
    match neighbours:
        case GridNeighbours(steps=steps, strides=(first, second)):
            if not tree.grow_on_grid(work.values, count, steps, first, second, work.short, *scratch):
                tree.grow_on_grid(work.values, count, steps, first, second, work.name, *scratch)
        case ListedNeighbours(start=start, neighbour=neighbour, weight=weight):
            tree.grow_on_lists(work.values, count, start, neighbour, weight, work.name, *scratch)
        case SharedNodes(first=one, second=other):
            tree.grow_on_nodes(work.values, count, one, other, *scratch)
