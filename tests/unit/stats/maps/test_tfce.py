from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.space import GraphSpace, MeshSpace, VolumeSpace
from nociscope.stats.maps.tfce import enhanced, enhancement

FEW = settings(max_examples=25, deadline=None)
MASK = np.random.default_rng(3).random((9, 8, 7)) > 0.15
SPACE = VolumeSpace(MASK, np.eye(4))


def field(seed, mask=MASK):
    z = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(mask.shape), 1)
    return (z / z.std())[mask].astype(np.float32)


def by_definition(t, touching, sizes, e, h):
    """Integrate by cutting at every value that occurs; `touching` is a square matrix of truth values."""
    from scipy.sparse.csgraph import connected_components

    out = np.zeros(len(t))
    for sign in (1, -1):
        heights = np.concatenate([[0], np.unique(sign * t[sign * t > 0])]).astype(float)
        for low, high in pairwise(heights):
            inside = np.flatnonzero(sign * t >= high)
            _, label = connected_components(touching[np.ix_(inside, inside)], directed=False)
            extent = np.bincount(label, sizes[inside]) ** e
            out[inside] += sign * extent[label] * (high ** (h + 1) - low ** (h + 1)) / (h + 1)
    return out


@pytest.mark.parametrize(("connectivity", "differ"), [(6, 1), (18, 2), (26, 3)])
def test_volume_is_the_definition(connectivity, differ):
    t = np.round(field(0), 1)
    voxels = np.argwhere(MASK)
    apart = np.abs(voxels[:, None] - voxels[None])
    touching = (apart.max(axis=2) == 1) & (apart.sum(axis=2) <= differ)
    expected = by_definition(t, touching, np.ones(len(t)), 0.5, 2)
    assert enhanced(SPACE, t, connectivity=connectivity)[0] == pytest.approx(expected, rel=2e-6, abs=1e-6)


def grid_mesh(n):
    x, y = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    vertices = np.column_stack([x.ravel(), y.ravel(), np.zeros(n * n)]).astype(float)
    corner = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    faces = np.vstack(
        [np.column_stack([corner, corner + 1, corner + n]), np.column_stack([corner + 1, corner + n + 1, corner + n])]
    )
    return vertices, faces


def test_mesh_and_graph_are_the_definition():
    rng = np.random.default_rng(1)
    vertices, faces = grid_mesh(8)
    vertices[:, 2] = rng.normal(size=64)
    mask = rng.random(64) > 0.1
    mesh = MeshSpace(vertices, faces, mask)
    touching = np.zeros((64, 64), dtype=bool)
    for a, b in ((0, 1), (1, 2), (2, 0)):
        touching[faces[:, a], faces[:, b]] = touching[faces[:, b], faces[:, a]] = True
    from nociscope.stats.maps.neighbours import vertex_areas

    t = rng.normal(size=mask.sum()).astype(np.float32)
    expected = by_definition(t, touching[np.ix_(mask, mask)], vertex_areas(mesh)[mask], 1, 2)
    assert enhanced(mesh, t)[0] == pytest.approx(expected, rel=1e-5)

    edges = np.argwhere(np.triu(rng.random((9, 9)) < 0.5, 1))
    graph = GraphSpace(tuple("abcdefghi"), edges)
    shared = (edges[:, None, :, None] == edges[None, :, None, :]).any(axis=(2, 3)) & ~np.eye(len(edges), dtype=bool)
    t = rng.normal(size=len(edges)).astype(np.float32)
    expected = by_definition(t, shared, np.ones(len(edges)), 0.4, 3)
    assert enhanced(graph, t)[0] == pytest.approx(expected, rel=1e-5)


def test_fine_steps_converge_to_the_integral():
    """The midpoint sum has an error of the order of its step; nothing of the tree is in it."""
    t = np.maximum(field(5), 0)
    exact = enhanced(SPACE, t, connectivity=6)[0]
    volume = np.zeros(MASK.shape)
    volume[MASK] = t
    errors = []
    for steps in (50, 200, 1600):
        dh = t.max() / steps
        total = np.zeros(MASK.shape)
        for h in (np.arange(steps) + 0.5) * dh:
            label, _ = ndimage.label(volume >= h)
            extent = np.sqrt(np.bincount(label.ravel()))
            extent[0] = 0
            total += extent[label] * h**2 * dh
        errors.append(np.abs(total[MASK] - exact).max() / exact.max())
    assert errors[0] > errors[1] > errors[2] and errors[2] < 0.002


@FEW
@given(st.integers(0, 10_000), st.floats(0.1, 20), st.sampled_from(["exact-t", "nilearn", "palm"]))
def test_signs_and_scale(seed, factor, convention):
    t = field(seed)
    how = enhancement(SPACE, convention, 6, powers=(0.5, 2.0))
    here = how.maps(t)[0]
    assert how.maps(-t)[0] == pytest.approx(-here, rel=1e-6)
    assert (np.sign(here) == np.sign(t))[np.abs(t) > np.abs(t).max() / 99].all()
    if convention == "exact-t":
        assert how.maps(np.float32(factor) * t)[0] == pytest.approx(factor**3 * here, rel=1e-4, abs=1e-6)


@FEW
@given(st.integers(0, 10_000), st.integers(0, 400), st.floats(0.01, 5))
def test_raising_one_voxel_lowers_no_positive_one(seed, voxel, by):
    t = field(seed)
    more = t.copy()
    more[voxel % t.size] += np.float32(by)
    how = enhancement(SPACE, alternative="greater")
    assert (how.maps(more)[0] >= how.maps(t)[0] * (1 - 1e-6)).all()


def test_turning_the_volume_turns_the_result():
    t = np.round(field(2), 2)
    volume = np.zeros(MASK.shape, dtype=np.float32)
    volume[MASK] = t
    there = enhanced(
        VolumeSpace(np.ascontiguousarray(MASK.transpose(2, 0, 1)), np.eye(4)),
        volume.transpose(2, 0, 1)[MASK.transpose(2, 0, 1)],
    )
    back = np.zeros(MASK.transpose(2, 0, 1).shape, dtype=np.float32)
    back[MASK.transpose(2, 0, 1)] = there[0]
    assert back.transpose(1, 2, 0)[MASK] == pytest.approx(enhanced(SPACE, t)[0], rel=1e-6)


def test_parts_of_a_mask_that_do_not_touch_are_independent():
    mask = np.ones((9, 5, 5), dtype=bool)
    mask[4] = False
    t = field(4, mask)
    half = t.size // 2
    changed = t.copy()
    changed[half:] = -3 * changed[half:]
    space = VolumeSpace(mask, np.eye(4))
    assert np.array_equal(enhanced(space, t)[0, :half], enhanced(space, changed)[0, :half])


def test_finer_triangles_leave_old_vertices_as_they_were():
    """Splitting triangles splits area; a smooth map keeps its values at the vertices that stay."""

    def at(n, step):
        vertices, faces = grid_mesh(n)
        vertices = vertices * step
        mesh = MeshSpace(vertices, faces, np.ones(len(vertices), dtype=bool))
        t = 4 * np.exp(-((vertices[:, 0] - 10) ** 2 + (vertices[:, 1] - 10) ** 2) / 40)
        return enhanced(mesh, t)[0].reshape(n, n)

    coarse, fine, finest = at(41, 0.5), at(81, 0.25), at(161, 0.125)
    assert np.abs(fine[::2, ::2] - coarse).max() < 0.05 * coarse.max()
    assert np.abs(finest[::4, ::4] - fine[::2, ::2]).max() < 0.6 * np.abs(fine[::2, ::2] - coarse).max()


def test_threads_and_largest_change_nothing():
    maps = np.stack([field(s) for s in range(7)])
    for name in ("exact-t", "exact-z", "palm", "nilearn", "randomise"):
        how = enhancement(SPACE, name, dof=7, observed=maps[0])
        one = how.maps(maps)
        assert np.array_equal(one, how.maps(maps, threads=3))
        assert np.array_equal(how.largest(maps, threads=2), np.abs(one).max(axis=1).astype(np.float64))
        assert np.array_equal(one[3], how.maps(maps[3])[0]), "no memory of the map before"


def test_sides():
    t = field(8)
    both, up, down = (enhancement(SPACE, alternative=a).maps(t)[0] for a in ("two-sided", "greater", "less"))
    assert np.array_equal(up + down, both) and up.min() == 0 and down.max() == 0


def test_joined_signs_support_each_other():
    t = np.array([3.0, -3.0, 0.0], dtype=np.float32)
    line = VolumeSpace(np.ones((3, 1, 1), dtype=bool), np.eye(4))
    apart, joined = enhanced(line, t, "exact-z", 6)[0], enhanced(line, t, "palm", 6)[0]
    assert apart[:2] == pytest.approx([9, -9]) and joined[:2] == pytest.approx([9 * 2**0.5, -9 * 2**0.5], rel=0.02)


def test_empty_sides_and_mistakes():
    assert np.array_equal(enhanced(SPACE, np.zeros(SPACE.size))[0], np.zeros(SPACE.size))
    how = enhancement(SPACE)
    with pytest.raises(ShapeError):
        how.maps(np.zeros(3))
    with pytest.raises(InputError, match="finite"):
        how.maps(np.full(SPACE.size, np.nan))
    with pytest.raises(RangeError):
        how.maps(np.zeros(SPACE.size), threads=0)
    with pytest.raises(InputError, match="observed"):
        enhancement(SPACE, "randomise")
    with pytest.raises(InputError):
        enhancement(SPACE, alternative="both")
    with pytest.raises(RangeError):
        enhancement(SPACE, powers=(0.0, 2.0))


def test_more_clusters_than_short_names_can_tell_apart():
    """A lattice of 74,088 peaks: 16 bits end, and the result is that of the definition."""
    shape = (84, 84, 84)
    space = VolumeSpace(np.ones(shape, bool), np.eye(4))
    peaks = ((np.indices(shape) % 2 == 0).all(axis=0)).ravel()
    assert peaks.sum() > 65_535
    statistic = np.where(peaks, 1.0 + (np.arange(peaks.size) % 7) / 10, 0).astype(np.float32)
    found = enhancement(space, "exact-t", 26, "greater").maps(statistic[None])[0]
    np.testing.assert_allclose(found, statistic.astype(np.float64) ** 3 / 3, rtol=1e-6)
