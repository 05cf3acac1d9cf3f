"""Permutation over maps: p by enumeration, family-wise errors, and what a peak is in people who did not choose it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nociscope.stats.design import Design, one_sample, two_groups
from nociscope.stats.maps.engine import EngineOptions, map_test
from nociscope.stats.maps.left_out import left_out
from nociscope.stats.relabelling import relabellings
from tools.figures import Figure

SETS, ELEMENTS = 1_000, 150


def exact() -> float:
    """4 against 5 in 10,000 voxels with ties and effects of 50 SD: voxels whose p is not the k/126 by hand."""
    rng = np.random.default_rng(0)
    parts = [rng.normal(size=(9, 4000)), rng.integers(0, 4, (9, 4000)), rng.normal(size=(9, 2400))]
    parts[2][:4] += 50
    y = np.hstack(parts)
    y = y[:, (np.ptp(y[:4], axis=0) > 0) | (np.ptp(y[4:], axis=0) > 0)][:, -10_000:].astype(np.float32)
    exact_y = y.astype(np.float64)
    gap = np.array(
        [
            abs(exact_y[list(c)].mean(axis=0) - np.delete(exact_y, c, axis=0).mean(axis=0))
            for c in combinations(range(9), 4)
        ]
    )
    by_hand = (gap >= gap[0] * (1 - 1e-9) - 1e-12).sum(axis=0)
    design = two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, dtype=np.int64))
    p = map_test(design, y, relabellings(design, 1, 20_000, 0)).p
    return float((abs(p * 126 - by_hand) > 1e-9).sum())


def _rejections(
    design: Design, noise: Callable[[np.random.Generator], NDArray[np.float64]], error: str, step_down: bool = False
) -> float:
    """Share of data sets without an effect in which some element passes 0.05, in %."""
    rng = np.random.default_rng(1)
    moves = relabellings(design, 400, 20_000, 0)
    options = EngineOptions(error=error, threads=1, step_down=step_down)
    hits = 0
    for _ in range(SETS):
        test = map_test(design, noise(rng), moves, options)
        hits += bool((test.p_step if step_down else test.p_max).min() <= 0.05)
    return 100 * hits / SETS


def nine_normal() -> float:
    """4 against 5, exact, normal noise."""
    design = two_groups(np.arange(9) < 4, np.zeros((9, 0)), np.zeros(9, dtype=np.int64))
    return _rejections(design, lambda rng: rng.normal(size=(9, ELEMENTS)), "pooled")


def twelve_skewed() -> float:
    """6 against 6, exact, exponential noise, step-down."""
    design = two_groups(np.arange(12) < 6, np.zeros((12, 0)), np.zeros(12, dtype=np.int64))
    return _rejections(design, lambda rng: rng.exponential(size=(12, ELEMENTS)), "pooled", step_down=True)


def twenty_genotype() -> float:
    """8 against 12 with genotype held constant, 5 SD, HC2."""
    genotype = (np.arange(20) % 3 == 0).astype(np.float64)
    design = two_groups(np.arange(20) < 8, genotype[:, None], np.zeros(20, dtype=np.int64))
    return _rejections(design, lambda rng: rng.normal(size=(20, ELEMENTS)) + 5 * genotype[:, None], "hc2")


def twelve_flips() -> float:
    """12 differences, sign flips, normal noise."""
    return _rejections(one_sample(12, np.zeros((12, 0))), lambda rng: rng.normal(size=(12, ELEMENTS)), "pooled")


def _peaks() -> tuple[float, float]:
    rng, taken, loso = np.random.default_rng(2), [], []
    design = two_groups(np.arange(16) < 8, np.zeros((16, 0)), np.zeros(16, dtype=np.int64))
    for _ in range(400):
        y = rng.normal(size=(16, 400))
        gap = y[:8].mean(axis=0) - y[8:].mean(axis=0)
        t = gap / np.sqrt((y[:8].var(axis=0, ddof=1) + y[8:].var(axis=0, ddof=1)) / 8)
        peak = int(np.argmax(t))
        taken.append(float(gap[peak]))
        loso.append(left_out(design, y, peak, 1.0).estimate)
    return float(np.mean(taken)), float(np.mean(loso))


def picked() -> float:
    """Mean effect at the peak where there is none anywhere, SD."""
    return _peaks()[0]


def left_out_peak() -> float:
    """The same, measured in who did not choose the peak, SD."""
    return abs(_peaks()[1])


RANGE = "3.6..6.4"
"""5 % ± two Monte Carlo errors of 1,000 data sets."""

FIGURES: list[Figure] = [
    Figure("stats.maps_exact_4v5", "p in 10,000 voxels that is not the k/126 by hand", "1", "== 0", exact),
    Figure("stats.maps_fwe_4v5", "family-wise error of max-T, 4 against 5, normal", "%", RANGE, nine_normal),
    Figure("stats.maps_fwe_6v6", "the same by step-down, 6 against 6, exponential", "%", RANGE, twelve_skewed),
    Figure("stats.maps_fwe_8v12", "the same, 8 against 12, HC2, genotype of 5 SD held", "%", RANGE, twenty_genotype),
    Figure("stats.maps_fwe_flips", "the same, 12 differences by sign flips", "%", RANGE, twelve_flips),
    Figure("stats.maps_peak_bias", "effect at the peak of nothing, 8 against 8, 400 voxels", "SD", "", picked),
    Figure("stats.maps_loso_bias", "the same, measured in who did not choose it", "SD", "<= 0.1", left_out_peak),
]  # fmt: skip
