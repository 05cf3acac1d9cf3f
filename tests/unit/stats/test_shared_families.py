"""Kinds of question that correct in their own way share a family with others, and none gets away with its own level."""

from __future__ import annotations

import numpy as np
import pytest

from nociscope.core.hypothesis import Hypothesis
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.stats import adjust_family, evaluate
from nociscope.stats.estimability import complete
from nociscope.stats.settings import TestSettings

SETTINGS = TestSettings(exact_limit=500, resamples=100)
REGIONS = ("insula", "thalamus")


def data(n=30, seed=2):
    rng = np.random.default_rng(seed)
    groups = np.array(["a", "b"])[np.arange(n) % 2]
    people = tuple(
        Person(f"sub-{i:02d}", groups[i], site=f"s{i % 3}", part=f"s{i % 3}") for i in range(n)
    )  # fmt: skip
    cause = (groups == "a").astype(float)
    mediator = cause + rng.normal(size=n)
    values = 0.6 * mediator[:, None] + rng.normal(size=(n, 2)) + 5
    return HypothesisData(people, REGIONS, "1", values=values, cause=cause, mediator=mediator, predictor=mediator)


QUESTIONS = {
    "single_case": {"single_case": {"cases": "a", "controls": "b"}},
    "mediate": {"mediate": {"cause": "group", "through": "m"}},
    "replicate": {"contrast": ["a", "b"], "replicate": {"across": "site", "pooling": "random"}},
    "replicate_fixed": {"contrast": ["a", "b"], "replicate": {"across": "site", "pooling": "fixed"}},
}


def ask(name, **question):
    return Hypothesis(name=name, measure="X", family="shared", permutations=200, **question)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_every_kind_pays_for_the_other_hypothesis_of_its_family(kind):
    cohort = data()
    other = evaluate(cohort, ask("contrast", contrast=["a", "b"]), SETTINGS)
    own = evaluate(cohort, ask("own", **QUESTIONS[kind]), SETTINGS)
    assert {f.family for f in (*own, *other)} == {"shared"}
    assert all(f.status == "ok" for f in (*own, *other))
    joint = adjust_family(own + other)
    for before, after in zip(own + other, joint, strict=True):
        assert after.p_adjusted == pytest.approx(min(1, 2 * before.p_adjusted)), (before.kind, before.adjustment)
        assert after.details["family_hypotheses"] == 2


@pytest.mark.parametrize(("people", "said"), [(0, "nobody has"), (1, "only one person has"), (4, "only 4 people have")])
def test_few_people_are_told_as_people_speak(people, said):
    assert complete(people).startswith(said)


def test_nobody_is_told_as_nobody():
    cohort = data()
    empty = HypothesisData(cohort.people, REGIONS, "1", values=np.full((30, 2), np.nan), predictor=cohort.predictor)
    (finding, _) = evaluate(empty, ask("c", contrast=["a", "b"]), SETTINGS)
    told = " ".join(s.message for s in finding.safeguards)
    assert "obody has all the numbers" in told
    assert "nly 0" not in told
