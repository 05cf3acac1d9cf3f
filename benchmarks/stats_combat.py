"""ComBat on a table as large as a cortical surface, beside its peer in the same run."""

from __future__ import annotations

import contextlib
import io
import time
import tracemalloc
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nociscope.stats.design import two_groups
from nociscope.stats.relabelling import relabellings
from nociscope.stats.sites.combat import combat_permutation_test, harmonised
from tools.figures import Figure, Skipped

PEOPLE, FEATURES, SITES = 200, 100_000, 4


def _table() -> tuple[NDArray[np.float64], NDArray[np.str_], NDArray[np.float64]]:
    rng = np.random.default_rng(0)
    site = np.repeat([f"site {s}" for s in range(SITES)], PEOPLE // SITES)
    covariates = np.column_stack([rng.integers(20, 70, PEOPLE), rng.integers(0, 2, (PEOPLE, 2))]).astype(float)
    return rng.normal(size=(PEOPLE, FEATURES)) + 0.02 * covariates[:, :1], site, covariates


def _cpu(call: Callable[[], object], repeats: int = 3) -> float:
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


def against_neuroharmonize() -> tuple[float, float]:
    """CPU time of neuroHarmonize over ours, 200 × 100,000, 4 sites, 3 covariates; and its seconds."""
    try:
        import pandas as pd
        from neuroHarmonize import harmonizationLearn
    except ImportError:
        raise Skipped("neuroHarmonize is not installed; it is in the dependency group 'peers'") from None
    y, site, covariates = _table()
    frame = pd.DataFrame({"SITE": site, **{f"C{i}": covariates[:, i] for i in range(3)}})
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = _cpu(lambda: harmonizationLearn(y, frame))
    return peer / _cpu(lambda: harmonised(y, site, covariates)), peer


def memory() -> float:
    """Memory beyond table and result at its highest, MB; numbers that numpy asked for."""
    y, site, covariates = _table()
    harmonised(y[:, :100], site, covariates)
    tracemalloc.start()
    out = harmonised(y, site, covariates)
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (highest - out.nbytes) / 1e6


def through() -> float:
    """One contrast through ComBat, 40 people, 2 sites, 100 regions, 10,000 relabellings: CPU seconds."""
    rng = np.random.default_rng(1)
    site, first = np.repeat(["a", "b"], 20), np.tile([True, False], 20)
    design = two_groups(first, np.zeros((40, 0)), (site == "b").astype(np.int64))
    moves = relabellings(design, 10_000, 1, 0)
    return _cpu(lambda: combat_permutation_test(design, rng.normal(size=(40, 100)), site, np.zeros((40, 0)), moves), 1)


FIGURES: list[Figure] = [
    Figure(
        "stats.combat_vs_neuroharmonize", "ComBat, 200 × 100,000, 4 sites, 3 covariates: times faster", "1", ">= 5",
        against_neuroharmonize, "neuroHarmonize 2.4.5 (seconds)",
    ),
    Figure("stats.combat_memory", "the same, memory beside table and result", "MB", "<= 100", memory),
    Figure("stats.combat_through", "ComBat in 10,000 relabellings, 40 people, 100 regions", "s", "<= 60", through),
]  # fmt: skip
