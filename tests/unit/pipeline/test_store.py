"""Files that are there whole or not at all."""

from __future__ import annotations

import os

import pytest

from nociscope.core.errors import MalformedFile
from nociscope.pipeline.log import read_log
from nociscope.pipeline.store import Store, canonical


def test_staging_goes_also_when_the_step_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), Store(tmp_path).staging() as folder:
        (folder / "half.tsv").write_text("x")
        raise ZeroDivisionError
    assert not list(tmp_path.rglob("half.tsv"))
    assert list(tmp_path.iterdir()) == []


def test_nothing_stands_in_its_place_before_it_is_published(tmp_path):
    store = Store(tmp_path)
    with store.staging() as folder:
        (folder / "sub-01").mkdir()
        (folder / "sub-01" / "a.tsv").write_text("x")
        assert not (tmp_path / "sub-01").exists()
        (folder / "sub-01" / "a.json").write_text("{}")
        moved = store.publish(folder, "a", "sub-01/a.tsv")
    assert [(o.name, o.main) for o in moved] == [("sub-01/a.json", False), ("sub-01/a.tsv", True)]
    assert (tmp_path / "sub-01" / "a.tsv").read_text() == "x"


def test_sweep_takes_what_the_dead_left_and_no_more(tmp_path):
    import socket

    ours = tmp_path / f".staging-{socket.gethostname()}-{os.getpid()}-abc"
    dead = tmp_path / f".staging-{socket.gethostname()}-{2**22 + 1}-abc"
    elsewhere = tmp_path / f".staging-another-host-{2**22 + 1}-abc"
    part, fresh = tmp_path / "logs" / "sub-01" / ".old.tmp", tmp_path / "logs" / "sub-01" / ".fresh.tmp"
    for folder in (ours, dead, elsewhere, part.parent):
        folder.mkdir(parents=True)
    for path in (part, fresh):
        path.touch()
    os.utime(part, (1, 1))
    Store(tmp_path).sweep()
    assert [p.exists() for p in (ours, dead, elsewhere, part, fresh)] == [True, False, True, False, True]


def test_a_record_that_is_no_record_counts_as_none(tmp_path):
    path = tmp_path / "logs" / "sub-01" / "x.json"
    path.parent.mkdir(parents=True)
    for text in ("", "{", "[]", '{"step": "x"}', "null"):
        path.write_text(text)
        assert Store(tmp_path).record("logs/sub-01/x.json") is None
        with pytest.raises(MalformedFile, match=r"x\.json"):
            read_log(path)


def test_equal_data_have_one_form():
    assert canonical({"b": 1, "a": [1.0, "é"]}) == canonical({"a": [1.0, "é"], "b": 1}) == '{"a":[1.0,"é"],"b":1}'
