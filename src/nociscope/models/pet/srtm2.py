"""Simplified reference tissue model with a common k2' (Wu and Carson 2002)."""

from __future__ import annotations

from nociscope.models.pet.base import CompartmentModel, Named, Param, Terms


def terms(p: Named) -> Terms:
    """SRTM with k2 = R1 k2prime."""
    k2 = p["R1"] * p["k2prime"]
    k2a = k2 / (1 + p["BPND"])
    return Terms(amplitude=(k2 - p["R1"] * k2a,), rate=(k2a,), direct=p["R1"])


SRTM2 = CompartmentModel(
    name="SRTM2",
    needs="reference",
    outcome="BPND",
    params=(
        Param("R1", 1.0, 1e-3, 10.0, (0.3, 3.0)),
        Param("BPND", 1.0, -0.95, 30.0, (0.05, 8.0)),
        Param("k2prime", 0.1, 1e-3, 1.0, (0.02, 0.3), shared=True),
    ),
    terms=terms,
    derived={
        "k2": lambda p: p["R1"] * p["k2prime"],
        "k2a": lambda p: p["R1"] * p["k2prime"] / (1 + p["BPND"]),
    },
    equation="as SRTM, with k2 = R1 k2prime and one k2prime for the whole scan",
    assumes="as SRTM; the efflux of the reference region is the same whichever region it serves",
    lies="an error of k2prime enters every region alike",
    cites=("wu2002",),
)
