"""Mediation with bootstrap: cause → mediator → outcome, and the same numbers with the last two exchanged.

With one visit this describes how three variables hang together. It does not show what causes what: the swapped model
fits the same data exactly as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nociscope.core.errors import RangeError, ShapeError
from nociscope.stats.design import Array, independent, slope
from nociscope.stats.intervals import bca
from nociscope.stats.permutation import permutation_test
from nociscope.stats.relabelling import relabellings

LEAST_RESAMPLES = 5_000

PATHS = ("a", "b", "c", "c_prime", "ab", "ab_standardised", "ab_swapped")
"""Cause to mediator; mediator to outcome at a given cause; total effect; direct effect; indirect effect a·b; the same
in SDs of the outcome; that of the swapped model, in which the cause reaches the mediator through the outcome."""

_BLOCK = 1000
_SINGULAR = 1e-9


@dataclass(frozen=True, eq=False)
class Mediation:
    """Paths in every region; arrays of shape (region,) under the names of `PATHS`.

    Parameters
    ----------
    value : path to its estimate.
    low, high : path to the ends of the percentile interval.
    bca_low, bca_high : of ``ab`` by BCa; nan where too many resamples were singular. It finds an effect too often
        where only one of the paths is there (Fritz et al. 2012).
    p_a, p_b : of the two paths, by permutation.
    p : the larger of both: joint significance.
    lost : share of resamples that were singular.
    """

    value: dict[str, Array]
    low: dict[str, Array]
    high: dict[str, Array]
    bca_low: Array
    bca_high: Array
    p_a: Array
    p_b: Array
    p: Array
    lost: float


@dataclass(frozen=True)
class MediationSettings:
    """Resamples of people, permutations of each path, level of intervals and the seed of both."""

    resamples: int = LEAST_RESAMPLES
    permutations: int = 5_000
    level: float = 0.95
    seed: int = 0
    exact_limit: int = 20_000


_DEFAULT = MediationSettings()


def mediate(
    cause: Array, mediator: Array, y: Array, covariates: Array, settings: MediationSettings = _DEFAULT
) -> Mediation:
    """Estimate and test an indirect effect in every region.

    Parameters
    ----------
    cause, mediator : shape (person,); of two groups 1 and 0.
    y : outcome, shape (person, region). covariates : shape (person, column), held constant in every path.

    Raises
    ------
    ShapeError
        Arrays that do not fit.
    RangeError
        Fewer than two degrees of freedom, or a cause and mediator that cannot be told apart.
    """
    n = len(cause)
    if np.shape(mediator) != (n,) or np.shape(y)[:1] != (n,) or np.shape(covariates)[:1] != (n,):
        raise ShapeError("cause, mediator, outcome and covariates do not fit", expected=n, got=np.shape(y))
    one = np.ones((n, 1))
    held = np.hstack([one, independent(one, covariates)])
    if independent(held, np.column_stack([cause, mediator])).shape[1] < 2 or n - held.shape[1] < 4:
        raise RangeError(
            "cause and mediator cannot be told apart, or too few people", expected="two degrees of freedom left", got=n
        )
    columns = _Columns(cause, held, mediator - mediator.mean(), y - y.mean(axis=0))
    value = _paths(columns, np.ones((1, n)))
    drawn = _resampled(columns, settings)
    kept = np.isfinite(drawn["ab"]).all(axis=1)
    tails = [(1 - settings.level) / 2, (1 + settings.level) / 2]
    ends = {name: np.quantile(drawn[name][kept], tails, axis=0) for name in PATHS}
    left_out = _paths(columns, 1.0 - np.eye(n))["ab"]
    by_bca = bca(value["ab"][0], drawn["ab"], left_out, settings.level)
    missing = np.full(y.shape[1], np.nan)
    bca_low, bca_high = by_bca if by_bca is not None else (missing, missing)
    p_a, p_b = _path_p(cause, mediator, y, covariates, settings)
    return Mediation(
        {name: v[0] for name, v in value.items()}, {name: e[0] for name, e in ends.items()},
        {name: e[1] for name, e in ends.items()}, bca_low, bca_high, p_a, p_b, np.maximum(p_a, p_b),
        float(1 - kept.mean()),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Columns:
    cause: Array
    held: Array
    mediator: Array
    y: Array


def _paths(columns: _Columns, counts: Array) -> dict[str, Array]:
    """Paths when each person counts so often, shapes (set of counts, region); nan where they cannot be told apart."""
    z = np.column_stack([columns.cause, columns.held])
    both = np.column_stack([columns.mediator, columns.y])
    cross = (counts @ _outer(z, z)).reshape(-1, z.shape[1], z.shape[1])
    target = (counts @ _outer(z, both)).reshape(len(counts), z.shape[1], both.shape[1])
    singular = np.linalg.eigvalsh(cross)[:, 0] < _SINGULAR * np.trace(cross, axis1=1, axis2=2)
    cross[singular] = np.eye(z.shape[1])
    beta = np.linalg.solve(cross, target)
    # what cause and covariates leave of mediator and outcome, by sums of squares and products
    squares = counts @ both**2 - (beta * target).sum(axis=1)
    products = counts @ (both[:, :1] * columns.y) - (beta[:, :, :1] * target[:, :, 1:]).sum(axis=1)
    total = counts.sum(axis=1, keepdims=True)
    spread = counts @ columns.y**2 / total - (counts @ columns.y / total) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        a, c = np.broadcast_to(beta[:, 0, :1], products.shape), beta[:, 0, 1:]
        b, b_swapped = products / squares[:, :1], products / squares[:, 1:]
        ab = a * b
        found = dict(zip(PATHS, (a, b, c, c - ab, ab, ab / np.sqrt(spread), c * b_swapped), strict=True))
    usable = ~singular[:, None] & (squares[:, :1] > _SINGULAR) & np.isfinite(ab)
    return {name: np.where(usable, v, np.nan) for name, v in found.items()}


def _outer(left: Array, right: Array) -> Array:
    return (left[:, :, None] * right[:, None, :]).reshape(left.shape[0], -1)


def _resampled(columns: _Columns, settings: MediationSettings) -> dict[str, Array]:
    """Paths of people drawn with replacement, within the two groups where the cause is one; (resample, region)."""
    rng = np.random.default_rng(settings.seed)
    n = len(columns.cause)
    levels, group = np.unique(columns.cause, return_inverse=True)
    groups = [np.flatnonzero(group == g) for g in range(levels.size)] if levels.size == 2 else [np.arange(n)]
    parts = []
    for start in range(0, settings.resamples, _BLOCK):
        counts = np.zeros((min(_BLOCK, settings.resamples - start), n))
        for members in groups:
            share = np.full(members.size, 1 / members.size)
            counts[:, members] = rng.multinomial(members.size, share, size=len(counts))
        parts.append(_paths(columns, counts))
    return {name: np.concatenate([part[name] for part in parts]) for name in PATHS}


def _path_p(
    cause: Array, mediator: Array, y: Array, covariates: Array, settings: MediationSettings
) -> tuple[Array, Array]:
    """P of path a, the same in every region, and of path b; permutations of what the other columns leave."""
    strata = np.zeros(len(cause), dtype=np.int64)
    first = slope(cause, covariates, strata)
    second = slope(mediator, np.column_stack([cause, covariates]), strata)
    p = []
    for design, values in ((first, mediator[:, None]), (second, y)):
        moves = relabellings(design, settings.permutations, settings.exact_limit, settings.seed)
        p.append(permutation_test(design, values, moves, error="hc2").p)
    return np.full(y.shape[1], p[0][0]), p[1]
