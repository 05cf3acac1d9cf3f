"""The engine that scores from files: operations, bounds, missing items, presets, statuses that pass on."""

import numpy as np
import pytest

from nociscope.core.errors import InputError, MalformedFile
from nociscope.io.instruments import find_instrument, instruments, parse
from nociscope.models.phenotype.scoring import scored

HEAD = """
[instrument]
id = "x"
name = "X"
version = "1"
construct = "x"
item_text = "not_shipped"
licence = "none"
[items]
prefix = "x_"
n = 4
range = [0, 4]
"""


def made(scores, head=HEAD):
    return parse((head + scores).encode(), "x.toml")


def one(instrument, *answers, **options):
    columns = {c: np.array([float(a)]) for c, a in zip(instrument.columns, answers, strict=True)}
    return scored(instrument, columns, **options)


NAN = float("nan")


@pytest.mark.parametrize(
    ("rule", "answers", "value", "low", "high"),
    [
        ('op = "sum"', (1, 2, 3, 4), 10, 10, 10),
        ('op = "mean"', (1, 2, 3, 4), 2.5, 2.5, 2.5),
        ('op = "max"', (1, 2, 3, NAN), NAN, 3, 4),
        ('op = "count_ge"\nat_least = 2', (1, 2, 3, 4), 3, 3, 3),
        ('op = "count_ge"\nat_least = 2', (1, 2, NAN, 4), NAN, 2, 3),
        ('op = "percent_of_max"', (1, 2, 3, 4), 62.5, 62.5, 62.5),
        ('op = "wsum"\nweights = [1, 2, -1, 0]', (1, 2, 3, 4), 2, 2, 2),
        ('op = "wsum"\nweights = [1, 2, -1, 0]', (1, 2, NAN, 4), NAN, 1, 5),
        ('op = "sum"\nscale = "1/2"\noffset = 1', (1, 2, 3, NAN), NAN, 4, 6),
    ],
)
def test_an_operation_and_its_bounds(rule, answers, value, low, high):
    found = one(made(f'[[score]]\nid = "s"\nitems = "all"\n{rule}\nrange = [-10, 100]\n'), *answers)["s"]
    assert (found.value[0], found.low[0], found.high[0]) == pytest.approx((value, low, high), nan_ok=True)


@pytest.mark.parametrize(
    ("missing", "answers", "value", "status"),
    [
        ('rule = "complete"', (1, 2, 3, NAN), NAN, "missing_data"),
        ('rule = "prorate", min_valid = 3', (1, 2, 3, NAN), 8, "prorated"),
        ('rule = "prorate", min_valid = 3', (1, 2, NAN, NAN), NAN, "too_few_trials"),
        ('rule = "prorate", min_valid = 3, round_up = true', (1, 1, 2, NAN), 6, "prorated"),
        ('rule = "percent_of_answered", min_valid = 2', (1, 2, NAN, NAN), 6, "prorated"),
        ('rule = "bounded"', (1, 2, 3, NAN), NAN, "indeterminate"),
        ('rule = "unticked", min_valid = 1', (1, NAN, NAN, NAN), 1, "prorated"),
        ('rule = "unticked", min_valid = 1', (NAN, NAN, NAN, NAN), NAN, "missing_data"),
        ('rule = "unticked", min_valid = 0', (1, NAN, NAN, NAN), 1, "ok"),
        ('rule = "unticked", min_valid = 0', (NAN, NAN, NAN, NAN), 0, "ok"),
    ],
)
def test_a_rule_for_missing_items(missing, answers, value, status):
    text = f'[[score]]\nid = "s"\nitems = "all"\nop = "sum"\nrange = [0, 16]\nmissing = {{ {missing} }}\n'
    found = one(made(text), *answers)["s"]
    assert found.value[0] == pytest.approx(value, nan_ok=True)
    assert found.status[0] == status


def test_a_bounded_score_whose_bounds_agree_has_a_value():
    text = """[[score]]
id = "any"
items = "all"
op = "max"
range = [0, 4]
missing = { rule = "bounded" }
"""
    found = one(made(text), 4, NAN, NAN, NAN)["any"]
    assert (found.value[0], found.status[0], found.n_valid[0], found.n_asked) == (4, "ok", 1, 4)


def test_a_score_of_scores_passes_on_what_is_doubtful():
    fiqr = find_instrument("FIQR")
    found = one(fiqr, *[5] * 8, NAN, 6, 4, *[7] * 10)
    assert found["function"].status[0] == "prorated"
    assert found["total"].status[0] == "prorated"
    assert (found["total"].n_valid[0], found["total"].n_asked) == (20, 21)


def test_more_sleep_than_time_in_bed_denies_what_is_made_of_it():
    psqi = find_instrument("PSQI")
    answers = dict.fromkeys(psqi.columns, 0.0) | {"psqi_bed_time": 23.0, "psqi_rise_time": 4.0, "psqi_sleep_h": 6.0}
    found = one(psqi, *answers.values())
    assert {found[k].status[0] for k in ("efficiency", "c4", "total")} == {"out_of_range"}
    assert np.isnan(found["total"].low[0])
    assert found["c3"].value[0] == 1


def test_no_time_in_bed_is_out_of_range_not_a_division_by_zero():
    psqi = find_instrument("PSQI")
    answers = dict.fromkeys(psqi.columns, 0.0)
    assert one(psqi, *answers.values())["efficiency"].status[0] == "out_of_range"


def test_a_clock_runs_over_midnight_in_both_directions():
    psqi = find_instrument("PSQI")
    base = dict.fromkeys(psqi.columns, 0.0) | {"psqi_sleep_h": 4.0}
    for bed, rise in ((23.0, 7.0), (1.0, 9.0)):
        assert one(psqi, *(base | {"psqi_bed_time": bed, "psqi_rise_time": rise}).values())["efficiency"].value[0] == 50


def test_presets_replace_scores_and_bands_by_name():
    psqi = find_instrument("PSQI")
    assert psqi.presets == ("upmc",)
    assert [s.id for s in psqi.score_rules("upmc")] == [s.id for s in psqi.score_rules()]
    assert next(s for s in psqi.score_rules("upmc") if s.id == "c3").preset == "upmc"
    assert find_instrument("BPI-SF").score_bands() == {}
    assert find_instrument("DN4").score_bands("dutch")["total"].edges == (0.0, 5.0)
    with pytest.raises(InputError, match="dutch"):
        find_instrument("DN4").score_bands("german")


def test_an_index_needs_a_value_set():
    eq5d = find_instrument("EQ-5D-5L")
    assert "index" not in one(eq5d, 1, 1, 1, 1, 1, 80)
    assert one(eq5d, 2, 1, 1, 1, 1, 80, preset="germany-2018")["index"].value[0] == pytest.approx(0.974)


def test_weights_that_nobody_could_read_raise_with_the_source():
    with pytest.raises(InputError, match=r"10\.1371/journal\.pmed\.1000047"):
        scored(find_instrument("StEP"), {})


def test_the_callers_mistakes_raise():
    hads = find_instrument("HADS")
    with pytest.raises(InputError, match="hads_02"):
        scored(hads, {"hads_01": np.zeros(1)})
    with pytest.raises(InputError, match="coding"):
        one(hads, *[0] * 14, coding="turned")


@pytest.mark.parametrize(
    "text",
    [
        '[[score]]\nid = "s"\nitems = "all"\nop = "median"\nrange = [0, 1]\n',
        '[[score]]\nid = "s"\nof = ["y_01"]\nop = "sum"\nrange = [0, 1]\n',
        '[[score]]\nid = "s"\nitems = "all"\nop = "sum"\nrange = [0, 1]\nmissing = { rule = "guess" }\n',
        '[[band]]\nscore = "s"\nedges = [5, 0]\nlabels = ["a", "b"]\n',
        "[[extra]]\nid = 1\n",
        '[[test]]\nitems = [1, 2]\n',
    ],
)  # fmt: skip
def test_a_file_that_says_what_nothing_defines_is_refused(text):
    with pytest.raises(MalformedFile):
        made(text)


def test_a_file_with_wording_is_refused():
    with pytest.raises(MalformedFile, match="item text"):
        made("", HEAD.replace("not_shipped", "shipped"))


def test_enough_instruments_ship():
    assert len([i for i in instruments().values() if i.scores]) >= 32
