"""Worked examples of questionnaires as a caller sees them, computed by hand from the published rules."""

import pytest

import nociscope as noci
from nociscope.core.errors import InputError, RangeError

NA = None
PCS = [2, 1, 3, 2, 1, 2, 1, 3, 3, 2, 3, 2, 1]
HADS = [2, 1, 3, 0, 2, 1, 1, 2, 2, 1, 3, 0, 1, 1]
PSQI = ["23:00", 25, "06:30", 6.0, 1, 2, 1, 0, 0, 0, 1, 1, 3, NA, 1, 0, 1, 1]
FABQ = [4, 5, 6, 3, 2, 6, 5, 1, 4, 3, 5, 6, 2, 0, 4, 1]
MFI = [2, 4, 1, 3, 5, 2, 1, 4, 3, 2, 2, 1, 5, 4, 3, 5, 2, 1, 4, 2]
TSK = [3, 2, 3, 1, 3, 2, 2, 3, 3, 4, 2, 2, 3, 3, 2, 1, 3]

EXAMPLES = [
    ("painDETECT", [3, 2, 4, 3, 1, 2, 2, "attacks_pain_between", "yes"], {"total": 20, "seven": 17}),
    ("DN4", [1, 1, 0, 1, 0, 0, 0, 0, 1, 0], {"total": 4, "interview": 3}),
    ("LANSS", [1, 0, 1, 1, 0, 1, 0], {"total": 15}),
    ("S-LANSS", [1] * 7, {"total": 24}),
    ("CSI", [2] * 10 + [1] * 10 + [3] * 5, {"total": 45}),
    ("FIQR", [5] * 9 + [6, 4] + [7] * 10, {"function": 15, "overall": 10, "symptoms": 35, "total": 60}),
    ("BPI-SF", [7, 3, 5, 6, 8, 6, 7, 9, 4, 6, 7], {"severity": 5.25, "interference": 6.714286}),
    ("BPI-SF", [7, 3, 5, 6, 8, NA, 7, 9, NA, 6, NA], {"interference": 7.5}),
    ("ODI", [2, 1, 2, 1, 2, 1, 2, 2, 2, 1], {"percent": 32}),
    ("ODI", [2, 1, 2, 1, 2, 1, 2, 2, 3, NA], {"percent": 35.555556}),
    ("NDI", [2, 2, 2, 2, 2, 3, 3, 2, 2, 2], {"percent": 44}),
    ("RMDQ", [1] * 11 + [0] * 11 + [NA] * 2, {"total": 11, "proportional": 12}),
    ("PCS", PCS, {"total": 26, "rumination": 11, "magnification": 4, "helplessness": 11}),
    ("HADS", HADS, {"anxiety": 14, "depression": 6}),
    ("PSQI", PSQI, {"c1": 1, "c2": 1, "c3": 1, "c4": 1, "c5": 1, "c6": 0, "c7": 1, "efficiency": 80, "total": 6}),
    ("ISI", [2, 3, 1, 3, 2, 2, 3], {"total": 16}),
    ("STarT Back", [1, 0, 1, 1, 0, 1, 1, 1, "very_much"], {"total": 7, "psych": 4}),
    ("ÖMPSQ-10", [6, 7, 3, 4, 6, 5, 8, 2, 7, 6], {"total": 66}),
    ("FSS", [5, 6, 4, 7, 5, 6, 5, 4, 6], {"mean": 5.333333}),
    ("MFI-20", MFI, {"general": 5, "physical": 10, "mental": 6, "activity": 11, "motivation": 14}),
    ("FABQ", FABQ, {"activity": 16, "work": 33}),
    ("TSK-17", TSK, {"total": 48}),
    ("TSK-17", [1] * 17, {"total": 29}),
    ("TSK-17", [4] * 17, {"total": 56}),
    ("TSK-17", [2] * 17, {"total": 38}),
    ("PROMIS PI-4a", [3, 3, 3, 3], {"raw": 12, "t_score": 61.2}),
]


@pytest.mark.parametrize(("name", "answers", "expected"), EXAMPLES)
def test_a_worked_example(name, answers, expected):
    found = {s.part: s for s in noci.score(name, answers)}
    for part, value in expected.items():
        assert found[part].value == pytest.approx(value, rel=1e-6), part
        assert found[part].low - 1e-6 <= value <= found[part].high + 1e-6


def test_the_standard_error_of_a_t_score_is_that_of_the_table():
    assert next(s for s in noci.score("PROMIS PI-4a", [3, 3, 3, 3]) if s.part == "t_score").se == 1.8


@pytest.mark.parametrize(
    ("state", "index"), [("11111", 1), ("11221", 0.76), ("33221", -0.037), ("12321", 0.329), ("33333", -0.594)]
)
def test_the_uk_index_of_three_levels(state, index):
    found = noci.score("EQ-5D-3L", [*map(int, state), 50], preset="uk-1997")
    assert next(s for s in found if s.part == "index").value == pytest.approx(index, abs=1e-9)


@pytest.mark.parametrize(
    ("state", "index"), [("23235", 0.431), ("22222", 0.855), ("33333", 0.673), ("44444", -0.126), ("55555", -0.301)]
)
def test_the_australian_index_of_five_levels(state, index):
    found = noci.score("EQ-5D-5L", [*map(int, state), 50], preset="australia-2023")
    assert next(s for s in found if s.part == "index").value == pytest.approx(index, abs=1e-9)


def test_a_cut_is_never_decided_by_what_is_missing():
    dn4 = {s.part: s for s in noci.score("DN4", [1, 1, 0, 1, 0, 0, 0, 0, NA, 0])}
    assert (dn4["total"].low, dn4["total"].high, dn4["total"].band) == (3, 4, "negative|positive")
    assert dn4["total"].status == "indeterminate"
    sure = noci.score("LANSS", [1, 0, 1, 1, NA, 1, 0])[0]
    assert (sure.low, sure.high, sure.band) == (15, 16, "positive")


def test_a_callers_mistakes_name_what_is_wrong():
    with pytest.raises(InputError, match="10 items"):
        noci.score("DN4", [1, 0])
    with pytest.raises(InputError, match="dn4_11"):
        noci.score("DN4", {"dn4_11": 1})
    with pytest.raises(RangeError, match="dn4_01"):
        noci.score("DN4", {"dn4_01": 2})
    with pytest.raises(InputError, match="nociscope instruments"):
        noci.score("DN5", [1])


def test_a_rule_that_nobody_validated_is_flagged():
    plain, filled = (noci.score("CSI", [2] * 24 + [NA], optional=o)[0] for o in (False, True))
    assert (plain.status, plain.low, plain.high) == ("missing_data", 48, 52)
    assert (filled.value, filled.status, filled.flags) == (50, "prorated", ("missing_rule_not_validated",))
