"""Logan plot with arterial input (Logan et al. 1990)."""

from __future__ import annotations

from nociscope.models.pet.integration import Sums
from nociscope.models.pet.regression import LinearModel, Rows, columns


def rows(s: Sums) -> Rows:
    """Integral of tissue over tissue, against integral of plasma over tissue."""
    return Rows(s.once / s.curve, columns(s.input_once / s.curve, s.curve / s.curve))


LOGAN = LinearModel(
    name="Logan",
    needs="arterial",
    outcome="VT",
    rows=rows,
    outcomes={"VT": lambda b: b[..., 0]},
    curve=lambda s, b: (s.once - b[0] * s.input_once) / b[1],
    axes=("integral of plasma / tissue (min)", "integral of tissue / tissue (min)"),
    equation="integral(C) / C = VT integral(Cp) / C + b, t > t*",
    assumes="after t* the compartments keep a constant ratio",
    lies="noise stands on both axes and pulls VT down, more so where binding is high",
    cites=("logan1990",),
)
