"""How long one scan's blood takes, CPU ms, after warm-up."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from nociscope.models.blood import BloodSettings, input_function
from tools.figures import Figure
from validation.pet_blood import pbr28, sampled, true_curves

REPEATS = 10


def per_scan(settings: BloodSettings) -> Callable[[], float]:
    """Mean CPU ms over the real scans, each run once after one warm-up run."""

    def measure() -> float:
        bloods = [blood for blood, _ in pbr28()]
        input_function(bloods[0], settings, rng=np.random.default_rng(0))
        start = time.process_time()
        for blood in bloods:
            input_function(blood, settings, rng=np.random.default_rng(0))
        return 1000 * (time.process_time() - start) / len(bloods)

    return measure


def simulated_scan() -> float:
    """The same on simulated blood, so that it can be measured without open data."""
    rng = np.random.default_rng(0)
    blood = sampled(true_curves(rng), rng)
    input_function(blood, BloodSettings(), rng=np.random.default_rng(0))
    start = time.process_time()
    for _ in range(REPEATS):
        input_function(blood, BloodSettings(), rng=np.random.default_rng(0))
    return 1000 * (time.process_time() - start) / REPEATS


FIGURES: list[Figure] = [
    Figure("pet.blood.scan_ms", "blood to input function, pbr28, all curves tried, 50 draws, CPU per scan", "ms",
           "<= 300", per_scan(BloodSettings())),
    Figure("pet.blood.scan_no_draws_ms", "the same without draws", "ms", "<= 200", per_scan(BloodSettings(draws=0))),
    Figure("pet.blood.simulated_scan_ms", "the same on simulated blood, 50 draws", "ms", "<= 300", simulated_scan),
]  # fmt: skip
