"""The shapes of psychometric functions on an axis on which each is a curve of ``middle + b (u − t)``."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from nociscope.core.scores import Array

_ROOT_2PI = math.sqrt(2 * math.pi)


@dataclass(frozen=True)
class Curve:
    """One shape.

    Parameters
    ----------
    middle : argument at which the cumulative curve is one half.
    cumulative, density, inverse : of the argument; the inverse takes a share.
    logarithmic : whether the axis is the logarithm of the stimulus.
    reciprocal : whether the scale that is reported is 1/b (else b itself).
    """

    name: str
    middle: float
    cumulative: Callable[[Array], Array]
    density: Callable[..., Array]
    inverse: Callable[[float], float]
    logarithmic: bool = False
    reciprocal: bool = True

    def axis(self, stimulus: Array | np.float64) -> Array:
        """Where a stimulus lies on the axis of the curve."""
        return np.asarray(np.log(stimulus) if self.logarithmic else stimulus, dtype=np.float64)

    def stimulus(self, u: float) -> float:
        """The inverse of `axis`."""
        if not self.logarithmic:
            return float(u)
        return math.exp(u) if u < 700 else math.inf

    def stretch(self, stimulus: float) -> float:
        """Axis per stimulus at a place."""
        return 1 / stimulus if self.logarithmic else 1.0

    def scale(self, b: float) -> float:
        """What is reported for a steepness."""
        if not self.reciprocal:
            return float(b)
        return 1 / float(b) if b > 0 else math.inf

    def steepness(self, scale: float) -> float:
        """The inverse of `scale`."""
        return 1 / scale if self.reciprocal else scale


def _logistic_density(eta: Array) -> Array:
    share = special.expit(eta)
    return np.asarray(share * (1 - share))


def _normal_density(eta: Array) -> Array:
    return np.asarray(np.exp(-0.5 * np.square(np.clip(eta, -1e3, 1e3))) / _ROOT_2PI)


def _weibull(eta: Array) -> Array:
    return np.asarray(-np.expm1(-np.exp(np.clip(eta, -700.0, 700.0))))


def _weibull_density(eta: Array) -> Array:
    eta = np.clip(eta, -700.0, 700.0)
    return np.asarray(np.exp(np.maximum(eta - np.exp(eta), -700.0)))


CURVES: dict[str, Curve] = {
    "logistic": Curve("logistic", 0.0, special.expit, _logistic_density, lambda p: float(special.logit(p))),
    "normal": Curve("normal", 0.0, special.ndtr, _normal_density, lambda p: float(special.ndtri(p))),
    "weibull": Curve(
        "weibull", math.log(math.log(2)), _weibull, _weibull_density, lambda p: math.log(-math.log1p(-p)),
        logarithmic=True, reciprocal=False,
    ),
}  # fmt: skip
