"""Sensory testing: is the value the authors' value, is the threshold where it is, does an interval hold what it says.

Simulations are seeded. Reference numbers of other programs are those of ``tests/reference/data``.
"""

from __future__ import annotations

import csv
import json
import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nociscope.io.qst_reference import read_reference, shipped_reference
from nociscope.models import psychophysics as qst
from nociscope.stats.icc import icc_forms
from tools.figures import ROOT, Figure, open_data

Array = NDArray[np.float64]

SETS, LEVELS, EACH = 500, 14, 8
"""Simulated sets of yes/no answers, stimuli of each, answers a stimulus."""
MANY = 4000
KEPT = ROOT / "tests" / "reference" / "data"


def _table(name: str) -> dict[str, list[str]]:
    with open_data(name).open() as file:
        rows = list(csv.DictReader(file))
    return {column: [r[column] for r in rows] for column in rows[0]}


def _numbers(table: dict[str, list[str]], column: str) -> Array:
    return np.array([float(v) if v not in ("", "NaN", "nan") else math.nan for v in table[column]])


def _essen() -> dict[str, list[str]]:
    return _table("pain-sensitivity-rsfmri/res/essen_sample.csv")


def thermal(test: str) -> float:
    """Largest difference from the authors' mean of trials 2 to 6, °C."""
    table = _essen()
    worst = 0.0
    for i, theirs in enumerate(_numbers(table, test)):
        readings = [float(table[f"qst_{test.lower()}_{k}"][i]) for k in range(1, 7)]
        ours = qst.participant_value(qst.without_first(qst.trials(test, "hand", reading=readings))).value
        worst = max(worst, abs(ours - theirs))
    return worst


def mechanical(test: str, up: str, down: str) -> float:
    """Largest difference from the authors' natural logarithm of the geometric mean of pairs 2 to 5."""
    table = _essen()
    worst = 0.0
    for i, theirs in enumerate(_numbers(table, f"{test}_log_geom")):
        readings = [float(table[f"qst_{test.lower()}_{k}_{end}"][i]) for k in range(1, 6) for end in (up, down)]
        trials = qst.trials(
            test, "hand", reading=readings, trial=np.repeat(range(1, 6), 2), direction=["asc", "desc"] * 5
        )
        worst = max(worst, abs(math.log(qst.participant_value(qst.without_first(trials)).value) - theirs))
    return worst


def composite() -> float:
    """Largest difference of the pain sensitivity of Essen against Bochum from the authors' column."""

    def three(table: dict[str, list[str]]) -> tuple[Array, Array, Array]:
        return _numbers(table, "CPT"), _numbers(table, "HPT"), np.exp(_numbers(table, "MPT_log_geom"))

    essen, bochum = _essen(), _table("pain-sensitivity-rsfmri/res/bochum_sample.csv")
    ours = qst.composite_zunhammer2016(*three(essen), sample=three(bochum))
    return float(np.abs(ours - _numbers(essen, "mean_QST_pain_sensitivity")).max())


def limited_essen() -> float:
    """Share of the people of Essen whose cold pain threshold is a bound, percent."""
    table = _essen()
    readings = np.array([[float(table[f"qst_cpt_{k}"][i]) for k in range(2, 7)] for i in range(len(table["CPT"]))])
    found = [qst.participant_value(qst.trials("CPT", "hand", reading=r)) for r in readings]
    return 100 * float(np.mean([s.status == "censored" for s in found]))


def abnormal_by_chance() -> tuple[float, float]:
    """Of 72 healthy people, share with any of 10 transformed tests beyond 1.96 SD of all; and of independent tests."""
    table = _table("clinical-tables/QSTpainEJPtransf.csv")
    tests = ("CDT", "WDT", "TSL", "CPT", "HPT", "PPT", "MPT", "MPS", "WUR", "MDT")
    values = np.column_stack([_numbers(table, t) for t in tests])
    z = (values - values.mean(0)) / values.std(0, ddof=1)
    any_beyond = float(np.mean((np.abs(z) > 1.96).any(axis=1)))
    return 100 * any_beyond, 100 * qst.chance_of_abnormal(len(tests))[0]


def count_by_chance() -> tuple[float, float]:
    """Mean number of these tests beyond 1.96 SD a person, and the number to expect."""
    table = _table("clinical-tables/QSTpainEJPtransf.csv")
    tests = ("CDT", "WDT", "TSL", "CPT", "HPT", "PPT", "MPT", "MPS", "WUR", "MDT")
    values = np.column_stack([_numbers(table, t) for t in tests])
    z = (values - values.mean(0)) / values.std(0, ddof=1)
    return float((np.abs(z) > 1.96).sum(axis=1).mean()), qst.chance_of_abnormal(len(tests))[1]


def cold_reference() -> tuple[float, float]:
    """Mean cold pain threshold of 125 people with limits as limits, °C; and with limits taken as readings."""
    cold = _numbers(_table("clinical-tables/PainThresholds.csv"), "Cold")
    scores = [qst.participant_value(qst.trials("CPT", "forearm", reading=[v] * 3)) for v in cold]
    (cell,) = qst.build_reference([qst.Control(s, "F", 25) for s in scores], by=("body_site",)).cells
    return cell.mean, float(cold.mean())


def cold_reference_bias() -> tuple[float, float]:
    """Bias of the mean of a cell when a third of 40 controls reach the limit, in SD; and of limits as readings."""
    rng = np.random.default_rng(8)
    ours, naive = [], []
    for _ in range(300):
        cold = np.maximum(rng.normal(4.3, 10.0, 40), 0.0)
        scores = [qst.participant_value(qst.trials("CPT", "hand", reading=[v] * 3)) for v in cold]
        (cell,) = qst.build_reference([qst.Control(s, "F", 25) for s in scores], by=("body_site",)).cells
        ours.append(cell.mean)
        naive.append(cold.mean())
    return abs(float(np.mean(ours)) - 4.3) / 10, abs(float(np.mean(naive)) - 4.3) / 10


def round_trip() -> float:
    """Largest error of z over 1000 simulated people whose trials are made from their z."""
    reference, rng = read_reference(shipped_reference()), np.random.default_rng(6)
    tests = ("PPT", "MPT", "MDT", "HPT", "CPT", "WDT")
    cells = {t: reference.cell(t, "hand", "F", 40) for t in tests}
    worst = 0.0
    for _ in range(1000):
        z = {t: float(rng.uniform(-1, 1)) for t in tests}
        trials = []
        for t in tests:
            cell = cells[t]
            assert cell is not None
            test = qst.find_test(t)
            value = cell.mean + test.sign * z[t] * cell.sd
            value = 10**value if test.transform == "log10" else value
            if t in ("MPT", "MDT"):
                more = {"reading": [value * 2] * 5 + [value / 2] * 5, "direction": ["asc"] * 5 + ["desc"] * 5}
            else:
                more = {"reading": [value + 32 * (t == "WDT")] * 3}
            trials.append(qst.trials(t, "hand", "R", **more))
        for score in qst.profile(trials, reference, "F", 40).z:
            known = z[score.measure.removesuffix("_z")]
            inside = score.low <= known + 1e-9 and known - 1e-9 <= score.high
            worst = max(worst, abs(score.value - known) if score.low == score.high else (0.0 if inside else 9.0))
    return worst


@cache
def _simulated() -> tuple[Array, Array]:
    """Thresholds and whether their intervals hold the truth, of `SETS` sets with truth between the stimuli."""
    x, n = np.linspace(-3.25, 3.25, LEVELS) + 0.21, np.full(LEVELS, float(EACH))
    rng = np.random.default_rng(12)
    p = 1 / (1 + np.exp(-x))
    fits = [qst.psychometric_fit(x, rng.binomial(EACH, p).astype(float), n) for _ in range(SETS)]
    return np.array([f.threshold for f in fits]), np.array([f.low <= 0 <= f.high for f in fits])


def coverage() -> float:
    """Percent of 95 % profile intervals of the threshold that hold the truth."""
    return 100 * float(_simulated()[1].mean())


def bias() -> float:
    """Bias of the threshold in units of β, percent, over many sets without intervals."""
    x, n = np.linspace(-3.25, 3.25, LEVELS) + 0.21, np.full(LEVELS, float(EACH))
    rng = np.random.default_rng(13)
    p = 1 / (1 + np.exp(-x))
    found = [
        qst.psychometric_fit(x, rng.binomial(EACH, p).astype(float), n, interval=False).threshold for _ in range(MANY)
    ]
    return 100 * abs(float(np.mean(found)))


def psignifit() -> float:
    """Largest difference of the threshold from psignifit's, percent, over 20 kept sets."""
    cases = json.loads((KEPT / "psignifit_logistic.json").read_text())["cases"]
    worst = 0.0
    for case in cases:
        x = np.array(case["x"])
        fit = qst.psychometric_fit(x, np.array(case["yes"], float), np.full(x.size, float(case["n"])), interval=False)
        worst = max(worst, abs(fit.threshold / case["threshold"] - 1))
    return 100 * worst


def _pingouin() -> tuple[float, float]:
    with np.load(KEPT / "pingouin_icc.npz") as kept:
        shape, values, icc, ci = (kept[name] for name in ("shape", "thousandths", "icc", "ci"))
    tables = np.split(values / 1000, np.cumsum(shape.astype(int).prod(axis=1))[:-1])
    value = interval = 0.0
    for table, size, theirs, ends in zip(tables, shape, icc, ci, strict=True):
        ours = icc_forms(table.reshape(size))
        value = max(value, float(np.abs(np.array([i.value for i in ours]) - theirs).max()))
        interval = max(interval, float(np.nanmax(np.abs(np.array([(i.low, i.high) for i in ours]) - ends))))
    return value, interval


FIGURES: list[Figure] = [
    Figure("psychophysics.essen_hpt", "Essen, heat pain threshold from single trials: largest error", "°C",
           "<= 1e-9", lambda: thermal("HPT"), "the authors' column"),
    Figure("psychophysics.essen_cpt", "Essen, cold pain threshold from single trials: largest error", "°C",
           "<= 1e-9", lambda: thermal("CPT"), "the authors' column"),
    Figure("psychophysics.essen_mpt", "Essen, mechanical pain threshold, pairs 2 to 5: largest error of ln", "1",
           "<= 1e-9", lambda: mechanical("MPT", "pain", "no_pain"), "the authors' column"),
    Figure("psychophysics.essen_mdt", "Essen, mechanical detection threshold, pairs 2 to 5: largest error of ln", "1",
           "<= 1e-9", lambda: mechanical("MDT", "felt", "not_felt"), "the authors' column"),
    Figure("psychophysics.composite", "pain sensitivity of Essen against Bochum: largest error", "1", "<= 1e-9",
           composite, "the authors' column"),
    Figure("psychophysics.limited", "people of Essen whose cold pain threshold is a bound", "%", "", limited_essen),
    Figure("psychophysics.any_abnormal", "72 healthy people with any of 10 tests beyond 1.96 SD", "%", "",
           abnormal_by_chance, "independent tests"),
    Figure("psychophysics.count_abnormal", "tests beyond 1.96 SD a healthy person, of 10", "1", "", count_by_chance,
           "the expected number"),
    Figure("psychophysics.cold_mean", "mean cold pain threshold of 125 people, limits as limits", "°C", "",
           cold_reference, "limits taken as readings"),
    Figure("psychophysics.cold_bias", "bias of a reference cell with a third at the limit", "SD", "<= 0.05",
           cold_reference_bias, "limits taken as readings"),
    Figure("psychophysics.round_trip", "z of 1000 simulated people from trials: largest error", "1", "<= 1e-9",
           round_trip),
    Figure("psychophysics.threshold_coverage", "95 % intervals of a threshold, 14 stimuli × 8, 500 sets", "%", "93..97",
           coverage),
    Figure("psychophysics.threshold_bias", "bias of a threshold in units of β, 4000 sets", "%", "<= 2", bias),
    Figure("psychophysics.psignifit", "thresholds of 20 sets: largest difference", "%", "<= 1", psignifit,
           "psignifit 4.3"),
    Figure("psychophysics.icc_pingouin", "six forms of 200 tables: largest difference", "1", "<= 1e-9",
           lambda: _pingouin()[0], "pingouin 0.7.0"),
    Figure("psychophysics.icc_intervals", "their intervals: largest difference", "1", "<= 1e-2",
           lambda: _pingouin()[1], "pingouin 0.7.0, two digits"),
]  # fmt: skip
