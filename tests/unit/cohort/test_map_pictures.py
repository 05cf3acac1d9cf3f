"""Planes are cut where the peak is and cropped to the mask; a surface shows what lies in front."""

import numpy as np
import pytest

from nociscope.cohort.map_view import MARGIN, map_view
from nociscope.cohort.surface_view import looks
from nociscope.core.finding import EffectSize, Finding
from nociscope.core.map_result import MapResult
from nociscope.core.space import GraphSpace, MeshSpace, VolumeSpace
from nociscope.viz.connection_matrix import connection_matrix
from nociscope.viz.map_planes import map_planes
from nociscope.viz.style import house
from nociscope.viz.svg import inline

NAN = float("nan")


def finding():
    return Finding(
        hypothesis="h", kind="contrast", measure="SUVR", region="peak", model="", contrast="a − b", n={"a": 2, "b": 2},
        estimate=NAN, unit="1", ci_low=NAN, ci_high=NAN, ci_level=0.95, effect_size=EffectSize("d", NAN, NAN, NAN),
        statistic={}, p_value=NAN, p_adjusted=NAN, adjustment="map", family="h", method="m", n_permutations=0,
        exact=False, seed=0, alternative="two-sided", status="not_estimable",
    )  # fmt: skip


def volume_result(flip=False):
    """A box of voxels with one voxel that stands out, at x = 12, y = 10, z = 14 mm."""
    mask = np.zeros((20, 20, 20), bool)
    mask[4:14, 3:12, 5:15] = True
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = -2.0
    space = VolumeSpace(mask, affine)
    grid = np.full(mask.shape, 0.1, np.float32)
    grid[7, 6, 8] = 9.0
    if flip:
        space = VolumeSpace(
            mask[::-1].copy(), affine @ np.array([[-1, 0, 0, 19], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])
        )
        grid = grid[::-1]
    t = grid[space.mask]
    p = np.where(t > 5, 0.01, 1.0)
    return MapResult((finding(),), space, {"t": t, "p_fwe": p}, np.zeros(t.size, np.int32))


@pytest.mark.parametrize("flip", [False, True])
def test_planes_meet_the_peak_and_are_cut_to_the_mask(flip):
    result = volume_result(flip)
    view = map_view(result, "t", "p_fwe", np.ones(result.space.size), 0.05)
    titles = [p.title for p in view.planes]
    assert "z = 14 mm" in titles
    assert titles[-2:] == ["y = 10 mm", "x = 12 mm"]
    plane = view.planes[titles.index("z = 14 mm")]
    assert plane.overlay.shape == (9 + 2 * MARGIN, 10 + 2 * MARGIN)
    row, column = np.argwhere(plane.outline > 0)[0]
    left, right, bottom, top = plane.extent_mm
    assert left + (column + 0.5) * (right - left) / plane.overlay.shape[1] == pytest.approx(12)
    assert bottom + (row + 0.5) * (top - bottom) / plane.overlay.shape[0] == pytest.approx(10)
    assert view.signed


def icosphere(rounds=3):
    import itertools

    g = (1 + 5**0.5) / 2
    points = [
        np.array(p, float) for a, b in itertools.product((-1, 1), (-g, g)) for p in ((0, a, b), (a, b, 0), (b, 0, a))
    ]
    points = [p / np.linalg.norm(p) for p in points]
    near = min(np.linalg.norm(p - q) for p, q in itertools.combinations(points, 2)) * 1.01
    faces = [
        f for f in itertools.combinations(range(12), 3)
        if all(np.linalg.norm(points[i] - points[j]) < near for i, j in itertools.combinations(f, 2))
    ]  # fmt: skip
    for _ in range(rounds):
        middle, finer = {}, []
        for f in faces:
            m = []
            for i, j in ((0, 1), (1, 2), (0, 2)):
                key = frozenset((f[i], f[j]))
                if key not in middle:
                    p = points[f[i]] + points[f[j]]
                    middle[key] = len(points)
                    points.append(p / np.linalg.norm(p))
                m.append(middle[key])
            finer += [(f[0], m[0], m[2]), (f[1], m[0], m[1]), (f[2], m[1], m[2]), tuple(m)]
        faces = finer
    return np.array(points) * 50, np.array(faces)


def test_a_sphere_hides_its_far_side_and_has_no_holes():
    vertices, faces = icosphere()
    space = MeshSpace(vertices, faces, np.ones(len(vertices), bool))
    left = vertices[:, 0] < 0
    shown = {p.title: p for p in looks(space, np.where(left, 1.0, -1.0), left)}
    from_left, from_right, above = shown["from the left"], shown["from the right"], shown["from above"]
    seen = np.isfinite(from_left.background)
    rows, columns = seen.shape
    y, x = np.mgrid[:rows, :columns]
    disc = np.hypot(x - (columns - 1) / 2, y - (rows - 1) / 2) < 0.47 * rows
    assert seen[disc].all()
    assert (from_left.overlay[disc] == 1).all()
    assert (from_right.overlay[disc] == -1).all()
    half = above.overlay.shape[1] // 2
    assert np.nanmean(above.overlay[:, : half - 20]) == 1  # left of the picture is the left
    assert np.nanmean(above.overlay[:, half + 20 :]) == -1
    assert from_left.sides == ("A", "P")


def test_the_drawing_is_small_and_says_whether_anything_passed():
    result = volume_result()
    with house():
        picture = map_planes(map_view(result, "t", "p_fwe", np.ones(result.space.size), 0.05))
        assert "Outlined: p ≤ 0.05" in picture.words
        assert len(inline(picture, "f1")) < 60_000
        none = map_planes(map_view(result, "t", "p_fwe", np.ones(result.space.size), 0.001))
    assert "there is no outline" in none.words


def test_a_graph_is_a_matrix_with_a_dot_on_what_passed():
    space = GraphSpace(("a", "b", "c"), np.array([[0, 1], [1, 2]]))
    result = MapResult((finding(),), space, {"t": np.array([2.0, -1.0]), "p_fwe": np.array([0.01, 0.5])},
                       np.zeros(2, np.int32))  # fmt: skip
    view = map_view(result, "t", "p_fwe", np.ones(2), 0.05)
    (plane,) = view.planes
    np.testing.assert_array_equal(plane.overlay, [[np.nan, 2, np.nan], [2, np.nan, -1], [np.nan, -1, np.nan]])
    assert plane.outline.sum() == 2
    with house():
        picture = connection_matrix(view)
        assert "1 of them: a – b." in picture.caption
        assert len(inline(picture, "f1")) < 20_000
        none = connection_matrix(map_view(result, "t", "p_fwe", np.ones(2), 0.001))
    assert "there is no dot" in none.words


def test_nothing_finite_has_no_picture():
    space = GraphSpace(("a", "b"), np.array([[0, 1]]))
    result = MapResult((finding(),), space, {"t": np.array([NAN]), "p_fwe": np.ones(1)}, np.zeros(1, np.int32))
    assert map_view(result, "t", "p_fwe", np.ones(1), 0.05) is None
