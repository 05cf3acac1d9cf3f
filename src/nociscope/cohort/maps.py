"""From everybody's map to one array on one grid: whoever does not fit is named, nobody is resampled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nociscope.cohort.connections import connections
from nociscope.core.errors import StudyError
from nociscope.core.hypothesis import Hypothesis, MapSettings
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.image import ConnectionMatrix, VertexValues, Volume
from nociscope.core.records import Measure
from nociscope.core.space import GraphSpace, MeshSpace, Space, VolumeSpace
from nociscope.core.status import FitStatus
from nociscope.io.images import smoothed
from nociscope.io.maps import Content, MapFile

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
    left_out : (participant, reason) of people whose map cannot be read, is empty, or does not fit.
    mask_words : how the elements were chosen, for the report.
    """

    values: Mapping[Key, Floats]
    space: Space
    left_out: tuple[tuple[str, str], ...]
    mask_words: str


def map_set(
    files: Sequence[MapFile],
    hypothesis: Hypothesis,
    mask: Content | None = None,
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
        No map at all, or none that can be read; two maps of one person and session; no two on one grid; a mask that
        is empty or does not fit; numbers on vertices without a surface.
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
    unread = [(f.participant_id, f"{f.name} {f.trouble}") for f in files if f.content is None]
    files = [f for f in files if f.content is not None]
    if not files:
        raise StudyError(f"hypothesis {hypothesis.name!r}: no map can be read", got=unread[0][1])
    made = _by_kind(files, hypothesis, mask, mesh)
    return replace(made, left_out=(*unread, *made.left_out))


def _by_kind(files: Sequence[MapFile], hypothesis: Hypothesis, mask: Content | None, mesh: Mesh | None) -> MapSet:
    """What most of the maps are decides how they are brought together."""
    where, settings = f"hypothesis {hypothesis.name!r}", hypothesis.map or MapSettings()
    kind = Counter(type(f.content) for f in files).most_common(1)[0][0]
    if settings.smoothing_fwhm_mm and kind is not Volume:
        raise StudyError(f"{where}: only volumes can be smoothed", do="leave out map.smoothing_fwhm_mm")
    if settings.nodes and kind is not ConnectionMatrix:
        raise StudyError(f"{where}: map.nodes goes with matrices of connections", do="leave out map.nodes")
    if kind is ConnectionMatrix:
        if mask is not None or settings.labels:
            raise StudyError(f"{where}: matrices of connections have no mask and no labels", do="use map.nodes")
        found = connections(files, hypothesis)
        values = {(f.participant_id, f.session_id): own for f, own in found.values.items()}
        return MapSet(values, found.space, found.left_out, found.words)
    return _on_vertices(files, hypothesis, mask, mesh) if kind is VertexValues else _in_voxels(files, hypothesis, mask)


def rows(maps: MapSet, hypothesis: Hypothesis) -> tuple[Measure, ...]:
    """Mean of each map as rows of the cohort, so that people are chosen as for a region."""
    return tuple(
        Measure(
            participant_id=who, session_id=session, site="n/a", modality=_modality(hypothesis),
            measure=hypothesis.measure, region=REGION, hemisphere="n/a", value=_mean(values),
            se=float("nan"), unit="1", method=hypothesis.model, status=FitStatus.OK, source_file="",
        )
        for (who, session), values in maps.values.items()
    )  # fmt: skip


def region_rows(maps: MapSet, hypothesis: Hypothesis, labels: Content) -> tuple[Measure, ...]:
    """Mean within each named region of a label image as rows of the cohort.

    Raises
    ------
    StudyError
        The labels do not lie on the grid of the maps, or a region has no element there.
    """
    where, settings = f"hypothesis {hypothesis.name!r}", hypothesis.map or MapSettings()
    inside = maps.space.mask if not isinstance(maps.space, GraphSpace) else np.zeros(0, dtype=bool)
    if isinstance(labels, ConnectionMatrix) or labels.values.shape != inside.shape:
        raise StudyError(f"{where}: map.labels has another grid than the maps", expected=inside.shape,
                         got=labels.values.shape)  # fmt: skip
    numbers = np.rint(np.nan_to_num(labels.values[inside])).astype(np.int64)
    parts = {name: np.isin(numbers, own) for name, own in settings.names.items()}
    if absent := [name for name, part in parts.items() if not part.any()]:
        known = ", ".join(map(str, np.unique(numbers)[:20]))
        raise StudyError(f"{where}: no element of {', '.join(absent)} in map.labels", expected=f"of {known}")
    return tuple(
        replace(row, region=name, value=_mean(maps.values[row.participant_id, row.session_id][part]))
        for row in rows(maps, hypothesis)
        for name, part in parts.items()
    )


def _modality(hypothesis: Hypothesis) -> str:
    return f"pet:{hypothesis.tracer}" if hypothesis.tracer else hypothesis.modality or "map"


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean(dtype=np.float64)) if known.size else float("nan")


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


def _in_voxels(files: Sequence[MapFile], hypothesis: Hypothesis, mask: Content | None) -> MapSet:
    settings = hypothesis.map or MapSettings()
    if mask is not None and not isinstance(mask, Volume):
        raise StudyError(f"hypothesis {hypothesis.name!r}: the mask is no volume, the maps are volumes")
    volumes = {f: f.content for f in files if isinstance(f.content, Volume)}
    grid = mask or _commonest(list(volumes.values()), hypothesis)
    left_out = [
        (f.participant_id, f"{f.name} {_differs(v, grid)}") for f, v in volumes.items() if not v.same_grid(grid)
    ]
    left_out += [(f.participant_id, f"{f.name} is not a volume") for f in files if f not in volumes]
    if len(left_out) == len(files):
        raise StudyError(
            f"hypothesis {hypothesis.name!r}: no map lies on the grid of the mask", got=left_out[0][1],
            do="bring the mask onto the grid of the maps",
        )  # fmt: skip
    fitting = {f: smoothed(v, settings.smoothing_fwhm_mm).values for f, v in volumes.items() if v.same_grid(grid)}
    chosen = _chosen(fitting, None if mask is None else mask.values > 0, hypothesis, "voxel")
    space = VolumeSpace(chosen.inside, grid.affine, settings.entities.get("space", ""))
    return MapSet(chosen.values, space, (*left_out, *chosen.left_out), chosen.words)


def _on_vertices(files: Sequence[MapFile], hypothesis: Hypothesis, mask: Content | None, mesh: Mesh | None) -> MapSet:
    if mesh is None:
        raise StudyError(
            f"hypothesis {hypothesis.name!r}: numbers on vertices need their surface", do="name it as map.surface"
        )
    count = len(mesh[0])
    if mask is not None and (not isinstance(mask, VertexValues) or mask.values.shape != (count,)):
        raise StudyError(
            f"hypothesis {hypothesis.name!r}: the mask does not fit the surface", expected=f"{count} vertices",
            got=mask.values.shape,
        )  # fmt: skip
    fitting = {
        f: f.content.values for f in files if isinstance(f.content, VertexValues) and f.content.values.size == count
    }
    left_out = [
        (f.participant_id, f"{f.name} has other vertices than the surface ({count})") for f in files if f not in fitting
    ]
    chosen = _chosen(fitting, None if mask is None else mask.values > 0, hypothesis, "vertex")
    space = MeshSpace(mesh[0], mesh[1], chosen.inside, (hypothesis.map or MapSettings()).surface)
    return MapSet(chosen.values, space, (*left_out, *chosen.left_out), chosen.words)


@dataclass(frozen=True, eq=False)
class _Chosen:
    """Elements that are asked about, and whose maps have numbers there."""

    inside: NDArray[np.bool_]
    values: Mapping[Key, Floats]
    left_out: tuple[tuple[str, str], ...]
    words: str


def _chosen(
    maps: Mapping[MapFile, Floats], given: NDArray[np.bool_] | None, hypothesis: Hypothesis, element: str
) -> _Chosen:
    """Elements that are asked about; what a mask names but somebody lacks stays in, and the test names it."""
    where = f"hypothesis {hypothesis.name!r}"
    if given is not None and not given.any():
        raise StudyError(f"{where}: the mask holds no {element} above zero", do="mend map.mask")
    known = {f: np.isfinite(v) & (v != 0) for f, v in maps.items()}
    empty = [f for f, k in known.items() if not (k if given is None else k & given).any()]
    kept = [f for f in maps if f not in empty]
    inside = given if given is not None else np.logical_and.reduce([known[f] for f in kept]) if kept else None
    if not kept or inside is None or not inside.any():
        raise StudyError(f"{where}: no {element} in which everybody has a value", do="give a mask, look at the maps")
    words = f"{int(inside.sum()):,} where everybody's value is finite and not zero"
    if given is not None:
        words = f"{int(inside.sum()):,} of the given mask{_uncovered({f: known[f] for f in kept}, inside)}"
    why = "has no value that is finite and not zero" + (" in the mask" if given is not None else "")
    return _Chosen(
        inside,
        {(f.participant_id, f.session_id): maps[f][inside] for f in kept},
        tuple((f.participant_id, f"{f.name} {why}") for f in empty),
        words,
    )


def _uncovered(known: Mapping[MapFile, NDArray[np.bool_]], inside: NDArray[np.bool_]) -> str:
    """Whose map is zero or not finite within the mask: the scanner may not have seen that place."""
    lacking = {f.participant_id: int((inside & ~k).sum()) for f, k in known.items()}
    told = [f"{who} in {count:,}" for who, count in lacking.items() if count]
    return f"; zero or not finite: {', '.join(told[:5])}{' …' if len(told) > 5 else ''}" if told else ""


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
