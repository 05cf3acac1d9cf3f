"""Worked numbers of sensory testing, each computed independently of the package by hand or by another program.

The reference values are made up. Relative tolerance 1e-6 where a number is printed with so many digits, else what is
printed.
"""

import math

import numpy as np
import pytest

from nociscope.models import psychophysics as qst
from nociscope.models.psychophysics.profile import profile
from nociscope.models.psychophysics.reference import Reference, ReferenceCell

REL = 1e-6

UP_DOWN = ["asc"] * 5 + ["desc"] * 5
READINGS = {
    "CDT": {"reading": [30.8, 30.9, 30.7]},
    "WDT": {"reading": [34.0, 34.2, 33.8]},
    "TSL": {"reading": [33.9, 30.1, 34.0, 30.0, 33.6, 30.2], "direction": ["asc", "desc"] * 3},
    "CPT": {"reading": [14.2, 12.8, 13.4]},
    "HPT": {"reading": [44.1, 43.5, 43.8]},
    "PPT": {"reading": [420, 455, 430]},
    "MDT": {"reading": [1, 2, 1, 2, 1, 0.5, 1, 0.5, 0.5, 1], "direction": UP_DOWN},
    "MPT": {"reading": [64, 128, 64, 128, 64, 32, 64, 32, 64, 32], "direction": UP_DOWN},
    "MPS": {"response": [0, 0, 1, 2, 5, 8, 15, 0, 1, 1, 3, 6, 10, 20]},
    "WUR": {
        "response": [10, 8, 12, 10, 10, 20, 18, 30, 22, 20],
        "phase": ["single"] * 5 + ["train"] * 5,
    },
    "VDT": {"reading": [7.5, 7.0, 7.5]},
}
TABLE = [
    # test, value, transformed, mean, sd, z
    ("CDT", 1.2, 0.079181, 0.0414, 0.18, -0.2099),
    ("WDT", 2.0, 0.301030, 0.2553, 0.1761, -0.2597),
    ("TSL", 3.733333, 0.572097, 0.48, 0.16, -0.5756),
    ("CPT", 13.466667, 13.466667, 12.0, 7.0, 0.2095),
    ("HPT", 43.8, 43.8, 43.5, 2.8, -0.1071),
    ("PPT", 435.0, 2.638489, 2.62, 0.14, -0.1321),
    ("MPT", 59.714111, 1.776077, 2.00, 0.30, 0.7464),
    ("MPS", 1.876117, 0.273260, -0.10, 0.40, 0.9331),
    ("WUR", 2.2, 0.342423, 0.40, 0.17, -0.3387),
    ("MDT", 0.933033, -0.030103, 0.00, 0.35, 0.0860),
    ("VDT", 7.333333, 7.333333, 7.6, 0.35, -0.7619),
]


def w1_trials():
    return [qst.trials(test, "hand", "R", **columns) for test, columns in READINGS.items()]


def w1_reference():
    cells = tuple(
        ReferenceCell(t, "hand", "F", 30, 39, 20, mean, sd, qst.BATTERY[t].transform, qst.BATTERY[t].unit)
        for t, _, _, mean, sd, _ in TABLE
    )
    return Reference("made-up", cells, synthetic=True)


@pytest.fixture(scope="module")
def whole():
    return profile(w1_trials(), w1_reference(), "F", 34.2)


@pytest.mark.parametrize(("test", "value", "middle", "mean", "sd", "z"), TABLE)
def test_battery_from_trials_to_z(whole, test, value, middle, mean, sd, z):
    found = next(s for s in whole.values if s.measure == test)
    scaled = next(s for s in whole.z if s.measure == f"{test}_z")
    assert found.value == pytest.approx(value, rel=REL)
    assert scaled.detail["transformed"] == pytest.approx(middle, abs=5e-7)
    assert scaled.value == pytest.approx(z, abs=5e-5)
    assert scaled.low == scaled.high == scaled.value
    assert scaled.band == "none"


@pytest.mark.parametrize(
    ("test", "low", "high"), [("CDT", 0.4882, 2.4786), ("PPT", 221.615, 784.152), ("MDT", 0.20606, 4.85289)]
)
def test_reference_interval_in_the_unit_of_the_value(test, low, high):
    cell = w1_reference().cell(test, "hand", "F", 30)
    assert cell.interval == pytest.approx((low, high), rel=1e-4)


def test_windup_is_a_ratio_of_means_and_not_a_mean_of_ratios():
    assert qst.windup_ratio(w1_trials()[9]).value == pytest.approx(2.2)


def test_pressure_in_other_units():
    assert 435 / qst.in_kpa(np.ones(1), "kgf/cm2")[0] == pytest.approx(4.435766, rel=REL)
    assert qst.in_kpa(np.ones(1), "lbf/in2")[0] == pytest.approx(6.894757, rel=REL)
    assert qst.in_kpa(np.array([9.80665]), "N/cm2")[0] == pytest.approx(98.0665, rel=REL)


@pytest.mark.parametrize(("method", "t", "dof", "p"), [("B", -2.181368, 38, 0.035413), ("A", -2.752084, 19, 0.012678)])
def test_group_against_reference(method, t, dof, p):
    found = qst.from_summary(20, -0.8, 1.3, method)
    assert found.t == pytest.approx(t, rel=REL)
    assert found.dof == dof
    assert found.p == pytest.approx(p, abs=5e-7)


def test_chance_of_an_abnormal_z():
    chance, expected = qst.chance_of_abnormal(11)
    assert (chance, expected) == pytest.approx((0.4312, 0.55), abs=5e-5)


Z = {
    "CDT": -2.4, "WDT": -1.2, "TSL": -2.1, "MDT": -0.5, "VDT": -1.0, "CPT": 0.1, "HPT": 0.4, "PPT": 2.3, "MPT": 2.6,
    "MPS": 1.1, "DMA": 0.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("z", "label"),
    [(Z, "L1G2"), (Z | {"MDT": -2.0, "HPT": 2.0}, "L3G3"), (dict.fromkeys(Z, 0.0), "L0G0")],
)
def test_loss_and_gain(z, label):
    assert qst.loss_gain(qst.bands_of(z)).label == label


def test_loss_that_a_missing_test_leaves_open():
    found = qst.loss_gain(qst.bands_of({"CDT": math.nan, "WDT": 0.0, "TSL": 0.0, "MDT": -2.5, "VDT": 0.0}))
    assert found.loss == "L2|L3"
    assert "CDT" in found.unknown


LOSS = [-1.8, -1.8, -1.9, -0.8, -1.2, -0.4, -0.6, -0.4, -0.1, -1.8, -1.5]
THERMAL = [-0.1, -0.2, -0.3, 0.8, 0.9, 0.5, 0.3, 0.5, 0.2, -0.1, -0.2]
MECHANICAL = [-1.0, -1.0, -1.2, -0.2, -0.3, 1.0, 0.9, 1.1, 0.4, -0.9, -0.6]
PROFILE = [-1.5, -1.7, -1.6, -0.5, -0.9, 0.1, -0.2, 0.0, 0.1, -1.4, -1.0]


def made_up_model():
    names = ("sensory loss", "thermal hyperalgesia", "mechanical hyperalgesia")
    return qst.PhenotypeModel(
        "made-up", names, qst.Z_TESTS, np.array([LOSS, THERMAL, MECHANICAL]), np.ones((3, 11)), np.full(4, 0.25),
        np.zeros(3), synthetic=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("left_out", "expected"),
    [
        ((), (0.857958, 0.001707, 0.135579, 0.004757)),
        (("WUR", "VDT"), (0.858204, 0.002044, 0.132933, 0.006820)),
    ],
)
def test_posterior_of_phenotypes(left_out, expected):
    z = {t: v for t, v in zip(qst.Z_TESTS, PROFILE, strict=True) if t not in left_out}
    found = qst.phenotypes(z, made_up_model())
    assert tuple(found.posterior.values()) == pytest.approx(expected, abs=5e-7)
    assert found.n_tests == 11 - len(left_out)
    assert found.label == "not_vollert2017"


@pytest.mark.parametrize(
    ("variant", "value"),
    [
        ("difference", 22), ("ratio", 1.733333), ("slope", 2.412121), ("sum_over_first", 152),
        ("max_minus_first", 23), ("last3_minus_first", 22.333333),
    ],
)  # fmt: skip
def test_temporal_summation(variant, value):
    ratings = [30, 36, 40, 44, 46, 49, 50, 52, 53, 52]
    assert qst.summation(np.array(ratings, float))[variant] == pytest.approx(value, rel=REL)
    scores = qst.temporal_summation(qst.trials("TSP", "hand", "R", response=ratings, response_unit="0-100"))
    assert {s.measure: s.value for s in scores}[f"TSP_{variant}"] == pytest.approx(value, rel=REL)


def cpm(kind, baseline, conditioned, **more):
    values = [baseline, conditioned, *more.pop("sham", ())]
    phases = ["baseline", "conditioned", "sham_baseline", "sham"][: len(values)]
    column = {"reading": values} if kind == "threshold" else {"response": values}
    found = qst.conditioned_modulation(qst.trials("CPM", "tibialis", "L", **column, phase=phases), **more)
    return {s.measure: s for s in found}


RULE = qst.ResponderRule(sem=0.21 * 98.0665, source="Kemp 2020")


def test_modulation_of_a_threshold():
    found = cpm("threshold", 300, 390, rule=RULE, sham=(302, 310))
    assert found["cpm_inhibition"].value == pytest.approx(90)
    assert found["cpm_efic"].value == pytest.approx(-90)
    assert found["cpm_percent"].value == pytest.approx(30.0)
    assert found["cpm_log_ratio"].value == pytest.approx(0.262364, rel=2e-6)
    assert found["cpm_net_inhibition"].value == pytest.approx(82)
    assert RULE.cut(300) == pytest.approx(41.18793, rel=REL)
    assert found["cpm_inhibition"].band == "inhibitor"
    assert cpm("threshold", 300, 330, rule=RULE)["cpm_inhibition"].band == "non-responder"


def test_modulation_of_a_rating():
    found = cpm("rating", 60, 35)
    assert (found["cpm_inhibition"].value, found["cpm_efic"].value) == (25, -25)
    assert found["cpm_percent"].value == pytest.approx(41.6667, abs=5e-5)


def test_two_points_by_limits():
    runs = qst.trials(
        "TPD", "lumbar", "L", reading=[45, 50, 50, 55, 50, 45], direction=["asc"] * 3 + ["desc"] * 3,
        orientation="horizontal",
    )  # fmt: skip
    assert qst.two_point_limits(runs).value == pytest.approx(49.1667, abs=5e-5)


def test_letters_on_the_skin():
    found = qst.letters_on_skin(qst.trials("graphaesthesia", "lumbar", response=[1] * 13 + [0] * 7))
    assert found.value == pytest.approx(35)
    assert qst.wilson(51, 108) == pytest.approx((0.3806, 0.5657), abs=5e-5)


def test_left_right_judgement():
    shown = ["L"] * 20 + ["R"] * 20
    answered = ["L"] * 18 + ["R"] * 2 + ["R"] * 16 + ["L"] * 4
    found = {s.measure: s.value for s in qst.laterality(shown, answered, np.full(40, 900.0), "back", qst.Trimming())}
    assert found["laterality_accuracy"] == pytest.approx(85)
    assert found["laterality_dprime"] == pytest.approx(1.971400, rel=REL)
    assert qst.discriminability(18, 20, 4, 20, log_linear=False)[0] == pytest.approx(2.123173, rel=REL)


DISTANCES, TWO = np.array([20, 30, 40, 50, 60, 70.0]), np.array([1, 2, 4, 7, 9, 10.0])


def test_logistic_curve():
    fit = qst.psychometric_fit(DISTANCES, TWO, np.full(6, 10.0))
    assert (fit.threshold, fit.scale, fit.log_likelihood) == pytest.approx((41.839417, 8.303167, -24.811979), rel=REL)
    # the width of another program is between 5 and 95 % of the curve: 48.89
    assert fit.scale * 2 * math.log(19) == pytest.approx(48.896, abs=2e-3)


def test_normal_curve():
    fit = qst.psychometric_fit(DISTANCES, TWO, np.full(6, 10.0), "normal")
    assert (fit.threshold, fit.scale, fit.log_likelihood) == pytest.approx((41.674468, 14.278163, -24.743099), rel=REL)


STAIRS = [64, 32, 16, 32, 16, 8, 16, 32, 16, 8, 16, 8, 16, 32, 16]


def test_staircase():
    assert list(qst.reversals(np.array(STAIRS, float))) == [16, 32, 8, 32, 8, 16, 8, 32]
    trials = qst.trials("MPT", "hand", "R", stimulus=STAIRS, stimulus_unit="mN")
    assert qst.staircase_threshold(trials, "geometric").value == pytest.approx(14.254379, rel=REL)
    assert qst.staircase_threshold(trials, "arithmetic").value == pytest.approx(17.333333, rel=REL)
