"""Two tissue compartments, reversible."""

from __future__ import annotations

import numpy as np

from nociscope.models.pet.base import CompartmentModel, Named, Param, Terms, Values


def exponents(k2: Values, k3: Values, k4: Values) -> tuple[Values, Values, Values, Values]:
    """Shares and rates of the two exponentials of the impulse response: (a, b, alpha, beta), alpha < beta."""
    total = k2 + k3 + k4
    root = np.sqrt(total * total - 4 * k2 * k4)
    beta = (total + root) / 2
    alpha = k2 * k4 / beta  # not (total - root) / 2, which cancels when k4 is small
    return (k3 + k4 - alpha) / root, (beta - k3 - k4) / root, alpha, beta


def terms(p: Named) -> Terms:
    """Sum of two exponentials convolved with the input, plus blood."""
    a, b, alpha, beta = exponents(p["k2"], p["k3"], p["k4"])
    scale = (1 - p["vB"]) * p["K1"]
    return Terms(amplitude=(scale * a, scale * b), rate=(alpha, beta), direct=p["vB"])


RATES = (
    Param("K1", 0.1, 1e-4, 2.0, (0.02, 1.0)),
    Param("k2", 0.1, 1e-4, 3.0, (0.02, 1.0)),
    Param("k3", 0.1, 1e-5, 2.0, (0.01, 0.5)),
    Param("k4", 0.05, 1e-4, 1.0, (0.005, 0.2)),
)
BLOOD = Param("vB", 0.05, 0.0, 0.2, (0.01, 0.1), shared=True)

VOLUMES = {
    "VT": lambda p: p["K1"] / p["k2"] * (1 + p["k3"] / p["k4"]),
    "VND": lambda p: p["K1"] / p["k2"],
    "BPND": lambda p: p["k3"] / p["k4"],
    "BPP": lambda p: p["K1"] / p["k2"] * p["k3"] / p["k4"],
}

TWO_TISSUE = CompartmentModel(
    name="2TCM",
    needs="arterial",
    outcome="VT",
    params=(*RATES, BLOOD),
    terms=terms,
    derived=VOLUMES,
    equation="C = (1 - vB) K1 (a exp(-alpha t) + b exp(-beta t)) * Cp + vB Cb",
    assumes="non-displaceable and specific tracer are two well-mixed pools; parent tracer alone enters the tissue",
    lies="when k4 runs to zero VT has no limit; VND and BPND alone are rarely determined, VT is",
    cites=("innis2007", "mintun1984", "gunn2001"),
)
