"""Several tests of the same people as one, under synchronised relabellings (Pesarin & Salmaso 2010).

Every relabelling moves whole people, so that whatever ties their measures to one another stays in the null, and no
correlation between tests has to be known (Winkler et al. 2016).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import special

from nociscope.core.errors import InputError, ShapeError
from nociscope.stats.design import Array
from nociscope.stats.permutation import family_wise, least_reaching

MOST_PARTS = 10
"""Closed testing looks at every subset of parts: 1,023 of ten."""


@dataclass(frozen=True, eq=False)
class Combined:
    """What several tests say together, and which of them say it.

    Parameters
    ----------
    statistic : shape (region,), of the combining function; larger is further from the null.
    p : shape (region,), of the joint null: no effect in any part.
    p_max, p_step_down : shape (region,), family-wise over regions.
    partial_p : shape (part, region), each part alone.
    partial_closed : shape (part, region), family-wise over the parts of a region by closed testing: the largest p of
        all joint nulls that hold this part (Marcus, Peritz & Gabriel 1976).
    partial_max : shape (part, region), family-wise over all parts and regions by the maximum statistic.
    """

    statistic: Array
    p: Array
    p_max: Array
    p_step_down: Array
    partial_p: Array
    partial_closed: Array
    partial_max: Array


def combine(null: Array, method: str = "fisher") -> Combined:
    """Combine tests whose relabellings were the same.

    Parameters
    ----------
    null : shape (relabelling, part, region), statistics where larger is further from the null, the observed labelling
        first. For `Combined.partial_max` parts should be on one scale, such as normal deviates.
    method : ``fisher`` (effects in several parts), ``tippett`` (one strong part) or ``stouffer`` (the same in all).

    Raises
    ------
    InputError
        An unknown method, statistics that are not finite, or more than 10 parts.

    Notes
    -----
    Each statistic becomes its own p among the relabellings; the combining function of these p is again a statistic,
    and its null is its values under all relabellings. Exact where these are all there are.
    """
    _check(null, method)
    shares = reached_share(null)
    joint = _FUNCTIONS[method](shares)
    subsets = [s for size in range(1, null.shape[1] + 1) for s in combinations(range(null.shape[1]), size)]
    closed = np.zeros(null.shape[1:])
    for subset in subsets:
        p = _share_reached(_FUNCTIONS[method](shares[:, list(subset)]))
        closed[list(subset)] = np.maximum(closed[list(subset)], p)
    largest = null.max(axis=(1, 2), keepdims=True)
    return Combined(
        joint[0], _share_reached(joint), *family_wise(joint), shares[0], closed,
        np.asarray((largest >= least_reaching(null[0])).mean(axis=0)),
    )  # fmt: skip


def reached_share(null: Array) -> Array:
    """How many relabellings go as far as each, as a share; shape as given, relabellings first. Ties count."""
    flat = null.reshape(len(null), -1)
    ordered = np.sort(flat, axis=0)
    out = np.empty_like(flat)
    for column in range(flat.shape[1]):
        out[:, column] = len(flat) - np.searchsorted(ordered[:, column], least_reaching(flat[:, column]))
    return (out / len(flat)).reshape(null.shape)


def _share_reached(joint: Array) -> Array:
    return np.asarray((joint >= least_reaching(joint[0])).mean(axis=0))


def _fisher(p: Array) -> Array:
    return np.asarray(-2 * np.log(p).sum(axis=1))


def _tippett(p: Array) -> Array:
    return np.asarray(-np.log(p.min(axis=1)))


def _stouffer(p: Array) -> Array:
    """The middle of each step of p, so that the least extreme relabelling has a finite deviate."""
    half = 0.5 / len(p)
    return np.asarray(-special.ndtri(p - half).sum(axis=1))


_FUNCTIONS: dict[str, Callable[[Array], Array]] = {"fisher": _fisher, "tippett": _tippett, "stouffer": _stouffer}
COMBINING = tuple(_FUNCTIONS)


def _check(null: Array, method: str) -> None:
    if method not in _FUNCTIONS:
        raise InputError("unknown combining function", expected=", ".join(_FUNCTIONS), got=method)
    if null.ndim != 3 or 0 in null.shape:
        raise ShapeError("statistics of several parts", expected="(relabelling, part, region)", got=null.shape)
    if null.shape[1] > MOST_PARTS:
        raise InputError("too many parts for closed testing", expected=f"at most {MOST_PARTS}", got=null.shape[1])
    if not np.isfinite(null).all():
        raise InputError("missing or infinite statistics", do="leave these regions out, by name")
