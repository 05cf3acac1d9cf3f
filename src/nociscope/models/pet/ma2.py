"""Multilinear analysis 2: the two-tissue model as a regression (Ichise et al. 2002)."""

from __future__ import annotations

from nociscope.core.records import Array
from nociscope.models.pet.integration import Sums
from nociscope.models.pet.regression import LinearModel, Rows, columns


def rows(s: Sums) -> Rows:
    """Tissue against single and double integrals of plasma and tissue."""
    return Rows(s.curve, columns(s.input_twice, s.twice, s.once, s.input_once))


def _k2(b: Array) -> Array:
    return -(b[..., 0] / b[..., 3] + b[..., 2])


def _k4(b: Array) -> Array:
    return -b[..., 1] / _k2(b)


MA2 = LinearModel(
    name="MA2",
    needs="arterial",
    outcome="VT",
    rows=rows,
    outcomes={
        "K1": lambda b: b[..., 3],
        "k2": _k2,
        "k3": lambda b: -b[..., 2] - _k2(b) - _k4(b),
        "k4": _k4,
        "VT": lambda b: -b[..., 0] / b[..., 1],
        "VND": lambda b: b[..., 3] / _k2(b),
    },
    whole=True,
    equation="C = g1 double-integral(Cp) + g2 double-integral(C) + g3 integral(C) + g4 integral(Cp), VT = -g1 / g2",
    assumes="two tissue compartments; noise of the integrals is small beside that of the curve",
    lies="rate constants may turn negative with noise; VT is steadier than they are",
    cites=("ichise2002",),
)
