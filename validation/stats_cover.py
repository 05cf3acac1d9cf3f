"""Inference for few people: do 95 % intervals hold the truth 95 times in a hundred. Every simulation is seeded."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from nociscope.stats import effects, intervals, linear
from nociscope.stats.design import Array, one_sample, slope
from nociscope.stats.details import adjusted_mean_weights, band, interval_of
from nociscope.stats.linear import algebra
from nociscope.stats.reliability import icc_interval, mean_squares
from tools.figures import Figure
from validation.stats import groups

INTERVALS = 2000
_COVER = "93..97"


def cover_difference(n1: int, n2: int, ratio: float, genotype: bool) -> float:
    """Coverage of the 95 % interval of a difference, percent."""
    design, first, binding = groups(n1, n2, genotype)
    rng = np.random.default_rng(21)
    y = (
        rng.normal(size=(n1 + n2, INTERVALS)) * np.where(first, ratio, 1.0)[:, None]
        + first[:, None]
        + 5 * binding * (1.0 if genotype else 0.0)
    )
    low, high = intervals.estimate_interval(linear.fit(design, y), 0.95)
    return float(100 * np.mean((low <= 1) & (high >= 1)))


def cover_g(n1: int, n2: int, truth: float) -> tuple[float, float]:
    """Coverage of the 95 % interval of Hedges g, percent, and of the noncentral t that trusts the bell curve."""
    return _cover_g(n1, n2, truth, np.random.default_rng(22).normal(size=(n1 + n2, INTERVALS)), BELL)


def cover_g_skewed(n1: int, n2: int, truth: float, peer: str) -> tuple[float, float]:
    """Coverage of the 95 % interval of Hedges g on exponential noise, percent, and of another one on the same data."""
    return _cover_g(n1, n2, truth, np.random.default_rng(25).exponential(size=(n1 + n2, INTERVALS)), peer)


BELL, BCA = "noncentral t", "BCa"


def _cover_g(n1: int, n2: int, truth: float, noise: Array, peer: str) -> tuple[float, float]:
    design, first, _ = groups(n1, n2, False)
    y = noise + truth * first[:, None]
    fitted, boot = linear.fit(design, y), effects.Bootstrap(1000, 0, 0.95)
    found, _ = effects.standardised(design, y, fitted, boot, "hedges_g")
    mine = 100 * float(np.mean([e.ci_low <= truth <= e.ci_high for e in found]))
    scale = math.sqrt(1 / n1 + 1 / n2)
    if peer == BCA:
        ends = effects.standardised_by_bootstrap(design, y, fitted, boot)
        assert ends is not None, "groups are drawn within themselves, so no resample is singular"
    else:
        dof = np.full(INTERVALS, float(n1 + n2 - 2))
        low, high = intervals.standardised_interval(fitted.estimate / fitted.se_pooled, dof, 0.95)
        ends = (scale * low, scale * high)
    return mine, 100 * float(np.mean((ends[0] <= truth) & (ends[1] >= truth)))


def cover_dz(skewed: bool) -> float:
    """Coverage of the 95 % interval of dz = 1, nine pairs, percent; differences normal, or with a long tail below."""
    rng = np.random.default_rng(28)
    made = 2 - rng.exponential(size=(9, INTERVALS)) if skewed else rng.normal(1, 1, size=(9, INTERVALS))
    design = one_sample(9, np.zeros((9, 0)))
    found, _ = effects.standardised(design, made, linear.fit(design, made), effects.Bootstrap(1000, 0, 0.95), "dz")
    return 100 * float(np.mean([e.ci_low <= 1 <= e.ci_high for e in found]))


def cover_g_genotype(skewed: bool) -> float:
    """Coverage of the 95 % interval of g = 1.5, 6 v 6, genotype held constant, percent."""
    design, first, binding = groups(6, 6, True)
    rng = np.random.default_rng(29)
    noise = rng.exponential(size=(12, INTERVALS)) if skewed else rng.normal(size=(12, INTERVALS))
    y = noise + 1.5 * first[:, None] + 5 * binding
    found, _ = effects.standardised(design, y, linear.fit(design, y), effects.Bootstrap(1000, 0, 0.95), "hedges_g")
    return 100 * float(np.mean([e.ci_low <= 1.5 <= e.ci_high for e in found]))


def cover_difference_skewed(n1: int, n2: int, truth: float) -> float:
    """Coverage of the 95 % interval of the difference on exponential noise, percent."""
    design, first, _ = groups(n1, n2, False)
    y = np.random.default_rng(25).exponential(size=(n1 + n2, INTERVALS)) + truth * first[:, None]
    low, high = intervals.estimate_interval(linear.fit(design, y), 0.95)
    return float(100 * np.mean((low <= truth) & (high >= truth)))


def cover_adjusted_mean(ratio: float) -> float:
    """Coverage of the 95 % interval of the first of two adjusted means, 6 v 6, genotype held constant, percent."""
    design, first, binding = groups(6, 6, True)
    rng = np.random.default_rng(26)
    y = rng.normal(size=(12, INTERVALS)) * np.where(first, ratio, 1.0)[:, None] + first[:, None] + 5 * binding
    ends = interval_of(algebra(design), adjusted_mean_weights(design), y, 0.95)
    assert ends is not None, "everybody has a residual in this design"
    truth = 1 + 5 * float(binding.mean())
    return float(100 * np.mean((ends[0][0] <= truth) & (ends[1][0] >= truth)))


def cover_band(place: int) -> float:
    """Coverage of the band of a line at one of its places, 12 people, percent."""
    x = np.linspace(0, 1, 12) ** 2
    design = slope(x, np.zeros((12, 0)), np.zeros(12, dtype=np.int64))
    drawn = band(design, 1 + 2 * x[:, None] + np.random.default_rng(27).normal(size=(12, INTERVALS)), 0.95)
    truth = 1 + 2 * drawn["band_x"][place]
    return float(100 * np.mean((drawn["band_low"][place] <= truth) & (drawn["band_high"][place] >= truth)))


def cover_icc(n: int, truth: float) -> float:
    """Coverage of the 95 % interval of ICC(1,1), two sessions, percent."""
    rng = np.random.default_rng(23)
    hits = 0
    for _ in range(INTERVALS):
        values = math.sqrt(truth) * rng.normal(size=(n, 1)) + math.sqrt(1 - truth) * rng.normal(size=(n, 2))
        _, low, high = icc_interval(*mean_squares(values), n, 2, 0.95)
        hits += low <= truth <= high
    return 100 * hits / INTERVALS


def cover_slope(n: int) -> float:
    """Coverage of the 95 % interval of a slope on a normal predictor, percent."""
    return 100 * float(np.mean([_slope_and_r(n, 0.5, seed)[0] for seed in range(INTERVALS)]))


def cover_r(n: int) -> float:
    """Coverage of the 95 % interval of r = 0.5, percent."""
    return 100 * float(np.mean([_slope_and_r(n, 0.5, seed)[1] for seed in range(INTERVALS)]))


def _slope_and_r(n: int, truth: float, seed: int) -> tuple[bool, bool]:
    rng = np.random.default_rng([24, seed])
    x = rng.normal(size=n)
    y = (truth * x + math.sqrt(1 - truth**2) * rng.normal(size=n))[:, None]
    design = slope(x, np.zeros((n, 0)), np.zeros(n, dtype=np.int64))
    low, high = intervals.estimate_interval(linear.fit(design, y), 0.95)
    (r,), _ = effects.correlations(design, y, effects.Bootstrap(1000, 0, 0.95), rank=False)
    return bool(low[0] <= truth <= high[0]), r.ci_low <= truth <= r.ci_high


FIGURES: list[Figure] = [
    Figure(
        "stats.cover.difference_4v5", "coverage of a difference, 4 v 5", "%", _COVER,
        partial(cover_difference, 4, 5, 1.0, False),
    ),
    Figure(
        "stats.cover.difference_4v5_unequal", "the same, the smaller group has twice the SD", "%", _COVER,
        partial(cover_difference, 4, 5, 2.0, False),
    ),
    Figure(
        "stats.cover.difference_4v5_unequal_other", "the same, the larger group has twice the SD", "%", _COVER,
        partial(cover_difference, 4, 5, 0.5, False),
    ),
    Figure(
        "stats.cover.difference_6v6_genotype", "coverage of a difference, 6 v 6, genotype held constant", "%", _COVER,
        partial(cover_difference, 6, 6, 1.0, True),
    ),
    Figure(
        "stats.cover.difference_10v10_unequal", "coverage of a difference, 10 v 10, SD 2 and 1", "%", _COVER,
        partial(cover_difference, 10, 10, 2.0, False),
    ),
    Figure("stats.cover.slope_12", "coverage of a slope, 12 people", "%", _COVER, partial(cover_slope, 12)),
    Figure("stats.cover.r_12", "coverage of r, 12 people", "%", _COVER, partial(cover_r, 12)),
    *(
        Figure(
            f"stats.cover.g_{n1}v{n2}{name}", f"coverage of Hedges g = {truth}, {n1} v {n2}", "%", _COVER,
            partial(cover_g, n1, n2, truth), f"{BELL}, bell curve",
        )
        for n1, n2, truth, name in (
            (4, 5, 0.0, "_null"), (4, 5, 1.5, ""), (10, 10, 2.0, ""), (25, 27, 0.8, ""), (25, 27, 2.0, "_large")
        )
    ),
    *(
        Figure(
            f"stats.cover.g_skewed_{n1}v{n2}{name}", f"coverage of Hedges g = {truth}, {n1} v {n2}, exponential noise",
            "%", _COVER, partial(cover_g_skewed, n1, n2, truth, peer),
            f"{BELL}, bell curve" if peer == BELL else "BCa bootstrap",
        )
        for n1, n2, truth, name, peer in (
            (4, 5, 0.0, "_null", BELL), (4, 5, 1.5, "", BELL), (10, 10, 2.0, "", BELL), (25, 27, 0.8, "", BCA),
            (25, 27, 2.0, "_large", BCA),
        )
    ),
    Figure("stats.cover.dz_9", "coverage of dz = 1, 9 pairs", "%", _COVER, partial(cover_dz, False)),
    Figure(
        "stats.cover.dz_skewed_9", "the same, differences with an exponential tail towards zero", "%", _COVER,
        partial(cover_dz, True),
    ),
    Figure(
        "stats.cover.g_6v6_genotype", "coverage of Hedges g = 1.5, 6 v 6, genotype held constant", "%", _COVER,
        partial(cover_g_genotype, False),
    ),
    Figure(
        "stats.cover.g_skewed_6v6_genotype", "the same, exponential noise", "%", _COVER, partial(cover_g_genotype, True)
    ),
    Figure(
        "stats.cover.difference_skewed_10v10", "coverage of a difference of 2, 10 v 10, exponential noise", "%",
        _COVER, partial(cover_difference_skewed, 10, 10, 2.0),
    ),
    Figure(
        "stats.cover.adjusted_mean_6v6", "coverage of an adjusted mean, 6 v 6, genotype held constant", "%", _COVER,
        partial(cover_adjusted_mean, 1.0),
    ),
    Figure(
        "stats.cover.adjusted_mean_6v6_unequal", "the same, that group has twice the SD", "%", _COVER,
        partial(cover_adjusted_mean, 2.0),
    ),
    Figure("stats.cover.band_middle", "coverage of a line's band, 12 people", "%", _COVER, partial(cover_band, 12)),
    Figure("stats.cover.band_end", "the same, at its far end", "%", _COVER, partial(cover_band, 24)),
    Figure("stats.cover.icc_10", "coverage of ICC(1,1) = 0.8, 10 people", "%", _COVER, partial(cover_icc, 10, 0.8)),
]  # fmt: skip
