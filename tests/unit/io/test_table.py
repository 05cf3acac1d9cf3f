"""Strict readers and atomic writers."""

from __future__ import annotations

import gzip
import json
import math

import numpy as np
import pytest

from nociscope.core.errors import MalformedFile, MissingFile, MissingMetadata, ShapeError
from nociscope.io import write
from nociscope.io.table import read_json, read_tsv
from nociscope.io.write import write_bytes, write_json, write_tsv


def file(tmp_path, text, name="t.tsv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_cells_are_text_numbers_or_missing(tmp_path):
    table = read_tsv(file(tmp_path, "a\tb\n1\tx\nn/a\t\n-2.5e-3\tn/a\n"))
    np.testing.assert_array_equal(table.numbers("a"), [1, math.nan, -2.5e-3])
    assert table.text("b") == ["x", None, None]


def test_windows_lines_and_a_byte_order_mark_change_nothing(tmp_path):
    table = read_tsv(file(tmp_path, b"\xef\xbb\xbfa\tb\r\n1\t2\r\n\r\n"))
    assert table.columns == ("a", "b")
    assert table.rows == (("1", "2"),)


def test_compressed_tables_are_read(tmp_path):
    assert read_tsv(file(tmp_path, gzip.compress(b"a\n1\n"), "t.tsv.gz")).rows == (("1",),)


def test_a_number_that_is_none_is_named_with_its_line_and_column(tmp_path):
    with pytest.raises(MalformedFile, match=r"line 3, column 'a'.*'1,5'"):
        read_tsv(file(tmp_path, "a\n1\n1,5\n")).numbers("a")


def test_a_missing_column_lists_those_that_exist(tmp_path):
    with pytest.raises(MissingMetadata, match="a, b"):
        read_tsv(file(tmp_path, "a\tb\n1\t2\n")).text("c")


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(MissingFile):
        read_tsv(tmp_path / "no.tsv")


def test_a_bad_json_is_named_with_its_line(tmp_path):
    with pytest.raises(MalformedFile, match="line 2"):
        read_json(file(tmp_path, '{"a": 1,\n}', "t.json"))
    with pytest.raises(MalformedFile, match="nested"):
        read_json(file(tmp_path, "[" * 100_000, "t.json"))


def test_what_is_written_reads_back_to_the_last_digit(tmp_path):
    values = [0.1, 1 / 3, 1e-300, math.nan, -0.0, 123456789.123456789]
    write_tsv(tmp_path / "t.tsv", {"x": values, "name": ["a", None, "c", "", "e", "f"]})
    table = read_tsv(tmp_path / "t.tsv")
    np.testing.assert_array_equal(table.numbers("x"), values)
    assert table.text("name") == ["a", None, "c", None, "e", "f"]


@pytest.mark.parametrize("columns", [{"a": [1], "b": [1, 2]}, {"a": ["x\ty"]}, {"a\nb": [1]}])
def test_a_table_that_would_not_read_back_is_not_written(tmp_path, columns):
    with pytest.raises(ShapeError):
        write_tsv(tmp_path / "t.tsv", columns)
    assert not list(tmp_path.iterdir())


def test_json_holds_arrays_paths_and_missing_numbers(tmp_path):
    write_json(tmp_path / "t.json", {"a": np.array([1.0, math.nan]), "p": tmp_path, "i": np.int64(3), "t": (1, None)})
    assert json.loads((tmp_path / "t.json").read_text()) == {
        "a": [1, "n/a"],
        "p": str(tmp_path),
        "i": 3,
        "t": [1, None],
    }


def test_a_write_that_dies_leaves_the_old_file_and_no_rubbish(tmp_path, monkeypatch):
    write_bytes(tmp_path / "f", b"old")

    def die(*_):
        raise OSError("disk full")

    monkeypatch.setattr(write.os, "fsync", die)
    with pytest.raises(OSError, match="disk full"):
        write_bytes(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"old"
    assert [f.name for f in tmp_path.iterdir()] == ["f"]
