"""What rotating gradients onto a reference hides: who made the reference, order and sign, explained variance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from nociscope.core.errors import RangeError, ShapeError
from nociscope.core.finding import Finding, Safeguard
from nociscope.stats.compare import compare
from nociscope.stats.design import Array
from nociscope.stats.safeguards import raised

STEADY = 0.8
"""Share of people in whom a component keeps its place, below which its order is called unstable. A convention."""


@dataclass(frozen=True, eq=False)
class OrderStability:
    """Whether a component is the same component in everybody.

    Parameters
    ----------
    similarity : shape (component,), mean |r| of the component that matches the reference's best.
    in_place : shape (component,), share of people whose match has the same number.
    flipped : shape (component,), share of people whose match has the other sign.
    """

    similarity: Array
    in_place: Array
    flipped: Array


def procrustes(own: Array, reference: Array) -> Array:
    """Rotate (and mirror) gradients onto a reference, both of shape (node, component); no scaling (Schönemann 1966)."""
    if own.shape != reference.shape:
        raise ShapeError("gradients do not fit the reference", expected=reference.shape, got=own.shape)
    left, _, right = np.linalg.svd(own.T @ reference)
    return np.asarray(own @ left @ right)


def aligned_to_others(gradients: Array, rounds: int = 10) -> Array:
    """Rotate each person onto the mean of the others, who are aligned to one another without that person.

    A reference that holds the person pulls everybody towards it; held out, no person has made their own target.

    Parameters
    ----------
    gradients : shape (person, node, component), 3 people or more.

    Returns
    -------
    array
        As given; all in one orientation, that of the first person.

    Raises
    ------
    RangeError
        Fewer than 3 people.
    """
    n = gradients.shape[0]
    if n < 3:
        raise RangeError("a reference without the person needs two others", expected="3 people", got=n)
    anchor = gradients[0] / np.linalg.norm(gradients[0], axis=0)
    out = np.empty_like(gradients, dtype=np.float64)
    for i in range(n):
        others = np.delete(gradients, i, axis=0)
        target = _centre(others, rounds)
        # the orientation of a mean is arbitrary: only it is taken from the first person
        out[i] = procrustes(gradients[i], target) if i == 0 else procrustes(gradients[i], procrustes(target, anchor))
    out[0] = procrustes(gradients[0], procrustes(_centre(gradients[1:], rounds), anchor))
    return out


def _centre(gradients: Array, rounds: int) -> Array:
    """Mean after alignment to one another (Gower 1975)."""
    target = gradients[0]
    for _ in range(rounds):
        target = np.mean([procrustes(own, target) for own in gradients], axis=0)
    return np.asarray(target)


def reference_held_out(
    reference: Iterable[str], tested: Iterable[str], override: Iterable[str] = ()
) -> tuple[Safeguard, ...]:
    """Refuse a reference made from people who are tested."""
    both = sorted({*reference} & {*tested})
    values = {"count": len(both), "who": ", ".join(both[:8]) + (" …" if len(both) > 8 else "")}
    return (raised("gradient-reference-shared", list(override), values),) if both else ()


def order_stability(gradients: Array, reference: Array) -> OrderStability:
    """Match components before any rotation, shapes (person, node, component) and (node, component)."""
    wanted = reference.shape[1]
    similarity, place, sign = (np.empty((len(gradients), wanted)) for _ in range(3))
    for i, own in enumerate(gradients):
        r = np.corrcoef(reference.T, own.T)[:wanted, wanted:]
        rows, columns = optimize.linear_sum_assignment(-np.abs(r))
        similarity[i], place[i], sign[i] = np.abs(r[rows, columns]), columns == rows, r[rows, columns] < 0
    return OrderStability(similarity.mean(axis=0), place.mean(axis=0), sign.mean(axis=0))


def order_kept(found: OrderStability) -> tuple[Safeguard, ...]:
    """Components that change places between people."""
    unsteady = np.flatnonzero(found.in_place < STEADY)
    if not unsteady.size:
        return ()
    which = ", ".join(f"{i + 1} ({found.in_place[i]:.0%})" for i in unsteady)
    return (raised("gradient-order-unstable", values={"which": which, "steady": STEADY}),)


def variance_compared(
    share: Array, groups: Sequence[str], alpha: float = 0.05
) -> tuple[tuple[Safeguard, ...], tuple[Finding, ...]]:
    """Compare explained variance between groups, shape (person, component), by component; Holm over components."""
    from nociscope.stats.adjust import adjusted

    found = tuple(compare(column, groups) for column in np.asarray(share, dtype=np.float64).T)
    p = adjusted(np.array([f.p_value for f in found]), "holm")
    hits = [i for i in range(len(found)) if p[i] <= alpha]
    if not hits:
        return (raised("gradient-variance-checked", values={"count": len(found), "p": float(np.nanmin(p))}),), found
    which = ", ".join(f"{i + 1} ({found[i].estimate:+.3g}, p = {p[i]:.3g})" for i in hits)
    return (raised("gradient-variance-differs", values={"which": which, "what": found[0].contrast}),), found
