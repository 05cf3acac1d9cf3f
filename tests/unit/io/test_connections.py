"""Matrices of connections: names of nodes, both halves, and a name for every mistake."""

import numpy as np
import pytest

from nociscope.core.errors import MalformedFile, MissingFile
from nociscope.io.connections import read_connections

PLAIN = "a\tb\tc\n1\t0.1\t0.2\n0.1\t1\t0.3\n0.2\t0.3\tn/a\n"


def written(tmp_path, text):
    path = tmp_path / "sub-01_relmat.tsv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "node\ta\tb\tc\na\t1\t0.1\t0.2\nb\t0.1\t1\t0.3\nc\t0.2\t0.3\tnan\n",
        "\ta\tb\tc\na\t1\t0.1\t0.2\nb\t0.1\t1\t0.3\nc\t0.2\t0.3\t1\n",
        "a\tb\tc\na\t1\t0.1\t0.2\nb\t0.1\t1\t0.3\nc\t0.2\t0.3\tinf\n",
        PLAIN.replace("\n", "\r\n"),
    ],
)
def test_lines_may_be_named_and_the_diagonal_may_be_anything(tmp_path, text):
    found = read_connections(written(tmp_path, text))
    assert found.nodes == ("a", "b", "c")
    np.testing.assert_array_equal(found.values[np.triu_indices(3, 1)], [0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1\t0.1\t0.2\n0.1\t1\t0.3\n0.2\t0.3\t1\n", "the first line holds numbers"),
        ("a\tb\tc\n1\t0.1\t0.2\n0.1\t1\t0.3\n", "names another node|not square"),
        (PLAIN.replace("0.3\tn/a", "0.4\tn/a"), "not symmetric.*b – c: 0.3 and 0.4"),
        (PLAIN.replace("0.3\tn/a", "n/a\tn/a"), "not symmetric.*b – c: 0.3 and nan"),
        (PLAIN.replace("a\tb\tc", "a\tb\tb"), "a node stands twice"),
        (PLAIN.replace("a\tb\tc", "a\t\tc"), "a node has no name"),
        (PLAIN.replace("0.1", "0,1"), "not a number"),
        (PLAIN.replace("\t0.3\tn/a", "\t0.3"), "a line does not fit the header"),
        ("node\ta\tb\na\t1\t0.1\nc\t0.1\t1\n", "a line names another node"),
        ("", "not a matrix of connections"),
    ],
)
def test_every_mistake_has_a_name(tmp_path, text, said):
    with pytest.raises(MalformedFile, match=said):
        read_connections(written(tmp_path, text))


def test_an_unknown_connection_is_nan(tmp_path):
    text = PLAIN.replace("0.3", "n/a")
    assert np.isnan(read_connections(written(tmp_path, text)).values[1, 2])


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(MissingFile):
        read_connections(tmp_path / "absent.tsv")
