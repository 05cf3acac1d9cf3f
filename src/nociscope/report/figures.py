"""Which figure for which record, written as inline SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nociscope.core.finding import Finding
from nociscope.core.map_view import MapView
from nociscope.core.records import Measure
from nociscope.report.model import BloodResults, ScanReport
from nociscope.viz.connection_matrix import connection_matrix
from nociscope.viz.contrast import contrast
from nociscope.viz.correlation import correlation
from nociscope.viz.curves import curves
from nociscope.viz.delay import delay_profile
from nociscope.viz.drawing import Drawing
from nociscope.viz.forest import forest
from nociscope.viz.graphical import graphical
from nociscope.viz.input_function import input_function
from nociscope.viz.interaction import has_cells, interaction
from nociscope.viz.joint import joint
from nociscope.viz.map_planes import map_planes
from nociscope.viz.mediation import mediation
from nociscope.viz.paired import paired
from nociscope.viz.prediction import prediction
from nociscope.viz.records import Truth
from nociscope.viz.recovery import recovery
from nociscope.viz.repeated import repeated
from nociscope.viz.replication import replication
from nociscope.viz.retest import retest
from nociscope.viz.single_case import single_cases
from nociscope.viz.statuses import statuses
from nociscope.viz.style import house
from nociscope.viz.svg import inline
from nociscope.viz.uptake import uptake

UPTAKE = ("SUV", "SUVR")
"""Models without curves: a mean over a window, whose outcome bears the model's name."""


DRAWS: dict[str, Callable[[Finding], Drawing]] = {
    "contrast": contrast,
    "correlate": correlation,
    "paired": paired,
    "retest": retest,
    "repeated": repeated,
    "formula": contrast,
    "single_case": lambda finding: single_cases((finding,)),
    "mediate": mediation,
    "predict": prediction,
    "joint": joint,
}
"""Kind of a finding to the figure that shows its people; `figure_of` knows the exceptions."""


def figure_of(finding: Finding) -> Callable[[Finding], Drawing] | None:
    """The figure that a finding asks for: sites, levels or cells where it has them, else that of its kind."""
    if "sites" in finding.details:
        return replication
    if "level_estimates" in finding.details or (finding.kind in ("contrast", "formula") and has_cells(finding)):
        return interaction
    return DRAWS.get(finding.kind)


@dataclass(frozen=True)
class Picture:
    """A figure ready for the page: markup, title, caption."""

    svg: str
    title: str
    caption: str


class Studio:
    """Draws for one page; every picture gets ids of its own, numbered as drawn."""

    def __init__(self) -> None:
        self._count = 0

    def _picture(self, drawing: Drawing) -> Picture:
        self._count += 1
        return Picture(inline(drawing, f"f{self._count}"), drawing.title, drawing.caption or drawing.words)

    def fits(self, scan: ScanReport, model: str, where: str) -> tuple[Picture, ...]:
        """Draw the linear plot where the model has one, else fitted curves, else the uptake of each region."""
        fits = scan.fits[model]
        with house():
            if model in UPTAKE and any(np.isfinite(f.estimates[model].value) for f in fits if model in f.estimates):
                return (self._picture(uptake(fits, where, scan.window_min, scan.reference if model == "SUVR" else "")),)
            if any(f.plot is not None for f in fits):
                return (self._picture(graphical(fits, where)),)
            if any(np.isfinite(f.fitted).any() for f in fits):
                return (self._picture(curves(fits, where)),)
        return ()

    def delay(self, blood: BloodResults, where: str) -> Picture | None:
        """Draw the profile of a fitted delay."""
        if blood.delay is None or blood.profile is None:
            return None
        with house():
            return self._picture(delay_profile(blood.delay, blood.profile, where))

    def blood(self, blood: BloodResults, where: str) -> Picture | None:
        """Draw the arterial input; nothing where none could be made."""
        if blood.input_function is None:
            return None
        with house():
            return self._picture(input_function(blood.input_function, where, blood.blood, blood.parts))

    def finding(self, finding: Finding) -> Picture | None:
        """Draw a finding by its kind; one without points, or of a kind without a figure, has nothing to show."""
        draw = figure_of(finding)
        if not finding.points or draw is None:
            return None
        with house():
            return self._picture(draw(finding))

    def cases(self, findings: Sequence[Finding]) -> Picture | None:
        """Draw the single cases of one region together."""
        if not any(f.points for f in findings):
            return None
        with house():
            return self._picture(single_cases(findings))

    def map(self, view: MapView) -> Picture:
        """Draw planes of a map, looks at a surface, or a matrix of connections."""
        draw = connection_matrix if view.planes and view.planes[0].nodes else map_planes
        with house():
            return self._picture(draw(view))

    def forest(self, findings: Sequence[Finding]) -> Picture | None:
        """Draw several regions of one hypothesis."""
        if len(findings) < 2 or not any(np.isfinite(f.estimate) for f in findings):
            return None
        with house():
            return self._picture(forest(findings))

    def statuses(self, measures: Sequence[Measure]) -> Picture | None:
        """Draw which numbers exist."""
        if not measures:
            return None
        with house():
            return self._picture(statuses(measures))

    def truth(self, rows: Sequence[Truth]) -> tuple[Picture, ...]:
        """Draw truth against estimate, one figure per measure."""
        with house():
            names = dict.fromkeys(r.measure for r in rows)
            return tuple(self._picture(recovery([r for r in rows if r.measure == m])) for m in names)
