from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage, stats

from nociscope.core.errors import InputError, RangeError
from nociscope.core.space import GraphSpace, MeshSpace, VolumeSpace
from nociscope.stats.maps.clusters import cluster_records, clustering, family_wise_p, forming_threshold

AFFINE = np.array([[2.0, 0, 0, -10], [0, 3, 0, -20], [0, 0, 4, 5], [0, 0, 0, 1]])


def smooth(shape, seed):
    field = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(shape), 1)
    return field / field.std()


@pytest.mark.parametrize(("connectivity", "order"), [(6, 1), (18, 2), (26, 3)])
def test_labels_are_those_of_scipy(connectivity, order):
    mask = np.random.default_rng(1).random((14, 12, 10)) > 0.2
    t = smooth(mask.shape, 2)
    how = clustering(VolumeSpace(mask, AFFINE), 1.0, connectivity=connectivity)
    labels, signs = how.labels(t[mask])
    structure = ndimage.generate_binary_structure(3, order)
    expected, count = ndimage.label((t > 1) & mask, structure)
    below, more = ndimage.label((t < -1) & mask, structure)
    assert list(signs) == [1] * count + [-1] * more
    for found, want in (
        (labels * (labels <= count), expected[mask]),
        (np.where(labels > count, labels, 0), below[mask]),
    ):
        pairs = set(zip(found.tolist(), want.tolist(), strict=True))
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def test_extent_mass_and_peak_of_a_volume():
    mask = np.ones((6, 6, 6), dtype=bool)
    t = np.zeros(mask.shape)
    t[1, 1, 1:4] = 4, 5, 4
    t[4, 4, 4] = -9
    how = clustering(VolumeSpace(mask, AFFINE), 3.0, "extent")
    labels, clusters, p = cluster_records(how, t.ravel(), np.array([72.0, 24.0, 80.0, 0.0]))
    first, second = clusters
    assert (first.elements, first.extent_unit, first.sign) == (3, "mm3", 1)
    assert first.extent == pytest.approx(72.0)
    assert first.mass == pytest.approx((1 + 2 + 1) * 24)
    assert first.peak_place == (-8.0, -17.0, 13.0) and first.peak_statistic == 5
    assert (first.p_adjusted, second.p_adjusted) == (0.5, 0.75)
    assert second.sign == -1 and second.mass == pytest.approx(6 * 24)
    assert p.reshape(mask.shape)[1, 1, 2] == 0.5 and p[0] == 1 and set(labels) == {0, 1, 2}
    by_mass = cluster_records(clustering(VolumeSpace(mask, AFFINE), 3.0, "mass"), t.ravel(), np.ones(1))[1]
    assert by_mass[0].peak_statistic == -9


def test_largest_of_every_map_is_that_of_its_clusters():
    mask = np.ones((9, 8, 7), dtype=bool)
    maps = np.stack([smooth(mask.shape, s).ravel() for s in range(5)] + [np.zeros(mask.size)])
    for measure in ("extent", "mass"):
        how = clustering(VolumeSpace(mask, AFFINE), 1.2, measure)
        largest = how.largest(maps)
        for k, t in enumerate(maps[:5]):
            clusters = cluster_records(how, t, np.ones(1))[1]
            assert largest[k] == pytest.approx(max(getattr(c, measure) for c in clusters))
        assert largest[5] == 0


def test_areas_of_a_mesh_and_nodes_of_a_graph():
    vertices = np.array([[0.0, 0, 0], [2, 0, 0], [0, 2, 0], [2, 2, 0], [9, 9, 9]])
    mesh = MeshSpace(vertices, np.array([[0, 1, 2], [1, 3, 2]]), np.ones(5, dtype=bool))
    first = cluster_records(clustering(mesh, 1.0), [2.0, 2, 2, 2, 2], np.ones(1))[1]
    assert [c.elements for c in first] == [4, 1] and first[0].extent == pytest.approx(4.0)
    assert first[0].extent_unit == "mm2"
    graph = GraphSpace(("a", "b", "c", "d", "e"), np.array([[0, 1], [1, 2], [3, 4], [0, 3]]))
    found = cluster_records(clustering(graph, 1.0), [2.0, 3, 4, 0], np.ones(1))[1]
    assert [c.elements for c in found] == [2, 1] and found[0].peak_place == ("b", "c")
    joined = cluster_records(clustering(graph, 1.0), [2.0, 3, 4, 2], np.ones(1))[1]
    assert [c.elements for c in joined] == [4]


def test_sides():
    space = VolumeSpace(np.ones((3, 1, 1), dtype=bool), np.eye(4))
    for side, count in (("two-sided", 2), ("greater", 1), ("less", 1)):
        assert len(cluster_records(clustering(space, 1, alternative=side), [2, 0, -2], np.ones(1))[1]) == count


def test_threshold_and_ties():
    assert forming_threshold(0.001, 7) == pytest.approx(stats.t.isf(0.001, 7))
    assert forming_threshold(0.001, np.inf) == pytest.approx(3.0902, abs=1e-4)
    assert forming_threshold(0.01, 12, 2) == pytest.approx(stats.f.isf(0.01, 2, 12))
    assert family_wise_p(np.array([3.0, 3.0 - 1e-7, 1.0, 0.0]), 3.0) == 0.5
    space = VolumeSpace(np.ones((3, 1, 1), dtype=bool), np.eye(4))
    with pytest.raises(RangeError):
        clustering(space, 0.0)
    with pytest.raises(InputError):
        clustering(space, 1.0, "size")
    with pytest.raises(RangeError):
        forming_threshold(0.0, 5)
