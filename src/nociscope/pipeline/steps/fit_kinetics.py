"""Every model of a scan, in every region, each number with its error and status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from nociscope.core.errors import StudyError
from nociscope.core.records import InputFunction, KineticFit, Tacs
from nociscope.core.status import FitStatus
from nociscope.io import names
from nociscope.io.record import read_record
from nociscope.models.pet import MODELS, FitOptions, average_fits, fit
from nociscope.pipeline.step import Context, Make, Need, Output, Params, Produced, Source, Step
from nociscope.pipeline.steps import read, write
from nociscope.pipeline.steps.fit_delay import Delay
from nociscope.pipeline.steps.read import ScanRecord
from nociscope.pipeline.steps.settings import models, settings, tracer

AVERAGE = "Average"
_OPTIONS = ("vB", "k2prime", "tstar_min", "starts", "bootstrap", "end_min", "weights")
_BLOCKED = {"decay-mismatch": FitStatus.DECAY_MISMATCH, "dose-implausible": FitStatus.IMPLAUSIBLE_DOSE}


def _params(context: Context) -> Params:
    chosen, known = settings(context), tracer(context)
    asked = models(chosen, known)
    if unknown := [m for m in asked if m not in MODELS]:
        raise StudyError(
            f"no model {', '.join(unknown)}", expected=f"of {', '.join(MODELS)}", where=f"[pet.{known.label}] models"
        )
    return {
        "models": asked,
        "regions": chosen.regions,
        "reference": chosen.reference_region or known.reference_region,
        "window_min": chosen.window_min or known.window_min,
        "average": chosen.average_models,
        "seed": context.seed,
        "ci_level": context.study.study.ci_level,
    } | {k: getattr(chosen, k) for k in _OPTIONS}


def _delay(source: Source) -> Delay:
    return read_record(source.path, Delay)


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Fit all models; what is blocked by the sidecar or lacks its input says so in every region."""
    scan: ScanRecord = records["scan"]
    tacs = _chosen(records["tacs"], params["regions"], params["reference"])
    input_ = _as_tissue_sees(records.get("input"), records.get("delay"))
    options = _options(scan, params)
    made = {m: _fitted(m, tacs, input_, scan, params, options) for m in params["models"]}
    if params["average"] and (compared := [m for m in made if _comparable(made[m])]):
        made[AVERAGE] = average_fits([made[m] for m in compared], AVERAGE)
    keep = set(params["regions"] or tacs.regions)
    kept = {f"kinpar-{m}": tuple(f for f in fits if f.region in keep) for m, fits in made.items()}
    return Produced({k: v for k, v in kept.items() if v}, methods=_sentences(params))


def _chosen(tacs: Tacs, regions: list[str], reference: str) -> Tacs:
    """Curves of the regions asked for and of the reference; all where none is named."""
    if not regions:
        return tacs
    if unknown := [r for r in regions if r not in tacs.regions]:
        raise StudyError(f"no region {', '.join(unknown)}", expected=f"of {', '.join(tacs.regions)}", where="regions")
    names_ = [r for r in tacs.regions if r in {*regions, reference}]
    rows = [tacs.regions.index(r) for r in names_]
    volumes = None if tacs.volumes_mm3 is None else tacs.volumes_mm3[rows]
    return replace(tacs, activity=tacs.activity[rows], regions=tuple(names_), volumes_mm3=volumes)


def _as_tissue_sees(input_: InputFunction | None, delay: Delay | None) -> InputFunction | None:
    if input_ is None or delay is None or not np.isfinite(delay.delay.value):
        return input_
    return input_.shifted(delay.delay.value)


def _options(scan: ScanRecord, params: Params) -> FitOptions:
    window = params["window_min"]
    return FitOptions(
        half_life_min=scan.scan.half_life_min,
        window_min=tuple(window) if window else None,
        dose_MBq=scan.scan.dose_MBq,
        weight_kg=scan.scan.weight_kg,
        ci_level=params["ci_level"],
        **{k: params[k] for k in _OPTIONS},
    )


def _fitted(
    model: str, tacs: Tacs, input_: InputFunction | None, scan: ScanRecord, params: Params, options: FitOptions
) -> tuple[KineticFit, ...]:
    reference = params["reference"] if params["reference"] in tacs.regions else None
    needs_reference = MODELS[model].needs == "reference" or model == "SUVR"
    if needs_reference and reference is None:
        return _blocked(fit(model, tacs, None, reference=tacs.regions[0], options=options), FitStatus.MISSING_REGION)
    fits = fit(
        model, tacs, input_, reference=reference if needs_reference else None, options=options, seed=params["seed"]
    )
    problem = scan.blocking(model)
    if problem is None or problem.code not in _BLOCKED:
        return fits
    return _blocked(fits, _BLOCKED[problem.code])


def _blocked(fits: Iterable[KineticFit], status: FitStatus) -> tuple[KineticFit, ...]:
    """The same regions and quantities without numbers."""
    return tuple(
        replace(
            f,
            status=status,
            estimates={k: e.with_status(status) for k, e in f.estimates.items()},
            fitted=np.full_like(f.fitted, np.nan),
            plot=None,
        )
        for f in fits
    )


def _comparable(fits: tuple[KineticFit, ...]) -> bool:
    """Whether the fits are of a compartment model, fitted to the curve itself, so that criteria can be compared."""
    model = MODELS[fits[0].model]
    return model.needs == "arterial" and model.outcome == "VT" and any(np.isfinite(f.agreement) for f in fits)


def _sentences(params: Params) -> tuple[str, ...]:
    vB = "estimated in each region" if params["vB"] == "fit" else f"held at {params['vB']:g}"
    starts = f"Compartment models were fitted by bounded weighted least squares from {params['starts']} starts"
    window = params["window_min"]
    late = f" Uptake was averaged from {window[0]:g} to {window[1]:g} min, weighted by duration." if window else ""
    reference = f" The reference region was {params['reference']}." if params["reference"] else ""
    return (
        f"Models: {', '.join(params['models'])}. {starts} to exact frame averages, blood volume {vB}; weights are "
        f"1/variance ({params['weights']}); standard errors by "
        f"{'bootstrap' if params['bootstrap'] else 'the delta method'}, with the uncertainty of the input added where "
        f"it is known.{late}{reference}",
    )


def _makes(params: Params) -> dict[str, Make]:
    labels = [*params["models"], *([AVERAGE] if params["average"] else [])]
    return {f"kinpar-{m}": Make(_named(m), write.fits, optional=True) for m in labels}


def _named(model: str) -> Any:
    return lambda entities: names.build("kinpar", {**entities, "model": model})


STEP = Step(
    name="fit-kinetics",
    version="1",
    level="scan",
    needs={
        "scan": Need(Output("describe-scan", "scan"), read.scan_record),
        "tacs": Need(Output("collect-tacs", "tacs"), read.tacs, with_records=True),
        "input": Need(Output("make-input-function", "input"), read.input_function, optional=True, with_records=True),
        "delay": Need(Output("fit-delay", "delay"), _delay, optional=True),
    },
    makes=_makes,
    params=_params,
    run=run,
)
