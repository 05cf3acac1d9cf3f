"""Full reference tissue model (Lammertsma et al. 1996)."""

from __future__ import annotations

from nociscope.models.pet.base import CompartmentModel, Named, Param, Terms
from nociscope.models.pet.two_tissue import exponents


def terms(p: Named) -> Terms:
    """Two tissue compartments driven by a one-tissue reference."""
    k2, k3, R1 = p["k2"], p["k3"], p["R1"]
    k4 = k3 / p["BPND"]
    a, b, alpha, beta = exponents(k2, k3, k4)
    k2prime = k2 / R1
    slow, fast = R1 * a * (k2prime - alpha), R1 * b * (k2prime - beta)
    return Terms(amplitude=(slow, fast), rate=(alpha, beta), direct=R1)


FRTM = CompartmentModel(
    name="FRTM",
    needs="reference",
    outcome="BPND",
    params=(
        Param("R1", 1.0, 1e-3, 10.0, (0.3, 3.0)),
        Param("k2", 0.1, 1e-4, 3.0, (0.02, 0.5)),
        Param("k3", 0.1, 1e-4, 2.0, (0.01, 0.5)),
        Param("BPND", 1.0, 1e-3, 30.0, (0.05, 8.0)),
    ),
    terms=terms,
    derived={"k4": lambda p: p["k3"] / p["BPND"], "k2prime": lambda p: p["k2"] / p["R1"]},
    equation="C = R1 (Cr + a (k2' - alpha) exp(-alpha t) * Cr + b (k2' - beta) exp(-beta t) * Cr)",
    assumes="target has two compartments, reference one; both share VND",
    lies="k3 is seldom determined; BPND then agrees with SRTM but with a wider interval",
    cites=("lammertsma1996frtm",),
)
