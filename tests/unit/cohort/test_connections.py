"""Matrices of several people in one order; who has other nodes is named."""

import numpy as np
import pytest

from nociscope.cohort.maps import map_set
from nociscope.core.errors import StudyError
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.image import ConnectionMatrix, Volume
from nociscope.io.maps import MapFile


def ask(**settings):
    return Hypothesis(name="h", measure="z", contrast=["a", "b"], map=settings)


def matrix(nodes, seed=0):
    half = np.triu(np.random.default_rng(seed).normal(size=(len(nodes), len(nodes))), 1)
    return ConnectionMatrix(tuple(nodes), half + half.T)


def file(who, content):
    return MapFile(f"sub-{who}", "n/a", f"{who}.tsv", content)


def test_nodes_in_another_order_are_brought_into_one():
    one = matrix("abc")
    turned = ConnectionMatrix(("c", "a", "b"), one.values[np.ix_([2, 0, 1], [2, 0, 1])])
    made = map_set([file("1", one), file("2", turned)], ask())
    assert made.space.nodes == ("a", "b", "c")
    assert [tuple(e) for e in made.space.edges] == [(0, 1), (0, 2), (1, 2)]
    np.testing.assert_array_equal(made.values["sub-1", "n/a"], made.values["sub-2", "n/a"])
    np.testing.assert_allclose(made.values["sub-1", "n/a"], one.values[np.triu_indices(3, 1)], rtol=1e-6)
    assert made.mask_words == "3 connections between 3 nodes"


def test_who_has_other_nodes_nothing_or_no_matrix_is_named():
    files = [file("1", matrix("abc")), file("2", matrix("abc", 1)), file("3", matrix("abd", 2)),
             file("4", ConnectionMatrix(("a", "b", "c"), np.full((3, 3), np.nan))),
             file("5", Volume(np.zeros((2, 2, 2), np.float32), np.eye(4)))]  # fmt: skip
    made = map_set(files, ask())
    why = dict(made.left_out)
    assert "lacks c and also has d" in why["sub-3"]
    assert "no finite connection" in why["sub-4"]
    assert "not a matrix" in why["sub-5"]
    assert {who for who, _ in made.values} == {"sub-1", "sub-2"}


def test_named_nodes_limit_what_is_asked_and_let_others_differ():
    made = map_set([file("1", matrix("abcd")), file("2", matrix("abce", 1))], ask(nodes=["c", "a"]))
    assert made.space.nodes == ("c", "a")
    assert made.values["sub-2", "n/a"].shape == (1,)
    assert not made.left_out


@pytest.mark.parametrize(
    ("files", "settings", "said"),
    [
        ([matrix("abc"), matrix("abd")], {}, "nodes of its own"),
        ([matrix("abc")], {"nodes": ["a", "x"]}, "no matrix has x"),
        ([matrix("abc")], {"nodes": ["a"]}, "two nodes or more"),
        ([matrix("abc")], {"smoothing_fwhm_mm": 4}, "only volumes can be smoothed"),
        ([Volume(np.ones((2, 2, 2), np.float32), np.eye(4))], {"nodes": ["a", "b"]}, "goes with matrices"),
    ],
)
def test_what_cannot_be_asked_is_an_error_that_says_so(files, settings, said):
    with pytest.raises(StudyError, match=said):
        map_set([file(str(i), f) for i, f in enumerate(files)], ask(**settings))


def test_a_matrix_has_no_mask():
    with pytest.raises(StudyError, match="no mask and no labels"):
        map_set([file("1", matrix("abc"))], ask(), mask=Volume(np.ones((2, 2, 2), np.float32), np.eye(4)))
