"""What the study file and the tracer's own file ask of one scan, settled while planning."""

from __future__ import annotations

from nociscope.core.study import PetSettings
from nociscope.io.study import pet_settings
from nociscope.io.tracers import Tracer, find_tracer
from nociscope.pipeline.step import Context, Params, Query
from nociscope.pipeline.steps.read import scan_key

SIDECAR = (
    Query(suffix="pet", datatype="pet", dataset="raw", extension=".nii.gz", sidecars_only=True),
    Query(suffix="pet", datatype="pet", dataset="raw", extension=".nii", sidecars_only=True),
    Query(suffix="pet", datatype="pet", dataset="raw", extension=".json"),
)
"""The sidecar of a scan: that of its image, or alone where images were not shared."""


def tracer(context: Context) -> Tracer:
    """The tracer of the scan: the sidecar's, or the ``trc`` entity."""
    key = scan_key(context.entities)
    files = context.index.for_scan(key, "pet", dataset="raw", datatype="pet")
    stated = context.index.sidecar(files[0]).data.get("TracerName") if files else None
    return find_tracer(str(stated or key.trc or "unknown"))


def settings(context: Context) -> PetSettings:
    """The study file's ``[pet.<tracer>]`` for the scan."""
    return pet_settings(context.study, tracer(context).name)


def models(chosen: PetSettings, known: Tracer) -> list[str]:
    """Models to run: the study file's, else the tracer's own; of an unknown tracer uptake, where a window is named."""
    plain = ["SUV", *(["SUVR"] if chosen.reference_region else [])] if chosen.window_min else []
    return list(chosen.models) or list(known.models) or plain


def study_sections(context: Context) -> Params:
    """What pages need of the study file, and the seed of the run."""
    sections = context.study.model_dump(include={"study", "groups", "covariates", "pet"})
    return {"study": sections, "seed": context.seed}


def whole_study(context: Context) -> Params:
    """The same with the hypotheses, for the steps of the group."""
    return {**study_sections(context), "hypotheses": [h.model_dump() for h in context.study.hypothesis]}
