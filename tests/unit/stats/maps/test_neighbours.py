from __future__ import annotations

import numpy as np
import pytest

from nociscope.core.errors import RangeError
from nociscope.core.space import GraphSpace, MeshSpace, VolumeSpace
from nociscope.stats.maps.neighbours import element_sizes, neighbours, vertex_areas


@pytest.mark.parametrize("connectivity", [6, 18, 26])
def test_steps_of_a_grid_reach_every_neighbour_and_no_other(connectivity):
    mask = np.zeros((4, 5, 6), dtype=bool)
    mask[1:3, 2:5, 3:5] = True
    grid = neighbours(VolumeSpace(mask, np.eye(4)), connectivity)
    voxels = np.argwhere(mask)
    differ = {6: 1, 18: 2, 26: 3}[connectivity]
    for i, voxel in enumerate(voxels):
        found = set(np.flatnonzero(np.isin(grid.place, grid.place[i] + grid.steps)).tolist())
        apart = np.abs(voxels - voxel)
        assert found == set(np.flatnonzero((apart.max(axis=1) == 1) & (apart.sum(axis=1) <= differ)).tolist())
    assert len(grid.steps) == connectivity


def test_unknown_connectivity():
    with pytest.raises(RangeError, match="6, 18 or 26"):
        neighbours(VolumeSpace(np.ones((2, 2, 2), dtype=bool), np.eye(4)), 8)


def test_edges_and_areas_of_a_mesh_within_its_mask():
    vertices = np.array([[0.0, 0, 0], [2, 0, 0], [0, 2, 0], [2, 2, 0]])
    mesh = MeshSpace(vertices, np.array([[0, 1, 2], [1, 3, 2]]), np.array([True, True, False, True]))
    listed = neighbours(mesh)
    lists = [set(listed.neighbour[a:b].tolist()) for a, b in zip(listed.start[:-1], listed.start[1:], strict=True)]
    assert lists == [{1}, {0, 2}, {1}]
    assert vertex_areas(mesh) == pytest.approx([2 / 3, 4 / 3, 4 / 3, 2 / 3])
    assert element_sizes(mesh)[0] == pytest.approx([2 / 3, 4 / 3, 2 / 3])


def test_sizes_of_voxels_and_connections():
    sizes, unit = element_sizes(VolumeSpace(np.ones((2, 1, 1), dtype=bool), np.diag([-2.0, 3, 4, 1])))
    assert (sizes, unit) == (pytest.approx([24, 24]), "mm3")
    graph = GraphSpace(("a", "b", "c"), np.array([[0, 1], [1, 2]]))
    assert element_sizes(graph)[1] == "1" and neighbours(graph).nodes == 3
