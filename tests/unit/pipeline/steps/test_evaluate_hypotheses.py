"""Hypotheses that cannot be asked are all named at once."""

import pytest

from nociscope.core.errors import StudyError
from nociscope.core.records import Measure
from nociscope.core.status import FitStatus
from nociscope.core.study import Study
from nociscope.io.people import People
from nociscope.pipeline.steps.evaluate_hypotheses import run

ROW = Measure(
    "sub-1", "n/a", "a", "pet:[11C]PBR28", "VT", "THA", "n/a", 3.0, 0.1, "mL/cm3", "2TCM", FitStatus.OK, "k.tsv"
)


def test_every_fault_is_named():
    asked = [
        {"name": n, "measure": "VT", "regions": [r], "contrast": ["a", "b"]} for n, r in (("h", "PAG"), ("g", "VTA"))
    ]
    study = Study(hypothesis=asked)
    params = {
        "study": study.model_dump(include={"study", "groups", "covariates", "pet"}),
        "hypotheses": [h.model_dump() for h in study.hypothesis],
        "seed": 0,
    }
    people = People({("1", ""): {"group": "a"}}, {}, {"group": "participants.tsv"})
    with pytest.raises(StudyError, match=r"2 of 2 hypotheses.*'h'.*PAG.*'g'.*VTA"):
        run({"measures": (ROW,), "people": people}, params)


def _params(asked):
    study = Study(hypothesis=asked)
    return {
        "study": study.model_dump(include={"study", "groups", "covariates", "pet"}),
        "hypotheses": [h.model_dump() for h in study.hypothesis],
        "seed": 0,
    }


def test_a_column_that_is_not_there_names_the_hypothesis():
    asked = [{"name": "h", "measure": "VT", "by": "armm", "contrast": ["a", "b"]}]
    people = People({("1", ""): {"group": "a"}}, {}, {"group": "participants.tsv"})
    with pytest.raises(StudyError, match=r"1 of 1 hypotheses.*hypothesis 'h': no column 'armm'"):
        run({"measures": (ROW,), "people": people}, _params(asked))


def test_what_only_the_evaluation_notices_names_the_hypotheses_too():
    case = {"cases": "patientt", "controls": "a"}
    asked = [{"name": n, "measure": "VT", "single_case": case} for n in ("h", "g")]
    people = People({("1", ""): {"group": "a"}}, {}, {"group": "participants.tsv"})
    with pytest.raises(StudyError, match=r"2 of 2 hypotheses.*'h': nobody is 'patientt'.*'g': nobody is 'patientt'"):
        run({"measures": (ROW,), "people": people}, _params(asked))
