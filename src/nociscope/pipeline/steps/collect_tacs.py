"""Regional curves of a derivative, in our units, with the combined regions that the study asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nociscope.core.errors import AmbiguousQuery
from nociscope.core.problem import Problem
from nociscope.core.records import Tacs
from nociscope.io import names
from nociscope.io.regions import brain, canonical, members
from nociscope.io.tacs import combine_regions, read_tacs, read_volumes
from nociscope.pipeline.step import Context, Make, Need, Output, Params, Produced, Query, Source, Step
from nociscope.pipeline.steps import read, write
from nociscope.pipeline.steps.settings import settings, tracer


def _params(context: Context) -> Params:
    chosen = settings(context)
    return {
        "curves": chosen.curves,
        "combine": chosen.combine,
        "reference_region": chosen.reference_region or tracer(context).reference_region,
    }


def _curves(sources: tuple[Source, ...], params: Params, before: Mapping[str, Any]) -> tuple[Tacs, list[Problem]]:
    source = chosen(sources, params["curves"])
    volumes = (before["volumes"] or {}).get(source.entities.get("seg", ""))
    return read_tacs(source.path, read.sidecar(source), before["scan"].scan, volumes)


def chosen(sources: Sequence[Source], wanted: Mapping[str, str]) -> Source:
    """The one table of curves that the study means.

    Raises
    ------
    AmbiguousQuery
        None or several answer.
    """
    found = [s for s in sources if all(s.entities.get(k) == v for k, v in wanted.items())]
    if len(found) != 1:
        raise AmbiguousQuery(
            f"{len(found)} tables of curves answer where one is needed", expected=wanted or "one table for each scan",
            got=", ".join(s.name for s in found or sources),
            do='name the entities that tell them apart in the study file: [pet.<tracer>] curves = {seg = "…"}',
        )  # fmt: skip
    return found[0]


def _volumes(sources: tuple[Source, ...]) -> dict[str, dict[str, float]]:
    return {s.entities.get("seg", ""): read_volumes(s.path) for s in sources}


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Add combined regions, and the reference region under its own name."""
    tacs, problems = records["curves"]
    where = "combined regions"
    tacs, notes = combine_regions(tacs, params["combine"], where)
    tacs, more = combine_regions(tacs, reference(tacs.regions, params["reference_region"]), where)
    return Produced({"tacs": tacs}, problems=(*problems, *notes, *more))


def reference(regions: Sequence[str], place: str) -> dict[str, list[str]]:
    """The reference region as a combination, where the curves hold only its parts; else empty.

    The whole brain, where nobody drew it, is everything that lies in the brain.
    """
    if not place or place in regions:
        return {}
    parts = members(place, regions) or (brain(regions) if canonical(place) == "whole brain" else ())
    return {place: list(parts)} if parts else {}


STEP = Step(
    name="collect-tacs",
    version="1",
    level="scan",
    needs={
        "scan": Need(Output("describe-scan", "scan"), read.scan_record),
        "volumes": Need(Query(suffix="morph", extension=".tsv", many=True), _volumes, optional=True),
        "curves": Need(
            Query(suffix="tacs", extension=".tsv", datatype="pet", many=True),
            _curves,
            with_params=True,
            with_records=True,
        ),
    },
    makes={"tacs": Make(lambda entities: names.build("tacs", entities), write.tacs)},
    params=_params,
    run=run,
    methods="Regional time-activity curves were taken as the preprocessing left them; combined regions are means "
    "weighted by volume.",
)
