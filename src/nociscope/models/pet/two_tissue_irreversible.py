"""Two tissue compartments without release, k4 = 0, for enzyme-bound tracers such as [11C]-L-deprenyl-D2."""

from __future__ import annotations

from nociscope.models.pet.base import CompartmentModel, Named, Terms
from nociscope.models.pet.two_tissue import BLOOD, RATES


def terms(p: Named) -> Terms:
    """One decaying pool and one that only fills."""
    out = p["k2"] + p["k3"]
    scale = (1 - p["vB"]) * p["K1"]
    return Terms(amplitude=(scale * p["k2"] / out,), rate=(out,), direct=p["vB"], integral=scale * p["k3"] / out)


TWO_TISSUE_IRREVERSIBLE = CompartmentModel(
    name="2TCM3k",
    needs="arterial",
    outcome="lambda_k3",
    params=(*RATES[:3], BLOOD),
    terms=terms,
    derived={
        "lambda_k3": lambda p: p["K1"] / p["k2"] * p["k3"],
        "K1k2ratio": lambda p: p["K1"] / p["k2"],
        "Ki": lambda p: p["K1"] * p["k3"] / (p["k2"] + p["k3"]),
    },
    equation="C = (1 - vB) K1 (k2 exp(-(k2 + k3) t) + k3) / (k2 + k3) * Cp + vB Cb",
    assumes="bound tracer stays bound for the whole scan",
    lies="where k3 is much faster than k2 delivery limits uptake and Ki follows blood flow; lambda_k3 resists that",
    cites=("fowler1995",),
)
