"""One tissue compartment."""

from __future__ import annotations

from nociscope.models.pet.base import CompartmentModel, Named, Param, Terms


def terms(p: Named) -> Terms:
    """K1 exp(-k2 t) convolved with the input, plus blood."""
    return Terms(amplitude=((1 - p["vB"]) * p["K1"],), rate=(p["k2"],), direct=p["vB"])


ONE_TISSUE = CompartmentModel(
    name="1TCM",
    needs="arterial",
    outcome="VT",
    params=(
        Param("K1", 0.1, 1e-4, 2.0, (0.01, 1.0)),
        Param("k2", 0.05, 1e-4, 3.0, (0.002, 1.0)),
        Param("vB", 0.05, 0.0, 0.2, (0.01, 0.1), shared=True),
    ),
    terms=terms,
    derived={"VT": lambda p: p["K1"] / p["k2"]},
    equation="C = (1 - vB) K1 exp(-k2 t) * Cp + vB Cb",
    assumes="free and bound tracer mix faster than the scan can see",
    lies="where binding is slow: VT is then too low, and the residuals run in waves",
    cites=("innis2007", "gunn2001"),
)
