"""Numbers that are limits are told in every finding that could have used them."""

import math

import pytest

from nociscope.core.records import Measure
from nociscope.core.status import FitStatus
from nociscope.core.study import Hypothesis, Study
from nociscope.io.people import People
from nociscope.pipeline.steps.evaluate_hypotheses import run

VALUES = [2.1, 3.5, 1.2, 4.8, 2.7, 1.0, 5.9, 1.6, 3.9, 6.2, 2.8, 1.0]


def rows():
    status = [FitStatus.CENSORED if v == 1.0 else FitStatus.OK for v in VALUES]
    return tuple(
        Measure(
            f"sub-{i}", "n/a", "s", "biosample", "IL-6", "serum", "n/a", v, math.nan, "pg/mL", "assay", s, "", 0.0, v
        )
        for i, (v, s) in enumerate(zip(VALUES, status, strict=True))
    )


@pytest.mark.parametrize(
    ("accept", "n", "words"), [([], 10, "left out"), (["censored"], 12, "as if they were measured")]
)
def test_limits_are_counted_whether_they_enter_or_not(accept, n, words):
    people = People({(str(i), ""): {"group": "ab"[i % 2]} for i in range(12)}, {}, {"group": "participants.tsv"})
    asked = Hypothesis(name="h", measure="IL-6", contrast=["a", "b"], accept=accept, permutations=200)
    params = {"study": Study().model_dump(include={"study"}), "hypotheses": [asked.model_dump()], "seed": 1}
    ((found,),) = run({"measures": rows(), "people": people}, params).records.values()
    (said,) = [s for s in found.safeguards if s.code == "censored-values"]
    assert sum(found.n.values()) == n
    assert words in said.message
    assert "sub-5" in said.message
    assert "sub-11" in said.message
