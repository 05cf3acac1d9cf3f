"""What the sidecar says of a scan, in our units, with every correction and contradiction named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nociscope.core.errors import DatasetError
from nociscope.core.study import Correction
from nociscope.io import names
from nociscope.io.people import People, not_listed
from nociscope.io.sidecar import read_scan
from nociscope.pipeline.sources import sidecar
from nociscope.pipeline.step import Context, Make, Need, Params, Produced, Source, Step
from nociscope.pipeline.steps import read, write
from nociscope.pipeline.steps.read import ScanRecord, scan_key
from nociscope.pipeline.steps.settings import SIDECAR, settings


def _params(context: Context) -> Params:
    return {"corrections": [c.model_dump() for c in settings(context).correction]}


def _sidecar(source: Source) -> tuple[Any, Any]:
    return scan_key(source.entities), sidecar(source)


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Read the sidecar; a contradiction that would falsify every number stops the scan here.

    Raises
    ------
    DatasetError
        There is such a contradiction.
    """
    key, about = records["sidecar"]
    corrections = [Correction(**c) for c in params["corrections"]]
    people: People = records.get("people", People({}))
    scan, problems = read_scan(about, key, people, corrections)
    if "people" in records and key.sub not in people.participants:
        problems = [*problems, not_listed(key.sub)]
    if errors := [p for p in problems if p.severity == "error"]:
        raise DatasetError(
            "; ".join(p.message for p in errors), where=errors[0].where, do="; ".join(p.mend for p in errors)
        )
    return Produced({"scan": ScanRecord(scan, tuple(problems))}, problems=tuple(problems))


STEP = Step(
    name="describe-scan",
    version="1",
    level="scan",
    needs={
        "sidecar": Need(SIDECAR, _sidecar),
        "people": Need(read.ONE_PERSON, read.people, optional=True),
    },
    makes={"scan": Make(lambda entities: names.build("scan", entities), write.record)},
    params=_params,
    run=run,
    methods="Sidecars were read strictly: activities were converted to kBq/mL and times to minutes after injection, "
    "decay-corrected to injection.",
)
