"""One k2' for all regions of a scan, and how sure it is."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, nan, pi

import numpy as np

from nociscope.core.estimate import Estimate
from nociscope.core.records import Array
from nociscope.core.status import FitStatus
from nociscope.models.pet.base import Curves
from nociscope.models.pet.integration import integrator
from nociscope.models.pet.linear import fit_linear
from nociscope.models.pet.mrtm1 import MRTM1
from nociscope.models.pet.options import FitOptions


def shared_k2prime(curves: Curves, options: FitOptions, rng: np.random.Generator) -> tuple[float, float]:
    """Return k2' of the reference region and its standard error as it serves one region, 1/min.

    The value is the median of MRTM1 over regions, weighted by 1/variance: one region that the model does not describe
    cannot move it. The error holds the error of that median and the scatter of k2' between regions beyond their own
    errors (DerSimonian and Laird 1986), because a model with one k2' forces both upon every region. A number given in
    the options has no error; without a region that determines k2' both are nan.
    """
    if options.k2prime != "fit":
        return float(options.k2prime), 0.0
    plain = replace(options, tstar_frames=0, tstar_min="auto", bootstrap=0)
    fits = fit_linear(MRTM1, integrator(curves, plain), plain, rng)
    good = [f["k2prime"] for f in fits if f.region != curves.reference and _determined(f["k2prime"])]
    if not good:
        return nan, nan
    values, errors = np.array(sorted((e.value, e.se) for e in good)).T
    weight = np.cumsum(errors**-2)
    median = float(values[int(np.searchsorted(weight, weight[-1] / 2))])
    between = scatter(values, errors)
    loss = pi / 2 if len(good) > 2 else 1.0  # a median's variance over a mean's
    return median, float(np.sqrt(loss / np.sum(1 / (errors**2 + between)) + between))


def _determined(estimate: Estimate) -> bool:
    return estimate.status is FitStatus.OK and estimate.value > 0 and isfinite(estimate.se) and estimate.se > 0


def scatter(values: Array, errors: Array) -> float:
    """Variance between values beyond their errors, by moments (DerSimonian and Laird 1986); zero for a single one."""
    weight = errors**-2
    total = weight.sum()
    spread = float(weight @ (values - values @ weight / total) ** 2)
    room = float(total - weight @ weight / total)
    return max(0.0, (spread - (len(values) - 1)) / room) if room > 0 else 0.0
