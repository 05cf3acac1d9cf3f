"""Multilinear analysis 1 (Ichise et al. 2002)."""

from __future__ import annotations

from nociscope.models.pet.integration import Sums
from nociscope.models.pet.logan import LOGAN
from nociscope.models.pet.regression import LinearModel, Rows, columns


def rows(s: Sums) -> Rows:
    """Tissue against the integrals of plasma and tissue."""
    return Rows(s.curve, columns(s.input_once, s.once))


MA1 = LinearModel(
    name="MA1",
    needs="arterial",
    outcome="VT",
    rows=rows,
    outcomes={"VT": lambda b: -b[..., 0] / b[..., 1]},
    checked_by=LOGAN,
    equation="C = b1 integral(Cp) + b2 integral(C), VT = -b1 / b2, t > t*",
    assumes="as the Logan plot",
    lies="with noise it is nearly unbiased but more variable than the Logan plot",
    cites=("ichise2002",),
)
