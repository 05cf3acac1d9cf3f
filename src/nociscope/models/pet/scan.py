"""From a scan's records to the curves that models are fitted to."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nociscope.core.records import Array, Frames, InputFunction, Tacs
from nociscope.models.pet.base import Curves
from nociscope.models.pet.convolve import FINE, basis, frame_means, grid, hat_means
from nociscope.models.pet.options import FitOptions
from nociscope.models.pet.weights import frame_weights

LATE_START = 5.0
"""Without the first minutes the running integral of a measured curve is unknown; later starts are refused."""


def frames_used(frames: Frames, options: FitOptions) -> NDArray[np.bool_]:
    """Frames that end by ``end_min``, (frame,)."""
    if options.end_min is None:
        return np.ones(len(frames), bool)
    kept: NDArray[np.bool_] = frames.end <= options.end_min + 1e-6
    return kept


def knots(frames: Frames) -> Array:
    """Where the line through a measured curve bends: its start at zero activity, then every frame's middle."""
    first = max(float(frames.start[0]), 0.0)
    begin = first if first > 0 else min(first, 0.0)
    return np.concatenate(([begin], frames.mid))


def measured_operators(frames: Frames) -> tuple[Array, Array, Array]:
    """Operators on measured curves that keep frame means.

    A measured curve is drawn as straight lines between frame middles, bent so that its mean over every frame is the
    measured one: its running integral is then exact at every frame border.

    Returns
    -------
    (knot, frame) heights of the line; (frame, frame) frame means of its running integral; the same of the integral
    of that. Each times a curve (frame,) in kBq/mL; read-only, because all models of a scan share them.
    """
    return _operators(frames.start.tobytes(), frames.end.tobytes())


@lru_cache(maxsize=32)
def _operators(start: bytes, end: bytes) -> tuple[Array, Array, Array]:
    """`measured_operators`, which depend on the frames only."""
    frames = Frames(np.frombuffer(start), np.frombuffer(end))
    time = knots(frames)
    where = grid(time, frames)
    means = hat_means(time, where.time, where.frame, where.duration)
    heights = np.linalg.inv(means[0])
    line = np.vstack((np.zeros(len(frames)), heights))
    once, twice = means[1] @ heights, means[2] @ heights
    for operator in (line, once, twice):
        operator.flags.writeable = False
    return line, once, twice


def arterial_curves(tacs: Tacs, input_: InputFunction, options: FitOptions, step: float = FINE) -> Curves:
    """Curves driven by an arterial input."""
    plain = frame_means(input_.time, input_.aif, tacs.frames)
    return Curves(
        frames=tacs.frames,
        regions=tacs.regions,
        activity=tacs.activity,
        weights=frame_weights(tacs, options),
        used=frames_used(tacs.frames, options),
        time=input_.time,
        driver=input_.aif,
        direct=frame_means(input_.time, input_.whole_blood, tacs.frames)[0],
        integral=plain[1],
        basis=basis(input_.time, input_.aif, tacs.frames, step),
        blood=input_.whole_blood,
        draws=input_.draws,
    )


def reference_curves(tacs: Tacs, reference: str, curve: Array, options: FitOptions) -> Curves:
    """Curves driven by the curve (frame,) of a reference region of the same scan."""
    line, running, _ = measured_operators(tacs.frames)
    time, driver = knots(tacs.frames), line @ np.nan_to_num(curve)
    return Curves(
        frames=tacs.frames,
        regions=tacs.regions,
        activity=tacs.activity,
        weights=frame_weights(tacs, options),
        used=frames_used(tacs.frames, options) & np.isfinite(curve),
        time=time,
        driver=driver,
        direct=np.nan_to_num(curve),
        integral=running @ np.nan_to_num(curve),
        basis=basis(time, driver, tacs.frames),
        reference=reference,
    )


def combined(tacs: Tacs, reference: str) -> Array | None:
    """Curve of a region, or the volume-weighted mean of several joined by ``+``; None where one is absent.

    Without all their volumes the plain mean is taken.
    """
    names = [name.strip() for name in reference.split("+")]
    if reference in tacs.regions:
        names = [reference]
    if not set(names) <= set(tacs.regions):
        return None
    rows = [tacs.regions.index(name) for name in names]
    volumes = np.full(len(rows), np.nan) if tacs.volumes_mm3 is None else np.asarray(tacs.volumes_mm3, float)[rows]
    share = volumes if np.isfinite(volumes).all() and volumes.sum() > 0 else np.ones(len(rows))
    curve: Array = np.average(tacs.activity[rows], axis=0, weights=share)
    return curve
