"""Multilinear reference tissue model (Ichise et al. 2003; MRTM1)."""

from __future__ import annotations

from nociscope.models.pet.integration import Sums
from nociscope.models.pet.regression import LinearModel, Rows, columns


def rows(s: Sums) -> Rows:
    """Tissue against the integrals of reference and tissue, and the reference itself."""
    return Rows(s.curve, columns(s.input_once, s.once, s.input))


MRTM1 = LinearModel(
    name="MRTM1",
    needs="reference",
    outcome="BPND",
    rows=rows,
    outcomes={
        "BPND": lambda b: -b[..., 0] / b[..., 1] - 1,
        "R1": lambda b: b[..., 2],
        "k2prime": lambda b: b[..., 0] / b[..., 2],
        "k2a": lambda b: -b[..., 1],
    },
    whole=True,
    equation="C = g1 integral(Cr) + g2 integral(C) + g3 Cr, BPND = -g1 / g2 - 1, k2' = g1 / g3",
    assumes="both tissues are one compartment; the reference holds no specific binding",
    lies="where target and reference look alike k2' is not determined",
    cites=("ichise2003",),
)
