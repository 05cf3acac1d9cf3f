"""Simplified reference tissue model (Lammertsma and Hume 1996)."""

from __future__ import annotations

from nociscope.models.pet.base import CompartmentModel, Named, Param, Terms


def terms(p: Named) -> Terms:
    """Tissue curve implied by a reference curve."""
    k2a = p["k2"] / (1 + p["BPND"])
    return Terms(amplitude=(p["k2"] - p["R1"] * k2a,), rate=(k2a,), direct=p["R1"])


SRTM = CompartmentModel(
    name="SRTM",
    needs="reference",
    outcome="BPND",
    params=(
        Param("R1", 1.0, 1e-3, 10.0, (0.3, 3.0)),
        Param("k2", 0.1, 1e-4, 3.0, (0.01, 0.5)),
        Param("BPND", 1.0, -0.95, 30.0, (0.05, 8.0)),
    ),
    terms=terms,
    derived={"k2prime": lambda p: p["k2"] / p["R1"], "k2a": lambda p: p["k2"] / (1 + p["BPND"])},
    equation="C = R1 Cr + (k2 - R1 k2a) exp(-k2a t) * Cr, k2a = k2 / (1 + BPND)",
    assumes="both tissues are one compartment, share VND, and the reference holds no specific binding",
    lies="for TSPO no region is free of binding: BPND is then relative to a pseudo-reference",
    cites=("lammertsma1996",),
)
