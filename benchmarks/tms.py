"""How long potentials, maps and curves take."""

from __future__ import annotations

import time

import numpy as np

from nociscope.models import tms
from tools.figures import Figure


def _cpu(call: object, repeats: int = 5) -> float:
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        call()  # type: ignore[operator]
        best = min(best, time.process_time() - start)
    return best


def potentials() -> float:
    """10,000 sweeps of 600 samples: size, area, onset, background, rejection: CPU seconds."""
    sweeps = tms.Sweeps(np.random.default_rng(0).normal(0, 5, (10_000, 600)), 2000.0, -100.0, "FDI")
    return _cpu(lambda: tms.motor_evoked_potentials(sweeps))


def _maps(count: int) -> list[tms.MuscleMap]:
    rng = np.random.default_rng(1)
    x, y = (a.ravel() for a in np.meshgrid(np.arange(7.0), np.arange(7.0)))
    hill = 900 * np.exp(-((x - 3) ** 2 + (y - 3) ** 2) / 4)
    return [tms.MuscleMap("m", x, y, hill[:, None] * rng.lognormal(0, 0.4, (49, 5)), 1.0) for _ in range(count)]


def maps() -> float:
    """Every metric of 1,000 maps of 49 sites: CPU seconds."""
    table, rules = _maps(1000), tms.MapRules()
    return _cpu(lambda: [tms.map_metrics(m, rules) for m in table], 2)


def bootstrap() -> float:
    """One map of 49 sites with 1,000 draws of its pulses: CPU milliseconds."""
    (muscle_map,), rules = _maps(1), tms.MapRules()
    return 1000 * _cpu(lambda: tms.map_metrics(muscle_map, rules, draws=1000))


def curve() -> float:
    """One recruitment curve of 54 pulses, three starts: CPU milliseconds."""
    levels = np.repeat(np.arange(40, 81, 5.0), 6)
    sizes = tms.boltzmann(levels, 4, 60, 5) * np.random.default_rng(2).lognormal(0, 0.4, levels.size)
    return 1000 * _cpu(lambda: tms.recruitment_curve(levels, sizes, "FDI"))


FIGURES: list[Figure] = [
    Figure("tms.meps_10000", "10,000 sweeps of 600 samples", "s", "<= 0.2", potentials),
    Figure("tms.maps_1000", "every metric of 1,000 maps of 49 sites", "s", "<= 2", maps),
    Figure("tms.map_bootstrap", "one map with 1,000 draws", "ms", "<= 200", bootstrap),
    Figure("tms.recruitment", "one recruitment curve", "ms", "<= 20", curve),
]
