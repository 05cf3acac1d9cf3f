"""Change, composite response, injections: worked numbers and what a missing visit leaves open."""

import math

import pytest

from nociscope.cohort.answers import decisions, numbers
from nociscope.core.errors import InputError, RangeError
from nociscope.core.scores import Decision
from nociscope.core.status import FitStatus
from nociscope.io.instruments import find_instrument
from nociscope.models.outcome.change import change, reliable_and_important
from nociscope.models.outcome.composite import composite, settled
from nociscope.models.outcome.injection import injection_order, prospective

NAN = math.nan


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [(6, 3.5, 41.666667), (5, 2.5, 50), (4, 3.6, 10), (6, 4.9, 18.333333), (7, 5, 28.571429)],
)
def test_percent_of_the_value_before(before, after, percent):
    found = change(before, after)
    assert found.percent == pytest.approx(percent, rel=1e-6)
    assert (found.low, found.high, found.status) == (found.percent, found.percent, FitStatus.OK)


def test_a_baseline_of_zero_has_no_percentage():
    found = change(0, 3)
    assert math.isnan(found.percent)
    assert found.status is FitStatus.UNDEFINED_ZERO
    assert found.points == -3


def test_a_missing_visit_leaves_bounds():
    after = change(6, NAN)
    assert (after.points_low, after.points_high) == (-4, 6)
    assert (after.low, after.high) == pytest.approx((-200 / 3, 100))
    assert after.status is FitStatus.MISSING_DATA
    before = change(NAN, 5)
    assert (before.low, before.high) == (-math.inf, 50)


def test_the_floor_of_eligibility_is_a_flag():
    assert change(2, 1, floor=3).flags == ("below_eligibility_floor",)
    assert change(3, 1, floor=3).flags == ()
    assert change(NAN, 1, floor=3).flags == ()


def test_a_rating_on_another_scale_is_refused():
    with pytest.raises(RangeError, match="0 to 10"):
        change(60, 30)
    assert change(60, 30, scale=(0, 100)).percent == 50


@pytest.mark.parametrize(
    ("points", "label"),
    [
        (5, "reliable_and_important"),
        (3, "neither"),
        (3.5, "important_only"),
        (4, "important_only"),
        (-4.5, "reliably_worse"),
    ],
)
def test_change_beyond_error_and_beyond_importance(points, label):
    assert reliable_and_important(points, mdc=4, mic=3.5) == label


def test_reliable_without_being_important():
    assert reliable_and_important(2.5, mdc=2, mic=3) == "reliable_only"
    with pytest.raises(RangeError):
        reliable_and_important(2, 0, 1)


def decision(*grades):
    return Decision("x 1", "r", grades)


YES, NO, UNDEFINED, OPEN = (
    decision("responder"),
    decision("nonresponder"),
    decision("undefined"),
    decision("responder", "nonresponder"),
)


@pytest.mark.parametrize(
    ("a", "b", "joined", "grade"),
    [
        (YES, NO, "or", "responder"), (YES, NO, "and", "nonresponder"), (OPEN, YES, "and", "responder|nonresponder"),
        (OPEN, NO, "and", "nonresponder"), (OPEN, YES, "or", "responder"), (OPEN, NO, "or", "responder|nonresponder"),
        (UNDEFINED, YES, "or", "responder"), (UNDEFINED, YES, "and", "undefined"),
        (UNDEFINED, NO, "and", "nonresponder"),
        (UNDEFINED, NO, "or", "undefined"),
    ],
)  # fmt: skip
def test_joined_definitions(a, b, joined, grade):
    assert composite({"pain": a, "odi": b}, joined).grade == grade


def test_rescue_medication_overrules_the_rest():
    assert composite({"pain": YES}, "and", rescue=True).grade == "nonresponder"
    unknown = composite({"pain": YES}, "and", rescue=None)
    assert unknown.grade == "responder|nonresponder"
    assert unknown.deciding == ("rescue_medication",)


def test_a_missing_visit_stays_open_or_counts_as_none():
    assert composite({"pain": OPEN}, "and").grade == "responder|nonresponder"
    assert composite({"pain": OPEN}, "and", missing="nonresponder").grade == "nonresponder"
    assert settled(OPEN).grade == "responder|nonresponder"
    counted = settled(OPEN, "nonresponder")
    assert counted.grade == "nonresponder"
    assert "missing" in counted.path[-1]
    with pytest.raises(InputError):
        composite({}, "and")


def test_every_definition_of_response_at_once():
    criteria = find_instrument("injection-response")
    entered = numbers(
        criteria, {"leg_0": [7], "leg_1": [5], "gpe_positive": ["yes"], "pain_0": [7], "pain_1": [5]}, ["s"]
    )
    found = {d.rule: d.grade for d in decisions(criteria, entered, 0)}
    assert found["esi_cohen"] == "responder"
    assert found["esi_50"] == "nonresponder"
    assert len(found) == 8


@pytest.mark.parametrize(
    ("scan", "injections", "order"),
    [
        (10, [20, 40], "injected_after_scan"), (10, [5, 40], "injected_before_scan"), (10, [10], "same_day"),
        (10, [], "none"),
        (None, [5], "unknown"), (10, [None, 20], "unknown"), (10, [None, 5], "injected_before_scan"),
    ],
)  # fmt: skip
def test_order_of_scan_and_injection(scan, injections, order):
    assert injection_order(scan, injections) == order


def test_seven_prospective_and_nine_pooled():
    orders = {f"sub-{i}": "injected_after_scan" for i in range(7)} | dict.fromkeys(
        ("sub-7", "sub-8"), "injected_before_scan"
    )
    found = prospective(orders)
    assert (len(found.prospective), found.n_pooled) == (7, 9)
    assert found.sentence.startswith("7 people were scanned before the injection, 9 with")
