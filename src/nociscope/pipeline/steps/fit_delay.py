"""Delay of the tissue behind the blood sampler, fitted once on the whole brain and then fixed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nociscope.core.estimate import Estimate
from nociscope.core.problem import Problem
from nociscope.core.records import Array
from nociscope.core.status import FitStatus
from nociscope.io import choice, names
from nociscope.models.pet import fit_delay
from nociscope.models.pet.options import FitOptions
from nociscope.pipeline.step import Context, Make, Need, Output, Params, Produced, Step
from nociscope.pipeline.steps import read, write
from nociscope.pipeline.steps.settings import settings

UNKNOWN_MIN = 1.0
"""A standard error from which on the data do not know the delay: as wide as the narrowest search."""


@dataclass(frozen=True, eq=False)
class Delay:
    """Delay (min), blood volume on the same curve, and the profile (2, step) of the search."""

    delay: Estimate
    vB: Estimate
    profile: Array | None = None

    @property
    def known(self) -> bool:
        """Whether the input is to be shifted by it: at the end of a flat search it would be an arbitrary number."""
        return math.isfinite(self.delay.value) and not self.delay.se >= UNKNOWN_MIN


def _params(context: Context) -> Params:
    chosen = settings(context)
    return {
        "delay": chosen.input.delay,
        "max_min": chosen.input.delay_max_min,
        "region": chosen.whole_brain,
        "vB": chosen.vB,
        "weights": chosen.weights,
        "end_min": chosen.end_min,
        "seed": context.seed,
    }


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Fit the delay, or take the one that the study file names; without an input there is none."""
    if "input" not in records:
        return Produced({})
    if params["delay"] != "fit":
        given = Estimate(float(params["delay"]), unit="min", status=FitStatus.NO_INTERVAL)
        return Produced({"delay": Delay(given, Estimate.missing("1", FitStatus.MISSING_DATA))}, methods=(_GIVEN,))
    scan = records["scan"].scan
    options = FitOptions(
        vB=params["vB"], weights=params["weights"], end_min=params["end_min"], half_life_min=scan.half_life_min
    )
    tacs, region, _ = choice.with_place(
        records["tacs"],
        params["region"] or choice.WHOLE_BRAIN,
        choice.whole_brain(params["region"], records["tacs"].regions),
        "delay",
    )
    found = fit_delay(
        tacs,
        records["input"],
        region=region or params["region"] or None,
        max_min=params["max_min"],
        options=options,
        seed=params["seed"],
    )
    delay = Delay(found.delay, found.vB, found.profile)
    return Produced({"delay": delay}, _trouble(delay), (_sentence(params) if delay.known else _UNKNOWN,))


def _trouble(found: Delay) -> tuple[Problem, ...]:
    delay = found.delay
    if delay.status is FitStatus.OK and found.known:
        return ()
    used = "" if found.known else f"; known to ± {delay.se:.2g} min only, so the input is not shifted"
    mend = "look at the early frames; widen input.delay_max_min, or give input.delay"
    return (Problem("delay", "whole brain", f"delay of the input: {delay.status.sentence}{used}", (), mend),)


_UNKNOWN = "The curves do not tell the delay between blood sampler and tissue; the input was not shifted."
_GIVEN = "The delay between blood sampler and tissue was taken from the study file."


def _sentence(params: Params) -> str:
    where = params["region"] or "whole-brain"
    return (
        f"The delay between blood sampler and tissue was fitted on the {where} curve with a two-tissue compartment "
        f"model within ±{params['max_min']:g} min and then held for all regions."
    )


STEP = Step(
    name="fit-delay",
    version="1",
    level="scan",
    needs={
        "scan": Need(Output("describe-scan", "scan"), read.scan_record),
        "tacs": Need(Output("collect-tacs", "tacs"), read.tacs, with_records=True),
        "input": Need(Output("make-input-function", "input"), read.input_function, optional=True, with_records=True),
    },
    makes={"delay": Make(lambda entities: names.build("delay", entities), write.record, optional=True)},
    params=_params,
    run=run,
)
