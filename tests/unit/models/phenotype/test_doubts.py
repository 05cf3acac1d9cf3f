"""Tables whose reversed items were turned round before, or that hold another scale."""

import numpy as np
import pytest

from nociscope.io.instruments import find_instrument
from nociscope.models.phenotype.doubts import correlation, doubts

STAI = find_instrument("STAI")


def anxious(n=60, seed=0):
    """Answers as people tick them: the same anxiety behind all items."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=n)
    out = {}
    for item in STAI.items:
        felt = np.clip(np.round(2.5 + 0.8 * trait + rng.normal(scale=0.7, size=n)), 1, 4)
        out[item.column] = 5 - felt if item.reverse else felt
    return out


def turned(answers):
    return {i.column: 5 - answers[i.column] if i.reverse else answers[i.column] for i in STAI.items}


def test_a_table_as_people_tick_it_raises_no_doubt():
    assert doubts(STAI, anxious()) == ()
    assert doubts(STAI, turned(anxious()), "scored") == ()


def test_items_that_were_turned_round_before_are_told():
    found = doubts(STAI, turned(anxious()))
    assert [p.code for p in found] == ["items-reversed-already"] * 2
    assert "stai_01" in found[0].where
    assert 'coding = "scored"' in found[0].mend


def test_items_that_were_not_turned_round_are_told():
    found = doubts(STAI, anxious(), "scored")
    assert [p.code for p in found] == ["items-not-reversed"] * 2
    assert 'coding = "raw"' in found[0].mend


def test_few_people_or_noise_say_nothing():
    assert doubts(STAI, turned(anxious(n=8))) == ()
    rng = np.random.default_rng(5)
    assert doubts(STAI, {c: rng.integers(1, 5, 40).astype(float) for c in STAI.columns}) == ()


def test_missing_answers_do_not_matter():
    answers = turned(anxious())
    answers["stai_05"][:20] = np.nan
    assert [p.code for p in doubts(STAI, answers)] == ["items-reversed-already"] * 2


def test_ratings_of_ten_on_a_scale_of_a_hundred_are_told():
    eq5d = find_instrument("EQ-5D-5L")
    answers = {c: np.ones(20) for c in eq5d.columns}
    assert [p.code for p in doubts(eq5d, answers | {"eq5d5l_vas": np.linspace(2, 9, 20)})] == ["rating-scale"]
    assert doubts(eq5d, answers | {"eq5d5l_vas": np.linspace(2, 90, 20)}) == ()


def test_correlation_is_that_of_numpy():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 30))
    b += a
    a[3] = np.nan
    there = np.isfinite(a)
    r, n = correlation(a, b)
    assert (r, n) == (pytest.approx(np.corrcoef(a[there], b[there])[0, 1]), 29)
    assert np.isnan(correlation(np.ones(5), np.arange(5.0))[0])
