"""Which visits are compared, what is refused, and sides that must not be taken for one another."""

import math
from dataclasses import replace

import pytest

from nociscope.cohort.assayed import assay_scores, plates_of
from nociscope.cohort.outcomes import Endpoints, endpoints, outcome_scores
from nociscope.cohort.scored import with_sides
from nociscope.core.assessment import BiosampleSettings, OutcomeSettings
from nociscope.core.errors import InputError, MissingMetadata
from nociscope.core.records import Measure
from nociscope.core.status import FitStatus
from nociscope.io.biosamples import Assayed
from nociscope.io.outcomes import OutcomeVisit
from nociscope.io.people import People

NOBODY = People({})


def visit(person, name, days, value, unit="0-10", outcome="pain_intensity"):
    return OutcomeVisit(person, name, days, outcome, value, unit, None, None, "", "t.tsv, line 2")


VISITS = [
    visit("sub-1", "w6", 42, 3), visit("sub-1", "base", 0, 6), visit("sub-2", "base", 1, 8),
    visit("sub-1", "w2", 14, 5),
]  # fmt: skip


def test_the_first_and_the_last_visit_by_days():
    assert endpoints(VISITS, OutcomeSettings()) == Endpoints("base", "w6")
    assert endpoints(VISITS, OutcomeSettings(follow_up="w2")) == Endpoints("base", "w2")


def test_days_that_do_not_tell_are_refused():
    with pytest.raises(MissingMetadata, match="days do not tell"):
        endpoints([replace(v, days=math.nan) for v in VISITS], OutcomeSettings())
    with pytest.raises(MissingMetadata, match="no outcome 'sleep'"):
        endpoints(VISITS, OutcomeSettings(outcome="sleep"))


def test_a_missing_follow_up_is_not_the_visit_before():
    first, second = outcome_scores(VISITS[:3], OutcomeSettings(), NOBODY)
    fall = {s.measure: s for _, s in second.rows}["outcome_fall"]
    assert math.isnan(fall.value) and fall.status is FitStatus.MISSING_DATA and (fall.low, fall.high) == (-2, 8)
    grades = {(d.criteria.split()[0], d.rule): d.grade for _, d in first.decisions}
    assert grades["immpact", "grade"] == "substantial"


def test_a_rating_to_100_is_graded_as_one_to_10():
    visits = [visit("sub-1", "a", 0, 60, "0-100"), visit("sub-1", "b", 9, 39, "0-100")]
    (found,) = outcome_scores(visits, OutcomeSettings(), NOBODY)
    grades = {(d.criteria.split()[0], d.rule): d.grade for _, d in found.decisions}
    assert (grades["immpact", "grade"], grades["immpact", "points"]) == ("moderate", "yes")
    assert {s.measure: s.value for _, s in found.rows}["outcome_fall"] == 21


def test_definitions_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="no definition of response recovered"):
        outcome_scores(VISITS, OutcomeSettings(responder=["recovered"]), NOBODY)
    with pytest.raises(InputError, match="nobody's outcomes answer esi_cohen"):
        outcome_scores(VISITS, OutcomeSettings(responder=["esi_cohen"]), NOBODY)


def result(value, lloq=2.0, uloq=math.nan, replicate="1", plate="P1", censored=None):
    return Assayed(
        "sub-1", "n/a", "s", "IL-6", replicate, plate, "serum", "n/a", value, lloq, uloq, censored, "t, line 2"
    )


def test_replicates_and_limits():
    settings = BiosampleSettings()
    (mean,) = assay_scores([result(4.0), result(5.0, replicate="2")], settings)
    assert mean.rows[0][1].value == 4.5 and plates_of([mean]) == {("sub-1", "IL-6"): "P1"}
    (low,) = assay_scores([result(math.nan), result(1.0, replicate="2")], settings)
    score = low.rows[0][1]
    assert (score.value, score.low, score.high, score.status) == (2.0, 0.0, 2.0, FitStatus.CENSORED)
    (high,) = assay_scores([result(90.0, uloq=80.0, censored=1)], settings)
    assert (high.rows[0][1].value, high.rows[0][1].low, high.rows[0][1].high) == (80.0, 80.0, math.inf)
    (printed,) = assay_scores([result(1.0)], BiosampleSettings(use_reported_below_lloq=True))
    assert printed.rows[0][1].value == 1.0 and "reported_below_lloq" in printed.rows[0][1].flags
    (marked,) = assay_scores([result(1.5, lloq=math.nan, censored=-1)], settings)
    assert (marked.rows[0][1].value, marked.rows[0][1].status) == (1.5, FitStatus.CENSORED)


def test_sides_of_one_place_are_two_places():
    row = Measure("sub-1", "n/a", "a", "qst", "PPT", "lumbar", "L", 3.0, 0.1, "kPa", "m", FitStatus.OK, "k.tsv")
    rows = (row, replace(row, hemisphere="R"), replace(row, measure="HPT"))
    assert [r.region for r in with_sides(rows)] == ["lumbar L", "lumbar R", "lumbar"]
