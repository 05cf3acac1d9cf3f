"""Joint hypotheses: error rate and power of non-parametric combination, three measures of the same people; seeded."""

from __future__ import annotations

from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from nociscope.stats.combination import Combined, combine
from nociscope.stats.design import two_groups
from nociscope.stats.permutation import oriented
from nociscope.stats.relabelling import relabellings
from nociscope.stats.statistic import statistic
from tools.figures import Figure

Array = NDArray[np.float64]

STUDIES = 2000
CHUNKS = 20
"""Relabellings are drawn anew for each: one fixed draw has an error rate of its own."""
PARTS = 3


@cache
def _studies(
    first: int, second: int, effects: tuple[float, ...], correlation: float
) -> tuple[dict[str, Combined], ...]:
    """Every combining function on every study, each study its own region."""
    rng = np.random.default_rng(70)
    n = first + second
    is_first = np.arange(n) < first
    design = two_groups(is_first, np.zeros((n, 0)), np.zeros(n, dtype=np.int64))
    mix = np.linalg.cholesky(np.full((PARTS, PARTS), correlation) + (1 - correlation) * np.eye(PARTS))
    y = rng.normal(size=(STUDIES, n, PARTS)) @ mix.T + np.array(effects) * is_first[:, None]
    parts = []
    for chunk in range(CHUNKS):
        moves = relabellings(design, 499, 1000, chunk)
        values = y[chunk::CHUNKS].transpose(1, 2, 0).reshape(n, -1)
        null = oriented(statistic(design, values, "hc2")(moves), "two-sided").reshape(moves.count, PARTS, -1)
        parts.append({name: combine(null, name) for name in ("fisher", "tippett", "stouffer")})
    return tuple(parts)


def _of(found: tuple[dict[str, Combined], ...], method: str, field: str) -> Array:
    """One array over all studies, shape (…, study)."""
    return np.concatenate([getattr(chunk[method], field) for chunk in found], axis=-1)


def rejected(first: int, second: int, effects: tuple[float, ...], correlation: float, method: str) -> float:
    """Studies whose joint null is rejected at 0.05, percent."""
    found = _of(_studies(first, second, effects, correlation), method, "p")
    return 100 * float(np.mean(found <= 0.05))


def rejected_alone(effects: tuple[float, ...], correlation: float) -> float:
    """Studies in which any part is below 0.05 / 3, percent: what Bonferroni would find."""
    found = _of(_studies(10, 10, effects, correlation), "fisher", "partial_p")
    return 100 * float(np.mean(found.min(axis=0) <= 0.05 / PARTS))


def power(effects: tuple[float, ...], method: str) -> tuple[float, float]:
    """Power at 10 v 10, percent, and that of the same tests corrected by Bonferroni."""
    return rejected(10, 10, effects, 0.4, method), rejected_alone(effects, 0.4)


def wrongly_named() -> float:
    """Studies in which closed testing names a part without an effect beside one with an effect of 1.5 SD, percent."""
    found = _of(_studies(10, 10, (1.5, 0.0, 0.0), 0.4), "fisher", "partial_closed")
    return 100 * float(np.mean((found[1:] <= 0.05).any(axis=0)))


def off_the_grid() -> float:
    """Joint p of 4 v 5 that are not k/126 with a whole k, of 2,000 studies."""
    p = 126 * _of(_studies(4, 5, (0.0, 0.0, 0.0), 0.4), "fisher", "p")
    return float(np.sum(np.abs(p - np.round(p)) > 1e-9))


_NONE = (0.0, 0.0, 0.0)
_EVERYWHERE, _ONE = (0.8, 0.8, 0.8), (1.3, 0.0, 0.0)

FIGURES: list[Figure] = [
    *(
        Figure(
            f"stats.npc_type1_{method}", f"joint null rejected at 0.05, no effect, 10 v 10, r = 0.4, {method}", "%",
            "4..6", partial(rejected, 10, 10, _NONE, 0.4, method),
        )
        for method in ("fisher", "tippett", "stouffer")
    ),
    Figure(
        "stats.npc_type1_correlated", "the same, 4 v 5, r = 0.9, fisher", "%", "2.5..6.4",
        partial(rejected, 4, 5, _NONE, 0.9, "fisher"),
    ),
    Figure(
        "stats.npc_power_everywhere", "power, effects of 0.8 SD in all three, fisher", "%", "",
        partial(power, _EVERYWHERE, "fisher"), "Bonferroni",
    ),
    Figure(
        "stats.npc_power_one", "power, an effect of 1.3 SD in one of three, tippett", "%", "",
        partial(power, _ONE, "tippett"), "Bonferroni",
    ),
    Figure("stats.npc_wrongly_named", "a part without effect named by closed testing", "%", "<= 6.4", wrongly_named),
    Figure("stats.npc_exact", "joint p of 4 v 5 that are not k/126", "1", "== 0", off_the_grid),
]  # fmt: skip
