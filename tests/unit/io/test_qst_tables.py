"""Tables of sensory testing: what is read, what is refused and with which words, and what is written."""

import math

import pytest

from nociscope.core.errors import MalformedFile, MissingMetadata, RangeError, UnitError
from nociscope.core.status import FitStatus
from nociscope.io.qst import qst_tables, read_trials
from nociscope.io.qst_reference import read_reference, shipped_reference, write_reference
from nociscope.io.qst_summary import COLUMNS, write_summary
from nociscope.io.table import read_json, read_tsv
from nociscope.models import psychophysics as qst

HEADER = [
    "participant_id", "test", "body_site", "side", "trial", "direction", "reading", "reading_unit", "response",
    "response_unit", "phase", "orientation", "censored", "valid",
]  # fmt: skip


def row(**cells):
    plain = {
        "participant_id": "sub-01", "test": "PPT", "body_site": "lumbar", "side": "L", "trial": "1", "reading": "4.0",
        "reading_unit": "kgf/cm2", "valid": "1",
    }  # fmt: skip
    return plain | {k: str(v) for k, v in cells.items()}


@pytest.fixture
def table(tmp_path):
    def write(*rows, header=HEADER, name="sub-01_task-qst_events.tsv"):
        path = tmp_path / "sub-01" / "beh" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = ["\t".join(header), *("\t".join(r.get(c, "n/a") for c in header) for r in rows)]
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


def three(**cells):
    return [row(trial=i, reading=r, **cells) for i, r in enumerate((4.0, 4.5, 5.0), 1)]


def test_pressures_become_kpa_and_sides_stay_apart(table, tmp_path):
    path = table(*three(), *three(side="R"))
    assert list(qst_tables(tmp_path)) == [path]
    (session,) = read_trials(path)
    assert (session.participant_id, session.session_id) == ("sub-01", "n/a")
    assert [t.side for t in session.trials] == ["L", "R"]
    assert qst.participant_value(session.trials[0]).value == pytest.approx(4.5 * 98.0665)


def test_person_and_session_come_from_the_name_of_the_file(table):
    header = [c for c in HEADER if c != "participant_id"]
    path = table(*three(), header=header, name="sub-01_ses-b_task-qst_events.tsv")
    (session,) = read_trials(path)
    assert (session.participant_id, session.session_id) == ("sub-01", "ses-b")


BAD = {
    "unknown test": (MalformedFile, {"test": "PPTT"}, "test"),
    "unknown site": (MalformedFile, {"body_site": "bakc"}, "body_site"),
    "unknown side": (MalformedFile, {"side": "links"}, "side"),
    "unknown unit": (UnitError, {"reading_unit": "bar"}, "reading_unit"),
    "no unit": (UnitError, {"reading_unit": "n/a"}, "reading_unit"),
    "unit of another kind": (UnitError, {"reading_unit": "degC"}, "reading_unit"),
    "free text in a number": (MalformedFile, {"reading": "ca. 4"}, "reading"),
    "comma for point": (MalformedFile, {"reading": "4,5"}, "reading"),
    "infinite": (MalformedFile, {"reading": "inf"}, "reading"),
    "pressure that cannot be": (RangeError, {"reading": "400"}, "reading"),
    "negative pressure": (RangeError, {"reading": "-4"}, "reading"),
    "validity in words": (MalformedFile, {"valid": "yes"}, "valid"),
    "direction in words": (MalformedFile, {"direction": "up"}, "direction"),
    "censoring in words": (MalformedFile, {"censored": "yes"}, "censored"),
    "half a trial": (MalformedFile, {"trial": "1.5"}, "trial"),
    "no trial": (MalformedFile, {"trial": "n/a"}, "trial"),
    "rating beyond its scale": (
        RangeError, {"test": "MPS", "reading": "n/a", "reading_unit": "n/a", "response": "45", "response_unit": "0-10"},
        "response",
    ),
    "rating without a scale": (
        UnitError, {"test": "MPS", "reading": "n/a", "reading_unit": "n/a", "response": "45"}, "response_unit",
    ),
    "answer that is neither": (
        RangeError, {"test": "PHS", "reading": "n/a", "reading_unit": "n/a", "response": "0.5", "response_unit": "0/1"},
        "response",
    ),
    "two points without orientation": (MalformedFile, {"test": "TPD", "reading_unit": "mm"}, "orientation"),
    "another person": (MalformedFile, {"participant_id": "sub-02"}, "participant_id"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_cell_is_named_with_person_column_and_value(table, what):
    kind, cells, column = BAD[what]
    with pytest.raises(kind) as caught:
        read_trials(table(row(**cells)))
    message = str(caught.value)
    assert column in message
    assert "sub-0" in message
    value = next(iter(v for k, v in cells.items() if k == column), "n/a")
    assert value in message or value == "n/a"


def test_units_that_are_mixed_are_refused(table):
    with pytest.raises(UnitError, match=r"kgf/cm2 and kPa"):
        read_trials(table(row(), row(trial=2, reading=400, reading_unit="kPa")))


def test_a_trial_that_stands_twice_is_refused(table):
    with pytest.raises(MalformedFile, match=r"sub-01: trial.*each trial once"):
        read_trials(table(row(), row(reading=4.1)))


def test_empty_tables_and_absent_columns_are_refused(table):
    with pytest.raises(MalformedFile, match="no trials"):
        read_trials(table())
    with pytest.raises(MissingMetadata, match="body_site"):
        read_trials(table(row(), header=[c for c in HEADER if c != "body_site"]))


def test_a_site_of_the_laboratory_is_accepted_when_it_is_named(table):
    path = table(*three(body_site="sternum"))
    with pytest.raises(MalformedFile, match="sternum"):
        read_trials(path)
    assert read_trials(path, sites=("sternum",))[0].trials[0].part == "sternum"


def test_ratings_of_0_to_10_are_not_taken_for_0_to_100(table):
    rows = [
        row(test="MPS", trial=i, reading="n/a", reading_unit="n/a", response=i, response_unit="0-10")
        for i in range(1, 8)
    ]
    (session,) = read_trials(table(*rows))
    with pytest.raises(UnitError, match=r"0-100.*0-10"):
        qst.profile(session.trials)


def test_shipped_reference_is_marked_as_made_up_and_the_template_is_empty():
    reference = read_reference(shipped_reference())
    assert reference.synthetic
    assert reference.cell("PPT", "hand", "M", 40).mean == 2.62
    assert reference.cell("PPT", "hand", "M", 12) is None
    with pytest.raises(MalformedFile, match="no cells"):
        read_reference(shipped_reference("template"))


def edited(tmp_path, old, new, synthetic=False):
    path = tmp_path / "ref_mine.tsv"
    text = shipped_reference().read_text().replace("\tn/a\tn/a\tCC0", "\tann\tbob\tCC0")
    path.write_text(text.replace(old, new, 1))
    path.with_suffix(".toml").write_text(f'id = "mine"\nsynthetic = {str(synthetic).lower()}\n')
    return path


@pytest.mark.parametrize(
    ("old", "new", "kind", "words"),
    [
        ("\t20\t", "\t9\t", RangeError, "10 or more"),
        ("\tann\tbob", "\tann\tann", MalformedFile, "nobody checked"),
        ("\tann\tbob", "\tann\tn/a", MalformedFile, "nobody checked"),
        ("log10", "none", ValueError, "another scale"),
        ("\tall\t18\t99", "\tboth\t18\t99", MalformedFile, "sex of a cell"),
        ("\t0.18\t", "\tn/a\t", MalformedFile, "not complete"),
        ("\t0.18\t", "\t-0.18\t", RangeError, "cannot be"),
    ],
)
def test_a_reference_that_cannot_be_trusted_is_refused(tmp_path, old, new, kind, words):
    with pytest.raises(kind, match=words):
        read_reference(edited(tmp_path, old, new))


def test_small_cells_are_accepted_when_told(tmp_path):
    assert read_reference(edited(tmp_path, "\t20\t", "\t9\t"), fewest=5).id == "mine"


def test_own_controls_become_a_reference_that_is_read_back(tmp_path):
    made = [
        qst.Control(qst.participant_value(qst.trials("HPT", "hand", "R", reading=[43 + i / 5] * 3)), "F", 25 + i / 3)
        for i in range(12)
    ]
    reference = qst.build_reference(made)
    write_reference(tmp_path / "ref_own.tsv", reference)
    again = read_reference(tmp_path / "ref_own.tsv")
    assert again.id == "own-controls"
    assert not again.synthetic
    cell, old = again.cells[0], reference.cells[0]
    assert (cell.mean, cell.sd, cell.n, cell.name) == (old.mean, old.sd, old.n, old.name)


def test_summary_has_every_column_and_its_explanation(tmp_path):
    given = [
        qst.trials("CPT", "hand", "R", reading=[0.0, 0.0, 2.0]),
        qst.trials("PPT", "hand", "R", reading=[420, 455, 430]),
        qst.trials("DMA", "hand", "R", response=[0.0] * 15),
        qst.trials("WUR", "hand", "R", response=[0.0] * 5 + [10] * 5, phase=["single"] * 5 + ["train"] * 5),
    ]
    done = qst.profile(given, read_reference(shipped_reference()), "F", 40)
    path = tmp_path / "out" / "qst.tsv"
    write_summary(path, [("sub-01", "n/a", v, z) for v, z in zip(done.values, done.z, strict=True)])
    table = read_tsv(path)
    assert table.columns == tuple(COLUMNS)
    assert set(read_json(path.with_suffix(".json"))) == set(COLUMNS)
    rows = {t: dict(zip(table.columns, r, strict=True)) for t, r in zip(table.text("test"), table.rows, strict=True)}
    cold = rows["CPT"]
    assert (cold["status"], cold["value_low"], cold["z_low"], cold["abnormal"]) == (
        FitStatus.CENSORED, "-inf", "-inf", "loss|none",
    )  # fmt: skip
    assert "censored" in cold["flags"]
    assert rows["PPT"]["ref_cell"] == "hand/all/18-99"
    assert "synthetic_reference" in rows["PPT"]["flags"]
    assert (rows["WUR"]["status"], rows["WUR"]["value"]) == (FitStatus.UNDEFINED_ZERO, "n/a")
    assert (rows["DMA"]["z"], rows["DMA"]["z_sign_rule"], rows["DMA"]["abnormal"]) == ("n/a", "n/a", "none")
    assert math.isclose(float(rows["PPT"]["ref_low"]), 221.615, rel_tol=1e-5)
