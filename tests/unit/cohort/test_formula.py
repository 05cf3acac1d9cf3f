"""Formulas of the study file: what they may say, and what names mean."""

from __future__ import annotations

import numpy as np
import pytest

from nociscope.cohort.formula import formula_terms, variables
from nociscope.cohort.select import CohortView, select
from nociscope.core.errors import StudyError
from nociscope.core.records import Measure
from nociscope.core.status import FitStatus
from nociscope.core.study import Hypothesis, Study
from nociscope.io.people import People

COLUMNS = {
    "group": np.array(["fm", "clbp", "hc"] * 4),
    "sex": np.array(["F", "M"] * 6),
    "age": np.r_[np.nan, np.linspace(20, 60, 11)],
    "site": np.arange(12) % 3 * 1.0,
    "2TCM.VT.THA": np.linspace(1, 2, 12),
}


def test_factors_sum_to_zero_and_numbers_are_centred():
    terms = formula_terms("group * sex + age", "group:sex", COLUMNS)
    assert terms.columns[:2] == ("Intercept", "group[S.clbp]") and terms.columns[-1] == "group[S.fm]:sex[S.F]"
    assert terms.missing[0] == "age" and np.isnan(terms.matrix[0]).all()
    whole = terms.matrix[1:]
    assert set(np.unique(whole[:, 1])) == {-1.0, 0.0, 1.0} and whole[
        :, terms.columns.index("age")
    ].mean() == pytest.approx(0)
    assert terms.variables == ("group", "sex", "age") and terms.tested == ("group", "sex")
    assert terms.cells[0] == "" and terms.cells[1] == "clbp, M" and terms.interest.shape == (2, 7)


def test_coefficients_have_the_names_that_are_printed():
    terms = formula_terms("group", "group[S.fm]", COLUMNS)
    assert terms.interest.tolist() == [[0.0, 0.0, 1.0]] and terms.tested == ("group",)
    several = formula_terms("group", "group[fm] - group[hc], group[clbp] - group[hc]", COLUMNS)
    assert several.interest.shape == (2, 3)


def test_a_number_can_be_a_label_and_a_measure_a_variable():
    assert formula_terms("C(site)", "", COLUMNS).interest.shape == (2, 3)
    assert formula_terms("site", "", COLUMNS).interest.shape == (1, 2)
    assert variables("group + `2TCM.VT.THA` + log(age)") == ("group", "2TCM.VT.THA", "age")


@pytest.mark.parametrize(
    ("formula", "test", "said"),
    [
        ("VT ~ group", "", "left side"),
        ("0 + group", "", "intercept"),
        ("group +", "", "cannot be read"),
        ("__import__('os').system('true')", "", "cannot be read"),
        ("os(age)", "", "may not"),
        ("{age}", "", "may not"),
        ("log(group)", "", "labels"),
        ("group * sex", "", "needs a test"),
        ("group", "group[fm]", "sum to zero"),
        ("group", "group[x] - group[fm]", r"group\[clbp\]"),
        ("group", "age", "a term, or weights"),
        ("group", "group[fm] - group[hc] = 2", "against zero"),
        ("group", "Intercept", "nothing is compared"),
    ],
)
def test_what_cannot_be_read_is_said(formula, test, said):
    with pytest.raises(StudyError, match=said):
        formula_terms(formula, test, COLUMNS)


def test_a_factor_of_one_level_is_an_error():
    with pytest.raises(StudyError, match="fewer than two levels"):
        formula_terms("group", "", {"group": np.array(["a", "a"])})


def row(i, region, value, measure="VT", model="2TCM"):
    return Measure(
        f"sub-{i}", "n/a", "s", "pet:PBR28", measure, region, "n/a", value, 0.1, "mL/cm3", model, FitStatus.OK, "k"
    )


def view(**study):
    people = {
        (str(i), ""): {
            "group": ("fm", "hc", "clbp", "other")[i % 4], "sex": "FM"[i % 2], "age": 30.0 + i, "family": f"f{i // 2}",
            "rs6971": "CC",
        }
        for i in range(8)
    }  # fmt: skip
    columns = dict.fromkeys(("group", "sex", "age", "family", "rs6971"), "participants.tsv")
    rows = [row(i, region, 1.0 + i) for i in range(8) for region in ("THA", "FC")]
    return CohortView(rows, People(people, {}, columns), Study(**study), {f"sub-{i}": "HAB" for i in range(8)})


def asked(**keys):
    return Hypothesis.model_validate({"name": "h", "measure": "VT", **keys})


def test_a_formula_takes_columns_and_other_measures():
    data = select(view(), asked(formula="group + age + `2TCM.VT.FC`", test="group")).data
    assert data.terms.variables == ("group", "age", "2TCM.VT.FC") and data.covariates == {}
    assert data.terms.cells == ("fm", "hc", "clbp", "other") * 2


def test_a_group_that_is_not_the_studys_lacks_the_group():
    data = select(view(groups={"levels": ["fm", "hc", "clbp"]}), asked(formula="group")).data
    assert [data.terms.missing[i] for i in (2, 3)] == ["", "group"]


def test_an_unknown_column_of_a_formula_lists_the_columns():
    with pytest.raises(StudyError, match=r"'h'.*no column 'bmi'.*group, sex, age"):
        select(view(), asked(formula="group + bmi", test="group"))


def test_each_kind_gets_what_it_needs():
    people = select(view(), asked(contrast=["fm", "hc"], separately_by="sex", blocks="family")).data.people
    assert [p.part for p in people[:2]] == ["F", "M"] and people[3].block == "f1"
    mediated = select(view(), asked(mediate={"cause": "group", "through": "age", "levels": ["fm", "hc"]})).data
    assert mediated.cause[0] == "fm" and mediated.mediator[1] == 31.0
    predicted = select(
        view(covariates={"use": ["age"]}), asked(predict={"outcome": "group", "features": ["age"], "within": "family"})
    ).data
    assert (
        list(predicted.features) == ["age"]
        and list(predicted.baseline) == ["age"]
        and predicted.people[2].block == "f1"
    )
    alone = select(view(), asked(single_case={"cases": "fm", "controls": "hc", "match": ["rs6971", "sex"]})).data
    assert list(alone.match["rs6971"]) == ["HAB"] * 8 and alone.people[0].group == "fm"
    sites = select(view(), asked(contrast=["fm", "hc"], harmonise="sex")).data
    assert sites.batch[1] == "M"
    assert select(view(), asked(contrast=["fm", "hc"], replicate={"across": "family"})).data.people[1].part == "f0"
    with pytest.raises(StudyError, match="not numeric"):
        select(view(), asked(mediate={"cause": "group", "through": "sex"}))
