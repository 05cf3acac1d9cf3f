"""Every model of a scan, in every region, each number with its error and status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nociscope.core.errors import StudyError
from nociscope.core.problem import Problem
from nociscope.core.records import InputFunction, KineticFit, Tacs
from nociscope.core.status import FitStatus
from nociscope.io import names
from nociscope.io.record import read_record
from nociscope.io.sidecar import UPTAKE
from nociscope.io.tacs import look_at_curves
from nociscope.models.pet import MODELS, FitOptions, average_fits, fit
from nociscope.pipeline.log import read_logs
from nociscope.pipeline.step import Context, Logs, Make, Need, Output, Params, Produced, Source, Step
from nociscope.pipeline.steps import read, write
from nociscope.pipeline.steps.blocking import chosen_regions, held_back, without_numbers
from nociscope.pipeline.steps.fit_delay import Delay
from nociscope.pipeline.steps.read import ScanRecord, scan_key
from nociscope.pipeline.steps.settings import models, settings, tracer

AVERAGE = "Average"
_OPTIONS = ("vB", "k2prime", "tstar_min", "starts", "bootstrap", "end_min", "weights")


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
        "uptake_everywhere": chosen.uptake_everywhere,
        "reference": chosen.reference_region or known.reference_region,
        "window_min": chosen.window_min or known.window_min,
        "average": chosen.average_models,
        "seed": context.seed,
        "ci_level": context.study.study.ci_level,
    } | {k: getattr(chosen, k) for k in _OPTIONS}


def _delay(source: Source) -> Delay:
    return read_record(source.path, Delay)


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Fit all models; what a problem blocks or what lacks its input says so in every region."""
    scan: ScanRecord = records["scan"]
    if not params["models"]:
        return Produced({}, (_no_model(scan),))
    where = scan_key(scan.scan.entities).label
    tacs, absent = chosen_regions(records["tacs"], params["regions"], params["reference"], where)
    lacking = tuple(_lacking(tacs, params, where))
    before = tuple(p for log in records.get("logs", ()) for p in log.problems)
    problems = (*scan.problems, *before, *absent, *lacking, *look_at_curves(tacs, where))
    input_ = _as_tissue_sees(records.get("input"), records.get("delay"))
    options = _options(scan, params, tacs)
    everywhere = dict.fromkeys(UPTAKE, records["tacs"]) if params["uptake_everywhere"] else {}
    curves = {m: everywhere.get(m, tacs) for m in params["models"]}
    made = {m: held_back(_fitted(m, own, input_, params, options), problems) for m, own in curves.items()}
    if params["average"] and (compared := [m for m in made if _comparable(made[m])]):
        made[AVERAGE] = average_fits([made[m] for m in compared], AVERAGE)
    keep = set(params["regions"] or tacs.regions)
    kept = {f"kinpar-{m}": tuple(f for f in fits if m in everywhere or f.region in keep) for m, fits in made.items()}
    cites = ("burnham2002",) if AVERAGE in made else ()
    return Produced({k: v for k, v in kept.items() if v}, (*absent, *lacking), _sentences(params), cites)


def _no_model(scan: ScanRecord) -> Problem:
    message = f"no model is known for tracer {scan.scan.tracer!r} and the study file names none: nothing was estimated"
    mend = "name models in [pet.<tracer>], or a window_min: then the SUV is made"
    return Problem("models-missing", scan_key(scan.scan.entities).label, message, (), mend)


def _lacking(tacs: Tacs, params: Params, where: str) -> Iterator[Problem]:
    """Models that were asked for and lack a reference region or a window."""
    ratios = tuple(m for m in params["models"] if MODELS[m].needs == "reference")
    uptake = tuple(m for m in params["models"] if m in UPTAKE)
    if ratios and params["reference"] not in tacs.regions:
        found = f"{', '.join(tacs.regions[:20])}{' …' if len(tacs.regions) > 20 else ''}"
        name = params["reference"]
        message = f"reference region {name!r} is not in the curves" if name else "the tracer has no reference region"
        yield Problem("reference-absent", where, message, ratios, f"set reference_region to one of: {found}")
    if uptake and not params["window_min"]:
        message = "no usual window is known for this tracer and the study file names none"
        yield Problem("window-missing", where, message, uptake, "set window_min = [from, to] in [pet.<tracer>], min")


def _as_tissue_sees(input_: InputFunction | None, delay: Delay | None) -> InputFunction | None:
    if input_ is None or delay is None or not delay.known:
        return input_
    return input_.shifted(delay.delay.value)


def _options(scan: ScanRecord, params: Params, tacs: Tacs) -> FitOptions:
    frames = tacs.frames
    whole = (float(frames.start[0]), float(frames.end[-1]))  # without a window the models only name what they lack
    return FitOptions(
        half_life_min=scan.scan.half_life_min,
        window_min=tuple(params["window_min"] or whole),
        dose_MBq=scan.scan.dose_MBq,
        weight_kg=scan.scan.weight_kg,
        ci_level=params["ci_level"],
        **{k: params[k] for k in _OPTIONS},
    )


def _fitted(
    model: str, tacs: Tacs, input_: InputFunction | None, params: Params, options: FitOptions
) -> tuple[KineticFit, ...]:
    if MODELS[model].needs != "reference":
        return fit(model, tacs, input_, options=options, seed=params["seed"])
    place = params["reference"]
    if place in tacs.regions:
        return fit(model, tacs, input_, reference=place, options=options, seed=params["seed"])
    stand_in = fit(model, tacs, reference=tacs.regions[0], options=options)  # names regions and quantities, no more
    return tuple(without_numbers(f, FitStatus.MISSING_REGION) for f in stand_in)


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
        "logs": Need(Logs("make-input-function"), read_logs),
    },
    makes=_makes,
    params=_params,
    run=run,
)
