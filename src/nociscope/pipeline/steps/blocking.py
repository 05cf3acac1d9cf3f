"""What the problems of a scan forbid: those numbers stay away, under the status that says why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from nociscope.core.errors import StudyError
from nociscope.core.problem import Problem
from nociscope.core.records import KineticFit, Tacs
from nociscope.core.status import FitStatus

STATUS = {
    "decay-mismatch": FitStatus.DECAY_MISMATCH,
    "dose-implausible": FitStatus.IMPLAUSIBLE_DOSE,
    "dose-missing": FitStatus.MISSING_DOSE,
    "dose-unit": FitStatus.MISSING_DOSE,
    "weight-missing": FitStatus.MISSING_WEIGHT,
    "weight-implausible": FitStatus.MISSING_WEIGHT,
    "region-missing": FitStatus.MISSING_REGION,
    "reference-absent": FitStatus.MISSING_REGION,
    "window-missing": FitStatus.OUT_OF_WINDOW,
    "curve-not-finite": FitStatus.NOT_FINITE,
    "curve-zero": FitStatus.NO_SIGNAL,
    "curve-negative": FitStatus.NO_SIGNAL,
}
"""Problem → status of what it blocks. Others block by taking an input away, and the model says so itself."""


def forbidden(name: str, problems: Iterable[Problem]) -> FitStatus | None:
    """Status of a model or region that a problem blocks; None where it may be estimated."""
    return next((STATUS[p.code] for p in problems if name in p.blocks and p.code in STATUS), None)


def held_back(fits: Iterable[KineticFit], problems: Sequence[Problem]) -> tuple[KineticFit, ...]:
    """Fits without the numbers that a problem forbids; the problem of a model goes before that of a region."""
    return tuple(_held_back(f, problems) for f in fits)


def _held_back(fit: KineticFit, problems: Sequence[Problem]) -> KineticFit:
    status = forbidden(fit.model, problems) or forbidden(fit.region, problems)
    return fit if status is None else without_numbers(fit, status)


def without_numbers(fit: KineticFit, status: FitStatus) -> KineticFit:
    """The same region and quantities, each nan with the reason."""
    return replace(
        fit,
        status=status,
        estimates={symbol: e.with_status(status) for symbol, e in fit.estimates.items()},
        fitted=np.full_like(fit.fitted, np.nan),
        plot=None,
    )


def chosen_regions(tacs: Tacs, regions: Sequence[str], reference: str, where: str) -> tuple[Tacs, tuple[Problem, ...]]:
    """Curves of the regions asked for and of the reference; all where none is named.

    A region that this scan lacks gets a curve of nan, so that it stands in every table with its reason.

    Raises
    ------
    StudyError
        Not one of the regions is there.
    """
    if not regions:
        return tacs, ()
    absent = [r for r in regions if r not in tacs.regions]
    if len(absent) == len(regions):
        raise StudyError(f"no region {', '.join(absent)}", expected=f"of {', '.join(tacs.regions)}", where="regions")
    kept = [r for r in tacs.regions if r in {*regions, reference}]
    rows = [tacs.regions.index(r) for r in kept]
    gone = np.full(len(absent), np.nan)
    volumes = None if tacs.volumes_mm3 is None else np.append(tacs.volumes_mm3[rows], gone)
    activity = np.vstack((tacs.activity[rows], np.full((len(absent), len(tacs.frames)), np.nan)))
    tacs = replace(tacs, activity=activity, regions=(*kept, *absent), volumes_mm3=volumes)
    if not absent:
        return tacs, ()
    message = f"regions that the study asks for are not in the curves: {', '.join(absent)}"
    return tacs, (Problem("region-missing", where, message, tuple(absent), "mend regions in the study file"),)
