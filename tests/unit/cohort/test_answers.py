"""Answers checked and scored, one person or many."""

import math

import numpy as np
import pytest

import nociscope as noci
from nociscope.cohort.answers import decided, decisions, impossible, numbers, score_columns, scores
from nociscope.core.errors import InputError, RangeError
from nociscope.io.instruments import find_instrument, instruments

HADS = find_instrument("HADS")


def random_table(instrument, people, rng, missing):
    out = {}
    for item in instrument.items:
        levels = np.array(item.levels) if item.levels else np.linspace(item.low, item.high, 25)
        out[item.column] = np.where(rng.random(people) < missing, np.nan, rng.choice(levels, people))
    return out


@pytest.mark.parametrize("name", ["dn4", "fiqr", "psqi", "acr-2016", "eq-5d-5l"])
def test_columns_say_what_scores_say(name):
    instrument = instruments()[name]
    table = random_table(instrument, 40, np.random.default_rng(0), 0.1)
    columns = score_columns(instrument, table)
    row = 0
    for who, person in enumerate(scores(instrument, table)):
        for score in person:
            assert (columns["person"][row], columns["score_id"][row]) == (who, score.part)
            for ours, theirs in (("value", score.value), ("lower", score.low), ("upper", score.high)):
                assert columns[ours][row] == pytest.approx(theirs, nan_ok=True)
            assert (columns["band"][row], columns["status"][row]) == (score.band, score.status)
            row += 1
    assert row == len(columns["person"])


@pytest.mark.parametrize("name", ["start-back", "neupsig", "gcps-r", "acr-2016"])
def test_everybody_at_once_is_graded_as_one_by_one(name):
    instrument = instruments()[name]
    table = random_table(instrument, 60, np.random.default_rng(1), 0.03)
    together = decided(instrument, table)
    for rule in instrument.rules:
        alone = [
            next(d for d in decisions(instrument, table, i) if d.rule == rule.id).grade for i in range(60)
        ]  # fmt: skip
        assert list(together[rule.id]) == alone


def test_arrays_and_text_are_read_alike():
    rng = np.random.default_rng(2)
    table = random_table(HADS, 30, rng, 0.1)
    text = {c: [None if math.isnan(v) else f"{v:g}" for v in column] for c, column in table.items()}
    people = [f"sub-{i}" for i in range(30)]
    quick, slow = numbers(HADS, table, people), numbers(HADS, text, people)
    assert all(np.array_equal(quick[c], slow[c], equal_nan=True) for c in HADS.columns)


@pytest.mark.parametrize("wrong", [4.0, -1.0, 0.5, math.inf])
def test_an_array_with_an_impossible_number_names_it(wrong):
    table = {c: np.ones(3) for c in HADS.columns}
    table["hads_04"] = np.array([1.0, 2.0, wrong])
    with pytest.raises(RangeError, match="hads_04") as caught:
        numbers(HADS, table, ["sub-1", "sub-2", "sub-3"])
    assert "sub-3" in str(caught.value)


def test_impossible_answers_can_be_listed_and_left_out():
    columns = {c: ["1", "1"] for c in HADS.columns} | {"hads_01": ["7", "often"], "hads_02": ["n/a", "1.5"]}
    people = ["sub-1", "sub-2"]
    found = impossible(HADS, columns, people)
    assert [p.where for p in found] == [
        "hads: sub-1, hads_01", "hads: sub-2, hads_01", "hads: sub-2, hads_02",
    ]  # fmt: skip
    assert ["'7'" in found[0].message, "'often'" in found[1].message, "decimal" in found[2].message] == [True] * 3
    left = numbers(HADS, columns, people, on_range_error="na")
    assert np.isnan(left["hads_01"]).all()
    assert scores(HADS, left)[0][0].n_valid == 6


@pytest.mark.parametrize("blank", [None, "", "n/a", "NA", float("nan"), " "])
def test_every_way_to_write_nothing_is_unanswered(blank):
    anxiety = noci.score("HADS", {"hads_01": blank, **dict.fromkeys(HADS.columns[1:], 1)})[0]
    assert (anxiety.n_valid, anxiety.n_asked, anxiety.status) == (6, 7, "prorated")


@pytest.mark.parametrize("name", instruments())
def test_nobody_answered_anything(name):
    instrument = instruments()[name]
    if instrument.unavailable:
        return
    table = {c: np.full(2, np.nan) for c in instrument.columns}
    for score in scores(instrument, table)[0] if instrument.scores else ():
        assert math.isnan(score.value)
        assert score.status == "missing_data"
        assert score.band == ""


def test_coding_is_passed_on():
    raw = noci.score("PSS-10", [4] * 10)[0]
    done = noci.score("PSS-10", [4] * 10, coding="scored")[0]
    assert (raw.value, done.value) == (24, 40)


def test_words_are_read_whatever_their_case():
    found = noci.score("painDETECT", [0] * 7 + ["Attacks", "NO"])
    assert found[1].value == -1
    yes = noci.score("DN4", ["Yes", "no", True, False, 1, 0, "1", "0", "y", "N"])
    assert yes[1].value == 5


def test_scores_and_decisions_cite_their_sources():
    assert noci.score("HADS", [1] * 14)[0].cites == ("zigmond1983", "bell2016")
    fibromyalgia = instruments()["acr-2016"]
    table = {c: np.zeros(1) for c in fibromyalgia.columns}
    assert decisions(fibromyalgia, table, 0)[0].cites == ("wolfe2016",)


@pytest.mark.parametrize("answers", [None, "1" * 13, 13])
def test_what_holds_no_answers_is_refused(answers):
    with pytest.raises(InputError, match="answers to PCS"):
        noci.score("PCS", answers)
