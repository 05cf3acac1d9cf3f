"""Tables of answers and scores: what is read, refused and written."""

import json

import pytest

from nociscope.cohort.answers import numbers, score_columns
from nociscope.core.errors import MalformedFile, MissingMetadata, RangeError
from nociscope.io.instruments import find_instrument, instruments
from nociscope.io.phenotype import answers_sidecar, read_answers, write_answers, write_scores
from nociscope.io.table import read_tsv

HADS = find_instrument("HADS")
ITEMS = list(HADS.columns)


def table(path, rows, columns=("participant_id", "session_id", *ITEMS)):
    lines = ["\t".join(columns), *("\t".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_answers_of_people_and_sessions(tmp_path):
    found = read_answers(
        table(tmp_path / "hads.tsv", [("01", "a", *[1] * 14), ("sub-01", "ses-b", *["n/a"] * 14)]), HADS
    )
    assert found.keys == (("sub-01", "ses-a"), ("sub-01", "ses-b"))
    assert found.columns["hads_03"] == ["1", None]
    assert found.people == ["sub-01 ses-a", "sub-01 ses-b"]
    assert found.problems == ()


def test_a_session_that_stands_twice_is_refused(tmp_path):
    path = table(tmp_path / "hads.tsv", [("01", "a", *[1] * 14), ("sub-01", "a", *[2] * 14)])
    with pytest.raises(MalformedFile, match="sub-01 ses-a"):
        read_answers(path, HADS)


def test_the_slip_of_one_person_can_be_left_out(tmp_path):
    rows = [("01", "a", *[1] * 14), ("02", "a", *[2] * 14), ("sub-01", "a", *[3] * 14), ("0 3", "a", *[0] * 14)]
    found = read_answers(table(tmp_path / "hads.tsv", rows), HADS, leave_out=True)
    assert found.keys == (("sub-02", "ses-a"),)
    assert found.columns["hads_14"] == ["2"]
    assert [(p.code, p.blocks) for p in found.problems] == [
        ("answers-of-nobody", ("HADS",)),
        ("answers-twice", ("HADS",)),
    ]
    assert found.problems[0].where.startswith("line 5, '0 3' a")
    assert found.problems[1].where == "sub-01 ses-a, hads.tsv"


def test_a_row_of_nobody_is_refused(tmp_path):
    with pytest.raises(MalformedFile, match="line 2"):
        read_answers(table(tmp_path / "hads.tsv", [("n/a", "a", *[1] * 14)]), HADS)


def test_an_empty_table_is_refused(tmp_path):
    with pytest.raises(MalformedFile, match="no rows"):
        read_answers(table(tmp_path / "hads.tsv", []), HADS)


def test_an_item_that_the_form_does_not_have_is_refused(tmp_path):
    path = table(tmp_path / "hads.tsv", [("01", *[1] * 15)], ("participant_id", *ITEMS, "hads_15"))
    with pytest.raises(MalformedFile, match="hads_15"):
        read_answers(path, HADS)


def test_other_columns_are_noted_and_absent_items_told(tmp_path):
    path = table(tmp_path / "hads.tsv", [("01", "x", *[1] * 13)], ("participant_id", "ward", *ITEMS[:13]))
    found = read_answers(path, HADS)
    assert [(p.code, p.severity) for p in found.problems] == [("items-absent", "warn"), ("columns-unknown", "note")]
    assert "hads_14" in found.problems[0].message
    assert "ward" in found.problems[1].message


def test_none_of_the_items_is_an_error(tmp_path):
    with pytest.raises(MissingMetadata, match="none of the items"):
        read_answers(table(tmp_path / "x.tsv", [("01", 3)], ("participant_id", "age")), HADS)


def test_own_prefix_and_own_names(tmp_path):
    own = [c.replace("hads_", "ad") for c in ITEMS]
    found = read_answers(table(tmp_path / "x.tsv", [("01", *range(14))], ("participant_id", *own)), HADS, prefix="ad")
    assert found.columns["hads_05"] == ["4"]
    path = table(tmp_path / "y.tsv", [("01", *range(14))], ("participant_id", "first", *ITEMS[1:]))
    assert read_answers(path, HADS, names={"hads_01": "first"}).columns["hads_01"] == ["0"]
    with pytest.raises(MissingMetadata, match="second"):
        read_answers(path, HADS, names={"hads_01": "second"})


@pytest.mark.parametrize(
    ("answer", "what"), [("4", "out of range"), ("1.5", "decimal"), ("often", "not a number"), ("30", "out of range")]
)
def test_an_impossible_answer_names_person_column_and_value(tmp_path, answer, what):
    rows = [("01", "a", *[1] * 14), ("02", "a", *[1] * 6, answer, *[1] * 7)]
    found = read_answers(table(tmp_path / "hads.tsv", rows), HADS)
    with pytest.raises(RangeError, match=what) as caught:
        numbers(HADS, found.columns, found.people)
    message = str(caught.value)
    assert "sub-02 ses-a" in message
    assert "hads_07" in message
    assert repr(answer) in message


def test_ratings_of_another_scale_get_advice():
    peg = find_instrument("PEG")
    with pytest.raises(RangeError, match="divide all of it by 10"):
        numbers(peg, {"peg_01": ["70"]}, ["sub-1"])


def test_scores_are_written_with_rule_bounds_and_digest(tmp_path):
    answers = [2, 1, "n/a", 0, 2, 1, 1, 2, "n/a", 1, 3, 0, "n/a", 1]
    found = read_answers(table(tmp_path / "hads.tsv", [("01", "a", *answers)]), HADS)
    scores = score_columns(HADS, numbers(HADS, found.columns, found.people))
    write_scores(tmp_path / "hads_scores.tsv", HADS, found.keys, scores)
    written = read_tsv(tmp_path / "hads_scores.tsv")
    anxiety = dict(zip(written.columns, written.rows[0], strict=True))
    assert anxiety == {
        "participant_id": "sub-01", "session_id": "ses-a", "score_id": "anxiety", "value": "14.0", "unit": "1",
        "n_items": "7", "n_valid": "4", "missing_rule": "prorate", "prorated": "1", "lower": "8.0", "upper": "17.0",
        "band": "probable", "status": "prorated", "instrument_version": "1983", "definition_sha256": HADS.sha256,
    }  # fmt: skip
    sidecar = json.loads((tmp_path / "hads_scores.json").read_text(encoding="utf-8"))
    assert set(sidecar) >= set(written.columns) - {"participant_id", "session_id"}


def test_answers_that_are_written_are_read_again(tmp_path):
    found = read_answers(table(tmp_path / "hads.tsv", [("01", "a", *[1] * 13, "n/a")]), HADS)
    write_answers(tmp_path / "phenotype" / "hads.tsv", HADS, found)
    again = read_answers(tmp_path / "phenotype" / "hads.tsv", HADS)
    assert (again.keys, again.columns) == (found.keys, found.columns)


@pytest.mark.parametrize("name", instruments())
def test_a_sidecar_describes_every_item_by_its_number_only(name):
    instrument = instruments()[name]
    sidecar = answers_sidecar(instrument)
    assert set(sidecar) == {"MeasurementToolMetadata", *instrument.columns}
    assert all(sidecar[c]["Description"] == f"item {n}" for n, c in enumerate(instrument.columns, 1))
