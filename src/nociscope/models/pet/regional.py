"""Fit one model to every region of a scan."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, nan

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.records import Array, InputFunction, KineticFit, Tacs
from nociscope.core.status import FitStatus
from nociscope.models.pet.base import CompartmentModel, Curves, KineticModel
from nociscope.models.pet.bootstrap import bootstrap_compartments
from nociscope.models.pet.estimates import agreement, assemble, failed, triage
from nociscope.models.pet.integration import integrator
from nociscope.models.pet.k2prime import shared_k2prime
from nociscope.models.pet.least_squares import Optima, bounds, named, optimise, starting_points
from nociscope.models.pet.linear import fit_linear
from nociscope.models.pet.options import FitOptions
from nociscope.models.pet.regression import LinearModel
from nociscope.models.pet.scan import LATE_START, arterial_curves, combined, frames_used, reference_curves
from nociscope.models.pet.uncertainty import optimum
from nociscope.models.pet.uptake import UptakeModel, fit_uptake


def fit_model(
    model: KineticModel,
    tacs: Tacs,
    input_: InputFunction | None,
    reference: str | None,
    options: FitOptions,
    seed: int,
) -> tuple[KineticFit, ...]:
    """Fit a model of any kind; see `nociscope.models.pet.least_squares`."""
    rng = np.random.default_rng(seed)
    if model.needs == "reference" and not reference:
        raise InputError(f"{model.name} needs a reference region", do="give reference=, one name or several with +")
    curve = combined(tacs, reference) if reference else None
    if isinstance(model, UptakeModel):
        return fit_uptake(model, tacs, curve, options)
    curves, problem = _curves(model, tacs, input_, (reference or "", curve), options)
    if problem is not FitStatus.OK:
        return tuple(failed(model, curves, row, problem) for row in range(len(tacs.regions)))
    k2prime = shared_k2prime(curves, options, rng) if _shares_k2prime(model) else (nan, 0.0)
    if _shares_k2prime(model) and not isfinite(k2prime[0]):
        return tuple(failed(model, curves, r, FitStatus.NOT_CONVERGED, "no k2'") for r in range(len(tacs.regions)))
    if isinstance(model, CompartmentModel):
        fixed = replace(options, k2prime=k2prime[0]) if _shares_k2prime(model) else options
        return fit_compartments(model, curves, fixed, rng, k2prime[1])
    assert isinstance(model, LinearModel)
    return fit_linear(model, integrator(curves, options, k2prime), options, rng)


def _curves(
    model: KineticModel,
    tacs: Tacs,
    input_: InputFunction | None,
    reference: tuple[str, Array | None],
    options: FitOptions,
) -> tuple[Curves, FitStatus]:
    """Return what the model is fitted to, or why it cannot be."""
    name, curve = reference
    late = tacs.frames.start[0] > LATE_START and not (model.needs == "arterial" and isinstance(model, CompartmentModel))
    if model.needs == "arterial" and input_ is None:
        return _bare(tacs, options), FitStatus.MISSING_BLOOD
    if model.needs == "reference" and curve is None:
        return _bare(tacs, options), FitStatus.MISSING_REGION
    if late:
        return _bare(tacs, options), FitStatus.OUT_OF_WINDOW
    if model.needs == "arterial":
        assert input_ is not None
        finite = np.isfinite(input_.aif).all() and np.isfinite(input_.whole_blood).all() and input_.aif.max() > 0
        return (
            (arterial_curves(tacs, input_, options), FitStatus.OK)
            if finite
            else (
                _bare(tacs, options),
                FitStatus.MISSING_BLOOD,
            )
        )
    assert curve is not None
    state = triage(curve, frames_used(tacs.frames, options), 4)
    return (
        (reference_curves(tacs, name, curve, options), FitStatus.OK)
        if state is FitStatus.OK
        else (
            _bare(tacs, options),
            state,
        )
    )


def _bare(tacs: Tacs, options: FitOptions) -> Curves:
    none = np.zeros(len(tacs.frames))
    used = frames_used(tacs.frames, options)
    return Curves(tacs.frames, tacs.regions, tacs.activity, none, used, none, none, none, none)


def _shares_k2prime(model: KineticModel) -> bool:
    if isinstance(model, CompartmentModel):
        return any(p.symbol == "k2prime" and p.shared for p in model.params)
    return isinstance(model, LinearModel) and model.uses_k2prime


def fit_compartments(
    model: CompartmentModel, curves: Curves, options: FitOptions, rng: np.random.Generator, k2prime_se: float = 0.0
) -> tuple[KineticFit, ...]:
    """Fit a compartment model to every region; ``k2prime_se`` is the error of a shared k2' that the options hold.

    One region's trouble leaves the others untouched: curves that cannot be fitted are set aside with a status.
    """
    low, high = bounds(model.params, options)
    use = curves.used & (curves.weights > 0)
    needed = int((low < high).sum()) + 1
    states = [triage(curve, use, needed) for curve in curves.activity]
    alive = [i for i, s in enumerate(states) if s is FitStatus.OK]
    fits = {i: failed(model, curves, i, s) for i, s in enumerate(states) if s is not FitStatus.OK}
    if alive:
        start = starting_points(model.params, low, high, (len(alive), options.starts), rng)
        living = replace(curves, activity=curves.activity[alive], regions=tuple(curves.regions[i] for i in alive))
        found, added = _fit_living(model, living, start, (low, high), k2prime_se)
        if options.bootstrap:
            found = bootstrap_compartments(model, living, (found, added), options, rng)
        fits.update(zip(alive, found, strict=True))
    return tuple(fits[i] for i in range(len(states)))


def _fit_living(
    model: CompartmentModel, curves: Curves, start: Array, limits: tuple[Array, Array], k2prime_se: float
) -> tuple[list[KineticFit], Array]:
    """Fits, and the part of their errors that is not noise of the curve, (region, symbol)."""
    optima = optimise(model, curves, start, *limits)
    outcome = _outcome(model, optima)
    best = optimum(model, optima, curves, k2prime_se)
    fits = [
        assemble(model, curves, row, best, agreement(optima, outcome[row], row, best.n))
        if np.isfinite(optima.cost[row]).any() and optima.converged[row].any()
        else failed(model, curves, row, FitStatus.NOT_CONVERGED)
        for row in range(len(curves.regions))
    ]
    return fits, best.added


def _outcome(model: CompartmentModel, optima: Optima) -> Array:
    parts = named(model.params, optima.theta)
    values = model.derived[model.outcome](parts) if model.outcome in model.derived else parts[model.outcome]
    return np.asarray(values, float)
