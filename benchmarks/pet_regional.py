"""Regional kinetic models: CPU time per region after warm-up, standard errors included, one thread."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from nociscope.core.records import Tacs
from nociscope.models.pet import FitOptions, fit
from tools.figures import Figure
from validation.pet_regional import NOISE, true_curves
from validation.pet_simulation import HALF_LIFE, frames, input_function, noisy

PEER = "kinfitr 0.9.1, published CPU of one start, science notes"
OPTIONS = FitOptions(weights="decay", half_life_min=HALF_LIFE, starts=8)
REGIONS, REPEATS = 6, 15


def cpu_per_region(model: str, curve: str, peer_ms: float) -> Callable[[], tuple[float, float]]:
    """Median CPU of fitting a scan of six regions, per region; the table of convolutions is made anew each time."""

    def measure() -> tuple[float, float]:
        rng, edges, input_ = np.random.default_rng(0), frames(), input_function()
        names = (*(f"R{i}" for i in range(REGIONS - 1)), "reference")
        rows = noisy(true_curves()[curve], edges, NOISE, REGIONS - 1, rng)
        calm = noisy(true_curves()["reference"], edges, NOISE / 4, 1, rng)
        tacs = Tacs(np.vstack((rows, calm)), edges, names)
        seconds = []
        for _ in range(REPEATS + 1):
            begin = time.process_time()
            fit(model, tacs, input_, reference="reference", options=OPTIONS)
            seconds.append(time.process_time() - begin)
        return 1e3 * float(np.median(seconds[1:])) / REGIONS, peer_ms

    return measure


FIGURES: list[Figure] = [
    Figure(
        f"pet.regional.{i}_ms",
        f"{m} of one region with standard errors, 8 starts",
        "ms",
        g,
        cpu_per_region(m, c, p),
        PEER,
    )
    for i, m, g, c, p in (
        ("2tcm", "2TCM", "<= 5", "2TCM", 363.0),
        ("1tcm", "1TCM", "<= 2", "1TCM", 154.0),
        ("2tcm1k", "2TCM1K", "", "2TCM1K", 705.0),
        ("srtm", "SRTM", "<= 1", "target", 53.0),
        ("logan", "Logan", "", "2TCM", 30.0),
    )
]
