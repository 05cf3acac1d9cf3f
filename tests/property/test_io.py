"""Properties of the door that must hold for any data."""

from __future__ import annotations

import math
import string
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nociscope.core.errors import NociscopeError
from nociscope.io import names, units
from nociscope.io.index import safe_label
from nociscope.io.table import MISSING_CELLS, read_json, read_tsv
from nociscope.io.timing import check_frames
from nociscope.io.tracers import find_tracer
from nociscope.io.write import write_json, write_tsv

LABEL = st.text(string.ascii_letters + string.digits, min_size=1, max_size=8)
NUMBER = st.floats(allow_nan=True, allow_infinity=True)
TEXT = st.text(max_size=10)
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n"), max_size=8)


@given(st.lists(NUMBER, min_size=1, max_size=20))
@settings(deadline=None, max_examples=60)
def test_numbers_survive_a_table_to_the_last_bit(values):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.tsv"
        write_tsv(path, {"x": values})
        np.testing.assert_array_equal(read_tsv(path).numbers("x"), values)


@given(st.lists(CELL, min_size=1, max_size=8))
@settings(deadline=None, max_examples=100)
def test_text_survives_a_table_but_for_spaces_and_words_for_missing(values):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.tsv"
        write_tsv(path, {"x": range(len(values)), "y": values})
        expected = [None if v.strip() in MISSING_CELLS else v.strip() for v in values]
        assert read_tsv(path).text("y") == expected


@given(st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.booleans(), TEXT, st.none()), max_size=5))
@settings(deadline=None, max_examples=60)
def test_sidecars_survive(content):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.json"
        write_json(path, content)
        assert read_json(path) == content


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=200)
def test_any_bytes_are_a_table_or_a_named_error(data):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.tsv"
        path.write_bytes(data)
        for read in (read_tsv, read_json):
            try:
                read(path)
            except NociscopeError as error:
                assert str(path) in str(error)


@given(st.sampled_from(sorted(names.PATTERNS)), st.data())
@settings(deadline=None, max_examples=150)
def test_names_round_trip(pattern, data):
    """What is built is parsed back, whatever optional entities are there."""
    import re

    text = names.PATTERNS[pattern]
    optional = set(re.findall(r"\{(\w+)\}", "".join(re.findall(r"\[([^\]]*)\]", text))))
    needed = set(re.findall(r"\{(\w+)\}", re.sub(r"\[[^\]]*\]", "", text)))
    chosen = needed | data.draw(st.sets(st.sampled_from(sorted(optional))) if optional else st.just(set()))
    entities = {name: data.draw(LABEL) for name in sorted(chosen)}
    assert names.parse(names.build(pattern, entities)) == (pattern, entities)


@given(st.text(max_size=12))
def test_a_label_is_safe_or_refused(text):
    try:
        label = safe_label(text)
    except NociscopeError:
        return
    assert label.replace("+", "").isalnum() or set(label) == {"+"}
    assert label.isascii()


@given(st.sampled_from(["", "k", "M", "G"]), st.floats(1e-6, 1e6))
def test_a_dose_is_the_same_in_any_unit(prefix, dose):
    there = dose / units.activity(f"{prefix}Bq")
    assert math.isclose(there * units.activity(f"{prefix}Bq"), dose, rel_tol=1e-12)
    assert math.isclose(dose * units.activity("mCi") / 37, dose, rel_tol=1e-12)


@given(st.lists(st.integers(1, 900), min_size=7, max_size=40), st.floats(-600, 6000), st.floats(-4e-4, 4e-4))
@settings(deadline=None)
def test_contiguous_frames_with_round_off_are_accepted(durations, offset, noise):
    edges = offset + np.cumsum([0, *durations])
    found = check_frames(list(edges[:-1]), list(edges[1:] + noise), math.nan, "x")
    assert found == []


@given(st.lists(st.integers(30, 900), min_size=7, max_size=40), st.integers(0, 5))
@settings(deadline=None)
def test_an_overlap_is_never_accepted(durations, at):
    edges = np.cumsum([0.0, *durations])
    start, end = edges[:-1].copy(), edges[1:].copy()
    end[at] += 1
    assert [p.code for p in check_frames(list(start), list(end), 20.0, "x")] == ["frames-overlap"]


@given(st.text(max_size=20))
@settings(deadline=None)
def test_any_tracer_name_gives_a_tracer(name):
    tracer = find_tracer(name)
    assert tracer.known or not tracer.models
