"""TFCE over a whole brain beside its peers in the same run: 238,912 voxels, one thread, CPU time.

A ratio is the geometric mean over three smoothnesses (white noise, Gaussian of 1.5 and of 3 voxels) unless said.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nociscope.core.space import VolumeSpace
from nociscope.stats.design import Design, two_groups
from nociscope.stats.maps.engine import EngineOptions, null_summaries
from nociscope.stats.maps.tfce import enhancement
from nociscope.stats.relabelling import relabellings
from tools.figures import ROOT, Figure, Skipped

SHAPE, SMOOTHNESS, MAPS, REPEATS = (72, 88, 72), (0.0, 1.5, 3.0), 3, 4
PEOPLE, COUNTS = 40, (4, 68)
NILEARN, TFCE = "nilearn calculate_tfce, 100 steps", "PyPI tfce 0.1.0, exact"

Field = NDArray[np.float32]


@lru_cache(1)
def ellipsoid() -> NDArray[np.bool_]:
    """Mask of the size of a brain at 2 mm."""
    places = np.meshgrid(*(np.linspace(-1, 1, s) * (s - 1) / s for s in SHAPE), indexing="ij")
    return np.asarray(sum(p**2 for p in places) <= 1)


def fields(smoothness: float, count: int = MAPS) -> Field:
    """Maps of unit variance in the mask, zero outside, shape (map, x, y, z)."""
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(1)
    out = np.empty((count, *SHAPE), dtype=np.float32)
    for i in range(count):
        noise = rng.standard_normal(SHAPE, dtype=np.float32)
        noise = gaussian_filter(noise, smoothness) if smoothness else noise
        out[i] = noise / noise.std() * ellipsoid()
    return out


def _cpu(call: Callable[[], object], repeats: int = REPEATS) -> float:
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


def _own(z: Field, connectivity: int) -> float:
    how = enhancement(VolumeSpace(ellipsoid(), np.eye(4)), "exact-t", connectivity)
    maps = np.ascontiguousarray(z[:, ellipsoid()])
    how.maps(maps[:1])
    return _cpu(lambda: how.maps(maps)) / len(maps)


def _over_smoothness(ratio: Callable[[Field], float]) -> tuple[float, float]:
    return float(np.exp(np.mean([np.log(ratio(fields(s))) for s in SMOOTHNESS]))), 1.0


def against_nilearn() -> tuple[float, float]:
    """How many times quicker than nilearn, 6 neighbours."""
    from nilearn.mass_univariate._utils import calculate_tfce
    from scipy.ndimage import generate_binary_structure

    def ratio(z: Field) -> float:
        one = z[0].astype(np.float64)[..., None]
        return _cpu(lambda: calculate_tfce(one, generate_binary_structure(3, 1)), 2) / _own(z, 6)

    return _over_smoothness(ratio)


def _peer() -> Callable[..., Field]:
    try:
        from tfce import tfce
    except ImportError as error:
        raise Skipped("tfce is not installed") from error
    return tfce  # type: ignore[no-any-return]


def against_tfce(connectivity: int) -> tuple[float, float]:
    """How many times quicker than PyPI tfce."""
    peer = _peer()

    def ratio(z: Field) -> float:
        columns = np.asfortranarray(np.moveaxis(z, 0, -1))
        theirs = _cpu(lambda: peer(columns, connectivity=connectivity, n_jobs=1)) / len(z)
        return theirs / _own(z, connectivity)

    return _over_smoothness(ratio)


def ulps() -> float:
    """Largest difference from PyPI tfce in units of the last place of float32, all smoothnesses and connectivities."""
    peer, worst = _peer(), 0
    for smoothness in SMOOTHNESS:
        z = fields(smoothness, 2)
        for connectivity in (6, 18, 26):
            how = enhancement(VolumeSpace(ellipsoid(), np.eye(4)), "exact-t", connectivity)
            theirs = peer(np.moveaxis(z, 0, -1), connectivity=connectivity)[ellipsoid()].T
            ours = how.maps(z[:, ellipsoid()]).view(np.int32).astype(np.int64)
            worst = max(worst, int(np.abs(ours - np.ascontiguousarray(theirs).view(np.int32)).max()))
    return float(worst)


@lru_cache(1)
def study() -> tuple[Field, Design, NDArray[np.float64]]:
    """Maps of 20 and 20 people, group and four covariates, noise smoothed by 1.5 voxels."""
    rng = np.random.default_rng(0)
    held = np.column_stack(
        [rng.integers(0, 2, PEOPLE), rng.integers(0, 2, PEOPLE), rng.normal(45, 12, PEOPLE), rng.integers(0, 2, PEOPLE)]
    ).astype(np.float64)
    maps = fields(1.5, PEOPLE)[:, ellipsoid()]
    group = np.arange(PEOPLE) >= PEOPLE // 2
    return maps, two_groups(group, held, np.zeros(PEOPLE, dtype=np.int64)), held


def per_permutation(connectivity: int = 6) -> float:
    """CPU seconds of a Freedman–Lane permutation with the largest enhanced value, from two counts."""
    maps, design, _ = study()
    how = enhancement(VolumeSpace(ellipsoid(), np.eye(4)), "exact-t", connectivity)
    moves = {count: relabellings(design, count - 1, 10, 0) for count in COUNTS}
    taken = [
        _cpu(lambda: null_summaries(design, maps, moves[n], how.largest, EngineOptions(counts=False, threads=1)), 2)  # noqa: B023
        for n in COUNTS
    ]
    return (taken[1] - taken[0]) / (COUNTS[1] - COUNTS[0])


def thousand() -> float:
    """CPU seconds of 1,000 permutations, scaled from 64."""
    return 1000 * per_permutation()


def memory() -> float:
    """Peak memory, GB, of a process that makes the data and enhances 32 permutations."""
    code = (
        "from benchmarks import stats_tfce as b; b.COUNTS = (4, 32); b.per_permutation(); "  # not ru_maxrss: that is
        "print(next(w.split()[1] for w in open('/proc/self/status') if 'VmHWM' in w))"  # the parent's where larger
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout) * 1024 / 1e9


def end_to_end() -> tuple[float, float]:
    """How many times quicker than nilearn permuted_ols with TFCE, per permutation; nilearn from 1 and 3."""
    import nibabel as nib
    from nilearn.maskers import NiftiMasker
    from nilearn.mass_univariate import permuted_ols

    maps, _, held = study()
    masker = NiftiMasker(nib.Nifti1Image(ellipsoid().astype(np.uint8), np.eye(4)), standardize=None).fit()
    group = (np.arange(PEOPLE) >= PEOPLE // 2)[:, None].astype(np.float64)

    def run(count: int) -> object:
        return permuted_ols(
            group, maps.astype(np.float64), held, n_perm=count, n_jobs=1, random_state=0, masker=masker, tfce=True,
            output_type="dict",
        )  # fmt: skip

    theirs = (_cpu(lambda: run(3), 1) - _cpu(lambda: run(1), 1)) / 2
    return theirs / per_permutation(), 1.0


FIGURES: list[Figure] = [
    Figure(
        "stats.tfce_exact_vs_nilearn", "exact TFCE, 6 neighbours, times quicker", "1", ">= 30", against_nilearn, NILEARN
    ),
    Figure(
        "stats.tfce_exact_vs_tfce", "exact TFCE, 6 neighbours, times quicker", "1", ">= 1.5",
        lambda: against_tfce(6), TFCE,
    ),
    Figure(
        "stats.tfce_exact_vs_tfce_26", "exact TFCE, 26 neighbours, times quicker", "1", ">= 1.5",
        lambda: against_tfce(26), TFCE,
    ),
    Figure("stats.tfce_equal", "largest difference from PyPI tfce, 6, 18, 26 neighbours", "ulp", "<= 1", ulps, TFCE),
    Figure(
        "stats.fl_tfce_1000", "1,000 Freedman–Lane permutations, exact TFCE, 6 neighbours, scaled from 64", "s",
        "<= 40", thousand,
    ),
    Figure("stats.fl_tfce_memory", "peak memory of permutation with TFCE, data included", "GB", "<= 1", memory),
    Figure(
        "stats.fl_tfce_vs_nilearn", "permutation with TFCE, times quicker", "1", ">= 35", end_to_end,
        "nilearn permuted_ols",
    ),
]  # fmt: skip
