"""From everybody's map to one array on one grid: whoever does not fit is named, nobody is resampled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, StudyError
from nociscope.core.hypothesis import Hypothesis, MapSettings
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.image import VertexValues, Volume
from nociscope.core.records import Measure
from nociscope.core.space import MeshSpace, Space, VolumeSpace
from nociscope.core.status import FitStatus
from nociscope.io.images import smoothed
from nociscope.io.maps import MapFile

REGION = "map"
"""Name under which the mean over a map stands in the place of a region."""

Key = tuple[str, str]
Floats = NDArray[np.float32]
Mesh = tuple[NDArray[np.float64], NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class MapSet:
    """Maps of one hypothesis on one grid.

    Parameters
    ----------
    values : (participant, session) → shape (element,).
    space : where the elements lie.
    left_out : (participant, reason) of people whose map does not fit.
    mask_words : how the elements were chosen, for the report.
    """

    values: Mapping[Key, Floats]
    space: Space
    left_out: tuple[tuple[str, str], ...]
    mask_words: str


def map_set(
    files: Sequence[MapFile],
    hypothesis: Hypothesis,
    mask: Volume | VertexValues | None = None,
    mesh: Mesh | None = None,
) -> MapSet:
    """Bring the maps of a hypothesis onto one grid without resampling.

    Parameters
    ----------
    files : one for each person and session. mask : elements above zero are asked about; else those where every map
        is finite and not zero. mesh : vertices and faces, needed for numbers on vertices.

    Raises
    ------
    StudyError
        No map at all; two maps of one person and session; no two on one grid; numbers on vertices without a surface.
    """
    settings = hypothesis.map or MapSettings()
    if not files:
        raise StudyError(
            f"hypothesis {hypothesis.name!r}: no map was found",
            expected=settings.files or str(dict(settings.entities)),
            do="look at map.files or map.entities, and at --derivatives",
        )  # fmt: skip
    twice = [key for key, count in Counter((f.participant_id, f.session_id) for f in files).items() if count > 1]
    if twice:
        names = [f.name for f in files if (f.participant_id, f.session_id) == twice[0]]
        raise StudyError(
            f"hypothesis {hypothesis.name!r}: several maps of {' '.join(twice[0])}", got=", ".join(names),
            do="name one more entity, or the derivative",
        )  # fmt: skip
    if isinstance(files[0].content, VertexValues):
        return _on_vertices(files, hypothesis, mask, mesh)
    return _in_voxels(files, hypothesis, mask, settings.smoothing_fwhm_mm)


def rows(maps: MapSet, hypothesis: Hypothesis) -> tuple[Measure, ...]:
    """Mean of each map as rows of the cohort, so that people are chosen as for a region."""
    return tuple(
        Measure(
            participant_id=who, session_id=session, site="n/a", modality=f"pet:{hypothesis.tracer}",
            measure=hypothesis.measure, region=REGION, hemisphere="n/a", value=float(values.mean(dtype=np.float64)),
            se=float("nan"), unit="1", method=hypothesis.model, status=FitStatus.OK, source_file="",
        )
        for (who, session), values in maps.values.items()
    )  # fmt: skip


def values_of(maps: MapSet, data: HypothesisData, hypothesis: Hypothesis, sessions: Sequence[str]) -> Floats:
    """Maps in the order of people, shape (person, element): mean over sessions, or first minus second of a pair.

    Whoever has no map, or lacks a session of a pair, is a row of nan.
    """
    out = np.full((len(data.people), maps.space.size), np.nan, dtype=np.float32)
    for i, who in enumerate(data.participants):
        own = [maps.values[who, s] for s in sessions if (who, s) in maps.values]
        if hypothesis.kind == "paired":
            if len(own) == 2:
                out[i] = own[0] - own[1]
        elif own:
            out[i] = np.mean(own, axis=0, dtype=np.float64)
    return out


def _in_voxels(
    files: Sequence[MapFile], hypothesis: Hypothesis, mask: Volume | VertexValues | None, fwhm: float
) -> MapSet:
    volumes = {f: f.content for f in files if isinstance(f.content, Volume)}
    grid = mask if isinstance(mask, Volume) else _commonest(list(volumes.values()), hypothesis)
    left_out = [
        (f.participant_id, f"{f.name} {_differs(v, grid)}") for f, v in volumes.items() if not v.same_grid(grid)
    ]
    left_out += [(f.participant_id, f"{f.name} is not a volume") for f in files if f not in volumes]
    fitting = {f: smoothed(v, fwhm).values for f, v in volumes.items() if v.same_grid(grid)}
    inside, words = _inside(list(fitting.values()), grid.values > 0 if isinstance(mask, Volume) else None)
    if not inside.any():
        raise StudyError(f"hypothesis {hypothesis.name!r}: no voxel in which everybody has a value", do="give a mask")
    space = VolumeSpace(inside, grid.affine, (hypothesis.map or MapSettings()).entities.get("space", ""))
    values = {(f.participant_id, f.session_id): v[inside] for f, v in fitting.items()}
    return MapSet(values, space, tuple(left_out), words)


def _on_vertices(
    files: Sequence[MapFile], hypothesis: Hypothesis, mask: Volume | VertexValues | None, mesh: Mesh | None
) -> MapSet:
    if mesh is None:
        raise StudyError(
            f"hypothesis {hypothesis.name!r}: numbers on vertices need their surface", do="name it as map.surface"
        )
    count = len(mesh[0])
    fitting = {
        f: f.content.values for f in files if isinstance(f.content, VertexValues) and f.content.values.size == count
    }
    left_out = [
        (f.participant_id, f"{f.name} has other vertices than the surface ({count})") for f in files if f not in fitting
    ]
    given = mask.values > 0 if isinstance(mask, VertexValues) else None
    inside, words = _inside(list(fitting.values()), given)
    if not fitting or not inside.any():
        raise StudyError(f"hypothesis {hypothesis.name!r}: no vertex in which everybody has a value", do="give a mask")
    space = MeshSpace(mesh[0], mesh[1], inside, (hypothesis.map or MapSettings()).surface)
    values = {(f.participant_id, f.session_id): v[inside] for f, v in fitting.items()}
    return MapSet(values, space, tuple(left_out), words)


def _inside(maps: Sequence[Floats], given: NDArray[np.bool_] | None) -> tuple[NDArray[np.bool_], str]:
    """Elements that are asked about; what a mask names but somebody lacks stays in, and the test names it."""
    if given is not None:
        return given, "the given mask"
    if not maps:
        raise InputError("no map fits the grid", expected="at least one")
    inside = np.ones(maps[0].shape, dtype=bool)
    for values in maps:
        inside &= np.isfinite(values) & (values != 0)
    return inside, "elements where everybody's value is finite and not zero"


def _commonest(volumes: Sequence[Volume], hypothesis: Hypothesis) -> Volume:
    """The grid that most maps share."""
    counts = [sum(v.same_grid(other) for other in volumes) for v in volumes]
    if len(volumes) > 1 and max(counts) == 1:
        raise StudyError(
            f"hypothesis {hypothesis.name!r}: every map has a grid of its own", do="bring them into one space first"
        )
    return volumes[int(np.argmax(counts))]


def _differs(volume: Volume, grid: Volume) -> str:
    if volume.values.shape != grid.values.shape:
        return f"has shape {volume.values.shape}, the others {grid.values.shape}"
    return "has another affine than the others"
