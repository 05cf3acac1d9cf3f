"""The arterial input of a scan: as a derivative has it, or modelled from raw blood."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from nociscope.core.blood import BloodResult
from nociscope.core.problem import Problem
from nociscope.core.records import Blood, InputFunction
from nociscope.io import names
from nociscope.io.blood import read_blood, read_input_function
from nociscope.io.index import Sidecar
from nociscope.io.sidecar import ARTERIAL
from nociscope.models.blood import BloodSettings, input_function
from nociscope.pipeline.sources import sidecar
from nociscope.pipeline.step import Context, Make, Need, Output, Params, Produced, Query, Source, Step
from nociscope.pipeline.steps import read, write
from nociscope.pipeline.steps.settings import settings

_OURS = (
    "parent_fraction",
    "parent_fraction_start",
    "plasma_to_blood",
    "whole_blood",
    "autosampler_until_min",
    "dispersion_s",
    "draws",
)


def _params(context: Context) -> Params:
    chosen = settings(context).input
    return {"source": chosen.source, "ratio": chosen.ratio, "seed": context.seed} | {
        k: getattr(chosen, k) for k in _OURS
    }


def _derivative(source: Source, before: Mapping[str, Any]) -> tuple[InputFunction, list[Problem]]:
    return read_input_function(source.path, sidecar(source), before["scan"].scan)


def _recording(source: Source) -> tuple[Any, Sidecar]:
    return source.path, sidecar(source)


def _samples(source: Source, before: Mapping[str, Any]) -> tuple[Blood, list[Problem]]:
    return read_blood(_recording(source), before.get("autosampler"), before["scan"].scan)


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Take the derivative where the study file lets it, else model the blood; without either there is no input."""
    wanted = params["source"]
    if wanted in ("auto", "derivative") and "derivative" in records:
        return _taken(*records["derivative"])
    if wanted in ("auto", "blood") and "blood" in records:
        return _modelled(*records["blood"], params, float(records["tacs"].frames.end[-1]))
    message = "no arterial blood and no input function" if wanted != "none" else "switched off in the study file"
    return Produced({}, (Problem("input-missing", "blood", message, ARTERIAL, "use reference models or SUVR", "note"),))


def _taken(found: InputFunction, problems: list[Problem]) -> Produced:
    sentence = "The arterial input function was taken from the blood-processing derivative as it is."
    usable = not any(set(ARTERIAL) & set(p.blocks) for p in problems)
    return Produced({"input": found} if usable else {}, tuple(problems), (sentence,))


def _modelled(blood: Blood, problems: list[Problem], params: Params, end_min: float) -> Produced:
    if blocking := [p for p in problems if set(ARTERIAL) & set(p.blocks)]:
        return Produced({}, tuple(problems), (f"No input function was made: {blocking[0].message}.",))
    ratio = math.nan if params["ratio"] is None else params["ratio"]
    own = BloodSettings(ratio=ratio, end_min=end_min, **{k: params[k] for k in _OURS})
    result = input_function(blood, own, rng=np.random.default_rng(params["seed"]))
    made: dict[str, Any] = {"blood": replace(result, input_function=None)}
    if result.input_function is not None:
        made["input"] = result.input_function
    return Produced(made, (*problems, *result.problems), (_sentence(result, own),), _cites(blood, result, own))


def _cites(blood: Blood, result: BloodResult, own: BloodSettings) -> tuple[str, ...]:
    """Sources of the curves that were used, and of how they were chosen and undispersed."""
    cites = [c for part in result.parts.values() for c in part.cites]
    if "best" in (own.parent_fraction, own.parent_fraction_start, own.plasma_to_blood):
        cites += ["hurvich1989", "burnham2002"]
    if own.plasma_to_blood != "interpolated" and math.isnan(own.ratio):
        cites.append("hampel1974")
    if blood.autosampler is not None and not blood.dispersion_corrected:
        cites += ["iida1986", "savitzky1964"]
    return tuple(dict.fromkeys(cites))


def _sentence(result: BloodResult, own: BloodSettings) -> str:
    if result.input_function is None:
        return "No input function could be made from the blood."
    chosen = result.input_function.method
    how = "chosen by AICc" if own.parent_fraction == "best" else "as named in the study file"
    return (
        "The arterial input function was made from raw blood: whole blood ({whole_blood}), plasma-to-blood ratio "
        "({plasma_to_blood}) and parent fraction ({parent_fraction}), " + how + "; uncertainty: {uncertainty}."
    ).format(**chosen)


def _blood(recording: str) -> tuple[Query, ...]:
    """BIDS writes continuous recordings compressed, samples plain; both are read of both."""
    return tuple(
        Query(suffix="blood", extension=extension, dataset="raw", entities={"recording": recording})
        for extension in (".tsv", ".tsv.gz")
    )


STEP = Step(
    name="make-input-function",
    version="1",
    level="scan",
    needs={
        "scan": Need(Output("describe-scan", "scan"), read.scan_record),
        "tacs": Need(Output("collect-tacs", "tacs"), read.tacs, with_records=True),
        "derivative": Need(
            Query(suffix="inputfunction", extension=".tsv"), _derivative, optional=True, with_records=True
        ),
        "autosampler": Need(_blood("autosampler"), _recording, optional=True),
        "blood": Need(_blood("manual"), _samples, optional=True, with_records=True),
    },
    makes={
        "input": Make(lambda entities: names.build("inputfunction", entities), write.input_function, optional=True),
        "blood": Make(lambda entities: names.build("blood_fit", entities), write.record, optional=True),
    },
    params=_params,
    run=run,
)
