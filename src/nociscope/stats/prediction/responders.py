"""Responders among a handful: exact rank test, shift, AUC, threshold, correlation, and the best p there can be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.core.errors import InputError
from nociscope.stats.design import Array
from nociscope.stats.prediction.auc import AucInterval, delong_interval, exact_interval, wins_of
from nociscope.stats.prediction.proportions import Classification, classification

ENUMERATED = 9
"""People up to whom every order is looked at for a rank correlation."""

_EXACT_PAIRS = 400


@dataclass(frozen=True)
class RankTest:
    """Exact rank-sum test: ``u`` counts pairs in which a responder is higher; p two-sided, above and below."""

    u: float
    p: float
    p_greater: float
    p_less: float


@dataclass(frozen=True)
class Responders:
    """Responders against others on one measure.

    Parameters
    ----------
    responders, others : people.
    test : exact in the presence of ties, given which values tie.
    shift, shift_low, shift_high : Hodges–Lehmann difference, responders minus others, in the unit of the measure.
    auc : share of pairs in which the responder is higher, with its interval (exact where there are few pairs).
    best_p, best_p_one_sided : smallest p that these counts can give, without ties: 2/126 and 1/126 for 5 of 9.
    threshold : measure at which the rule of all people cuts; ``higher`` says whether responders lie above.
    rule : the same rule found without each person in turn and applied to them.
    """

    responders: int
    others: int
    test: RankTest
    shift: float
    shift_low: float
    shift_high: float
    auc: AucInterval
    best_p: float
    best_p_one_sided: float
    threshold: float
    higher: bool
    rule: Classification


def responder_analysis(values: Array, responded: NDArray[np.bool_], level: float = 0.95) -> Responders:
    """Compare responders with others, shapes (person,).

    Raises
    ------
    InputError
        Fewer than two responders or two others, or missing values.
    """
    x, y = np.asarray(values, float), np.asarray(responded, bool)
    m, n = int(y.sum()), int((~y).sum())
    if min(m, n) < 2 or not np.isfinite(x).all():
        raise InputError("too few people", expected="2 responders, 2 others, finite values", got=f"{m} and {n}")
    wins = wins_of(x, y)
    best = best_attainable_p(m, n)
    cut, higher = youden_threshold(x, y)
    low, high = shift_interval(x[y], x[~y], level)
    return Responders(
        m, n, rank_test(x, y), float(np.median(x[y][:, None] - x[~y])), low, high,
        exact_interval(wins, level) if m * n <= _EXACT_PAIRS else delong_interval(wins, level),
        best[0], best[1], cut, higher, classification(left_out_calls(x, y), y, level),
    )  # fmt: skip


def best_attainable_p(responders: int, others: int) -> tuple[float, float]:
    """Smallest two-sided and one-sided p of a rank-sum test: with 5 and 4 people 2/126 and 1/126."""
    ways = math.comb(responders + others, responders)
    return min(1.0, 2 / ways), 1 / ways


def rank_test(values: Array, responded: NDArray[np.bool_]) -> RankTest:
    """Mann–Whitney test by counting every assignment of the observed (mid)ranks; exact with ties."""
    doubled = np.rint(2 * stats.rankdata(values)).astype(np.int64)
    m = int(responded.sum())
    law = rank_sum_distribution(doubled, m)
    observed = int(doubled[responded].sum())
    sums = np.arange(law.size)
    middle = m * doubled.sum() / len(doubled)
    distance = abs(observed - middle)
    p = float(law[np.abs(sums - middle) >= distance - 1e-9].sum())
    greater, less = float(law[sums >= observed].sum()), float(law[sums <= observed].sum())
    return RankTest(observed / 2 - m * (m + 1) / 2, *(min(1.0, v) for v in (p, greater, less)))


def rank_sum_distribution(doubled_ranks: NDArray[np.int64], chosen: int) -> Array:
    """Probability of every sum of `chosen` of these whole numbers, drawn without replacement; shape (sum + 1,).

    Counted one person at a time, so that 2 × 20 people need no list of 10¹¹ assignments.
    """
    size = int(doubled_ranks.sum()) + 1
    ways = np.zeros((chosen + 1, size))
    ways[0, 0] = 1.0
    for seen, rank in enumerate(doubled_ranks.tolist(), start=1):
        for k in range(min(chosen, seen), 0, -1):
            ways[k, rank:] += ways[k - 1, : size - rank]
    return np.asarray(ways[chosen] / ways[chosen].sum())


def shift_interval(first: Array, second: Array, level: float = 0.95) -> tuple[float, float]:
    """Interval of the Hodges–Lehmann shift from the exact null of the rank sum (Bauer 1972); infinite with too few.

    Ends are ordered differences between pairs; covers at least `level` for continuous values.
    """
    m, n = len(first), len(second)
    law = rank_sum_distribution(2 * np.arange(1, m + n + 1), m)
    counts = law[m * (m + 1) :: 2]  # of U, 0 to m n
    below = np.cumsum(counts)
    dropped = int((below <= (1 - level) / 2 + 1e-12).sum())
    if dropped == 0:
        return -math.inf, math.inf
    pairs = np.sort((np.asarray(first)[:, None] - np.asarray(second)).ravel())
    return float(pairs[dropped - 1]), float(pairs[pairs.size - dropped])


def youden_threshold(values: Array, responded: NDArray[np.bool_]) -> tuple[float, bool]:
    """Cut between values with the largest sensitivity + specificity, and whether responders lie above.

    The direction is that of the AUC; of equally good cuts the middle one is taken.
    """
    higher = bool(wins_of(values, responded).mean() >= 0.5)
    x = np.asarray(values) if higher else -np.asarray(values)
    levels = np.unique(x)
    cuts = (levels[1:] + levels[:-1]) / 2 if levels.size > 1 else levels
    above = x[None, :] > cuts[:, None]
    index = above[:, responded].mean(axis=1) - above[:, ~responded].mean(axis=1)
    best = np.flatnonzero(index >= index.max() - 1e-12)
    cut = float(cuts[best[best.size // 2]])
    return (cut if higher else -cut), higher


def left_out_calls(values: Array, responded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whom the rule of the others calls a responder, shape (person,): nobody helps to find their own threshold."""
    called = np.zeros(len(values), dtype=bool)
    for i in range(len(values)):
        others = np.arange(len(values)) != i
        cut, higher = youden_threshold(values[others], responded[others])
        called[i] = values[i] > cut if higher else values[i] < cut
    return called


def exact_spearman(x: Array, y: Array, draws: int = 20_000, seed: int = 0) -> tuple[float, float, bool]:
    """Rank correlation and two-sided permutation p; every order up to `ENUMERATED` people, else `draws` random ones.

    Returns
    -------
    rho, p, exact.

    Raises
    ------
    InputError
        Fewer than three people, or a variable that does not vary.
    """
    a, b = (stats.rankdata(v) - (len(v) + 1) / 2 for v in (x, y))
    if len(a) < 3 or len(a) != len(b) or not (a.any() and b.any()):
        raise InputError("no rank correlation", expected="3 people whose values differ", got=len(a))
    exact = len(a) <= ENUMERATED
    if exact:
        orders = np.array(list(permutations(range(len(a)))), dtype=np.int8)
    else:
        shuffled = np.random.default_rng(seed).permuted(np.tile(np.arange(len(a)), (draws, 1)), axis=1)
        orders = np.vstack([np.arange(len(a))[None, :], shuffled]).astype(np.int64)
    products = b[orders] @ a
    scale = float(np.sqrt((a @ a) * (b @ b)))
    observed = float(a @ b)
    p = float(np.mean(np.abs(products) >= abs(observed) - 1e-9 * scale))
    return observed / scale, p, exact
