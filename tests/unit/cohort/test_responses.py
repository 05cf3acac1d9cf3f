"""From visits to every definition of response."""

import pytest

from nociscope.cohort.responses import responses
from nociscope.core.errors import InputError
from nociscope.io.outcomes import read_outcomes

HEADER = "participant_id\tvisit\toutcome\tvalue\tunit"


@pytest.fixture
def visits(tmp_path):
    rows = [
        "sub-1 base leg 7 0-10", "sub-1 w3 leg 5 0-10", "sub-1 w3 better 1 yes_no", "sub-1 base nrs 8 0-10",
        "sub-1 w3 nrs 4 0-10", "sub-2 base nrs 6 0-10", "sub-2 base vas 60 0-100", "sub-1 w3 vas 60 0-100",
    ]  # fmt: skip
    path = tmp_path / "outcomes_long.tsv"
    path.write_text("\n".join([HEADER, *(r.replace(" ", "\t") for r in rows)]) + "\n")
    return read_outcomes(path)


def test_every_definition_for_everybody(visits):
    found = responses(visits, {"pain": "nrs", "leg": "leg", "gpe_positive": "better"}, "base", "w3")
    one, two = ({d.rule: d.grade for d in found[p]} for p in ("sub-1", "sub-2"))
    assert (one["esi_50"], one["esi_cohen"], one["leg_1_75"]) == ("responder", "responder", "responder")
    assert two["esi_50"] == "responder|nonresponder"
    assert two["points_2"] == "responder|nonresponder"


def test_a_missing_visit_as_no_response(visits):
    found = responses(visits, {"pain": "nrs"}, "base", "w3", missing="nonresponder")
    two = {d.rule: d for d in found["sub-2"]}
    assert two["esi_50"].grade == "nonresponder"
    assert "missing" in two["esi_50"].path[-1]


def test_other_criteria_and_other_names(visits):
    found = responses(visits, {"pain": "nrs"}, "base", "w3", criteria="immpact")
    assert {d.rule: d.grade for d in found["sub-1"]} == {"grade": "substantial", "points": "yes"}
    with pytest.raises(InputError, match="asks for no"):
        responses(visits, {"mood": "nrs"}, "base", "w3")


def test_a_rating_on_another_scale_is_refused(visits):
    with pytest.raises(InputError, match=r"sub-.*out of range.*0 to 10.*60"):
        responses(visits, {"pain": "vas"}, "base", "w3")
