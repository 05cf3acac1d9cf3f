"""TFCE held against its definition and against the programs whose conventions it offers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nociscope.core.space import VolumeSpace
from nociscope.stats.design import two_groups
from nociscope.stats.maps.engine import EngineOptions, map_test, null_summaries, reached
from nociscope.stats.maps.tfce import enhancement
from nociscope.stats.relabelling import Relabellings
from tools.figures import ROOT, Figure

PEOPLE, SHAPE, PERMUTATIONS = 40, (36, 44, 36), 200
ALPHA = 0.05
PALM, NILEARN = "PALM 4b651c5, Octave 7.3", "nilearn permuted_ols"

Floats = NDArray[np.float64]


def _ellipsoid(shape: tuple[int, int, int]) -> NDArray[np.bool_]:
    places = np.meshgrid(*(np.linspace(-1, 1, s) * (s - 1) / s for s in shape), indexing="ij")
    return np.asarray(sum(p**2 for p in places) <= 1)


def palm() -> float:
    """Smallest correlation with PALM's maps: 6, 18, 26 neighbours, one- and two-sided."""
    kept = np.load(ROOT / "tests/reference/data/palm_tfce.npz")
    shape = tuple(kept["shape"])
    mask = np.unpackbits(kept["mask"], count=int(np.prod(shape))).astype(bool).reshape(shape)
    found = []
    for connectivity in (6, 18, 26):
        for side, alternative in (("two", "two-sided"), ("one", "greater")):
            how = enhancement(VolumeSpace(mask, np.eye(4)), "palm", connectivity, alternative)
            found.append(np.corrcoef(np.abs(how.maps(kept["z"])[0]), kept[f"{side}{connectivity}"])[0, 1])
    return float(min(found))


def steps(count: int) -> float:
    """Largest difference of a midpoint sum of so many levels from the exact integral, percent of the peak."""
    from scipy.ndimage import gaussian_filter, label

    mask = _ellipsoid(SHAPE)
    z = gaussian_filter(np.random.default_rng(2).standard_normal(SHAPE), 1.5)
    z = np.maximum(z / z.std(), 0) * mask
    exact = enhancement(VolumeSpace(mask, np.eye(4)), "exact-t", 6).maps(z[mask])[0]
    dh, total = z.max() / count, np.zeros(SHAPE)
    for h in (np.arange(count) + 0.5) * dh:
        labels, _ = label(z >= h)
        extent = np.sqrt(np.bincount(labels.ravel()))
        extent[0] = 0
        total += extent[labels] * h**2 * dh
    return float(100 * np.abs(total[mask] - exact).max() / exact.max())


@lru_cache(1)
def significant() -> dict[str, float]:
    """Voxels with family-wise p below 0.05 by convention, and by nilearn on the same permutations.

    40 people, group and four covariates, 200 permutations, an effect of 1.3 SD in a ball.
    """
    import nibabel as nib
    from nilearn.maskers import NiftiMasker
    from nilearn.mass_univariate import permuted_ols
    from scipy.ndimage import gaussian_filter

    mask, rng = _ellipsoid(SHAPE), np.random.default_rng(0)
    places = np.meshgrid(*(np.linspace(-1, 1, s) for s in SHAPE), indexing="ij")
    ball = sum((p - c) ** 2 for p, c in zip(places, (-0.3, 0.0, 0.1), strict=True))[mask] <= 0.33**2
    group = np.arange(PEOPLE) >= PEOPLE // 2
    held = np.column_stack([rng.integers(0, 2, (PEOPLE, 3)), rng.normal(45, 12, PEOPLE)]).astype(np.float64)
    noise = np.stack([gaussian_filter(rng.standard_normal(SHAPE), 1.5)[mask] for _ in range(PEOPLE)])
    maps = noise / noise.std() + 1.3 * group[:, None] * ball + (held @ [1.5, 0.3, 0.3, 0.02])[:, None]
    masker = NiftiMasker(nib.Nifti1Image(mask.astype(np.uint8), np.eye(4)), standardize=None).fit()
    peer = permuted_ols(
        group[:, None].astype(float), maps, held, n_perm=PERMUTATIONS, n_jobs=1, random_state=0, masker=masker,
        tfce=True, output_type="dict",
    )  # fmt: skip
    design = two_groups(group, held, np.zeros(PEOPLE, dtype=np.int64))
    moves, options = _nilearn_permutations(), EngineOptions(counts=False)
    t = map_test(design, maps, moves, options).statistic
    counts = {"peer": float((peer["logp_max_tfce"] >= -np.log10(ALPHA)).sum())}
    for name in ("nilearn", "exact-t"):
        how = enhancement(VolumeSpace(mask, np.eye(4)), name, 6)
        null = null_summaries(design, maps, moves, how.largest, options)
        counts[name] = float((reached(null, np.abs(how.maps(t)[0]).astype(np.float64), 1e-5) <= ALPHA).sum())
    return counts


def _nilearn_permutations() -> Relabellings:
    """Permutations that nilearn draws: a seed for its one job, and the rows shuffled again and again."""
    from sklearn.utils import check_random_state

    drawn = check_random_state(check_random_state(0).randint(1, np.iinfo(np.int32).max - 1))
    place, orders = np.arange(PEOPLE), [np.arange(PEOPLE)]
    for _ in range(PERMUTATIONS):
        place = place[drawn.permutation(PEOPLE)]
        orders.append(np.argsort(place))
    return Relabellings(np.array(orders), np.ones((PERMUTATIONS + 1, PEOPLE), dtype=np.int8), False, 10**9)


def nilearn_difference() -> float:
    """Difference of the numbers of significant voxels, percent of nilearn's."""
    counts = significant()
    return 100 * abs(counts["nilearn"] - counts["peer"]) / counts["peer"]


def exact_beside_nilearn() -> tuple[float, float]:
    """Significant voxels of the exact integral, and of nilearn."""
    counts = significant()
    return counts["exact-t"], counts["peer"]


FIGURES: list[Figure] = [
    Figure("stats.tfce_palm", "correlation with PALM's TFCE, smallest of six", "1", ">= 0.9995", palm, PALM),
    Figure(
        "stats.tfce_nilearn", "significant voxels by nilearn's convention, difference on the same permutations", "%",
        "<= 1", nilearn_difference, NILEARN,
    ),
    Figure(
        "stats.tfce_exact_voxels", "significant voxels of the exact integral", "1", "", exact_beside_nilearn, NILEARN
    ),
    Figure("stats.tfce_steps_100", "sum of 100 levels and the exact integral", "%", "", lambda: steps(100)),
    Figure("stats.tfce_steps_1600", "sum of 1,600 levels and the exact integral", "%", "<= 0.2", lambda: steps(1600)),
]  # fmt: skip
