"""Do predicted probabilities mean what they say: slope, intercept, calibration in the large, Brier score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.core.errors import RangeError
from nociscope.stats.design import Array

FEWEST = 100
"""People of each outcome below which slope and intercept say little (Collins, Ogundimu & Altman 2016)."""

_EDGE = 1e-9
_STEPS = 100


@dataclass(frozen=True)
class Calibration:
    """Calibration of held-out probabilities; a perfect slope is 1, a perfect intercept 0.

    Parameters
    ----------
    slope, slope_low, slope_high : of the outcome on the logit of the prediction. Below 1: predictions too extreme.
    intercept, intercept_low, intercept_high : of the same regression.
    in_the_large, in_the_large_low, in_the_large_high : intercept with the slope held at 1: predictions too low or high
        on the whole.
    brier : mean squared distance between prediction and outcome.
    brier_scaled : share by which it is below that of the overall share as everybody's prediction.
    enough : whether there are `FEWEST` people of each outcome.
    """

    slope: float
    slope_low: float
    slope_high: float
    intercept: float
    intercept_low: float
    intercept_high: float
    in_the_large: float
    in_the_large_low: float
    in_the_large_high: float
    brier: float
    brier_scaled: float
    enough: bool

    def line(self, probability: Array) -> Array:
        """Share of positives that the fit expects at a predicted probability, same shape."""
        logit = np.log(probability / (1 - probability))
        return np.asarray(1 / (1 + np.exp(-(self.intercept + self.slope * logit))))


def calibration(probability: Array, positive: NDArray[np.bool_], level: float = 0.95) -> Calibration:
    """Calibration of held-out probabilities; nan where people are separated completely or predictions do not vary.

    Parameters
    ----------
    probability, positive : shape (person,).

    Raises
    ------
    RangeError
        A probability outside 0 and 1.

    Notes
    -----
    Intervals are Wald's. They take predictions as given by one model; those of cross-validation come from several.
    """
    p, y = np.asarray(probability, float), np.asarray(positive, float)
    if not ((p >= 0) & (p <= 1)).all():
        raise RangeError("impossible probability", expected="0 to 1", got=p[(p < 0) | (p > 1)][:3])
    clipped = np.clip(p, _EDGE, 1 - _EDGE)
    logit = np.log(clipped / (1 - clipped))
    z = float(stats.norm.ppf(0.5 + level / 2))
    both = _fitted(np.column_stack([np.ones_like(logit), logit]), y, np.zeros_like(logit), z)
    large = _fitted(np.ones((y.size, 1)), y, logit, z)
    brier = float(np.mean((p - y) ** 2))
    enough = bool(min(y.sum(), (1 - y).sum()) >= FEWEST)
    share = float(y.mean())
    scaled = 1 - brier / (share * (1 - share)) if 0 < share < 1 else float("nan")
    return Calibration(*both[1], *both[0], *large[0], brier, scaled, enough)


def _fitted(x: Array, y: Array, offset: Array, z: float) -> list[tuple[float, float, float]]:
    """Maximum-likelihood logistic regression: (estimate, low, high) of each column, nan where there is none."""
    none = [(float("nan"),) * 3] * x.shape[1]
    if np.linalg.matrix_rank(x) < x.shape[1] or np.ptp(y) == 0:
        return none
    beta = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        mean = 1 / (1 + np.exp(-np.clip(x @ beta + offset, -500, 500)))
        weight = np.maximum(mean * (1 - mean), 1e-12)
        information = x.T @ (weight[:, None] * x)
        step = np.linalg.solve(information, x.T @ (y - mean))
        beta = beta + step / max(1.0, float(np.abs(step).max()) / 5)
        if np.abs(step).max() < 1e-9:
            error = np.sqrt(np.diag(np.linalg.inv(information)))
            return [(float(b), float(b - z * e), float(b + z * e)) for b, e in zip(beta, error, strict=True)]
        if np.abs(beta).max() > 1e4:
            return none
    return none
