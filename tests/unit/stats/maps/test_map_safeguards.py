"""What an enhanced map says of places, and when a tail is read."""

from __future__ import annotations

import numpy as np
import pytest

from nociscope.core.hypothesis import Hypothesis, MapSettings
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.space import VolumeSpace
from nociscope.stats.maps.evaluate import evaluate_map
from nociscope.stats.settings import TestSettings

SPACE = VolumeSpace(np.ones((6, 6, 6), dtype=bool), np.eye(4))


def outcome(people=16, permutations=600, exact_limit=100, **how):
    rng = np.random.default_rng(4)
    y = rng.normal(3, 0.5, (people, SPACE.size)).astype(np.float32)
    y[: people // 2, 100] += 2.5
    who = tuple(Person(f"sub-{i:02d}", "a" if i < people // 2 else "b") for i in range(people))
    data = HypothesisData(who, ("map",), "1", values=y.mean(axis=1, dtype=float)[:, None])
    asked = Hypothesis(name="h", measure="VT", contrast=["a", "b"], permutations=permutations, map=MapSettings(**how))
    return evaluate_map(data, y, SPACE, asked, TestSettings(exact_limit=exact_limit, resamples=200))


def message(result, code):
    return next((s.message for f in result.findings for s in f.safeguards if s.code == code), "")


@pytest.mark.parametrize("statistic", ["tfce", "cluster-mass"])
def test_what_borrows_from_neighbours_has_no_places(statistic):
    result = outcome(statistic=statistic)
    said = message(result, "no-localisation")
    alone = int((result.maps["p_fwe"] <= 0.05).sum())
    assert f"which has places, finds {alone}." in said and ("26" in said) == (statistic == "tfce")
    assert not message(outcome(), "no-localisation")


def test_a_tail_is_read_where_it_fits_and_never_below_what_the_design_can_give():
    result = outcome(tail="gpd")
    said = message(result, "tail-extrapolated")
    counted = outcome()
    small = counted.maps["p_fwe"] < 10 / 601
    assert small.any() and "generalised Pareto tail fitted to 601" in said
    assert result.maps["p_tail"][small].min() >= 2 / 12870 - 1e-12, "16!/(8! 8!), and its mirror image"
    assert result.maps["p_tail"][~small] == pytest.approx(counted.maps["p_fwe"][~small])
    assert result.findings[0].p_adjusted == pytest.approx(result.maps["p_tail"].min())


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"people": 10, "exact_limit": 20_000}, "a smaller one does not exist"),
        ({"permutations": 100}, "too few relabellings"),
        ({"statistic": "cluster-extent"}, "clusters are counted"),
    ],
)
def test_a_tail_that_may_not_be_read_is_refused(how, why):
    result = outcome(tail="gpd", **how)
    assert why in message(result, "tail-refused") and "p_tail" not in result.maps
