"""Compiled folds: standardise, fit and score people by others, a thousand times in a test by permutation."""

from __future__ import annotations

import numpy as np
from numba import njit

from nociscope.stats.prediction.kernels import elastic_net_path, logistic_ridge_path


@njit(cache=True, error_model="numpy")
def scores(known, y, new, penalties, model):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Scores of new people for every penalty, shape (person, penalty), from known people alone.

    Parameters
    ----------
    known, new : shape (person, column). y : shape (known person,).
    model : (share of L1, negative for ridge; whether logistic).
    """
    known, new = known.copy(), new.copy()
    n, p = known.shape
    for j in range(p):
        centre = known[:, j].sum() / n
        spread = np.sqrt(((known[:, j] - centre) ** 2).sum() / n)
        if not spread > 1e-12 * max(1.0, abs(centre)):
            spread = np.inf  # a constant column says nothing
        known[:, j] = (known[:, j] - centre) / spread
        new[:, j] = (new[:, j] - centre) / spread
    l1_share, logistic = model
    if l1_share >= 0:
        found = elastic_net_path(known, y, penalties, l1_share, logistic)
    elif logistic and p < n:
        found = logistic_ridge_path(known, y, penalties)
    elif logistic:
        # with more columns than people the solution lies in the span of the people: fit there, and turn the others in
        left, sizes, axes = np.linalg.svd(known, full_matrices=False)
        found = logistic_ridge_path(np.ascontiguousarray(left * sizes), y, penalties)
        new = new @ np.ascontiguousarray(axes.T)
    else:
        found, new = _ridge(known, y, new, penalties)
    out = np.empty((new.shape[0], penalties.size))
    for i in range(new.shape[0]):
        for k in range(penalties.size):
            total = found[k, new.shape[1]]
            for j in range(new.shape[1]):
                total += new[i, j] * found[k, j]
            out[i, k] = total
    return out


@njit(cache=True, error_model="numpy")
def _ridge(known, y, new, penalties):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Coefficients along the principal axes of the known people, and the new people there."""
    left, sizes, axes = np.linalg.svd(known, full_matrices=False)
    found = np.empty((penalties.size, sizes.size + 1))
    share = left.T @ (y - y.mean())
    for k in range(penalties.size):
        found[k, :-1] = sizes / (sizes**2 + penalties[k]) * share
        found[k, -1] = y.mean()
    return found, new @ np.ascontiguousarray(axes.T)


@njit(cache=True, error_model="numpy")
def losses(x, y, place, penalties, model, classes):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Summed loss of every penalty over inner folds, shape (penalty,), and how many folds could be learned from.

    Parameters
    ----------
    place : shape (person,), fold of everybody. model : as of `scores`. classes : whether the outcome is 0 or 1.
    """
    total, used = np.zeros(penalties.size), 0
    for fold in range(place.max() + 1):
        out = place == fold
        known = y[~out]
        if not out.any() or known.size < 2 or (classes and known.max() == known.min()):
            continue
        found, left = scores(x[~out], known, x[out], penalties, model), y[out]
        for i in range(left.size):
            for k in range(penalties.size):
                if model[1]:
                    z = -found[i, k] if left[i] == 1 else found[i, k]
                    total[k] += max(z, 0.0) + np.log1p(np.exp(-abs(z)))
                else:
                    total[k] += (found[i, k] - left[i]) ** 2
        used += 1
    return total, used
