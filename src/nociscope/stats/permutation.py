"""Permutation tests that hold for a handful of people: t and F, max-statistic, step-down, safe ties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nociscope.core.errors import InputError
from nociscope.stats.design import Array, Design
from nociscope.stats.relabelling import Relabellings
from nociscope.stats.statistic import statistic

TIE_TOLERANCE = 1e-9
"""Statistics closer than this, relative, are the same number: round-off must not make a p too small."""

_BLOCK_ELEMENTS = 1_500_000
"""People × regions × relabellings held at a time (12 MB)."""

ALTERNATIVES = ("two-sided", "greater", "less")


@dataclass(frozen=True, eq=False)
class PermutationTest:
    """Result of one test in every region.

    Parameters
    ----------
    statistic : shape (region,), what was compared: t or F, or the normal deviate of a Welch-type t or F.
    p : shape (region,).
    p_max : shape (region,), family-wise over these regions by the maximum statistic.
    null_max : shape (relabelling,), maximum over regions, the observed one first.
    p_step_down : shape (region,), as `p_max`, each region compared with the maximum over those that are not clearer
        than it (Westfall & Young 1993); never above `p_max`.
    ties : shape (region,), relabellings whose statistic is the observed one but for round-off, itself among them; None
        where nobody counted.
    """

    statistic: Array
    p: Array
    p_max: Array
    null_max: Array
    p_step_down: Array
    ties: Array | None = None


def permutation_test(
    design: Design, y: Array, moves: Relabellings, alternative: str = "two-sided", error: str = "pooled"
) -> PermutationTest:
    """Test what a design asks under relabellings, by the method that the design names.

    Parameters
    ----------
    y : shape (person, region), without missing values.
    error : ``pooled``, the classical t or F; or ``hc2``, the t or F of each group's own spread (Welch's, without
        covariates), expressed as the normal deviate of the same tail probability under its approximate degrees of
        freedom. Permuting such a nearly pivotal number keeps the error rate where spreads differ (DiCiccio & Romano
        2017). A design that says that all share one variance has the pooled error either way.

    Raises
    ------
    InputError
        A one-sided test of several questions together.
    """
    _check(design, alternative)
    at = statistic(design, y, error)
    signed = at(_part(moves, 0, 1))[0]
    observed = oriented(signed, alternative)
    threshold = least_reaching(observed)
    rising = np.argsort(observed, kind="stable")
    beyond = observed + TIE_TOLERANCE * np.abs(observed) + 1e-12
    reached, reached_down, ties = np.zeros(y.shape[1]), np.zeros(y.shape[1]), np.zeros(y.shape[1])
    null_max = np.empty(moves.count)
    for start, part in _parts(design, y, moves):
        values = oriented(at(part), alternative)
        at_least = values >= threshold
        reached += at_least.sum(axis=0)
        ties += (at_least & (values <= beyond)).sum(axis=0)
        largest = np.maximum.accumulate(values[:, rising], axis=1)
        reached_down[rising] += (largest >= threshold[rising]).sum(axis=0)
        null_max[start : start + part.count] = largest[:, -1] if largest.size else 0.0
    p_max = (null_max[:, None] >= threshold).mean(axis=0)
    falling = rising[::-1]
    reached_down[falling] = np.maximum.accumulate(reached_down[falling])
    return PermutationTest(signed, reached / moves.count, p_max, null_max, reached_down / moves.count, ties)


def least_reaching(observed: Array) -> Array:
    """Least statistic that counts as large as the observed one, which a tie may miss by round-off."""
    return np.asarray(observed - TIE_TOLERANCE * np.abs(observed) - 1e-12)


def family_wise(null: Array) -> tuple[Array, Array]:
    """Family-wise p over regions from a whole null, in one step and stepping down, shapes (region,).

    Parameters
    ----------
    null : shape (relabelling, region), large is far from the null hypothesis, the observed one first.
    """
    threshold, rising = least_reaching(null[0]), np.argsort(null[0], kind="stable")
    largest = np.maximum.accumulate(null[:, rising], axis=1)
    steps = (largest >= threshold[rising]).mean(axis=0)
    down = np.empty_like(steps)
    down[rising] = np.maximum.accumulate(steps[::-1])[::-1]
    return (largest[:, -1:] >= threshold).mean(axis=0), down


def oriented(statistic: Array, alternative: str) -> Array:
    """Turn a statistic so that large means far from the null."""
    if alternative == "two-sided":
        return np.abs(statistic)
    return statistic if alternative == "greater" else -statistic


def smallest_attainable_p(design: Design, moves: Relabellings, alternative: str = "two-sided") -> float:
    """Smallest p that these relabellings can give, whatever the data: a property of the design alone.

    Labellings whose statistic has the same size for every conceivable data set (such as the mirror image of two
    equal groups) are found on made-up numbers, fixed once.
    """
    _check(design, alternative)
    if not moves.exact:
        return 1.0 / moves.count
    probe = np.random.default_rng(20240229).normal(size=(design.n, 3))
    at = statistic(design, probe, "pooled")
    first = oriented(at(_part(moves, 0, 1))[0], alternative)
    same = 0
    for _, part in _parts(design, probe, moves):
        values = oriented(at(part), alternative)
        same += int(np.isclose(values, first, rtol=TIE_TOLERANCE, atol=1e-12).all(axis=1).sum())
    return same / moves.count


def _check(design: Design, alternative: str) -> None:
    if alternative not in ALTERNATIVES or (design.is_joint and alternative != "two-sided"):
        expected = "two-sided for an F" if design.is_joint else ", ".join(ALTERNATIVES)
        raise InputError("no such alternative", expected=expected, got=alternative)


def _parts(design: Design, y: Array, moves: Relabellings) -> Iterator[tuple[int, Relabellings]]:
    """Relabellings in blocks that fit in memory, each with its start."""
    held = y.size + y.shape[1] * 4 * design.questions.shape[1] ** 2
    block = max(1, _BLOCK_ELEMENTS // max(1, held))
    for start in range(0, moves.count, block):
        yield start, _part(moves, start, start + block)


def _part(moves: Relabellings, start: int, stop: int) -> Relabellings:
    return Relabellings(moves.order[start:stop], moves.signs[start:stop], moves.exact, moves.distinct)
