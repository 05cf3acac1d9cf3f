"""Maps are brought together without resampling; whoever does not fit is named."""

import numpy as np
import pytest

from nociscope.cohort.maps import map_set, rows, values_of
from nociscope.core.errors import StudyError
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.image import VertexValues, Volume
from nociscope.core.space import MeshSpace
from nociscope.io.maps import MapFile

TETRAHEDRON = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], float), np.array([[0, 1, 2], [0, 1, 3], [0, 2, 3]])


def volume(fill, shape=(3, 3, 3), shift=0.0):
    affine = np.eye(4)
    affine[0, 3] = shift
    return Volume(np.full(shape, fill, np.float32), affine)


def ask(**more):
    return Hypothesis(name="h", measure="SUVR", map={}, **({"contrast": ["a", "b"]} | more))


def of(who, content, session="n/a"):
    return MapFile(who, session, f"{who}_{session}.nii.gz", content)


def people(*names, sessions=()):
    blank = np.full((len(names), len(sessions), 1), 1.0) if sessions else None
    return HypothesisData(
        tuple(Person(n) for n in names), ("map",), "1", values=None if sessions else np.ones((len(names), 1)),
        session_values=blank, sessions=sessions,
    )  # fmt: skip


def test_elements_are_where_everybody_has_a_value():
    odd = volume(2.0)
    odd.values[0, 0, 0], odd.values[1, 1, 1] = 0, np.nan
    maps = map_set([of("sub-1", volume(1.0)), of("sub-2", odd)], ask())
    assert maps.space.size == 25
    assert [r.value for r in rows(maps, ask())] == [1.0, 2.0]


def test_a_mask_decides_where_it_is_given():
    mask = volume(0.0)
    mask.values[1] = 1
    assert map_set([of("sub-1", volume(1.0)), of("sub-2", volume(2.0))], ask(), mask).space.size == 9


def test_another_grid_leaves_its_owner_out_by_name():
    files = [of("sub-1", volume(1.0)), of("sub-2", volume(1.0)), of("sub-3", volume(1.0, shift=1.0)),
             of("sub-4", volume(1.0, (3, 3, 4)))]  # fmt: skip
    maps = map_set(files, ask())
    assert dict(maps.left_out)["sub-3"].endswith("another affine than the others")
    assert "shape (3, 3, 4)" in dict(maps.left_out)["sub-4"]
    assert set(maps.values) == {("sub-1", "n/a"), ("sub-2", "n/a")}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "no map was found"),
        ([of("sub-1", volume(1.0)), of("sub-1", volume(1.0))], "several maps of sub-1"),
        ([of("sub-1", volume(1.0)), of("sub-2", volume(1.0, shift=3.0))], "a grid of its own"),
        ([of("sub-1", volume(0.0)), of("sub-2", volume(np.nan))], "no voxel in which everybody"),
        ([of("sub-1", VertexValues(np.ones(4, np.float32)))], "need their surface"),
    ],
)
def test_trouble_of_all_maps_is_an_error_that_says_what_to_do(files, message):
    with pytest.raises(StudyError, match=message):
        map_set(files, ask())


def test_vertices_need_the_count_of_their_surface():
    good, bad = VertexValues(np.ones(4, np.float32)), VertexValues(np.ones(5, np.float32))
    maps = map_set([of("sub-1", good), of("sub-2", bad)], ask(), mesh=TETRAHEDRON)
    assert isinstance(maps.space, MeshSpace)
    assert maps.left_out == (("sub-2", "sub-2_n/a.nii.gz has other vertices than the surface (4)"),)


def test_sessions_are_averaged_and_pairs_subtracted_in_the_order_asked():
    files = [of("sub-1", volume(1.0), "ses-a"), of("sub-1", volume(4.0), "ses-b"), of("sub-2", volume(3.0), "ses-a")]
    maps = map_set(files, ask())
    mean = values_of(maps, people("sub-1", "sub-2", "sub-3"), ask(), ("ses-a", "ses-b"))
    assert [v[0] for v in mean[:2]] == [2.5, 3.0]
    assert np.isnan(mean[2]).all()
    paired = Hypothesis(name="h", measure="SUVR", map={}, paired=["b", "a"])
    difference = values_of(maps, people("sub-1", "sub-2", sessions=("ses-b", "ses-a")), paired, ("ses-b", "ses-a"))
    assert difference[0, 0] == 3.0
    assert np.isnan(difference[1]).all()
