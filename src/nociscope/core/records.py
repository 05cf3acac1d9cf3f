"""What flows between the rooms: frozen records of bare arrays whose units are fixed by the field.

Times are minutes after injection, activities kBq/mL decay-corrected to injection. Files are converted at the door
(`nociscope.io`); nobody asks for a unit again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, ShapeError, TimingError
from nociscope.core.estimate import Estimate
from nociscope.core.status import FitStatus

Array = NDArray[np.float64]


def _frozen(values: object, ndim: int, name: str) -> Array:
    array = np.array(values, dtype=np.float64)
    if array.ndim != ndim:
        raise ShapeError(f"{name} has the wrong number of axes", expected=ndim, got=array.ndim)
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Frames:
    """Start and end of every frame, min after injection, shape (frame,).

    Raises
    ------
    TimingError
        Frames that run backwards, are empty, or overlap by more than round-off (1 ms).
    """

    start: Array
    end: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", _frozen(self.start, 1, "frame starts"))
        object.__setattr__(self, "end", _frozen(self.end, 1, "frame ends"))
        if self.start.shape != self.end.shape:
            raise ShapeError("frame starts and ends differ in number", expected=self.start.size, got=self.end.size)
        if not (np.isfinite(self.start).all() and np.isfinite(self.end).all()):
            raise TimingError("a frame has no time", expected="finite starts and ends")
        if (bad := np.flatnonzero(self.end <= self.start)).size:
            raise TimingError("a frame ends before it starts", got=f"frame {bad[0]}")
        overlap = self.end[:-1] - self.start[1:] > 1e-3 / 60
        if overlap.any():
            i = int(np.flatnonzero(overlap)[0])
            raise TimingError(
                "frames overlap",
                expected=f"frame {i + 1} to start at {self.end[i]:.4f} min or later",
                got=f"{self.start[i + 1]:.4f} min",
                do="check FrameTimesStart and FrameDuration in the sidecar",
            )

    def __len__(self) -> int:
        return self.start.size

    @property
    def duration(self) -> Array:
        """Length of each frame, min."""
        return self.end - self.start

    @property
    def mid(self) -> Array:
        """Middle of each frame, min."""
        return (self.start + self.end) / 2


@dataclass(frozen=True, eq=False)
class Tacs:
    """Time-activity curves of regions.

    Parameters
    ----------
    activity : (region, frame), kBq/mL, decay-corrected to injection. ``nan`` is allowed: the region's fit will say so.
    frames : when each frame was measured.
    regions : one unique name a row.
    weights : (frame,) or None; 1/variance up to a factor, as supplied with the data.
    volumes_mm3 : (region,) or None.
    entities : BIDS entities of the source, for naming.
    """

    activity: Array
    frames: Frames
    regions: tuple[str, ...]
    weights: Array | None = None
    volumes_mm3: Array | None = None
    entities: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "activity", _frozen(self.activity, 2, "activity"))
        object.__setattr__(self, "regions", tuple(self.regions))
        expected = (len(self.regions), len(self.frames))
        if self.activity.shape != expected:
            raise ShapeError("activity does not fit regions × frames", expected=expected, got=self.activity.shape)
        if len(set(self.regions)) != len(self.regions):
            twice = sorted({r for r in self.regions if self.regions.count(r) > 1})
            raise InputError("a region stands twice", got=", ".join(twice))
        if self.weights is not None:
            object.__setattr__(self, "weights", _frozen(self.weights, 1, "weights"))
            if self.weights.shape != (len(self.frames),):
                raise ShapeError("weights do not fit frames", expected=len(self.frames), got=self.weights.size)
            if not (np.isfinite(self.weights).all() and (self.weights >= 0).all()):
                raise InputError("weights are 1/variance", expected="finite and not negative")

    def region(self, name: str) -> Array:
        """Return one curve, (frame,), kBq/mL.

        Raises
        ------
        InputError
            There is no such region; the message lists those that exist.
        """
        if name not in self.regions:
            raise InputError(f"no region {name!r}", expected=f"one of {', '.join(self.regions)}", got=name)
        curve: Array = self.activity[self.regions.index(name)]
        return curve


@dataclass(frozen=True, eq=False)
class InputFunction:
    """Arterial input on a fine grid.

    Parameters
    ----------
    time : (sample,), min after injection, increasing.
    aif : (sample,), kBq/mL, parent tracer in arterial plasma.
    whole_blood : (sample,), kBq/mL.
    plasma, parent_fraction : (sample,) or None; kept for reports.
    draws : (draw, 2, sample) or None; an ensemble of (aif, whole_blood) that carries the joint uncertainty of
        the blood models into the kinetic parameters.
    delay_min : arrival in tissue after arrival at the sampler, already applied to ``time`` when not zero.
    method : how each part was modelled, for the sidecar and the methods text.
    entities : BIDS entities of the source.
    """

    time: Array
    aif: Array
    whole_blood: Array
    plasma: Array | None = None
    parent_fraction: Array | None = None
    draws: Array | None = None
    delay_min: float = 0.0
    method: Mapping[str, str] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("time", "aif", "whole_blood", "plasma", "parent_fraction"):
            values = getattr(self, name)
            if values is None:
                continue
            object.__setattr__(self, name, _frozen(values, 1, name))
            if getattr(self, name).shape != self.time.shape:
                raise ShapeError(f"{name} does not fit time", expected=self.time.size, got=getattr(self, name).size)
        if self.time.size < 2 or not (np.diff(self.time) > 0).all():
            raise TimingError("input function times must increase", do="sort the samples and drop repeats")
        if self.draws is not None:
            object.__setattr__(self, "draws", _frozen(self.draws, 3, "draws"))
            if self.draws.shape[1:] != (2, self.time.size):
                raise ShapeError("draws do not fit", expected=("draw", 2, self.time.size), got=self.draws.shape)

    def shifted(self, delay_min: float) -> InputFunction:
        """Return the input as the tissue sees it, ``delay_min`` later."""
        return replace(self, time=self.time + delay_min, delay_min=self.delay_min + delay_min)


@dataclass(frozen=True, eq=False)
class Samples:
    """Blood samples of one kind: times (min after injection) and values; gaps are absent, not zero."""

    time: Array
    value: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", _frozen(self.time, 1, "sample times"))
        object.__setattr__(self, "value", _frozen(self.value, 1, "sample values"))
        if self.time.shape != self.value.shape:
            raise ShapeError("sample times and values differ", expected=self.time.size, got=self.value.size)
        if not np.isfinite(self.value).all() or not np.isfinite(self.time).all():
            raise InputError("a blood sample has no value", do="leave the sample out; a gap is not a zero")
        if (np.diff(self.time) < 0).any():
            raise TimingError("blood samples run backwards", do="sort the table by time")


@dataclass(frozen=True, eq=False)
class Blood:
    """Raw blood of one scan.

    Parameters
    ----------
    whole_blood : manual whole-blood samples, kBq/mL.
    plasma : manual plasma samples, kBq/mL.
    parent_fraction : unmetabolised fraction, 0 to 1.
    autosampler : continuous whole blood, kBq/mL, as measured (not dispersion-corrected unless said).
    dispersion_min : constant of the mono-exponential dispersion of the autosampler line; nan where not stated.
    dispersion_corrected : whether the autosampler curve already is.
    entities : BIDS entities of the source.
    """

    whole_blood: Samples | None
    plasma: Samples | None
    parent_fraction: Samples | None
    autosampler: Samples | None = None
    dispersion_min: float = float("nan")
    dispersion_corrected: bool = False
    entities: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scan:
    """What the PET sidecar says, in our units.

    Parameters
    ----------
    tracer : name as in `nociscope.io.tracers`, or the sidecar's own where unknown.
    radionuclide : such as ``C11``.
    half_life_min : of the radionuclide.
    dose_MBq : injected at time of injection; nan with ``dose_status`` where it cannot be used.
    weight_kg : nan where unknown.
    scanner, site : for covariates; empty where unknown.
    decay_reference_min : time after injection to which the image is decay-corrected; nan where not stated.
    entities : BIDS entities of the source.
    decay_corrected : whether the image is decay-corrected at all.
    injection_start_min : injection after TimeZero, the origin of every time on disk.
    """

    tracer: str
    radionuclide: str
    half_life_min: float
    dose_MBq: float = float("nan")
    dose_status: FitStatus = FitStatus.OK
    dose_message: str = ""
    weight_kg: float = float("nan")
    scanner: str = ""
    site: str = ""
    decay_reference_min: float = 0.0
    entities: Mapping[str, str] = field(default_factory=dict)
    decay_corrected: bool = True
    injection_start_min: float = 0.0


@dataclass(frozen=True, eq=False)
class LinearPlot:
    """The straight-line view of a graphical method, for the report.

    ``deviation`` is the largest relative distance of the points after t* from the line.
    """

    x: Array
    y: Array
    used: NDArray[np.bool_]
    slope: float
    intercept: float
    tstar_min: float
    deviation: float
    x_label: str
    y_label: str


@dataclass(frozen=True, eq=False)
class KineticFit:
    """One model fitted to one region.

    Parameters
    ----------
    model, region : labels.
    status : of the whole fit; single estimates may carry their own.
    estimates : symbol → `Estimate`, parameters first, then derived quantities.
    frames : of the scan. ``measured``, ``fitted``, ``weights`` : (frame,), kBq/mL and 1/variance.
    used : (frame,), which frames entered the fit.
    criteria : ``n k wrss AIC AICc BIC``; comparable only between models fitted to the same frames and weights.
    agreement : share of random starts that ended in the reported optimum; nan for linear methods.
    plot : the linear view where the method has one.
    note : what a reader must know, in a clause.
    """

    model: str
    region: str
    status: FitStatus
    estimates: Mapping[str, Estimate]
    frames: Frames
    measured: Array
    fitted: Array
    weights: Array
    used: NDArray[np.bool_]
    criteria: Mapping[str, float] = field(default_factory=dict)
    agreement: float = float("nan")
    plot: LinearPlot | None = None
    note: str = ""

    def __getitem__(self, symbol: str) -> Estimate:
        return self.estimates[symbol]


@dataclass(frozen=True)
class Measure:
    """One row of the cohort table.

    ``region`` is a brain region, a body site, a muscle, or the scale of a questionnaire. ``low`` and ``high`` bound the
    value where answers are missing or a device reached its limit; nan where nothing is bounded.
    """

    participant_id: str
    session_id: str
    site: str
    modality: str
    measure: str
    region: str
    hemisphere: str
    value: float
    se: float
    unit: str
    method: str
    status: FitStatus
    source_file: str
    low: float = math.nan
    high: float = math.nan
