"""Multilinear reference tissue model with a common k2' (Ichise et al. 2003; MRTM2)."""

from __future__ import annotations

from nociscope.models.pet.integration import Sums
from nociscope.models.pet.regression import LinearModel, Rows, columns


def rows(s: Sums) -> Rows:
    """Tissue against the reference with its integral, and the integral of tissue."""
    return Rows(s.curve, columns(s.input_once + s.input / s.k2prime, s.once))


MRTM2 = LinearModel(
    name="MRTM2",
    needs="reference",
    outcome="BPND",
    rows=rows,
    outcomes={"BPND": lambda b: -b[..., 0] / b[..., 1] - 1, "k2a": lambda b: -b[..., 1]},
    whole=True,
    uses_k2prime=True,
    equation="C = g1 (integral(Cr) + Cr / k2') + g2 integral(C), BPND = -g1 / g2 - 1",
    assumes="as MRTM1, with one k2' for the whole scan",
    lies="an error of k2' enters every region alike",
    cites=("ichise2003",),
)
