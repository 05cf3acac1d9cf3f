"""Compiled loops over elements: bounds and counts in float32, the same numbers in float64 where float32 is unsure.

The *score* of an element is r² of the question, or t² where the error is HC2; it has the sign of the estimate where the
alternative has one. Both grow with t, and neither needs a square root.
"""

from __future__ import annotations

import numpy as np
from numba import njit

RELATIVE_TIE = 2e-9
"""Scores closer than this, relative, are the same number; it is 1e-9 of t."""

ABSOLUTE_TIE = 1e-11
NEVER = np.float32(1e30)
"""Threshold of an element that is not counted."""

LANES = 64
"""Maxima are kept side by side, so that the compiler can take many elements at once; blocks are a multiple of it."""

_TINY = np.float32(1e-12)
_LOWEST = np.float32(-3e38)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def largest(products, slack, signed, upper):  # type: ignore[no-untyped-def]
    """Bound the largest score from above where one row says all; shapes (relabelling, element), (relabelling,)."""
    lanes = np.empty(LANES, np.float32)
    for p in range(products.shape[0]):
        row = products[p]
        lanes[:] = np.float32(-3.0)
        for chunk in range(row.size // LANES):
            start = chunk * LANES
            for i in range(LANES):
                root = row[start + i] if signed else abs(row[start + i])
                lanes[i] = root if root > lanes[i] else lanes[i]
        best = lanes.max() + slack
        upper[p] = best * abs(best)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def largest_held(products, slack, slack_den, upper):  # type: ignore[no-untyped-def]
    """Bound the largest unsigned score of one question from above; shapes (relabelling, row, element), (relabelling,).

    `scan` gives the same; this one is for the null of the maximum alone, where it is twice as quick.
    """
    lanes, den = np.empty(LANES, np.float32), np.empty(LANES, np.float32)
    for p in range(products.shape[0]):
        rows = products[p]
        lanes[:] = np.float32(-3.0)
        for chunk in range(rows.shape[1] // LANES):
            start = chunk * LANES
            for i in range(LANES):
                den[i] = np.float32(1.0) - slack_den
            for j in range(1, rows.shape[0]):
                for i in range(LANES):
                    den[i] -= rows[j, start + i] * rows[j, start + i]
            for i in range(LANES):
                root = abs(rows[0, start + i]) + slack
                score = root * root / (den[i] if den[i] > _TINY else _TINY)
                lanes[i] = score if score > lanes[i] else lanes[i]
        upper[p] = lanes.max()


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _hc2(products, squares, cross, signed, parts):  # type: ignore[no-untyped-def]
    root, den, scale = parts[0], parts[1], parts[2]
    width, half = products.shape[1], products.shape[0] // 2
    for v in range(width):
        root[v] = products[0, v] if signed else abs(products[0, v])
        den[v] = squares[v]
        scale[v] = squares[v] + np.float32(1.0)
    for i in range(half):
        for v in range(width):
            den[v] -= np.float32(2.0) * products[i, v] * products[half + i, v]
        for j in range(half):
            weight = cross[i, j]
            for v in range(width):
                den[v] += weight * products[i, v] * products[j, v]


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def fractions(products, squares, cross, questions, signed, parts):  # type: ignore[no-untyped-def]
    """Fill numerator (as a root), denominator and its scale of one relabelling; parts has shape (3, element)."""
    if squares.size:
        _hc2(products, squares, cross, signed, parts)
        return
    root, den, scale = parts[0], parts[1], parts[2]
    width, one = products.shape[1], np.float32(1.0)
    if questions == 1:
        for v in range(width):
            root[v] = products[0, v] if signed else abs(products[0, v])
    else:
        for v in range(width):
            total = np.float32(0.0)
            for j in range(questions):
                total += products[j, v] * products[j, v]
            root[v] = np.sqrt(total)
    for v in range(width):
        den[v] = one
        scale[v] = one
    for j in range(questions, products.shape[0]):
        for v in range(width):
            den[v] -= products[j, v] * products[j, v]


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def bound(parts, slack, slack_den):  # type: ignore[no-untyped-def]
    """Bound the largest score of one relabelling from above."""
    root, den, scale = parts[0], parts[1], parts[2]
    lanes = np.full(LANES, _LOWEST)
    for chunk in range(root.size // LANES):
        start = chunk * LANES
        for i in range(LANES):
            top = root[start + i] + slack
            unsure = slack_den * scale[start + i]
            bottom = den[start + i] - unsure if top >= 0 else den[start + i] + unsure
            bottom = bottom if bottom > _TINY else _TINY
            score = top * abs(top) / bottom
            lanes[i] = score if score > lanes[i] else lanes[i]
    return lanes.max()


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def count(parts, threshold, slack, slack_den, counts):  # type: ignore[no-untyped-def]
    """Add to the counts where the score surely reaches the threshold; say for how many elements that is unsure.

    Leaves in `parts` how far the score lies above (row 1) and how far it may be wrong (row 2).
    """
    root, den, scale = parts[0], parts[1], parts[2]
    unsure = 0
    for v in range(root.size):
        above = root[v] * abs(root[v]) - threshold[v] * den[v]
        band = np.float32(2.0) * abs(root[v]) * slack + slack * slack + abs(threshold[v]) * slack_den * scale[v]
        counts[v] += above > band
        unsure += abs(above) <= band
        den[v] = above
        scale[v] = band
    return unsure


@njit(cache=True, nogil=True, error_model="numpy")
def scan(products, squares, model, limits, threshold, counts, upper):  # type: ignore[no-untyped-def]
    """One block of elements under a batch of relabellings; gives (relabelling, element) pairs left to float64.

    Parameters
    ----------
    products : shape (relabelling, row, element). squares : shape (relabelling, element) or (relabelling, 0).
    model : (cross, questions, signed). limits : (slack of a root, slack of a denominator).
    threshold, counts : shape (element,), or empty where nothing is counted.
    upper : shape (relabelling,), filled.
    """
    cross, questions, signed = model
    slack, slack_den = limits
    parts = np.empty((3, products.shape[2]), np.float32)
    pairs = np.empty((64, 2), np.int64)
    found = 0
    for p in range(products.shape[0]):
        fractions(products[p], squares[p], cross, questions, signed, parts)
        upper[p] = bound(parts, slack, slack_den)
        if threshold.size == 0 or count(parts, threshold, slack, slack_den, counts) == 0:
            continue
        for v in range(threshold.size):
            if abs(parts[1, v]) <= parts[2, v] and threshold[v] < NEVER:
                if found == len(pairs):
                    wider = np.empty((2 * found, 2), np.int64)
                    wider[:found] = pairs
                    pairs = wider
                pairs[found, 0], pairs[found, 1] = p, v
                found += 1
    return pairs[:found]


@njit(cache=True, nogil=True, error_model="numpy")
def statistics(products, squares, model, dof, maps):  # type: ignore[no-untyped-def]
    """Fill maps of signed t (or Welch-type t, or F), shape (relabelling, element)."""
    cross, questions, signed = model
    parts = np.empty((3, products.shape[2]), np.float32)
    for p in range(products.shape[0]):
        fractions(products[p], squares[p], cross, questions, signed, parts)
        for v in range(maps.shape[1]):
            root, den = parts[0, v], parts[1, v]
            if squares.size:
                maps[p, v] = root / np.sqrt(max(den, _TINY))
            else:
                left = max(den - root * root, np.float32(1e-7))
                maps[p, v] = root * np.sqrt(dof / left) if questions == 1 else root * root / left * dof / questions
