"""How long sensory testing takes."""

from __future__ import annotations

import time

import numpy as np

from nociscope.io.qst_reference import read_reference, shipped_reference
from nociscope.models import psychophysics as qst
from tools.figures import Figure

REPEATS = 5


def _cpu_ms(call: object, count: int) -> float:
    best = float("inf")
    for _ in range(REPEATS):
        start = time.process_time()
        for _ in range(count):
            call()  # type: ignore[operator]
        best = min(best, (time.process_time() - start) / count)
    return 1000 * best


def curve(name: str) -> float:
    """One psychometric fit with both profile intervals, 14 stimuli × 8, CPU milliseconds."""
    x, n = np.linspace(20, 85, 14), np.full(14, 8.0)
    yes = np.random.default_rng(2).binomial(8, 1 / (1 + np.exp((50 - x) / 9))).astype(float)
    return _cpu_ms(lambda: qst.psychometric_fit(x, yes, n, name), 10)


def person() -> float:
    """Profile of one person, 11 tests at two sides, CPU milliseconds."""
    reference = read_reference(shipped_reference())
    up_down = ["asc"] * 5 + ["desc"] * 5
    columns: dict[str, dict[str, object]] = {
        "CDT": {"reading": [30.8, 30.9, 30.7]}, "WDT": {"reading": [34.0, 34.2, 33.8]},
        "TSL": {"reading": [33.9, 30.1] * 3, "direction": ["asc", "desc"] * 3},
        "CPT": {"reading": [14.2, 12.8, 13.4]}, "HPT": {"reading": [44.1, 43.5, 43.8]},
        "PPT": {"reading": [420, 455, 430]}, "MDT": {"reading": [1.0] * 10, "direction": up_down},
        "MPT": {"reading": [64.0] * 10, "direction": up_down}, "MPS": {"response": np.arange(35.0)},
        "WUR": {"response": [10.0] * 10, "phase": ["single"] * 5 + ["train"] * 5}, "VDT": {"reading": [7.5] * 3},
    }  # fmt: skip
    trials = [qst.trials(t, "hand", side, **c) for side in "LR" for t, c in columns.items()]
    return _cpu_ms(lambda: qst.profile(trials, reference, "F", 40), 20)


FIGURES: list[Figure] = [
    Figure("psychophysics.fit_logistic", "psychometric fit with intervals, logistic", "ms", "<= 20",
           lambda: curve("logistic")),
    Figure("psychophysics.fit_normal", "psychometric fit with intervals, cumulative normal", "ms", "<= 20",
           lambda: curve("normal")),
    Figure("psychophysics.fit_weibull", "psychometric fit with intervals, Weibull", "ms", "<= 20",
           lambda: curve("weibull")),
    Figure("psychophysics.profile", "battery of one person, 11 tests at two sides, to z, loss and gain", "ms", "<= 20",
           person),
]  # fmt: skip
