"""Patlak plot against a reference region (Patlak and Blasberg 1985)."""

from __future__ import annotations

from nociscope.models.pet.integration import Sums
from nociscope.models.pet.regression import LinearModel, Rows, columns


def rows(s: Sums) -> Rows:
    """Tissue over reference, against integral of reference over reference."""
    return Rows(s.curve / s.input, columns(s.input_once / s.input, s.input / s.input))


PATLAK_REFERENCE = LinearModel(
    name="PatlakRef",
    needs="reference",
    outcome="Kiref",
    rows=rows,
    outcomes={"Kiref": lambda b: b[..., 0]},
    curve=lambda s, b: b[0] * s.input_once + b[1] * s.input,
    axes=("integral of reference / reference (min)", "tissue / reference"),
    equation="C / Cr = Ki_ref integral(Cr) / Cr + b, t > t*",
    assumes="as the Patlak plot; the reference region traps nothing",
    lies="where the reference traps too, the slope is a difference",
    cites=("patlak1985",),
)
