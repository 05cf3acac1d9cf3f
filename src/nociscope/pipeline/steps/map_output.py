"""Files of a question over a map: findings, images, clusters, the null, and a small picture for the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nociscope.core.map_result import Cluster, MapResult
from nociscope.core.map_view import MapView
from nociscope.core.space import GraphSpace, MeshSpace, Space, VolumeSpace
from nociscope.io.images import write_vertex_values, write_volume
from nociscope.io.record import to_plain
from nociscope.io.write import write_json, write_tsv
from nociscope.pipeline.step import Provenance
from nociscope.pipeline.steps import write
from nociscope.pipeline.steps.evaluate_hypotheses import write_points

MEANINGS = {
    "estimate": "estimate, in the unit of the measure",
    "se": "standard error",
    "dof": "degrees of freedom",
    "ci_low": "lower end of the interval, element by element",
    "ci_high": "upper end of the interval, element by element",
    "hedges_g": "Hedges g",
    "dz": "mean difference in standard deviations of the differences",
    "r": "correlation",
    "standardised": "effect in standard deviations",
    "partial_eta_squared": "partial eta squared",
    "t": "t of each element",
    "F": "F of each element",
    "p": "p of each element, not corrected",
    "p_fwe": "p, family-wise by the maximum statistic",
    "p_fdr": "p, false discovery rate",
    "p_step_down": "p, family-wise by step-down",
    "tfce": "enhanced statistic, with the sign of the effect",
    "p_tfce": "p, family-wise by the largest enhanced statistic",
    "p_cluster": "p of the cluster that the element lies in",
    "p_tail": "family-wise p with a fitted tail",
    "clusters": "number of the cluster, 0 outside",
    "z_cc": "difference in standard deviations of the controls",
    "p_conjunction": "p of an effect in at least so many sites, not corrected",
    "p_conjunction_fdr": "the same, false discovery rate",
    "sites_with_effect": "lower confidence bound of how many sites have the effect",
    "p_between_sites": "p of Cochran's Q, not corrected",
    "p_within_sites": "family-wise p of one model with sites as fixed effects",
    "tau2": "variance between sites",
    "i2": "share of the variance that lies between sites",
    "prediction_low": "lower end of what a further site would show",
    "prediction_high": "upper end of what a further site would show",
    "p_exchange": "p by exchange of roles, not corrected",
}
"""What stands in each map."""


@dataclass(frozen=True, eq=False)
class MapOutcome:
    """Results of one hypothesis, those of several cases by their names, and a picture of each for the page."""

    results: Mapping[str, MapResult]
    views: tuple[MapView, ...]
    notes: Mapping[str, str]


def file_of(name: str, case: str, space: Space) -> str:
    """File of a map; BIDS labels have letters and digits only. Maps of connections share one table."""
    who = f"{case}_" if case else ""
    if isinstance(space, GraphSpace):
        return f"{who}connections.tsv"
    kind = {VolumeSpace: "nii.gz", MeshSpace: "shape.gii"}[type(space)]
    return f"{who}stat-{_label(name)}_statmap.{kind}"


def _label(name: str) -> str:
    parts = [p for p in name.split("_") if p]
    return parts[0] + "".join(p[:1].upper() + p[1:] for p in parts[1:])


def outcome_files(path: Path, outcome: MapOutcome, provenance: Provenance) -> None:
    """Write everything about one hypothesis into the folder of ``finding.json``."""
    findings = [f for result in outcome.results.values() for f in result.findings]
    clusters = [c for result in outcome.results.values() for c in result.clusters]
    files: dict[str, str] = {}
    for case, result in outcome.results.items():
        files |= _map_files(path, case, result)
        if result.null_max.size:
            null = path.with_name(f"{f'{case}_' if case else ''}null_max.tsv")
            write_tsv(null, {"maximum": [float(v) for v in result.null_max]})
    about = {
        "Findings": [to_plain(f) for f in findings], "Clusters": [to_plain(c) for c in clusters],
        "Notes": dict(outcome.notes), "Maps": files,
    }  # fmt: skip
    write_json(path, about | write.beside(provenance))
    write_points(path.with_name("table.tsv"), findings)
    _write_clusters(path.with_name("clusters.tsv"), clusters)
    write_json(path.with_name("view.json"), {"Views": [to_plain(_listed(view)) for view in outcome.views]})


def _map_files(path: Path, case: str, result: MapResult) -> dict[str, str]:
    """Write the maps of one result; file to what stands in it."""
    if isinstance(result.space, GraphSpace):
        return _connections(path, case, result.space, _maps(result))
    files: dict[str, str] = {}
    for name, values in _maps(result).items():
        file = file_of(name, case, result.space)
        kept = _rounded_down(values) if name == "p" or name.startswith("p_") else np.asarray(values)
        _write_map(path.with_name(file), kept, result.space, MEANINGS.get(name, name))
        files[file] = f"{MEANINGS.get(name, name)}{f', {case}' if case else ''}"
    return files


def _maps(result: MapResult) -> dict[str, Any]:
    """Maps that hold a number somewhere, and the clusters where there are any."""
    found: dict[str, Any] = {name: v for name, v in result.maps.items() if np.isfinite(v).any()}
    return found | ({"clusters": result.labels} if result.labels.any() else {})


def _rounded_down(p: Any) -> Any:
    """P in the float32 of images, never above what it is: 1/20 must not become more than 0.05."""
    near = np.asarray(p, dtype=np.float32)
    return np.where(near > p, np.nextafter(near, np.float32(0)), near)


def _listed(view: MapView) -> dict[str, Any]:
    """The view with three digits: a picture needs no more, and a page loads faster."""
    plain = asdict(view)
    for plane in plain["planes"]:
        for key in ("background", "overlay", "outline"):
            plane[key] = [[float(f"{v:.3g}") for v in row] for row in plane[key]]
    return plain


def _connections(path: Path, case: str, space: GraphSpace, maps: Mapping[str, Any]) -> dict[str, str]:
    """One table: the two nodes of each connection, and a column for each map."""
    if not maps:
        return {}
    file = file_of("", case, space)
    ends = {"from": space.edges[:, 0], "to": space.edges[:, 1]}
    table: dict[str, list[Any]] = {key: [space.nodes[i] for i in column] for key, column in ends.items()}
    table |= {name: [v.item() for v in np.asarray(values)] for name, values in maps.items()}
    write_tsv(path.with_name(file), table)
    columns = "; ".join(f"{name}, {MEANINGS.get(name, name)}" for name in maps)
    return {file: f"every connection{f' of {case}' if case else ''}: {columns}"}


def _write_map(path: Path, values: Any, space: VolumeSpace | MeshSpace, meaning: str) -> None:
    if isinstance(space, VolumeSpace):
        whole = np.issubdtype(values.dtype, np.integer)
        grid = np.zeros(space.mask.shape, np.int32) if whole else np.full(space.mask.shape, np.nan, np.float32)
        grid[space.mask] = values
        write_volume(path, grid, space.affine, meaning)
    else:
        full = np.full(len(space.vertices), np.nan, np.float32)
        full[space.mask] = values
        write_vertex_values(path, full, meaning)


def _write_clusters(path: Path, clusters: list[Cluster]) -> None:
    columns = ("label", "sign", "elements", "extent", "extent_unit", "mass", "peak_statistic", "p_adjusted")
    table: dict[str, list[Any]] = {name: [getattr(c, name) for c in clusters] for name in columns}
    table["peak"] = [", ".join(p if isinstance(p, str) else f"{p:.4g}" for p in c.peak_place) for c in clusters]
    write_tsv(path, table)
