"""A table of another program becomes rows of the cohort."""

import math

import pytest

from nociscope.core.errors import MalformedFile, MissingFile, MissingMetadata, UnsafeName
from nociscope.core.status import FitStatus
from nociscope.core.study import MeasureTable
from nociscope.io.index import index_dataset
from nociscope.io.measure_tables import table_file, table_rows

TABLE = MeasureTable(file="derivatives/fc/fc.tsv", measure="zFC", unit="1", modality="func")


def write(tmp_path, *lines):
    path = tmp_path / "fc.tsv"
    path.write_text("\n".join("\t".join(cells) for cells in lines) + "\n")
    return path


def test_every_numeric_column_is_a_region_and_a_gap_says_so(tmp_path):
    path = write(tmp_path, ("participant_id", "note", "S1", "M1"), ("sub-1", "x", "0.5", "n/a"), ("2", "y", "1", "2"))
    found = table_rows(path, TABLE, "bids:fc:fc.tsv")
    assert {(r.participant_id, r.region): r.value for r in found if r.status is FitStatus.OK} == {
        ("sub-1", "S1"): 0.5, ("sub-2", "S1"): 1.0, ("sub-2", "M1"): 2.0,
    }  # fmt: skip
    (gap,) = (r for r in found if r.status is FitStatus.MISSING_DATA)
    assert math.isnan(gap.value)
    assert (gap.modality, gap.measure, gap.source_file) == ("func", "zFC", "bids:fc:fc.tsv")


def test_sessions_are_kept_apart(tmp_path):
    path = write(tmp_path, ("participant_id", "session_id", "S1"), ("sub-1", "a", "1"), ("sub-1", "ses-b", "2"))
    assert [r.session_id for r in table_rows(path, TABLE, "")] == ["ses-a", "ses-b"]


@pytest.mark.parametrize(
    ("lines", "error", "message"),
    [
        ([("participant_id", "S1"), ("sub-1", "1"), ("1", "2")], MalformedFile, "stands twice"),
        ([("id", "S1"), ("sub-1", "1")], MissingMetadata, "participant_id"),
        ([("participant_id", "S1"), ("sub-a b", "1")], UnsafeName, "label"),
    ],
)
def test_bad_tables_are_named(tmp_path, lines, error, message):
    with pytest.raises(error, match=message):
        table_rows(write(tmp_path, *lines), TABLE, "")


def test_free_text_in_a_column_that_was_asked_for_is_named(tmp_path):
    path = write(tmp_path, ("participant_id", "S1"), ("sub-1", "high"))
    asked = TABLE.model_copy(update={"columns": ["S1"]})
    with pytest.raises(MalformedFile, match="not a number"):
        table_rows(path, asked, "")


def test_a_table_is_looked_for_in_every_data_set(tmp_path):
    (tmp_path / "sub-1").mkdir()
    (tmp_path / "derivatives" / "fc").mkdir(parents=True)
    write(tmp_path / "derivatives" / "fc", ("participant_id", "S1"))
    index = index_dataset(tmp_path)
    assert table_file(index, TABLE).dataset == "raw"
    assert table_file(index, TABLE.model_copy(update={"file": "fc.tsv"})).dataset == "fc"
    with pytest.raises(MissingFile, match="absent"):
        table_file(index, TABLE.model_copy(update={"file": "absent.tsv"}))
