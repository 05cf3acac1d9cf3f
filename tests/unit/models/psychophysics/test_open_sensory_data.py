"""Real people: single trials of a published study reproduce the columns of its authors."""

import csv
import math

import numpy as np
import pytest

from nociscope.core.status import FitStatus
from nociscope.models import psychophysics as qst


def columns(path):
    with path.open() as file:
        rows = list(csv.DictReader(file))
    return {name: [r[name] for r in rows] for name in rows[0]}


@pytest.fixture(scope="module")
def essen(open_data):
    return columns(open_data("pain-sensitivity-rsfmri/res/essen_sample.csv"))


def floats(table, name):
    return np.array([float(v) if v not in ("", "NaN", "nan") else math.nan for v in table[name]])


def pairs(table, test, up, down, i):
    readings = [float(table[f"qst_{test.lower()}_{k}_{end}"][i]) for k in range(1, 6) for end in (up, down)]
    return qst.trials(test, "hand", reading=readings, trial=np.repeat(range(1, 6), 2), direction=["asc", "desc"] * 5)


@pytest.mark.parametrize("test", ["HPT", "CPT"])
def test_thermal_pain_of_essen_is_the_mean_of_trials_two_to_six(essen, test):
    theirs = floats(essen, test)
    for i, expected in enumerate(theirs):
        readings = [float(essen[f"qst_{test.lower()}_{k}"][i]) for k in range(1, 7)]
        found = qst.participant_value(qst.without_first(qst.trials(test, "hand", reading=readings)))
        assert found.value == pytest.approx(expected, abs=1e-12)
        assert found.n_valid == 5
        limited = min(readings[1:]) <= 0 if test == "CPT" else max(readings[1:]) >= 50
        assert (found.status is FitStatus.CENSORED) == limited


@pytest.mark.parametrize(("test", "up", "down"), [("MPT", "pain", "no_pain"), ("MDT", "felt", "not_felt")])
def test_mechanical_thresholds_of_essen_are_of_pairs_two_to_five(essen, test, up, down):
    theirs = floats(essen, f"{test}_log_geom")
    for i, expected in enumerate(theirs):
        found = qst.participant_value(qst.without_first(pairs(essen, test, up, down, i)))
        assert math.log(found.value) == pytest.approx(expected, abs=1e-12)


def test_sensitivity_of_essen_against_bochum(essen, open_data):
    bochum = columns(open_data("pain-sensitivity-rsfmri/res/bochum_sample.csv"))

    def three(table):
        return floats(table, "CPT"), floats(table, "HPT"), np.exp(floats(table, "MPT_log_geom"))

    against = qst.composite_zunhammer2016(*three(essen), sample=three(bochum))
    assert np.abs(against - floats(essen, "mean_QST_pain_sensitivity")).max() < 1e-12
    # the column of Bochum itself was made with n - 1: the two forms are told apart
    theirs = floats(bochum, "mean_QST_pain_sensitivity")
    cold, heat, force = (floats(bochum, c) for c in ("CPT", "HPT", "MPT_log_geom"))
    sample = np.mean(
        [s * (v - np.nanmean(v)) / np.nanstd(v, ddof=1) for s, v in ((1, cold), (-1, heat), (-1, force))], 0
    )
    assert np.nanmax(np.abs(sample - theirs)) < 2e-3
    assert 1e-2 < np.nanmax(np.abs(qst.composite_zunhammer2016(*three(bochum)) - theirs)) < 3e-2


def test_cold_pain_that_most_people_have_is_estimated_where_many_reached_the_limit(open_data):
    cold = floats(columns(open_data("clinical-tables/PainThresholds.csv")), "Cold")
    controls = [
        qst.Control(qst.participant_value(qst.trials("CPT", "forearm", reading=[v] * 3)), "F", 25.0) for v in cold
    ]
    (cell,) = qst.build_reference(controls, by=("body_site",)).cells
    assert (cell.n, cell.n_censored) == (125, int((cold <= 0).sum()))
    assert cell.mean < cold.mean()  # a limit hides colder thresholds
    assert cell.sd > cold.std(ddof=1)
