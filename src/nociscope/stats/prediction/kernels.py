"""Compiled fits of penalised linear models: Newton's method for ridge, coordinate descent for lasso."""

from __future__ import annotations

import numpy as np
from numba import njit

from nociscope.stats.design import Array

_FEW = 24
"""Columns up to which written-out loops are quicker than calls of a library."""


@njit(cache=True, error_model="numpy")
def _newton_step(design: Array, y: Array, ridge: Array, beta: Array) -> Array:  # pragma: no cover - compiled
    (n, p), step = design.shape, -ridge * beta
    if p > _FEW:
        mean = 1 / (1 + np.exp(-(design @ beta)))
        weight = mean * (1 - mean) + 1e-10
        hessian = design.T @ (design * weight.reshape(n, 1))
        for j in range(p):
            hessian[j, j] += ridge[j]
        step[:] = np.linalg.solve(hessian, design.T @ (y - mean) + step)
        return step
    lower = np.zeros((p, p))
    for j in range(p):
        lower[j, j] = ridge[j]
    for i in range(n):
        eta = 0.0
        for j in range(p):
            eta += design[i, j] * beta[j]
        mean_i = 1 / (1 + np.exp(-eta))
        for j in range(p):
            step[j] += design[i, j] * (y[i] - mean_i)
            weighted = design[i, j] * (mean_i * (1 - mean_i) + 1e-10)
            for k in range(j + 1):
                lower[j, k] += weighted * design[i, k]
    return _solved(lower, step)


@njit(cache=True, error_model="numpy")
def _solved(lower: Array, right: Array) -> Array:  # pragma: no cover - compiled
    """Solve a positive definite system by Cholesky's factors; both arguments are overwritten."""
    p = right.size
    for j in range(p):
        for k in range(j):
            for i in range(j, p):
                lower[i, j] -= lower[i, k] * lower[j, k]
        root = np.sqrt(lower[j, j])
        for i in range(j, p):
            lower[i, j] /= root
        for k in range(j):
            right[j] -= lower[j, k] * right[k]
        right[j] /= root
    for j in range(p - 1, -1, -1):
        for k in range(j + 1, p):
            right[j] -= lower[k, j] * right[k]
        right[j] /= lower[j, j]
    return right


@njit(cache=True, error_model="numpy")
def logistic_ridge_path(x: Array, y: Array, penalties: Array) -> Array:  # pragma: no cover - compiled
    """Minimise the summed log loss plus ½ λ |β|², strongest penalty first, each from the one before.

    Parameters
    ----------
    x : shape (person, column). y : shape (person,), 0 or 1. penalties : shape (penalty,).

    Returns
    -------
    array
        Shape (penalty, column + 1), the intercept last; it is not penalised.
    """
    n, p = x.shape
    design = np.ones((n, p + 1))
    design[:, :p] = x
    beta = np.zeros(p + 1)
    share = y.mean()
    beta[p] = np.log(share / (1 - share))
    out = np.empty((penalties.size, p + 1))
    for k in range(penalties.size):
        ridge = np.full(p + 1, penalties[k])
        ridge[p] = 0.0
        for _ in range(50):
            step = _newton_step(design, y, ridge, beta)
            longest = np.abs(step).max()
            beta += step * min(1.0, 4.0 / max(longest, 1e-300))
            if longest < 1e-7:
                break
        out[k] = beta
    return out


@njit(cache=True, error_model="numpy")
def elastic_net_path(
    x: Array, y: Array, fractions: Array, l1_share: float, logistic: bool
) -> Array:  # pragma: no cover - compiled
    """Minimise mean loss + λ (a |β|₁ + ½ (1 − a) |β|²) by coordinate descent (Friedman, Hastie & Tibshirani 2010).

    Parameters
    ----------
    x : shape (person, column). y : shape (person,).
    fractions : shape (penalty,), of the smallest λ at which every coefficient is 0; falling.
    l1_share : a. logistic : log loss, else half the squared error.

    Returns
    -------
    array
        Shape (penalty, column + 1), the intercept last.
    """
    n, p = x.shape
    beta, base = np.zeros(p), y.mean()
    strongest = np.abs(x.T @ (y - base)).max() / n / max(l1_share, 1e-3)
    intercept = np.log(base / (1 - base)) if logistic else base
    out = np.empty((fractions.size, p + 1))
    for k in range(fractions.size):
        soft, hard = fractions[k] * strongest * l1_share, fractions[k] * strongest * (1 - l1_share)
        for _ in range(100):
            eta = x @ beta + intercept
            weight, residual = np.ones(n), y - eta
            if logistic:
                mean = 1 / (1 + np.exp(-eta))
                weight = np.maximum(mean * (1 - mean), 1e-5)
                residual = (y - mean) / weight
            before = beta.copy()
            for _sweep in range(1000):
                shift = (weight * residual).sum() / weight.sum()
                intercept += shift
                residual -= shift
                largest = shift * shift
                for j in range(p):
                    curvature = (weight * x[:, j] ** 2).sum() / n
                    if curvature == 0:
                        continue
                    pull = (weight * x[:, j] * residual).sum() / n + curvature * beta[j]
                    new = np.sign(pull) * max(0.0, abs(pull) - soft) / (curvature + hard)
                    change = new - beta[j]
                    if change != 0:
                        residual -= change * x[:, j]
                        beta[j] = new
                        largest = max(largest, change * change)
                if largest < 1e-14:
                    break
            if not logistic or np.abs(beta - before).max() < 1e-7:
                break
        out[k, :p], out[k, p] = beta, intercept
    return out
