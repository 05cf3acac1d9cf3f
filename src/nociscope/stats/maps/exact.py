"""The score in float64, from the data as they came: what float32 cannot decide is decided here."""

from __future__ import annotations

import numpy as np
from numba import njit

from nociscope.stats.maps.kernels import ABSOLUTE_TIE, RELATIVE_TIE

_TINY = 1e-20


@njit(cache=True, nogil=True, error_model="numpy")
def score(values, span, people, squares, model, inverse, out):  # type: ignore[no-untyped-def]
    """Score of neighbouring elements under one relabelling.

    Parameters
    ----------
    values : shape (person, element), any float. span : (first element, one past the last).
    people : shape (row, person). squares : shape (person,) or empty.
    model : (cross, questions, signed, nuisance); nuisance has shape (column, person).
    inverse : shape (element,), one over the length of the residuals.
    out : shape (elements of the span,), filled.
    """
    first, last = span
    cross, questions, signed, nuisance = model
    rows, n = people.shape
    width = last - first
    sums = np.zeros((rows, width))
    for i in range(n):
        for j in range(rows):
            weight = people[j, i]
            for v in range(width):
                sums[j, v] += weight * values[i, first + v]
    if squares.size:
        _welch(values, first, sums, squares, cross, nuisance, out)
        if not signed:
            for v in range(width):
                out[v] = abs(out[v])
        return
    for v in range(width):
        top, bottom = 0.0, 1.0
        scale = inverse[first + v] * inverse[first + v]
        for j in range(questions):
            top += sums[j, v] * sums[j, v] * scale
        for j in range(questions, rows):
            bottom -= sums[j, v] * sums[j, v] * scale
        out[v] = min(1.0, top / max(bottom, _TINY))
        if signed and sums[0, v] < 0:
            out[v] = -out[v]


@njit(cache=True, nogil=True, error_model="numpy")
def _welch(values, first, sums, squares, cross, nuisance, out):  # type: ignore[no-untyped-def]
    half, n = sums.shape[0] // 2, values.shape[0]
    residual, fit = np.empty(n), np.empty(len(nuisance))
    for v in range(out.size):
        for j in range(len(nuisance)):
            fit[j] = 0.0
            for i in range(n):
                fit[j] += nuisance[j, i] * values[i, first + v]
        size = variance = 0.0
        for i in range(n):
            residual[i] = values[i, first + v]
            for j in range(len(nuisance)):
                residual[i] -= nuisance[j, i] * fit[j]
            size += residual[i] * residual[i]
            variance += squares[i] * residual[i] * residual[i]
        for i in range(half):
            variance -= 2.0 * sums[i, v] * sums[half + i, v]
            for j in range(half):
                variance += cross[i, j] * sums[i, v] * sums[j, v]
        # the floor ties groups without spread with their mirror
        out[v] = sums[0, v] * abs(sums[0, v]) / max(variance, 1e-14 * size, 1e-300)


@njit(cache=True, nogil=True, error_model="numpy")
def reaches(value, observed, bounded):  # type: ignore[no-untyped-def]
    """Whether a score is at least the observed one, ties being ties; a bounded score is at most one."""
    room = max(1.0 - abs(observed), 0.0) if bounded else 1.0
    return value >= observed - RELATIVE_TIE * abs(observed) * room - ABSOLUTE_TIE


@njit(cache=True, nogil=True, error_model="numpy")
def settle(pairs, values, rows, model, inverse, observed, counts):  # type: ignore[no-untyped-def]
    """Count those (relabelling, element) pairs that float64 says reach the observed score; rows as of `maxima`."""
    people, squares = rows
    out = np.empty(1)
    for k in range(len(pairs)):
        p, v = pairs[k]
        score(values, (v, v + 1), people[p], squares[p], model, inverse, out)
        counts[v] += reaches(out[0], observed[v], squares.shape[1] == 0)


@njit(cache=True, nogil=True, error_model="numpy")
def maxima(upper, width, values, rows, model, elements, best):  # type: ignore[no-untyped-def]
    """Exact largest score of each relabelling from bounds of its blocks.

    Parameters
    ----------
    upper : shape (relabelling, block), upper bounds; spent.
    rows : (people, squares) of all relabellings. elements : (inverse, left out), each of shape (element,); elements
        that are left out do not count.
    best : shape (relabelling,), filled.
    """
    people, squares = rows
    inverse, left_out = elements
    out = np.empty(width)
    for p in range(len(upper)):
        best[p] = -np.inf
        while True:
            block = np.argmax(upper[p])
            if upper[p, block] < best[p] or upper[p, block] == -np.inf:
                break
            upper[p, block] = -np.inf
            first, last = block * width, min((block + 1) * width, values.shape[1])
            score(values, (first, last), people[p], squares[p], model, inverse, out[: last - first])
            for v in range(last - first):
                if out[v] > best[p] and not left_out[first + v]:
                    best[p] = out[v]
