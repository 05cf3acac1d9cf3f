"""Biosamples, genotypes and outcomes: what is read, and every mistake by name."""

import math

import pytest

from nociscope.core.errors import MalformedFile, MissingMetadata, RangeError, UnitError
from nociscope.io.biosamples import analytes, read_biosamples
from nociscope.io.genotype import read_genotypes
from nociscope.io.long_tables import LONG_TABLES, long_table
from nociscope.io.outcomes import at_visits, read_outcomes
from nociscope.io.people import read_people
from nociscope.models.biosample import BindingStatus

SAMPLES = "participant_id\tsample_id\tanalyte\tvalue\tunit\tlloq\tuloq\tcensored\tplate\treplicate"
CALLS = "participant_id\trsid\tallele1\tallele2"
OUTCOMES = "participant_id\tvisit\toutcome\tvalue\tunit\tdays_from_index\trescue_medication"


@pytest.fixture
def table(tmp_path):
    def write(header, *lines):
        path = tmp_path / "t.tsv"
        path.write_text("\n".join([header, *(line.replace(" ", "\t") for line in lines)]) + "\n", encoding="utf-8")
        return path

    return write


def test_concentrations_become_picograms(table):
    one, two = read_biosamples(
        table(SAMPLES, "sub-1 s1 IL6 0.0021 ng/mL 0.001 0.04 none p1 1", "sub-1 s1 IL6 n/a ng/mL 0.001 0.04 left p1 2")
    )
    assert (one.value, one.lloq, one.uloq, one.censored) == (pytest.approx(2.1), 1.0, 40.0, 0)
    assert math.isnan(two.value)
    assert two.censored == -1
    assert analytes((one, two)) == ("IL6",)


@pytest.mark.parametrize(
    ("lines", "error", "message"),
    [
        (["sub-1 s1 IL6 2.1 parsec 1 40 n/a p1 1"], UnitError, "unknown unit.*parsec.*line 2"),
        (
            ["sub-1 s1 IL6 2.1 pg/mL 1 40 n/a p1 1", "sub-2 s2 IL6 2 ng/mL 1 40 n/a p1 1"],
            MalformedFile,
            "mixed units.*line 3",
        ),
        (["sub-1 s1 IL6 <1 pg/mL 1 40 n/a p1 1"], MalformedFile, "not a number.*<1"),
        (["sub-1 s1 IL6 -2 pg/mL 1 40 n/a p1 1"], RangeError, "negative concentration"),
        (["sub-1 s1 IL6 50 pg/mL 1 40 n/a p1 1"], MalformedFile, "above the upper limit"),
        (["sub-1 s1 IL6 2 pg/mL 1 40 left p1 1"], MalformedFile, "marked as below"),
        (["sub-1 s1 IL6 n/a pg/mL n/a 40 n/a p1 1"], MalformedFile, "neither a value nor a limit"),
        (["sub-1 s1 IL6 n/a pg/mL 1 40 none p1 1"], MalformedFile, "without a value"),
        (["sub-1 s1 IL6 2 pg/mL 41 40 n/a p1 1"], MalformedFile, "limits cross"),
        (["sub-1 s1 IL6 2 pg/mL 1 40 sideways p1 1"], MalformedFile, "unknown kind of censoring"),
        (["sub-1 s1 n/a 2 pg/mL 1 40 n/a p1 1"], MalformedFile, "analyte is missing"),
        (["sub-1 s1 IL6 2 pg/mL 1 40 n/a p1 1"] * 2, MalformedFile, "stands twice.*line 3.*first on line 2"),
    ],
)
def test_what_is_wrong_with_a_sample_is_named(table, lines, error, message):
    with pytest.raises(error) as caught:
        read_biosamples(table(SAMPLES, *lines))
    assert all(part in str(caught.value) for part in message.split(".*"))


def test_a_value_above_its_limit_is_fine_where_marked(table):
    assert read_biosamples(table(SAMPLES, "sub-1 s1 IL6 50 pg/mL 1 40 right p1 1"))[0].censored == 1


def test_calls_of_both_strands(table):
    found = read_genotypes(
        table(CALLS, "sub-1 rs6971 C T", "sub-2 rs6971 G G", "sub-3 rs6971 n/a n/a", "sub-1 rs1 A C")
    )
    assert [c.tspo.status for c in found[:3]] == [BindingStatus.MAB, BindingStatus.HAB, BindingStatus.UNKNOWN]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["sub-1 rs6971 C A"], "mixes the strands"), (["sub-1 rs6971 C n/a"], "one allele without the other"),
        (["sub-1 rs6971 C X"], "no base"), (["sub-1 rs6971 C C", "sub-1 rs6971 C T"], "stands twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_call_is_named(table, lines, message):
    with pytest.raises(MalformedFile, match=message):
        read_genotypes(table(CALLS, *lines))


def test_outcomes_at_two_visits(table):
    found = read_outcomes(
        table(OUTCOMES, "sub-1 base pain 6 0-10 0 n/a", "sub-1 w3 pain 3.5 0-10 21 yes", "sub-2 base pain 7 0-10 0 no")
    )
    assert [r.rescue for r in found] == [None, True, False]
    pain = at_visits(found, "pain", "base", "w3")
    assert pain["sub-1"] == (6, 3.5)
    assert pain["sub-2"][0] == 7
    assert math.isnan(pain["sub-2"][1])
    for outcome, visit in (("odi", "w3"), ("pain", "w9")):
        with pytest.raises(MissingMetadata):
            at_visits(found, outcome, "base", visit)


@pytest.mark.parametrize(
    ("lines", "error", "message"),
    [
        (["sub-1 base pain 60 0-10 0 n/a"], RangeError, "outside its scale"),
        (["sub-1 base pain 6 stones 0 n/a"], UnitError, "unknown unit"),
        (["sub-1 base pain 6 0-10 0 n/a", "sub-1 w3 pain 60 0-100 0 n/a"], MalformedFile, "mixed units"),
        (["sub-1 base pain about6 0-10 0 n/a"], MalformedFile, "not a number"),
        (["sub-1 base pain 6 0-10 0 n/a"] * 2, MalformedFile, "stands twice"),
        (["sub-1 base pain 6 0-10 0 perhaps"], MalformedFile, "neither yes nor no"),
        (["sub-1 n/a pain 6 0-10 0 n/a"], MalformedFile, "visit is missing"),
    ],
)
def test_what_is_wrong_with_an_outcome_is_named(table, lines, error, message):
    with pytest.raises(error, match=message):
        read_outcomes(table(OUTCOMES, *lines))


def test_long_tables_are_no_duplicates_of_people(tmp_path):
    (tmp_path / "phenotype").mkdir()
    (tmp_path / "participants.tsv").write_text("participant_id\nsub-1\n")
    for name in LONG_TABLES:
        long_table(tmp_path, name).write_text("participant_id\tvalue\nsub-1\t1\nsub-1\t2\n")
    long_table(tmp_path, "genotype").write_text("participant_id\trsid\tallele1\tallele2\nsub-1\trs6971\tC\tT\n")
    (tmp_path / "phenotype" / "pcs.tsv").write_text("participant_id\tpcs_01\nsub-1\t3\n")
    people = read_people(tmp_path)
    assert people.problems == ()
    assert people.columns == ("pcs.pcs_01", "rs6971")
    assert (people.get("1", "rs6971"), people.sources["rs6971"]) == ("CT", "phenotype/genotype.tsv")


@pytest.mark.parametrize(
    ("own", "alleles", "code", "value"),
    [
        ("n/a", "C\tA", "genotype-unreadable", None),  # mixed strands: nobody's genotype is guessed
        ("HAB", "C\tT", "genotype-differs", "HAB"),
        ("GA", "C\tT", "", "GA"),  # the same on the other strand
    ],
)
def test_a_genotype_table_neither_guesses_nor_overrules(tmp_path, own, alleles, code, value):
    (tmp_path / "phenotype").mkdir()
    (tmp_path / "participants.tsv").write_text(f"participant_id\trs6971\nsub-1\t{own}\n")
    long_table(tmp_path, "genotype").write_text(f"participant_id\trsid\tallele1\tallele2\nsub-1\trs6971\t{alleles}\n")
    people = read_people(tmp_path)
    assert [p.code for p in people.problems] == ([code] if code else [])
    assert people.get("1", "rs6971") == value
