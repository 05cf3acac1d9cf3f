"""Withdrawal reflex of made-up sweeps: z, latency, staircase, summation."""

import numpy as np
import pytest

from nociscope.core.errors import RangeError, ShapeError
from nociscope.core.status import FitStatus
from nociscope.models.tms import ReflexRules, Sweeps, reflex_summation, reflex_threshold, withdrawal_reflexes

RATE, START = 1000.0, -100.0
TIMES = START + np.arange(400) * 1000 / RATE


def sweeps(size, n=30, seed=0):
    rng = np.random.default_rng(seed)
    inside = (TIMES >= 105) & (TIMES < 140)
    return Sweeps(rng.normal(0, 1, (n, TIMES.size)) * np.where(inside, 1 + size, 1.0), RATE, START, "biceps femoris")


def test_scores_by_their_definition():
    table = sweeps(20.0)
    found = withdrawal_reflexes(table)
    window, before = (TIMES >= 90) & (TIMES < 150), (TIMES >= -65) & (TIMES < -5)
    for i, row in enumerate(np.abs(table.emg)):
        quiet = row[before]
        assert found.peak_z[i] == pytest.approx((row[window].max() - quiet.mean()) / quiet.std(ddof=1))
        assert found.mean_z[i] == pytest.approx((row[window].mean() - quiet.mean()) / quiet.std(ddof=1))
        assert found.area_uvms[i] == pytest.approx((row[window].mean() - quiet.mean()) * 60)
    assert found.present.all()
    assert np.median(found.latency_ms) == pytest.approx(105, abs=3)


def test_noise_is_no_reflex_and_an_earlier_burst_neither():
    assert not withdrawal_reflexes(sweeps(0.0)).present.any()
    early = sweeps(0.0).emg + 200 * ((TIMES >= 50) & (TIMES < 70))
    found = withdrawal_reflexes(Sweeps(early, RATE, START, "biceps femoris"))
    assert not found.present.any() and np.isnan(found.latency_ms).all()


def test_a_silent_baseline_decides_nothing():
    found = withdrawal_reflexes(Sweeps(np.zeros((2, TIMES.size)), RATE, START, "m"))
    assert np.isnan(found.peak_z).all() and not found.present.any()


def test_the_cut_stands_in_the_method():
    assert "≥ 12 " in withdrawal_reflexes(sweeps(5.0), ReflexRules(cut=12.0)).method


def staircase(threshold, step=1.0, n=40, seed=0, spread=0.0):
    rng = np.random.default_rng(seed)
    at, given, answers = 0.0, [], []
    for _ in range(n):
        given.append(at)
        answers.append(at >= threshold + rng.normal(0, spread) if spread else at >= threshold)
        at = at - step if answers[-1] else at + step
    return np.array(given), np.array(answers)


def test_staircase_ends_around_the_threshold():
    found = reflex_threshold(*staircase(7.5), "bf")
    assert found.value == pytest.approx(7.5)
    assert (found.status, found.unit) == (FitStatus.OK, "mA")
    noisy = [reflex_threshold(*staircase(12.0, seed=s, spread=1.0), "bf").value for s in range(200)]
    assert np.mean(noisy) == pytest.approx(12.0, abs=0.3)


def test_staircases_that_do_not_get_there():
    none = reflex_threshold(np.arange(0, 40.0, 4), np.zeros(10, bool), "bf")
    assert (none.value, none.high, none.status) == (36, np.inf, FitStatus.CENSORED)
    short = reflex_threshold(np.array([0, 4, 8.0]), np.array([False, False, True]), "bf")
    assert short.status is FitStatus.TOO_FEW_TRIALS
    with pytest.raises(RangeError):
        reflex_threshold(np.array([-1.0]), np.array([True]), "bf")
    with pytest.raises(ShapeError):
        reflex_threshold(np.array([1.0]), np.array([True, False]), "bf")


def test_growth_in_trains():
    table = np.array([[10, 12, 14, 16, 18], [12, 14, 16, 18, 20.0]])
    found = reflex_summation(table, "bf")
    assert (found["NWR_TS_difference"].value, found["NWR_TS_slope"].value) == pytest.approx((8, 2))
    assert found["NWR_TS_ratio"].value == pytest.approx(19 / 11)
    last_two = reflex_summation(table, "bf", last=2)
    assert last_two["NWR_TS_difference"].value == pytest.approx(7)


def test_trains_with_gaps():
    table = np.array([[10, np.nan, 14], [0, 1, 2.0]])
    found = reflex_summation(table, "bf")
    assert (found["NWR_TS_difference"].n_valid, found["NWR_TS_difference"].n_asked) == (1, 2)
    assert found["NWR_TS_difference"].status is FitStatus.NO_INTERVAL
    assert found["NWR_TS_ratio"].status is FitStatus.UNDEFINED_ZERO
    assert reflex_summation(table[:1], "bf")["NWR_TS_slope"].status is FitStatus.TOO_FEW_TRIALS
    with pytest.raises(ShapeError):
        reflex_summation(np.ones((3, 1)), "bf")
