"""Intervals that carry the uncertainty of sampled blood: whole virtual scans, input function included."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from nociscope.core.records import InputFunction, Tacs
from nociscope.models.blood import BloodSettings, input_function
from nociscope.models.pet import FitOptions, fit, fit_delay, interval
from nociscope.simulate import truth_file
from nociscope.simulate.generate import virtual_scans
from nociscope.simulate.spec import Simulation, read_simulation
from tools.figures import Figure

PEOPLE, SEED, REFITTED = 60, 777, 3
"""Scans, their seed (no rule was chosen with it), and how many of them are refitted draw by draw."""


@cache
def study() -> Simulation:
    return read_simulation(truth_file("demo")).model_copy(update={"people": PEOPLE, "seed": SEED})


def options() -> FitOptions:
    spec = study()
    return FitOptions(vB=spec.scan.vB, weights="decay", half_life_min=spec.scan.half_life_min, starts=4)


def measured_scans() -> Iterator[tuple[Tacs, InputFunction, dict[str, float]]]:
    """Curves, the input made of samples and moved by the fitted delay, and the true V_T by region."""
    for number, scan in enumerate(virtual_scans(study())):
        assert scan.blood is not None
        settings = BloodSettings(end_min=float(scan.tacs.frames.end[-1]) + 1)
        result = input_function(scan.blood, settings, rng=np.random.default_rng(number))
        assert result.input_function is not None
        moved = fit_delay(scan.tacs, result.input_function, options=options()).input
        yield scan.tacs, moved, {t.region: t.VT for t in scan.regions}


def coverage() -> float:
    """95 % intervals of V_T that hold the truth, over all regions of all scans, %."""
    held = []
    for tacs, input_, truth in measured_scans():
        for f in fit("2TCM", tacs, input_, options=options()):
            low, high = interval(f["VT"], f.criteria["n"] - f.criteria["k"])
            held.append(low <= truth[f.region] <= high)
    return 100 * float(np.mean(held))


def one_step() -> float:
    """Between-draw SE of V_T by one Gauss–Newton step, against the spread of full refits: median difference, %."""
    ratios = []
    for (tacs, input_, _), _ in zip(measured_scans(), range(REFITTED), strict=False):
        assert input_.draws is not None
        bare = InputFunction(input_.time, input_.aif, input_.whole_blood)
        whole, noise = (fit("2TCM", tacs, i, options=options()) for i in (input_, bare))
        step = np.sqrt([a["VT"].se ** 2 - b["VT"].se ** 2 for a, b in zip(whole, noise, strict=True)])
        draws = [InputFunction(input_.time, aif, blood) for aif, blood in input_.draws]
        refits = [[f["VT"].value for f in fit("2TCM", tacs, d, options=options())] for d in draws]
        ratios.append(step / np.std(refits, axis=0, ddof=1))
    return 100 * abs(float(np.median(ratios)) - 1)


FIGURES: list[Figure] = [
    Figure("pet.regional.coverage_blood", "95 % intervals that hold the truth, 2TCM with sampled blood", "%", "93..97",
           coverage),
    Figure("pet.regional.ensemble_step", "SE of V_T by blood: one step against refits, median", "%", "<= 5", one_step),
]  # fmt: skip
