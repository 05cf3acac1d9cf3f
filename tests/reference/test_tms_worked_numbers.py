"""Worked numbers of evoked potentials, thresholds, curves, paired pulses, maps and homeostatic response.

They were computed apart from this package, from the definitions, with numpy alone; relative tolerance 1e-6, or the
digits that were printed.
"""

import numpy as np
import pytest

from nociscope.core.status import FitStatus
from nociscope.models import tms

RATE, START = 2000.0, -100.0
TIMES = START + np.arange(601) * 1000 / RATE
BURST = np.where((TIMES >= 22) & (TIMES < 32), 500 * np.sin(2 * np.pi * 100 * (TIMES - 22) / 1000), 0.0)
HUM = 5 * np.sin(2 * np.pi * 53 * TIMES / 1000)

X, Y = np.meshgrid(np.arange(-2, 3.0), np.arange(2, -3, -1.0))
A = np.array(
    [[0, 0, 40, 30, 0], [0, 120, 300, 160, 60], [50, 260, 900, 420, 80], [0, 180, 380, 700, 120], [0, 0, 90, 110, 0]]
)
B = np.array(
    [[0, 0, 0, 0, 0], [0, 90, 200, 260, 80], [0, 150, 420, 800, 300], [0, 60, 210, 500, 180], [0, 0, 70, 120, 60]]
)
TWO_PEAKS = A.copy()
TWO_PEAKS[3, 3], TWO_PEAKS[3, 4], TWO_PEAKS[2, 4] = 200, 650, 90
AT_50 = tms.MapRules()

TEST = np.array([1.10, 0.95, 1.20, 0.80, 1.05, 0.90, 1.15, 1.00, 0.85, 1.00])
INHIBITED = np.array([0.30, 0.42, 0.25, 0.38, 0.33, 0.29, 0.40, 0.35, 0.36, 0.42])
FACILITATED = np.array([1.6, 1.3, 1.7, 1.4, 1.5, 1.55, 1.45, 1.35, 1.65, 1.5])

LEVELS = np.repeat([52.0, 50, 48, 46, 44], 10)
HITS = np.concatenate([np.arange(10) < n for n in (9, 7, 5, 3, 1)])


def grid(values, muscle="m"):
    return tms.MuscleMap(muscle, X.ravel(), Y.ravel(), np.asarray(values, float).ravel()[:, None], 1.0)


def test_a_clean_potential_is_a_millivolt():
    assert tms.motor_evoked_potentials(tms.Sweeps(BURST[None], RATE, START, "FDI")).p2p_uv[0] == pytest.approx(1000.0)


def test_a_potential_on_hum():
    mep = tms.motor_evoked_potentials(tms.Sweeps((BURST + HUM)[None], RATE, START, "FDI"))
    assert mep.p2p_uv[0] == pytest.approx(1006.712, abs=5e-4)
    assert mep.pre_rms_uv[0] == pytest.approx(3.545796, rel=1e-6)
    assert mep.latency_ms[0] == pytest.approx(22.5)  # a sample late: the first is zero
    rectified = np.abs(HUM[(TIMES >= -100) & (TIMES < -5)])
    assert rectified.mean() + 3 * rectified.std() == pytest.approx(7.811707, rel=1e-6)
    assert mep.present[0] and mep.valid[0]


def test_thresholds():
    assert tms.relative_frequency(LEVELS, HITS).value == 48
    probit = tms.probit_threshold(LEVELS, HITS)
    assert probit.value == pytest.approx(48.0, abs=1e-9)
    assert probit.detail["spread"] == pytest.approx(3.294, abs=5e-4)
    pulses = np.array([45, 50, 55, 47, 52, 48, 49, 50, 48, 49.0])
    hunted = tms.hunted_threshold(pulses, np.array([0, 1, 1, 0, 1, 0, 1, 1, 0, 1], bool))
    assert hunted.value == pytest.approx(47.994, abs=1e-3)  # a grid of 0.001


def test_recruitment():
    intensity = np.arange(40, 81, 5.0)
    curve = tms.boltzmann(intensity, 4, 60, 5)
    printed = (0.0719, 0.1897, 0.4768, 1.0758, 2, 2.9242, 3.5232, 3.8103, 3.9281)
    assert curve == pytest.approx(printed, abs=5e-5)
    fit = tms.recruitment_curve(intensity, curve, "FDI")
    expected = {"IO_A": 4, "IO_S50": 60, "IO_k": 5, "IO_slope": 0.2, "IO_x_intercept": 50, "IO_AUC": 80}
    assert {k: fit[k].value for k in expected} == pytest.approx(expected, rel=1e-6)


def test_paired_pulses():
    inhibited = tms.paired_pulse("SICI", INHIBITED, TEST, "FDI")
    assert inhibited["ratio"].value == pytest.approx(35.0)
    assert inhibited["geometric"].value == pytest.approx(34.8157, abs=5e-5)
    assert inhibited["log"].value == pytest.approx(np.log(0.35))
    assert tms.paired_pulse("ICF", FACILITATED, TEST, "FDI")["ratio"].value == pytest.approx(150.0)


def test_one_map():
    found = tms.map_metrics(grid(A), AT_50)
    expected = {
        "map_area": 15, "map_volume": 3930, "map_volume_normalised": 436.6667, "map_cog_x": 0.318066,
        "map_cog_y": -0.290076, "map_peaks": 1,
    }  # fmt: skip
    assert {k: found[k].value for k in expected} == pytest.approx(expected, rel=2e-6)
    assert int(found.active.sum()) == 15
    every = tms.map_metrics(grid(A), tms.MapRules(level=0.0))
    assert (every["map_cog_x"].value, every["map_cog_y"].value) == pytest.approx((0.32, -0.25), abs=1e-9)


def test_the_second_peak_touches_the_first_in_one_map_and_not_in_the_other():
    assert tms.map_metrics(grid(A), AT_50).peaks == (12,)
    found = tms.map_metrics(grid(TWO_PEAKS), AT_50)
    assert [(X.ravel()[i], Y.ravel()[i]) for i in found.peaks] == [(0, 0), (2, -1)]


def test_two_maps():
    other = tms.map_metrics(grid(B), AT_50)
    expected = {"map_cog_x": 0.748571, "map_cog_y": -0.234286, "map_area": 15, "map_volume_normalised": 437.5}
    assert {k: other[k].value for k in expected} == pytest.approx(expected, rel=2e-6)
    found = {k: s.value for k, s in tms.map_overlap(grid(A), grid(B), AT_50).items()}
    assert found == pytest.approx(
        {
            "map_overlap_dice": 0.933333, "map_overlap_jaccard": 0.875, "map_overlap_smaller": 0.933333,
            "map_overlap_weighted": 0.571928, "map_overlap_bhattacharyya": 0.940538, "map_cog_distance": 0.434105,
            "map_overlap_area": 14,
        },
        rel=2e-6,
    )  # fmt: skip


def test_homeostatic_response():
    found = tms.homeostatic_response(np.array([1.0]), np.array([1.28]), [np.array([v]) for v in (0.86, 0.82, 0.9)], "m")
    percent = [found[f"MEP_percent_{k}"].value for k in ("interblock", "post0", "post1", "post2")]
    assert percent == pytest.approx([128, 86, 82, 90])
    index, reversal = found["homeostatic_index"], found["homeostatic_reversal"]
    assert (index.value, reversal.value) == pytest.approx((-0.14, -0.328125))
    assert (index.band, index.detail["primed"], index.status) == ("preserved", 1.0, FitStatus.NO_INTERVAL)
