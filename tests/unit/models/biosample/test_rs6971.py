"""Every spelling that is understood, every spelling that is refused, and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nociscope.models.biosample import BindingStatus, binding_status, column_problems, genotype

HAB, MAB, LAB, UNKNOWN = BindingStatus.HAB, BindingStatus.MAB, BindingStatus.LAB, BindingStatus.UNKNOWN

KNOWN = {
    HAB: ["CC", "C/C", "c|c", "GG", "g/g", "Ala/Ala", "AlaAla", "HAB", "hab", " Hab ", "high", "High-affinity binder",
          "high affinity binders"],
    MAB: ["CT", "TC", "C/T", "T|C", "GA", "AG", "A/G", "Ala/Thr", "Thr/Ala", "MAB", "mixed affinity binder", "mixed"],
    LAB: ["TT", "T/T", "AA", "a a", "Thr/Thr", "LAB", "low-affinity binder"],
}  # fmt: skip


@pytest.mark.parametrize(("status", "text"), [(s, t) for s, texts in KNOWN.items() for t in texts])
def test_known_spellings(status, text):
    assert binding_status(text) is status and status.known


@pytest.mark.parametrize("text", ["", "  ", "n/a", "N/A", "nan", "unknown", "?"])
def test_nothing_given_stays_unknown_without_a_complaint(text):
    assert genotype(text).status is UNKNOWN and genotype(text).reason == ""


@pytest.mark.parametrize("text", ["CA", "GT", "TG", "A/C", "CG", "TA"])
def test_mixed_strands_are_refused(text):
    assert genotype(text).status is UNKNOWN and "strand" in genotype(text).reason


@pytest.mark.parametrize(
    "text", ["C", "CCC", "CTT", "1", "HAB/MAB", "habit", "highest", "Ala", "AlaThrAla", "high low"]
)
def test_what_is_not_a_genotype_is_refused_with_the_spelling(text):
    one = genotype(text)
    assert one.status is UNKNOWN and text in one.reason


@given(st.text(max_size=12))
def test_any_text_has_an_answer_and_never_a_silent_guess(text):
    one = genotype(text)
    assert one.status in BindingStatus
    assert one.status.known or one.strand is None


@given(st.sampled_from([t for texts in KNOWN.values() for t in texts]), st.booleans())
def test_case_does_not_matter(text, upper):
    assert binding_status(text.upper() if upper else text.lower()) is binding_status(text)


def test_strands_complement_each_other():
    flip = str.maketrans("CTGA", "GACT")
    for pair in ("CC", "CT", "TC", "TT"):
        assert binding_status(pair) is binding_status(pair.translate(flip))


def test_a_column_of_two_strands_is_a_problem():
    (problem,) = column_problems({"sub-1": "CC", "sub-2": "CT", "sub-3": "GA", "sub-4": "n/a", "sub-5": "HAB"})
    assert problem.code == "genotype-strands" and "sub-3" in problem.message and "2 as C/T" in problem.message


def test_a_column_of_one_strand_is_none():
    assert column_problems({"sub-1": "CC", "sub-2": "TT", "sub-3": "HAB", "sub-4": ""}) == []


def test_an_unreadable_cell_names_the_person():
    (problem,) = column_problems({"sub-1": "CC", "sub-2": "CG"})
    assert problem.code == "genotype-unreadable" and problem.where == "sub-2" and "VT" in problem.blocks


def test_open_data_genotypes_are_all_read(open_data):
    lines = (open_data("pbr28") / "participants.tsv").read_text().splitlines()
    header = lines[0].split("\t")
    column = header.index(next(h for h in header if h.lower() in ("rs6971", "genotype", "tspo_genotype")))
    values = {line.split("\t")[0]: line.split("\t")[column] for line in lines[1:]}
    assert column_problems(values) == []
    assert all(binding_status(v).known for v in values.values())
