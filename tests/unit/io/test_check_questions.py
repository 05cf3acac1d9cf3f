"""A misspelt name in a hypothesis is told before anything runs."""

import pytest

from nociscope.core.study import Study
from nociscope.io.check_questions import question_problems
from nociscope.io.people import People

PEOPLE = People(
    {("1", ""): {"group": "p", "age": 3.0, "pd.total": 2.0}, ("2", ""): {"group": "c"}}, {},
    dict.fromkeys(("group", "age", "pd.total"), "participants.tsv"),
)  # fmt: skip


def told(**question):
    study = Study.model_validate({"hypothesis": [{"name": "h", "measure": "VT"} | question]})
    return [(p.code, p.message) for p in question_problems(study, PEOPLE)]


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ({"contrast": ["p", "c"], "covariates": ["agee"]}, "'agee'"),
        ({"correlate": "pain"}, "'pain'"),
        ({"contrast": ["p", "c"], "stratify": "sit"}, "'sit'"),
        ({"predict": {"outcome": "groop"}}, "'groop'"),
    ],
)
def test_a_column_that_is_nowhere_is_named_with_those_that_are(question, word):
    ((code, message),) = told(**question)
    assert code == "column-unknown"
    assert word in message
    assert "group, age" in message


def test_a_level_that_nobody_has_is_named():
    ((code, message),) = told(contrast=["pp", "c"])
    assert (code, "nobody is in pp; group holds c, p") == (code, message)
    assert code == "level-unknown"


@pytest.mark.parametrize(
    "question",
    [
        {"contrast": ["p", "c"], "covariates": ["age", "rs6971"]},
        {"correlate": "total"},
        {"correlate": "2TCM.VT.thalamus"},
        {"contrast": ["a", "b"], "by": "neupsig.grade"},
        {"contrast": ["HAB", "MAB"], "by": "rs6971"},
    ],
)
def test_what_may_be_known_later_is_left_alone(question):
    assert told(**question) == []
