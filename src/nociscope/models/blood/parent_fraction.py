"""Curves of the unmetabolised fraction of plasma activity.

All start at 1 at injection and fall; `with_start` multiplies by a fitted start for assays whose recovery is not
corrected. Time in min. The table says who proposed what; the forms are those compared by Tonietto et al. 2016.
"""

from __future__ import annotations

import numpy as np

from nociscope.core.records import Array
from nociscope.models.blood.curve import Curve, InterpolatedCurve, Param, ParametricCurve

_RATES = (0.005, 0.03, 0.2)


def _hill(theta: Array, time: Array) -> Array:
    """1 − a tᵇ / (tᵇ + cᵇ): a is metabolised in the end, half of it at time c."""
    a, b, c = theta.T[:, :, None]
    power = (np.maximum(time, 0) / c) ** b
    curve: Array = 1 - a * power / (1 + power)
    return curve


def _exponential(theta: Array, time: Array) -> Array:
    """Two exponentials: a e^(−bt) + (1 − a) e^(−ct)."""
    a, b, c = theta.T[:, :, None]
    t = np.maximum(time, 0)
    curve: Array = a * np.exp(-b * t) + (1 - a) * np.exp(-c * t)
    return curve


def _power(theta: Array, time: Array) -> Array:
    """(1 + (at)ᵇ)^(−c)."""
    a, b, c = theta.T[:, :, None]
    curve: Array = (1 + (a * np.maximum(time, 0)) ** b) ** -c
    return curve


def _sigmoid(theta: Array, time: Array) -> Array:
    """((1 − t³/(t³ + a³))ᵇ + c) / (1 + c)."""
    a, b, c = theta.T[:, :, None]
    inner = 1 / (1 + (np.maximum(time, 0) / a) ** 3)
    curve: Array = (inner**b + c) / (1 + c)
    return curve


def _inverse_gamma(theta: Array, time: Array) -> Array:
    """1 − a F(t; shape, rate) with F the distribution function of the inverse gamma distribution."""
    from scipy.special import gammaincc  # not at the top: every worker would pay half a second for it

    a, shape, rate = theta.T[:, :, None]
    t = np.maximum(time, 1e-9)
    curve: Array = 1 - a * gammaincc(shape, rate / t)
    return curve


def with_start(curve: ParametricCurve) -> ParametricCurve:
    """Return the curve times a fitted value at injection, between 0.5 and 1."""
    start = Param("start", "1", 0.5, 1.0, (0.97,))

    def predict(theta: Array, time: Array) -> Array:
        return theta[:, :1] * curve.predict(theta[:, 1:], time)

    return ParametricCurve(f"{curve.name} (start fitted)", (start, *curve.params), predict, curve.cites)


PARENT_FRACTION: dict[str, Curve] = {
    "hill": ParametricCurve(
        "hill",
        (
            Param("a", "1", 0.0, 1.0, (0.8, 0.97)),
            Param("b", "1", 0.3, 8.0, (1.0, 2.5)),
            Param("c", "min", 0.05, 500.0, (3.0, 12.0, 50.0), log=True),
        ),
        _hill,
        ("wu2007", "tonietto2016"),
    ),
    "exponential": ParametricCurve(
        "exponential",
        (
            Param("a", "1", 0.0, 1.0, (0.2, 0.6)),
            Param("b", "1/min", 0.0, 0.2, (0.0005, 0.01)),
            Param("c", "1/min", 1e-3, 10.0, (0.02, 0.1, 0.5), log=True),
        ),
        _exponential,
        ("tonietto2016",),
    ),
    "power": ParametricCurve(
        "power",
        (
            Param("a", "1/min", 1e-4, 20.0, _RATES, log=True),
            Param("b", "1", 0.3, 8.0, (1.0, 2.5)),
            Param("c", "1", 0.02, 10.0, (0.2, 1.0), log=True),
        ),
        _power,
        ("watabe2000", "tonietto2016"),
    ),
    "sigmoid": ParametricCurve(
        "sigmoid",
        (
            Param("a", "min", 0.05, 500.0, (3.0, 12.0, 50.0), log=True),
            Param("b", "1", 0.02, 10.0, (0.2, 1.0), log=True),
            Param("c", "1", 0.0, 10.0, (0.02, 0.3)),
        ),
        _sigmoid,
        ("guo2013",),
    ),
    "invgamma": ParametricCurve(
        "invgamma",
        (
            Param("a", "1", 0.0, 1.0, (0.8, 0.97)),
            Param("shape", "1", 0.1, 20.0, (0.5, 2.0), log=True),
            Param("rate", "min", 0.05, 2000.0, (3.0, 12.0, 50.0), log=True),
        ),
        _inverse_gamma,
        ("tonietto2016",),
    ),
    "interpolated": InterpolatedCurve(),
}
