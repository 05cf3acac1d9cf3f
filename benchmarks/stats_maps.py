"""Permutation over a whole brain, beside nilearn in the same run: 40 people, 238,912 voxels, one thread unless said.

nilearn's time for a permutation does not depend on how many there are: it is the difference between two runs, divided
by the difference of their counts. Ours is measured in the same way.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nociscope.stats.design import Design, two_groups
from nociscope.stats.maps.engine import EngineOptions, map_test
from nociscope.stats.relabelling import Relabellings, relabellings
from tools.figures import ROOT, Figure, Skipped

PEOPLE, SHAPE = 40, (72, 88, 72)
PEER_COUNTS, OWN_COUNTS = (2, 32), (128, 1152)
PEER = "nilearn permuted_ols"

Maps = NDArray[np.float32]


@lru_cache(1)
def brain() -> tuple[Maps, NDArray[np.float64]]:
    """Smooth noise in an ellipsoid with an effect of group in a ball, and genotype, sex, age and site that shift it."""
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(0)
    places = np.meshgrid(*(np.linspace(-1, 1, s) * (s - 1) / s for s in SHAPE), indexing="ij")
    inside = sum(p**2 for p in places) <= 1
    covariates = np.column_stack(
        [rng.integers(0, 2, PEOPLE), rng.integers(0, 2, PEOPLE), rng.normal(45, 12, PEOPLE), rng.integers(0, 2, PEOPLE)]
    ).astype(np.float64)
    shift = covariates @ [1.5, 0.3, 0.02, 0.3]
    ball = sum((p - c) ** 2 for p, c in zip(places, (-0.3, 0.0, 0.1), strict=True))[inside] <= 0.16**2
    maps = np.empty((PEOPLE, int(inside.sum())), dtype=np.float32)
    for i in range(PEOPLE):
        noise = gaussian_filter(rng.standard_normal(SHAPE, dtype=np.float32), 1.5)
        maps[i] = (noise / noise.std())[inside] + shift[i] + (i >= PEOPLE // 2) * ball
    return maps, covariates


def _design(with_covariates: bool) -> Design:
    held = brain()[1] if with_covariates else np.zeros((PEOPLE, 0))
    return two_groups(np.arange(PEOPLE) >= PEOPLE // 2, held, np.zeros(PEOPLE, dtype=np.int64))


def _seconds(run: Callable[[int], object], counts: tuple[int, int], clock: Callable[[], float], repeats: int) -> float:
    """Seconds for one permutation: the quickest of each count, and the difference of the two."""
    best = []
    for count in counts:
        taken = []
        for _ in range(repeats):
            start = clock()
            run(count)
            taken.append(clock() - start)
        best.append(min(taken))
    return (best[1] - best[0]) / (counts[1] - counts[0])


def _ours(with_covariates: bool, threads: int = 1, clock: Callable[[], float] = time.process_time) -> float:
    design = _design(with_covariates)
    options = EngineOptions(counts=False, threads=threads)
    moves = {count: relabellings(design, count - 1, 10, 0) for count in OWN_COUNTS}
    map_test(design, brain()[0][:, :5000], moves[OWN_COUNTS[0]], options)
    return _seconds(lambda count: map_test(design, brain()[0], moves[count], options), OWN_COUNTS, clock, 2)


def _peer_run(with_covariates: bool, count: int) -> dict[str, NDArray[np.float64]]:
    try:
        from nilearn.mass_univariate import permuted_ols
    except ImportError as error:
        raise Skipped("nilearn is not installed") from error
    from threadpoolctl import threadpool_limits

    maps, covariates = brain()
    group = (np.arange(PEOPLE) >= PEOPLE // 2)[:, None].astype(np.float64)
    with threadpool_limits(1):
        made: dict[str, NDArray[np.float64]] = permuted_ols(
            group, maps.astype(np.float64), covariates if with_covariates else None, model_intercept=True,
            n_perm=count, n_jobs=1, random_state=0, output_type="dict",
        )  # fmt: skip
    return made


def _faster(with_covariates: bool) -> tuple[float, float]:
    _peer_run(with_covariates, 1)
    peer = _seconds(lambda count: _peer_run(with_covariates, count), PEER_COUNTS, time.process_time, 2)
    return peer / _ours(with_covariates), 1.0


def freedman_lane() -> tuple[float, float]:
    """How many times quicker with four covariates."""
    return _faster(True)


def intercept_only() -> tuple[float, float]:
    """How many times quicker without covariates."""
    return _faster(False)


def null_error() -> float:
    """Largest difference of the null's maxima from nilearn's, on its own permutations."""
    from sklearn.utils import check_random_state

    count = 12
    peer = _peer_run(True, count)["h0_max_t"][0]
    # nilearn draws a seed for its one job, and shuffles the rows of the design again and again
    drawn = check_random_state(check_random_state(0).randint(1, np.iinfo(np.int32).max - 1))
    place, orders = np.arange(PEOPLE), [np.arange(PEOPLE)]
    for _ in range(count):
        place = place[drawn.permutation(PEOPLE)]
        orders.append(np.argsort(place))
    signs = np.ones((count + 1, PEOPLE), dtype=np.int8)
    moves = Relabellings(np.array(orders), signs, False, 10**9)
    ours = map_test(_design(True), brain()[0], moves, EngineOptions(counts=False)).null_max[1:]
    return float(np.abs(np.sort(ours) - np.sort(peer)).max())


def two_threads() -> float:
    """Wall time with one thread over wall time with two, four covariates."""
    return _ours(True, 1, time.perf_counter) / _ours(True, 2, time.perf_counter)


def uncorrected() -> float:
    """CPU ms of a permutation with a count in every voxel, four covariates."""
    design = _design(True)
    moves = {count: relabellings(design, count - 1, 10, 0) for count in (128, 640)}
    options = EngineOptions(threads=1)
    run = lambda count: map_test(design, brain()[0], moves[count], options)  # noqa: E731
    return 1e3 * _seconds(run, (128, 640), time.process_time, 1)


def exact_brain() -> float:
    """4 against 5, all 126 relabellings with a p in every voxel: CPU seconds."""
    design = two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, dtype=np.int64))
    moves, maps = relabellings(design, 1, 20_000, 0), np.ascontiguousarray(brain()[0][:9])
    map_test(design, maps[:, :5000], moves)
    start = time.process_time()
    map_test(design, maps, moves, EngineOptions(threads=1))
    return time.process_time() - start


_MEMORY = """
import numpy as np
from nociscope.stats.design import two_groups
from nociscope.stats.maps.engine import EngineOptions, map_test
from nociscope.stats.relabelling import relabellings
n, elements, draws, held = {n}, {elements}, {draws}, {held}
rng = np.random.default_rng(0)
design = two_groups(np.arange(n) < n // 2, rng.normal(size=(n, held)), np.zeros(n, dtype=np.int64))
moves = relabellings(design, draws, 1000, 0)
values = rng.standard_normal((n, elements), dtype=np.float32)
map_test(design, values, moves, EngineOptions(threads=2))
# of this process alone: what getrusage says holds the parent's
print(next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024)
"""


def _peak(n: int, elements: int, draws: int, held: int) -> float:
    """Peak memory of a process of its own, with the data and all libraries, MB."""
    if not sys.platform.startswith("linux"):
        raise Skipped("peak memory is read from /proc")
    code = _MEMORY.format(n=n, elements=elements, draws=draws, held=held)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


def memory_brain() -> float:
    """40 people, 238,912 voxels, 10,000 permutations, two threads."""
    return _peak(PEOPLE, 238_912, 10_000, 4)


def memory_million() -> float:
    """5 people, 1,000,000 voxels, all 10 relabellings."""
    return _peak(5, 1_000_000, 1, 0)


FIGURES: list[Figure] = [
    Figure("stats.fl_maxt_40x239k", "max-T, 4 covariates: times quicker", "×", ">= 20", freedman_lane, PEER),
    Figure("stats.maxt_intercept_40x239k", "max-T, no covariates: times quicker", "×", ">= 40", intercept_only, PEER),
    Figure("stats.fl_maxt_null_error", "max-T null, same permutations: difference", "t", "<= 1e-5", null_error, PEER),
    Figure("stats.maxt_two_threads", "max-T, 4 covariates: one thread over two", "×", ">= 1.7", two_threads),
    Figure("stats.maxt_counts_40x239k", "the same with p in every voxel, one permutation", "ms", "", uncorrected),
    Figure("stats.maxt_exact_4v5", "4 against 5 in 238,912 voxels, exact, p in every voxel", "s", "<= 2", exact_brain),
    Figure("stats.maxt_memory_40x239k", "peak memory of 40 people, 10,000 permutations", "MB", "<= 1024", memory_brain),
    Figure("stats.maxt_memory_5x1m", "peak memory of 5 people, 1,000,000 voxels", "MB", "<= 1024", memory_million),
]  # fmt: skip
