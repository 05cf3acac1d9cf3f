"""Evoked potentials and silent periods of made-up sweeps whose truth is known."""

import numpy as np
import pytest

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.status import FitStatus
from nociscope.models.tms import MepRules, Sweeps, mep_latency, mep_size, motor_evoked_potentials, silent_period
from nociscope.models.tms.silent_period import silent_periods

RATE, START = 2000.0, -100.0
TIMES = START + np.arange(800) * 1000 / RATE


def burst(size=500.0, onset=22.0):
    inside = (onset <= TIMES) & (onset + 10 > TIMES)
    return np.where(inside, size * np.sin(2 * np.pi * 100 * (TIMES - onset) / 1000), 0.0)


def noisy(n, size=500.0, spread=3.0, seed=0):
    return Sweeps(burst(size) + np.random.default_rng(seed).normal(0, spread, (n, TIMES.size)), RATE, START, "FDI", "L")


def test_size_latency_and_area_against_loops():
    sweeps = noisy(20)
    found = motor_evoked_potentials(sweeps)
    window, before = (TIMES >= 15) & (TIMES < 50), (TIMES >= -100) & (TIMES < -5)
    for i, row in enumerate(sweeps.emg):
        loud = np.abs(row[before])
        limit = loud.mean() + 3 * loud.std()
        above = np.abs(row[window]) > limit
        onset = next(j for j in range(above.size - 1) if above[j] and above[j + 1])
        offset = max(j for j in range(1, above.size) if above[j] and above[j - 1])
        assert found.p2p_uv[i] == np.ptp(row[window])
        assert found.pre_rms_uv[i] == pytest.approx(np.sqrt((row[before] ** 2).mean()))
        assert (found.latency_ms[i], found.offset_ms[i]) == pytest.approx((15 + 0.5 * onset, 15 + 0.5 * offset))
        part = np.abs(row[window])[onset : offset + 1]
        assert found.area_uvms[i] == pytest.approx(np.trapezoid(part, dx=0.5))
        assert found.net_area_uvms[i] == pytest.approx((np.abs(row[window]).mean() - loud.mean()) * 35)


def test_a_sweep_without_response_keeps_its_noise_and_says_so():
    found = motor_evoked_potentials(noisy(50, size=0.0))
    assert not found.present.any()
    assert (found.p2p_uv > 0).all() and np.isnan(found.latency_ms).all()
    score = mep_size(found)
    assert score.value == pytest.approx(found.p2p_uv[found.valid].mean())
    assert score.flags == ("no_response_in_some",)


def test_what_cannot_be_used_is_named_not_dropped():
    emg = noisy(40).emg.copy()
    emg[3] += 60 * np.sin(TIMES)  # contraction
    emg[7, 260] = 5000.0  # the amplifier's limit, in the window
    emg[9, 10] = np.nan  # in the baseline
    found = motor_evoked_potentials(Sweeps(emg, RATE, START, "FDI"), MepRules(ceiling_uv=4999))
    assert [found.reasons[i] for i in (3, 7, 9)] == ["contraction", "clipped", "not_finite"]
    assert not found.valid[[3, 7, 9]].any()
    assert found.p2p_uv.size == 40


def test_a_noisy_baseline_within_the_block_is_rejected():
    emg = noisy(40).emg.copy()
    emg[5] *= 3
    found = motor_evoked_potentials(Sweeps(emg, RATE, START, "FDI"))
    assert found.reasons[5] == "noisier_than_the_block"


@pytest.mark.parametrize(
    ("n", "status"), [(4, FitStatus.TOO_FEW_TRIALS), (6, FitStatus.FEW_TRIALS), (12, FitStatus.OK)]
)
def test_few_sweeps(n, status):
    found = motor_evoked_potentials(noisy(n))
    assert mep_size(found).status is status is mep_latency(found).status
    assert np.isnan(mep_size(found).value) == (n < 5)


def test_size_of_an_active_muscle_is_less_its_background():
    sweeps = noisy(30, spread=40.0)
    rules = MepRules(rest_rms_uv=np.inf)
    found = motor_evoked_potentials(sweeps, rules)
    assert mep_size(found, "net_rms").value < np.sqrt((burst()[(TIMES >= 15) & (TIMES < 50)] ** 2).mean())
    assert found.valid.mean() > 0.9
    with pytest.raises(InputError):
        mep_size(found, "area")


def test_windows():
    with pytest.raises(RangeError, match="outside the sweep"):
        motor_evoked_potentials(noisy(3), MepRules(window_ms=(15, 900)))
    with pytest.raises(InputError, match="artefact"):
        MepRules(window_ms=(2, 50))
    with pytest.raises(ShapeError):
        Sweeps(np.zeros(5), RATE, START, "FDI")
    with pytest.raises(RangeError):
        Sweeps(np.zeros((2, 5)), 0.0, START, "FDI")


def contracting(silence_ms, n=10, seed=1):
    rng = np.random.default_rng(seed)
    emg = rng.normal(0, 60, (n, TIMES.size))
    quiet = (TIMES >= 32) & (22 + silence_ms > TIMES)
    emg[:, quiet] = rng.normal(0, 2, (n, quiet.sum()))
    return Sweeps(emg + burst(2000.0), RATE, START, "FDI")


ACTIVE = MepRules(rest_rms_uv=np.inf)


@pytest.mark.parametrize("silence", [60.0, 100.0, 180.0])
def test_silence_from_onset_to_return(silence):
    found = silent_periods(contracting(silence), ACTIVE)
    assert np.median(found.duration_ms) == pytest.approx(silence, abs=4)
    assert not found.censored.any()
    assert silent_period(found).value == pytest.approx(silence, abs=4)
    assert "version 1" in silent_period(found).method


def test_silence_from_the_stimulus_is_longer_by_the_latency():
    sweeps = contracting(100.0)
    from_onset, from_stimulus = silent_periods(sweeps, ACTIVE), silent_periods(sweeps, ACTIVE, start="stimulus")
    gap = from_stimulus.duration_ms - from_onset.duration_ms
    assert gap == pytest.approx(from_onset.start_ms)
    assert from_onset.detection_version != from_stimulus.detection_version


def test_silence_that_outlasts_the_sweep_is_a_bound():
    score = silent_period(silent_periods(contracting(1000.0), ACTIVE))
    assert score.status is FitStatus.CENSORED
    assert score.high == np.inf and score.low == score.value > 250


def test_no_silence_is_not_a_short_one():
    emg = np.random.default_rng(0).normal(0, 60, (10, TIMES.size)) + burst(2000.0)
    score = silent_period(silent_periods(Sweeps(emg, RATE, START, "FDI"), ACTIVE))
    assert score.status is FitStatus.TOO_FEW_TRIALS
    assert score.n_asked == 10
