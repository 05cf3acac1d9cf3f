"""Regional curves of a derivative, in our units, with the combined regions that the study asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nociscope.core.errors import MissingFile
from nociscope.core.problem import Problem
from nociscope.core.records import Tacs
from nociscope.core.study import Correction
from nociscope.io import choice, names
from nociscope.io.tacs import combine_regions, read_tacs, read_volumes
from nociscope.pipeline.sources import sidecar
from nociscope.pipeline.step import Context, Make, Need, Output, Params, Produced, Query, Source, Step
from nociscope.pipeline.steps import read, write
from nociscope.pipeline.steps.settings import settings, tracer


def _params(context: Context) -> Params:
    chosen = settings(context)
    return {
        "curves": chosen.curves,
        "combine": chosen.combine,
        "corrections": [c.model_dump() for c in chosen.correction if c.field in choice.CURVE_FIELDS],
        "reference_region": chosen.reference_region or tracer(context).reference_region,
    }


def _curves(sources: tuple[Source, ...], params: Params, before: Mapping[str, Any]) -> tuple[Tacs, list[Problem]]:
    source = choice.curves(sources, params["curves"])
    if source is None:
        raise MissingFile(
            "no table of curves answers", expected=params["curves"] or "desc-preproc",
            got=", ".join(s.name for s in sources), do="mend [pet.<tracer>] curves in the study file",
        )  # fmt: skip
    morph = choice.volumes(before["volumes"], source)
    described = choice.curve_sidecar(
        sidecar(source), read.scan_key(source.entities), [Correction(**c) for c in params["corrections"]], source.name
    )
    return read_tacs(source.path, described, before["scan"].scan, read_volumes(morph.path) if morph else None)


def _tables(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    return sources


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
    parts = choice.place(place, regions)
    return {place: list(parts)} if parts else {}


STEP = Step(
    name="collect-tacs",
    version="1",
    level="scan",
    needs={
        "scan": Need(Output("describe-scan", "scan"), read.scan_record),
        "volumes": Need(Query(suffix="morph", extension=".tsv", many=True), _tables, optional=True),
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
