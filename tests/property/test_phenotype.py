"""What holds of every questionnaire whatever people answer: 10,000 random people each."""

import numpy as np
import pytest

from nociscope.core.status import FitStatus
from nociscope.io.instruments import instruments
from nociscope.models.phenotype.scoring import scored

CASES = 10_000
NAMES = [k for k, i in instruments().items() if i.scores and not i.unavailable]
FILLED = {str(FitStatus.OK), str(FitStatus.PRORATED)}


def answers_of(instrument, rng, people=CASES, missing=0.0):
    """Possible answers; of some people some are missing."""
    out = {}
    for item in instrument.items:
        levels = np.array(item.levels) if item.levels else np.linspace(item.low, item.high, 49)
        values = rng.choice(levels, people)
        out[item.column] = np.where(rng.random(people) < missing, np.nan, values)
    return out


def blanked(answers, rng, share):
    return {c: np.where(rng.random(len(v)) < share, np.nan, v) for c, v in answers.items()}


def presets(instrument):
    return ("", *(dict.fromkeys(s.preset for s in instrument.scores if s.preset)))


@pytest.mark.parametrize("name", NAMES)
def test_missing_answers_leave_the_complete_score_within_bounds(name):
    """Soundness of bounds: whatever is taken away, what the whole answers give stays possible."""
    instrument, rng = instruments()[name], np.random.default_rng(11)
    whole = answers_of(instrument, rng)
    answer = {
        c for s in instrument.scores if s.missing.rule == "unticked" and not s.missing.min_valid for c in s.inputs
    }
    part = blanked(whole, rng, rng.random((CASES,)) * 0.6) | {c: whole[c] for c in answer}  # where a blank is an answer
    for preset in presets(instrument):
        full, less = scored(instrument, whole, preset=preset), scored(instrument, part, preset=preset)
        for score_id, found in less.items():
            known = np.isfinite(full[score_id].value) & np.isfinite(found.low)
            assert known.any()
            assert (found.low[known] <= full[score_id].value[known] + 1e-9).all(), score_id
            assert (found.high[known] >= full[score_id].value[known] - 1e-9).all(), score_id
            assert (found.low[known] <= full[score_id].low[known] + 1e-9).all(), score_id
            assert (found.high[known] >= full[score_id].high[known] - 1e-9).all(), score_id


@pytest.mark.parametrize("name", NAMES)
def test_a_filled_value_lies_within_its_bounds_and_range(name):
    instrument, rng = instruments()[name], np.random.default_rng(12)
    part = answers_of(instrument, rng, missing=0.2)
    for preset in presets(instrument):
        for optional in (False, True):
            for score_id, found in scored(instrument, part, optional, preset).items():
                there = np.isfinite(found.value)
                assert set(found.status[there]) <= FILLED
                assert (found.value[there] >= found.low[there] - 1e-9).all(), score_id
                assert (found.value[there] <= found.high[there] + 1e-9).all(), score_id
                assert (found.value[there] >= found.rule.low - 1e-9).all(), score_id
                assert (found.value[there] <= found.rule.high + 1e-9).all(), score_id


@pytest.mark.parametrize("name", NAMES)
def test_every_item_pulls_a_score_one_way(name):
    """A step up in one item never lowers a score that counts it, and never raises it where it counts against."""
    instrument, rng = instruments()[name], np.random.default_rng(13)
    people = CASES // len(instrument.items) + 1
    base = answers_of(instrument, rng, people)
    for preset in presets(instrument):
        before = scored(instrument, base, preset=preset)
        for item in instrument.items:
            if item.kind == "clock":
                continue
            levels = np.array(item.levels) if item.levels else np.linspace(item.low, item.high, 49)
            next_up = levels[np.minimum(np.searchsorted(levels, base[item.column]) + 1, len(levels) - 1)]
            after = scored(instrument, base | {item.column: next_up}, preset=preset)
            for score_id, found in after.items():
                step = found.value - before[score_id].value
                step = step[np.isfinite(step)]
                assert (step >= -1e-9).all() or (step <= 1e-9).all(), (item.column, score_id)
                if found.rule.op in ("sum", "mean", "percent_of_max") and item.column in found.rule.inputs:
                    assert (step * (-1 if item.reverse else 1) >= -1e-9).all(), (item.column, score_id)


@pytest.mark.parametrize("name", NAMES)
def test_people_do_not_touch_one_another(name):
    instrument, rng = instruments()[name], np.random.default_rng(14)
    part = answers_of(instrument, rng, missing=0.15)
    order = rng.permutation(CASES)
    straight = scored(instrument, part)
    mixed = scored(instrument, {c: v[order] for c, v in part.items()})
    for score_id, found in straight.items():
        for one in ("value", "low", "high", "se", "status", "n_valid"):
            assert np.array_equal(getattr(found, one)[order], getattr(mixed[score_id], one), equal_nan=one != "status")


@pytest.mark.parametrize("name", NAMES)
def test_turned_round_before_or_after_is_the_same(name):
    instrument, rng = instruments()[name], np.random.default_rng(15)
    ticked = answers_of(instrument, rng, 500, missing=0.1)
    turned = {i.column: i.low + i.high - ticked[i.column] if i.reverse else ticked[i.column] for i in instrument.items}
    raw, done = scored(instrument, ticked), scored(instrument, turned, coding="scored")
    for score_id, found in raw.items():
        assert np.array_equal(found.value, done[score_id].value, equal_nan=True)
