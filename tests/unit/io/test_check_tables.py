"""Tables that cannot be read are errors with what they block; those that nobody scores are notes."""

import pytest

from nociscope.core.study import Study
from nociscope.io.check import check_dataset
from nociscope.io.index import index_dataset

QST = "onset\tduration\ttest\tbody_site\tside\ttrial\treading\treading_unit\tvalid\n"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "phenotype").mkdir()
    (tmp_path / "sub-1" / "beh").mkdir(parents=True)
    (tmp_path / "participants.tsv").write_text("participant_id\tage\nsub-1\t40\n")
    (tmp_path / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.10.0"}')
    return tmp_path


def found(root, **sections):
    study = Study.model_validate(sections)
    return {p.code: p for p in check_dataset(index_dataset(root), study)}


def test_good_tables_have_no_problem(root):
    (root / "sub-1" / "beh" / "sub-1_task-qst_events.tsv").write_text(QST + "1\t1\tHPT\thand\tL\t1\t43\tdegC\t1\n")
    (root / "phenotype" / "gad-7.tsv").write_text(
        "participant_id\t" + "\t".join(f"gad7_{i:02d}" for i in range(1, 8)) + "\nsub-1" + "\t1" * 7 + "\n"
    )
    codes = found(root)
    assert not {c for c, p in codes.items() if p.severity == "error"}, codes


@pytest.mark.parametrize(
    ("name", "text", "code", "blocks"),
    [
        ("sub-1/beh/sub-1_task-qst_events.tsv", QST + "1\t1\tHPT\thand\tL\t1\t99\tdegC\t1\n", "RangeError", "sensory"),
        ("phenotype/biosamples.tsv", "participant_id\tsample_id\tanalyte\tvalue\tunit\nsub-1\ta\tIL-6\t3\tcups\n",
         "UnitError", "concentrations"),
        ("phenotype/outcomes_long.tsv", "participant_id\tvisit\toutcome\tvalue\tunit\nsub-1\ta\tpain\t11\t0-10\n",
         "RangeError", "outcomes"),
        ("phenotype/gad-7.tsv", "participant_id\tsomething\nsub-1\t3\n", "MissingMetadata", "GAD-7"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_blocks_something(root, name, text, code, blocks):
    (root / name).write_text(text)
    problem = found(root)[code]
    assert problem.severity == "error" and blocks in " ".join(problem.blocks)
    assert name in problem.where


def test_a_reference_that_is_not_there(root):
    assert found(root, qst={"reference": "ref.tsv"})["table-missing"].where == "ref.tsv"


def test_an_unknown_table_is_a_note(root):
    (root / "phenotype" / "diary.tsv").write_text("participant_id\tsteps\nsub-1\t3\n")
    problem = found(root)["instrument-unknown"]
    assert (problem.severity, problem.blocks) == ("note", ())
