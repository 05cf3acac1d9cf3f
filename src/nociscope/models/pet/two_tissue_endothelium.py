"""Two tissue compartments and irreversible uptake by the vessel wall (Rizzo et al. 2014)."""

from __future__ import annotations

from nociscope.models.pet.base import CompartmentModel, Named, Param, Terms
from nociscope.models.pet.two_tissue import BLOOD, RATES, VOLUMES, exponents


def terms(p: Named) -> Terms:
    """Tissue as in 2TCM; the vessel wall traps parent tracer from plasma at rate Kb per blood volume."""
    a, b, alpha, beta = exponents(p["k2"], p["k3"], p["k4"])
    scale = (1 - p["vB"]) * p["K1"]
    return Terms(amplitude=(scale * a, scale * b), rate=(alpha, beta), direct=p["vB"], integral=p["vB"] * p["Kb"])


TWO_TISSUE_ENDOTHELIUM = CompartmentModel(
    name="2TCM1K",
    needs="arterial",
    outcome="VT",
    params=(*RATES, Param("Kb", 0.2, 1e-5, 2.0, (0.02, 0.8)), BLOOD),
    terms=terms,
    derived=VOLUMES,
    equation="C = (1 - vB) K1 (a exp(-alpha t) + b exp(-beta t)) * Cp + vB Cb + vB Kb integral(Cp)",
    assumes="tracer held by endothelium does not leave within the scan",
    lies="trapping and slow release trade off: without a well-measured late curve VT is not determined, and it is not "
    "interchangeable with the VT of 2TCM",
    cites=("rizzo2014",),
)
