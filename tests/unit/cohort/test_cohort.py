"""The cohort table: one row per number, nobody lost without a reason."""

import math

import numpy as np
import pytest

from nociscope.cohort.files import dictionary, read_cohort, read_measures, write_cohort
from nociscope.cohort.select import CohortView, select
from nociscope.cohort.table import ScanResults, hemisphere, measures
from nociscope.core.errors import MissingFile, StudyError
from nociscope.core.estimate import Estimate
from nociscope.core.records import Frames, KineticFit, Measure
from nociscope.core.status import FitStatus
from nociscope.core.study import Hypothesis, Study
from nociscope.io.people import People


def fit(region, value, status=FitStatus.OK, model="2TCM"):
    nothing = np.zeros(2)
    estimate = Estimate(value, 0.1, "mL/cm3", "delta") if status.keeps_value else Estimate.missing("mL/cm3", status)
    return KineticFit(
        model, region, status, {"VT": estimate}, Frames([0, 1], [1, 2]), nothing, nothing, nothing, nothing > 1
    )


def scan(participant, session, fits, site="a"):
    return ScanResults(participant, session, site, "PBR28", {"2TCM": tuple(fits)}, {"2TCM": "kinpar.tsv"})


SCANS = [
    scan("sub-1", "ses-a", [fit("THA", 3.0), fit("FC", 2.0)]),
    scan("sub-1", "ses-b", [fit("THA", 5.0), fit("FC", math.nan, FitStatus.NOT_FINITE)]),
    scan("sub-2", "ses-a", [fit("THA", 4.0)]),
    scan("sub-3", "ses-a", [fit("THA", 9.0, FitStatus.AT_BOUND), fit("FC", 1.0)]),
]
PEOPLE = People(
    {
        ("1", ""): {"group": "LBP", "age": 30.0, "rs6971": "CC"},
        ("2", ""): {"group": "HC", "age": 40.0, "sex": "F"},
        ("3", ""): {"group": "HC"},
    },
    {"age": {"Units": "year"}},
    dict.fromkeys(("group", "age", "sex", "rs6971"), "participants.tsv"),
)


def view(rows=None, **study):
    return CohortView(rows or measures(SCANS), PEOPLE, Study(**study), {"sub-1": "HAB"}, frozenset({"PBR28"}))


def ask(**question):
    return Hypothesis(**({"name": "h", "measure": "VT", "contrast": ["LBP", "HC"]} | question))


def test_a_region_that_a_scan_lacks_is_a_row_that_says_so():
    rows = [r for r in measures(SCANS) if r.participant_id == "sub-2"]
    assert [(r.region, r.status) for r in rows] == [("FC", FitStatus.MISSING_REGION), ("THA", FitStatus.OK)]
    assert math.isnan(rows[0].value)


@pytest.mark.parametrize(
    ("region", "side"),
    [
        ("Left-Thalamus", "L"),
        ("ctx-rh-insula", "R"),
        ("thalamus_L", "L"),
        ("THA", "n/a"),
        ("rh.insula", "R"),
        ("Lingual", "n/a"),
    ],
)
def test_hemisphere(region, side):
    assert hemisphere(region) == side


def test_files_round_trip(tmp_path):
    rows = measures(SCANS)
    (tmp_path / "cohort").mkdir()
    write_cohort(tmp_path / "cohort", rows)
    table = read_cohort(tmp_path)
    assert len(table) == len(rows) and table.value.isna().sum() == 2
    assert "n/a" in (tmp_path / "cohort" / "measures.tsv").read_text()
    assert dictionary(rows)["measure"]["Levels"]["VT"]["Units"] == "mL/cm3"


def test_no_cohort_yet(tmp_path):
    with pytest.raises(MissingFile, match="group"):
        read_cohort(tmp_path)


def test_sessions_are_averaged_and_the_incomplete_named():
    chosen = select(view(), ask())
    data = chosen.data
    assert data.participants == ("sub-1", "sub-2", "sub-3") and data.regions == ("FC", "THA")
    np.testing.assert_allclose(data.values, [[2.0, 4.0], [np.nan, 4.0], [1.0, np.nan]])
    assert chosen.incomplete == (("sub-1", "FC", "ses-b", FitStatus.NOT_FINITE.sentence),)
    assert "bound" in data.value_status["sub-3", "THA"]
    assert [p.group for p in data.people] == ["LBP", "HC", "HC"]
    assert data.people[0].genotype == "HAB" and data.people[1].genotype == ""


def test_the_scanner_stands_in_for_a_site_that_no_table_names():
    assert {p.site for p in select(view(), ask()).data.people} == {"a"}


def test_a_status_can_be_accepted_by_name():
    data = select(view(pet={"PBR28": {"accept": ["at_bound"]}}), ask()).data
    assert data.values[2, 1] == 9.0


def test_pairs_keep_their_sessions():
    data = select(view(), ask(contrast=[], paired=["a", "ses-b"])).data
    assert data.session_values.shape == (3, 2, 2) and data.sessions == ("a", "ses-b")


def test_covariates_are_numbers_or_labels():
    data = select(view(), ask(covariates=["age", "sex", "rs6971"])).data
    assert data.covariates["age"].dtype.kind == "f" and np.isnan(data.covariates["age"][2])
    assert list(data.covariates["sex"]) == ["", "F", ""] and list(data.covariates["rs6971"]) == ["HAB", "", ""]


def test_correlation_with_another_measure():
    data = select(view(), ask(contrast=[], correlate="2TCM.VT.THA")).data
    np.testing.assert_allclose(data.predictor, [4.0, 4.0, np.nan])


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"measure": "SUVR"}, "one of VT"),
        ({"model": "Logan"}, "one of 2TCM"),
        ({"regions": ["PAG"]}, "one of FC, THA"),
        ({"tracer": "MC1"}, "one of PBR28"),
        ({"contrast": [], "paired": ["ses-a", "ses-z"]}, "one of ses-a, ses-b"),
        ({"covariates": ["bmi"]}, "one of group, age"),
        ({"contrast": [], "correlate": "sex"}, "not numeric"),
    ],
)
def test_what_is_not_there_is_listed(question, said):
    with pytest.raises(StudyError, match=said):
        select(view(), ask(**question))


def test_several_models_need_a_name():
    rows = measures(
        [*SCANS, ScanResults("sub-1", "ses-a", "a", "PBR28", {"MA1": (fit("THA", 3.1, model="MA1"),)}, {"MA1": "k"})]
    )
    with pytest.raises(StudyError, match="several models"):
        select(view(rows), ask())


def test_a_number_without_a_file_comes_back_without_one(tmp_path):
    row = Measure("sub-1", "n/a", "a", "pet:x", "VT", "r", "n/a", math.nan, math.nan, "mL/cm3", "2TCM",
                  FitStatus.STEP_FAILED, "")  # fmt: skip
    write_cohort(tmp_path, [row])
    assert (tmp_path / "measures.tsv").read_text().splitlines()[1].endswith("\tstep_failed\tn/a\tn/a\tn/a")
    (again,) = read_measures(tmp_path / "measures.tsv")
    assert again.source_file == ""


def told(column, *values, sessions=()):
    """Return a view in which one column says these things of the three people, or of sub-1 at its sessions."""
    rows = {("1", ""): {"group": "LBP"}, ("2", ""): {"group": "HC"}, ("3", ""): {"group": "HC"}}
    for i, value in enumerate(values):
        key = ("1", sessions[i]) if sessions else (str(i + 1), "")
        rows[key] = rows.get(key, {}) | {column: value}
    people = People(rows, {}, dict.fromkeys(("group", column), "participants.tsv"))
    return CohortView(measures(SCANS), people, Study(), {}, frozenset())


def test_one_mistyped_number_does_not_make_labels_of_the_others():
    with pytest.raises(StudyError, match=r"holds numbers and text.*3O"):
        select(told("age", 30.0, 40.0, "3O"), ask(covariates=["age"]))
    unknown = select(told("age", 30.0, 40.0, "unknown"), ask(covariates=["age"])).data.covariates["age"]
    np.testing.assert_array_equal(unknown, [30.0, 40.0, np.nan])


def test_long_numbers_stay_different_labels():
    data = select(told("scanner", 1234567.0, 1234568.0, 1.0), ask(stratify="scanner")).data
    assert [p.stratum for p in data.people] == ["1234567", "1234568", "1"]


def test_what_changes_between_sessions_is_averaged_as_the_measure_is():
    view_ = told("pain", 2.0, 6.0, sessions=("a", "b"))
    np.testing.assert_array_equal(
        select(view_, ask(covariates=["pain"])).data.covariates["pain"], [4.0, np.nan, np.nan]
    )
    one = select(view_, ask(covariates=["pain"], sessions=["a"])).data.covariates["pain"]
    np.testing.assert_array_equal(one, [2.0, np.nan, np.nan])


def test_a_label_that_changes_between_sessions_needs_a_session():
    view_ = told("arm", "drug", "placebo", sessions=("a", "b"))
    with pytest.raises(StudyError, match="differs between the sessions of sub-1"):
        select(view_, ask(by="arm", contrast=["drug", "placebo"]))
    assert select(view_, ask(by="arm", contrast=["drug", "placebo"], sessions=["b"])).data.people[0].group == "placebo"


def test_a_group_column_that_is_not_there_is_an_error_not_an_empty_study():
    with pytest.raises(StudyError, match="no column 'arm'"):
        select(view(), ask(by="arm"))


def test_a_phenotype_column_answers_to_its_bare_name():
    assert list(select(told("bpi.pain", 1.0, 2.0, 3.0), ask(covariates=["pain"])).data.covariates["pain"]) == [1, 2, 3]


def test_the_other_measure_of_a_correlation_is_of_the_same_sessions():
    data = select(view(), ask(contrast=[], correlate="2TCM.VT.THA", sessions=["a"])).data
    np.testing.assert_allclose(data.predictor, [3.0, 4.0, np.nan])


def elsewhere(*more):
    """Rows of several modalities for two people."""
    kinds = (
        ("pet:PBR28", "VT", "2TCM", "ok"),
        ("func", "zFC", "seed", "ok"),
        ("anat", "CT", "fs", "few_trials"),
        *more,
    )
    return view(
        [
            Measure(who, "n/a", "s", where, symbol, "S1", "n/a", value, math.nan, "1", method, FitStatus(status), "")
            for who, value in (("sub-1", 1.0), ("sub-2", 2.0))
            for where, symbol, method, status in kinds
        ]
    )


def test_a_measure_of_any_modality_can_be_asked_about():
    data = select(elsewhere(), ask(measure="zFC")).data
    assert data.values[:, 0].tolist() == [1.0, 2.0]
    assert not data.genotype_sensitive
    assert data.scale == "other"


def test_a_measure_that_two_modalities_have_needs_the_modality():
    both = elsewhere(("anat", "zFC", "seed", "ok"))
    with pytest.raises(StudyError, match=r"several modalities give zFC.*anat, func"):
        select(both, ask(measure="zFC"))
    assert select(both, ask(measure="zFC", modality="func")).data.regions == ("S1",)
    with pytest.raises(StudyError, match="several tracers"):
        select(elsewhere(("pet:FEPPA", "VT", "2TCM", "ok")), ask())


def test_numbers_with_a_caveat_enter_where_the_hypothesis_accepts_it():
    assert np.isnan(select(elsewhere(), ask(measure="CT")).data.values).all()
    assert select(elsewhere(), ask(measure="CT", accept=["few_trials"])).data.values[:, 0].tolist() == [1.0, 2.0]


def test_another_measure_of_any_modality_can_be_the_predictor():
    question = {"contrast": [], "correlate": "2TCM.VT.S1", "measure": "zFC"}
    assert select(elsewhere(), ask(**question)).data.predictor.tolist() == [1.0, 2.0]
    assert select(elsewhere(), ask(**question | {"correlate": "VT.S1"})).data.predictor.tolist() == [1.0, 2.0]
    with pytest.raises(StudyError, match="means several measures"):
        select(elsewhere(("pet:PBR28", "VT", "Logan", "ok")), ask(**question | {"correlate": "VT.S1"}))


def test_numbers_in_several_units_do_not_meet():
    rows = [
        Measure(who, "n/a", "s", "tms", "IO_S50", "FDI", "n/a", 50.0, math.nan, unit, "", FitStatus.OK, "")
        for who, unit in (("sub-1", "%MSO"), ("sub-2", "%RMT"))
    ]
    with pytest.raises(StudyError, match=r"several units.*%MSO, %RMT"):
        select(view(rows), ask(measure="IO_S50"))
