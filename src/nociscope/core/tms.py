"""Stimuli to the motor cortex or the skin and what muscles answered: sweeps, evoked potentials, map sites, pulses.

Potentials are µV, times ms after the stimulus, places cm; files are converted at the door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.scores import Score

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sweeps:
    """EMG around each stimulus.

    Parameters
    ----------
    emg : shape (sweep, sample), µV, unrectified.
    rate : samples a second.
    start_ms : time of the first sample after the stimulus, ms; below zero where a baseline was recorded.
    muscle, side : where.
    where : file, for messages.
    """

    emg: Array
    rate: float
    start_ms: float
    muscle: str
    side: str = "n/a"
    where: str = ""

    def __post_init__(self) -> None:
        emg = np.asarray(self.emg)
        emg = emg if emg.dtype == np.float32 else emg.astype(np.float64, copy=False)
        object.__setattr__(self, "emg", emg)
        if self.emg.ndim != 2:
            raise ShapeError("sweeps", expected="(sweep, sample)", got=self.emg.shape)
        if not self.rate > 0:
            raise RangeError("sampling rate", expected="above 0 per second", got=self.rate)

    def samples(self, window: tuple[float, float]) -> slice:
        """Samples from the first to before the second time, ms.

        Raises
        ------
        RangeError
            The window is not wholly recorded.
        """
        ends = [round((t - self.start_ms) * self.rate / 1000, 6) for t in window]
        first, last = (int(np.ceil(e)) for e in ends)
        if not 0 <= first < last <= self.emg.shape[1]:
            end = self.start_ms + 1000 * self.emg.shape[1] / self.rate
            raise RangeError(
                "a window lies outside the sweep", expected=f"{self.start_ms:g} to {end:g} ms",
                got=f"{window[0]:g} to {window[1]:g} ms", where=self.where or self.muscle,
                do="record longer or choose another window",
            )  # fmt: skip
        return slice(first, last)


@dataclass(frozen=True, eq=False)
class Meps:
    """Motor evoked potentials, one a sweep; everything shape (sweep,).

    Parameters
    ----------
    p2p_uv : peak to peak in the window, as measured, also where nothing answered. window_rms_uv : of the same samples.
    net_area_uvms, net_rms_uv : rectified area and RMS of the window less those of the baseline, for active muscles.
    area_uvms : rectified, from onset to offset. latency_ms, offset_ms : nan where there is no response.
    pre_rms_uv : of the baseline. present : a response was found. clipped : the amplifier's limit was reached.
    valid : enters averages. reasons : why it does not, empty where it does.
    method : rule and version by which onset, offset and presence were found.
    """

    p2p_uv: Array
    area_uvms: Array
    net_area_uvms: Array
    net_rms_uv: Array
    latency_ms: Array
    offset_ms: Array
    pre_rms_uv: Array
    present: Flags
    clipped: Flags
    valid: Flags
    reasons: tuple[str, ...]
    method: str
    muscle: str
    side: str = "n/a"


@dataclass(frozen=True, eq=False)
class SilentPeriods:
    """Silence of a contracting muscle after the stimulus, one a sweep; everything shape (sweep,).

    Parameters
    ----------
    start_ms, end_ms, duration_ms : a duration that is censored is the least it can be; nan where there is no silence.
    censored : EMG had not returned when the sweep ended.
    detection_version : rule and version; numbers of different versions are not to be pooled.
    """

    start_ms: Array
    end_ms: Array
    duration_ms: Array
    censored: Flags
    detection_version: str
    muscle: str
    side: str = "n/a"


@dataclass(frozen=True, eq=False)
class MuscleMap:
    """What one muscle answered to stimuli at many places of the scalp.

    Parameters
    ----------
    muscle : name. unit_place : ``cm`` from the vertex, or of the navigator.
    x, y : shape (site,), cm; each site once.
    pulses : shape (site, pulse), µV; nan where there was no or no valid stimulus.
    cell_cm : distance of neighbours of a regular grid, cm; nan for places chosen by chance.
    background : shape (site,), µV, mean before the stimulus; None at rest.
    background_sd : shape (site,), µV, between pulses; None where unknown.
    side : of the muscle.
    where : file, for messages.
    """

    muscle: str
    x: Array
    y: Array
    pulses: Array
    cell_cm: float
    background: Array | None = None
    background_sd: Array | None = None
    side: str = "n/a"
    where: str = ""

    def __post_init__(self) -> None:
        for name in ("x", "y", "pulses", "background", "background_sd"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        if self.pulses.ndim != 2 or self.x.shape != self.y.shape or self.x.shape != self.pulses.shape[:1]:
            raise ShapeError("a map", expected="x, y (site,) and pulses (site, pulse)", got=self.pulses.shape)
        for name in ("background", "background_sd"):
            if getattr(self, name) is not None and getattr(self, name).shape != self.x.shape:
                raise ShapeError(f"{name} of a map", expected=self.x.shape, got=getattr(self, name).shape)
        if np.unique(np.column_stack([self.x, self.y]), axis=0).shape[0] < self.x.size:
            raise InputError("a site stands twice", where=self.where or self.muscle, do="put its pulses in one row")
        if np.nanmin(self.pulses, initial=0.0) < 0:
            raise RangeError("an amplitude is below zero", expected="peak to peak or RMS, µV", where=self.where)


@dataclass(frozen=True)
class MapRules:
    """By which rules a map is read; every output names them.

    Parameters
    ----------
    threshold : ``absolute`` (µV), ``share`` (of the maximum) or ``background`` (SD above the background).
    level : µV, share or number of SD.
    area : ``cell`` (regular grid), ``voronoi`` or ``hull``.
    peak_share : of the maximum that a peak exceeds. peak_neighbours : of eight that lie lower.
    peak_prominence : share of the maximum by which they lie lower.
    probability_uv : response that counts in the probability-weighted area.
    declared : False where the threshold is a default that nobody chose.
    """

    threshold: str = "absolute"
    level: float = 50.0
    area: str = "cell"
    peak_share: float = 0.5
    peak_neighbours: int = 7
    peak_prominence: float = 0.05
    probability_uv: float = 50.0
    declared: bool = True

    def __post_init__(self) -> None:
        allowed = {"threshold": ("absolute", "share", "background"), "area": ("cell", "voronoi", "hull")}
        for name, choices in allowed.items():
            if getattr(self, name) not in choices:
                raise InputError(f"unknown {name} of a map", expected=", ".join(choices), got=getattr(self, name))

    @property
    def words(self) -> str:
        """The rules in one line, as it stands beside every number."""
        active = {
            "absolute": f"{self.level:g} µV",
            "share": f"{100 * self.level:g} % of the maximum",
            "background": f"background + {self.level:g} SD",
        }[self.threshold]
        peaks = f"peaks above {100 * self.peak_share:g} % of the maximum, {100 * self.peak_prominence:g} % of it above "
        return f"active at {active}; area by {self.area}; {peaks}{self.peak_neighbours} of 8 neighbours, not adjacent"


@dataclass(frozen=True, eq=False)
class MapMetrics:
    """What a map says.

    Parameters
    ----------
    muscle, side : of which.
    values : shape (site,), µV, mean of the pulses less the background; nan where there was no valid pulse.
    active : shape (site,). peaks : sites that are discrete peaks, highest first. hotspot : the strongest site.
    hull : shape (corner, 2), cm, around the active sites; empty below three of them.
    scores : every number with interval and status, by measure.
    excluded : sites without a valid pulse. truncated : the map goes on beyond what was stimulated.
    rules : by which it was read.
    """

    muscle: str
    side: str
    values: Array
    active: Flags
    peaks: tuple[int, ...]
    hotspot: int
    hull: Array
    scores: Mapping[str, Score]
    excluded: tuple[int, ...]
    truncated: bool
    rules: MapRules

    def __getitem__(self, measure: str) -> Score:
        """One of its numbers, such as ``map_area``."""
        return self.scores[measure]


@dataclass(frozen=True, eq=False)
class SessionMap:
    """A map as it was stimulated, with what was read from it at one session; what a figure needs."""

    session: str
    map: MuscleMap
    metrics: MapMetrics


@dataclass(frozen=True, eq=False)
class PersonMaps:
    """Every map of one person."""

    participant: str
    maps: tuple[SessionMap, ...]


@dataclass(frozen=True, eq=False)
class Pulses:
    """Single pulses of one muscle of one session, in the order of the table; columns have shape (pulse,).

    Parameters
    ----------
    pulse_id, condition, site_id, intensity_unit, invalid_reason : text; empty where absent.
    isi_ms, cs_intensity, ts_intensity : nan where absent; intensities in the unit that stands beside.
    x, y, z : cm. pre_rms_uv, mep_p2p_uv, mep_latency_ms, mep_area_uvms, csp_ms : nan where absent.
    valid : as the table says.
    """

    participant: str
    session: str
    muscle: str
    hemisphere: str
    pulse_id: tuple[str, ...]
    condition: tuple[str, ...]
    site_id: tuple[str, ...]
    intensity_unit: tuple[str, ...]
    invalid_reason: tuple[str, ...]
    valid: Flags
    columns: Mapping[str, Array] = field(default_factory=dict)
    where: str = ""

    def __getitem__(self, column: str) -> Array:
        """One column of numbers."""
        return self.columns[column]
