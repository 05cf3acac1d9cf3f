"""Every instrument file keeps its own promises: its vectors, its ranges, its bounds, and no item text."""

import math
from importlib import resources

import numpy as np
import pytest

from nociscope.cohort.answers import decisions, numbers, scores
from nociscope.core.errors import RangeError
from nociscope.core.status import FitStatus
from nociscope.io.instruments import instruments

KNOWN = instruments()
USABLE = {k: i for k, i in KNOWN.items() if not i.unavailable}
VECTORS = [(k, n) for k, i in KNOWN.items() for n in range(len(i.vectors))]
SCORED = [k for k, i in USABLE.items() if i.scores]


def one(instrument, answers):
    return numbers(instrument, {c: [answers[c]] for c in instrument.columns}, ["sub-1"])


@pytest.mark.parametrize(("name", "n"), VECTORS)
def test_a_file_carries_vectors_that_hold(name, n):
    instrument, vector = KNOWN[name], KNOWN[name].vectors[n]
    if vector.error:
        with pytest.raises(RangeError, match=vector.error):
            one(instrument, vector.answers)
        return
    entered = one(instrument, vector.answers)
    found = (
        {s.part: s for s in scores(instrument, entered, vector.optional, vector.preset)[0]} if instrument.scores else {}
    )
    for part, value in vector.expect.items():
        assert found[part].value == pytest.approx(value, rel=1e-6, abs=1e-9), part
    for side in ("low", "high"):
        for part, value in getattr(vector, side).items():
            assert getattr(found[part], side) == pytest.approx(value, rel=1e-6, abs=1e-9), (part, side)
    for part, status in vector.status.items():
        assert found[part].status == status, part
    for part, band in vector.band.items():
        assert found[part].band == band, part
    grades = {d.rule: d.grade for d in decisions(instrument, entered, 0)}
    for rule, grade in vector.rule.items():
        assert grades[rule] == grade


@pytest.mark.parametrize("name", USABLE)
def test_a_file_carries_enough_vectors(name):
    assert len(KNOWN[name].vectors) >= 6
    assert KNOWN[name].references
    assert KNOWN[name].licence


def ends(instrument, side):
    """Answers that push every scored item to one end."""
    at = {i.column: (i.high if (side == "high") != i.reverse else i.low) for i in instrument.items}
    return {c: np.array([v]) for c, v in at.items()}


@pytest.mark.parametrize("name", [k for k in SCORED if all(s.op != "expr" for s in USABLE[k].scores)])
def test_extreme_answers_reach_the_published_range(name):
    instrument = KNOWN[name]
    for side in ("low", "high"):
        for found in scores(instrument, ends(instrument, side))[0]:
            rule = instrument.score(found.part)
            assert rule.low - 1e-9 <= found.value <= rule.high + 1e-9
            if all(s.op in ("sum", "mean", "percent_of_max", "wsum") and min(s.weights, default=0) >= 0
                   for s in instrument.scores):  # fmt: skip
                assert found.value == pytest.approx(getattr(rule, side), abs=1e-9), (found.part, side)


def random_answers(instrument, rng, people, missing=0.15):
    """Possible answers, some missing."""
    out = {}
    for item in instrument.items:
        levels = np.array(item.levels) if item.levels else rng.uniform(item.low, item.high, 50)
        values = rng.choice(levels, people)
        out[item.column] = np.where(rng.random(people) < missing, np.nan, values)
    return out


@pytest.mark.parametrize("name", SCORED)
def test_values_lie_within_their_bounds(name):
    instrument = KNOWN[name]
    answers = random_answers(instrument, np.random.default_rng(1), 400)
    for person in scores(instrument, answers, optional=True):
        for found in person:
            assert found.low <= found.high + 1e-9 or math.isnan(found.low)
            if found.status in (FitStatus.OK, FitStatus.PRORATED) and found.method.find("unticked") < 0:
                assert found.low - 1e-9 <= found.value <= found.high + 1e-9, (found.part, found)


@pytest.mark.parametrize("name", SCORED)
def test_the_order_of_people_does_not_matter(name):
    instrument = KNOWN[name]
    answers = random_answers(instrument, np.random.default_rng(2), 50)
    order = np.random.default_rng(3).permutation(50)
    straight = scores(instrument, answers)
    shuffled = scores(instrument, {c: v[order] for c, v in answers.items()})
    assert repr([straight[i] for i in order]) == repr(list(shuffled))


def test_no_file_holds_the_wording_of_an_item():
    folder = resources.files("nociscope.io") / "instrument_files"
    allowed = ("licence", "construct", "when", "url", "cite", "unavailable", "name", "expr", "#", "supports")
    for file in folder.iterdir():
        for line in file.read_text(encoding="utf-8").splitlines():
            key = line.strip().partition(" ")[0]
            longest = max((len(part) for part in line.split('"')[1::2]), default=0)
            assert longest <= 60 or key in allowed or line.strip().startswith("{ value"), (file.name, line)
