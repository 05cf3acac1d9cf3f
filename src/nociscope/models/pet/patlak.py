"""Patlak plot with arterial input (Patlak et al. 1983)."""

from __future__ import annotations

from nociscope.models.pet.integration import Sums
from nociscope.models.pet.regression import LinearModel, Rows, columns


def rows(s: Sums) -> Rows:
    """Tissue over plasma, against integral of plasma over plasma."""
    return Rows(s.curve / s.input, columns(s.input_once / s.input, s.input / s.input))


PATLAK = LinearModel(
    name="Patlak",
    needs="arterial",
    outcome="Ki",
    rows=rows,
    outcomes={"Ki": lambda b: b[..., 0]},
    curve=lambda s, b: b[0] * s.input_once + b[1] * s.input,
    axes=("integral of plasma / plasma (min)", "tissue / plasma"),
    equation="C / Cp = Ki integral(Cp) / Cp + V, t > t*",
    assumes="nothing that is trapped comes back within the scan",
    lies="with release the plot bends down and Ki depends on t*",
    cites=("patlak1983",),
)
