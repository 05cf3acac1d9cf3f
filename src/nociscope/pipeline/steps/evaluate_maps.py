"""Every hypothesis that is asked in each voxel or vertex: maps, clusters and findings with their safeguards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from nociscope import __version__
from nociscope.cohort.map_view import map_view
from nociscope.cohort.maps import Mesh, map_set, rows, values_of
from nociscope.cohort.select import select
from nociscope.core.errors import StudyError
from nociscope.core.hypothesis import Hypothesis, MapSettings
from nociscope.core.image import VertexValues, Volume
from nociscope.core.map_result import MapResult
from nociscope.core.map_view import MapView
from nociscope.core.space import GraphSpace, MeshSpace, Space, VolumeSpace
from nociscope.core.study import Study
from nociscope.io import names
from nociscope.io.file import File
from nociscope.io.images import read_mesh, write_vertex_values, write_volume
from nociscope.io.index import Index
from nociscope.io.maps import MapFile, chosen, owner, read_map
from nociscope.io.people import People
from nociscope.io.record import to_plain
from nociscope.io.write import write_json, write_tsv
from nociscope.pipeline.step import Chosen, Context, Make, Need, Params, Produced, Provenance, Source, Step
from nociscope.pipeline.steps import read, write
from nociscope.pipeline.steps.evaluate_hypotheses import cohort_view
from nociscope.pipeline.steps.settings import study_sections

SHOWN = ("hedges_g", "dz", "r", "F", "t")
"""Maps in the order in which one is chosen for the figure."""


@dataclass(frozen=True, eq=False)
class Images:
    """What the study file asks to read: by hypothesis its maps, its mask and its surface."""

    maps: Mapping[str, tuple[MapFile, ...]]
    masks: Mapping[str, Volume | VertexValues]
    meshes: Mapping[str, Mesh]


@dataclass(frozen=True, eq=False)
class MapOutcome:
    """A result and the planes of it that a page shows."""

    result: MapResult
    view: MapView | None


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Bring the maps of each hypothesis together and test them."""
    from nociscope.stats import TestSettings  # brings scipy.stats: only who tests pays for it
    from nociscope.stats.maps.evaluate import evaluate_map

    study = Study(**params["study"], hypothesis=params["hypotheses"])
    about = study.study
    settings = TestSettings(
        seed=params["seed"], ci_level=about.ci_level, alpha=about.alpha, software=f"nociscope {__version__}"
    )
    people: People = records.get("people", People({}))
    made: dict[str, MapOutcome] = {}
    for hypothesis in study.hypothesis:
        maps = _maps(records["images"], hypothesis)
        selection = select(cohort_view(rows(maps, hypothesis), people, study), hypothesis)
        data = replace(selection.data, excluded=(*selection.data.excluded, *maps.left_out))
        values = values_of(maps, data, hypothesis, data.sessions or _sessions(maps.values))
        result = evaluate_map(data, values, maps.space, hypothesis, settings)
        result = replace(result, notes={"elements": maps.mask_words, **result.notes})
        made[hypothesis.name] = MapOutcome(result, _view(result, values, about.alpha))
    methods = dict.fromkeys(
        f"{o.result.findings[0].kind.capitalize()}: {o.result.findings[0].method}." for o in made.values()
    )
    return Produced(made, methods=tuple(methods))


def _maps(images: Images, hypothesis: Hypothesis) -> Any:
    name = hypothesis.name
    return map_set(images.maps.get(name, ()), hypothesis, images.masks.get(name), images.meshes.get(name))


def _sessions(values: Mapping[tuple[str, str], Any]) -> tuple[str, ...]:
    return tuple(sorted({session for _, session in values}))


def _view(result: MapResult, values: Any, alpha: float) -> MapView | None:
    shown = next((name for name in SHOWN if name in result.maps), "")
    corrected = next((name for name in ("p_tfce", "p_cluster", "p_fwe") if name in result.maps), "")
    if not shown or not corrected:
        return None
    return map_view(result, shown, corrected, np.nanmean(values, axis=0, dtype=np.float64), alpha)


def _asked(study: Study) -> list[Hypothesis]:
    return [h for h in study.hypothesis if h.map is not None]


def _choose(study: Study, index: Index) -> list[File]:
    """Files of all hypotheses, each once."""
    files = [f for h in _asked(study) for f in chosen(index, h.map or MapSettings())]
    return list({f.path: f for f in files}.values())


def _read(sources: tuple[Source, ...], params: Params) -> Images:
    """Read every file once, whoever needs it."""
    contents: dict[str, Volume | VertexValues] = {}
    maps: dict[str, tuple[MapFile, ...]] = {}
    masks: dict[str, Volume | VertexValues] = {}
    meshes: dict[str, Mesh] = {}

    def content(source: Source) -> Volume | VertexValues:
        if source.name not in contents:
            contents[source.name] = read_map(source.path)
        return contents[source.name]

    for hypothesis in (Hypothesis(**h) for h in params["hypotheses"]):
        settings = hypothesis.map or MapSettings()
        own: list[MapFile] = []
        for source in sources:
            whose = owner(settings, source.dataset, source.name, source.entities)
            if source.name == settings.mask:
                masks[hypothesis.name] = content(source)
            elif source.name == settings.surface:
                meshes[hypothesis.name] = read_mesh(source.path)
            elif whose is not None:
                own.append(MapFile(whose.participant_id, whose.session_id, source.name, content(source)))
        maps[hypothesis.name] = tuple(own)
    return Images(maps, masks, meshes)


def _params(context: Context) -> Params:
    wanted = _asked(context.study)
    if several := sorted({h.family for h in wanted if h.family}):
        raise StudyError(
            f"a hypothesis with a map is a family of its own; it cannot share {', '.join(several)}",
            do="leave out family: the correction over the map is its own",
        )
    return {**study_sections(context), "hypotheses": [h.model_dump() for h in wanted]}


def _write(path: Path, outcome: MapOutcome, provenance: Provenance) -> None:
    result = outcome.result
    beside = write.beside(provenance)
    write_json(path, {"Findings": [to_plain(f) for f in result.findings], "Notes": dict(result.notes)} | beside)
    for name, values in {**result.maps, "clusters": result.labels}.items():
        _write_map(path.parent, name, np.asarray(values), result.space)
    _write_table(path.with_name("clusters.tsv"), result)
    write_tsv(path.with_name("null_max.tsv"), {"maximum": [float(v) for v in result.null_max]})
    if outcome.view is not None:
        write_json(path.with_name("view.json"), {"Record": to_plain(_listed(outcome.view))})


def _listed(view: MapView) -> dict[str, Any]:
    """The view with three digits: a picture needs no more, and a page loads faster."""
    plain = asdict(view)
    for plane in plain["planes"]:
        for key in ("background", "overlay", "outline"):
            plane[key] = [[float(f"{v:.3g}") for v in row] for row in plane[key]]
    return plain


def _write_map(folder: Path, name: str, values: Any, space: Space) -> None:
    if isinstance(space, VolumeSpace):
        whole = np.issubdtype(values.dtype, np.integer)
        grid = np.zeros(space.mask.shape, np.int32) if whole else np.full(space.mask.shape, np.nan, np.float32)
        grid[space.mask] = values
        write_volume(folder / f"stat-{_label(name)}_statmap.nii.gz", grid, space.affine, name)
    elif isinstance(space, MeshSpace):
        full = np.full(len(space.vertices), np.nan, np.float32)
        full[space.mask] = values
        write_vertex_values(folder / f"stat-{_label(name)}_statmap.shape.gii", full, name)
    else:
        _write_edges(folder / f"stat-{_label(name)}_statmap.tsv", values, space)


def _label(name: str) -> str:
    """BIDS labels have letters and digits only."""
    return "".join(part[:1].upper() + part[1:] if i else part for i, part in enumerate(name.split("_")))


def _write_edges(path: Path, values: Any, space: GraphSpace) -> None:
    write_tsv(
        path,
        {
            "from": [space.nodes[i] for i in space.edges[:, 0]],
            "to": [space.nodes[i] for i in space.edges[:, 1]],
            "value": [float(v) for v in values],
        },
    )


def _write_table(path: Path, result: MapResult) -> None:
    columns = ("label", "sign", "elements", "extent", "extent_unit", "mass", "peak_statistic", "p_adjusted")
    table: dict[str, list[Any]] = {name: [getattr(c, name) for c in result.clusters] for name in columns}
    table["peak"] = [
        ", ".join(str(p) if isinstance(p, str) else f"{p:.4g}" for p in c.peak_place) for c in result.clusters
    ]
    write_tsv(path, table)


def _makes(params: Params) -> dict[str, Make]:
    return {
        h["name"]: Make(
            names.build("group", {"hypothesis": h["name"], "table": "finding", "extension": "json"}), _write
        )
        for h in params["hypotheses"]
    }


STEP = Step(
    name="evaluate-maps",
    version="1",
    level="group",
    needs={
        "images": Need(Chosen(_choose, "maps named by the study file"), _read, optional=True, with_params=True),
        "people": Need(read.EVERYONE, read.people, optional=True),
    },
    makes=_makes,
    params=_params,
    run=run,
)
