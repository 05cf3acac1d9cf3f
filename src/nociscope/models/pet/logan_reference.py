"""Logan plot against a reference region (Logan et al. 1996)."""

from __future__ import annotations

from nociscope.models.pet.integration import Sums
from nociscope.models.pet.regression import LinearModel, Rows, columns


def rows(s: Sums) -> Rows:
    """Integral of tissue over tissue, against (integral of reference + reference / k2') over tissue."""
    reference = s.input_once + s.input / s.k2prime
    return Rows(s.once / s.curve, columns(reference / s.curve, s.curve / s.curve))


LOGAN_REFERENCE = LinearModel(
    name="LoganRef",
    needs="reference",
    outcome="BPND",
    rows=rows,
    outcomes={"DVR": lambda b: b[..., 0], "BPND": lambda b: b[..., 0] - 1},
    curve=lambda s, b: (s.once - b[0] * (s.input_once + s.input / s.k2prime)) / b[1],
    axes=("(integral of reference + reference / k2') / tissue (min)", "integral of tissue / tissue (min)"),
    uses_k2prime=True,
    equation="integral(C) / C = DVR (integral(Cr) + Cr / k2') / C + b, t > t*",
    assumes="as the Logan plot; the reference holds no specific binding; k2' is known",
    lies="noise pulls BPND down, more so where binding is high",
    cites=("logan1996",),
)
