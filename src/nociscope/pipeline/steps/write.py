"""From records to files with sidecars that say where everything came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nociscope.core.records import InputFunction, KineticFit, Tacs
from nociscope.io.blood import write_input_function
from nociscope.io.kinpar import write_kinpar
from nociscope.io.record import write_record
from nociscope.io.tacs import write_tacs
from nociscope.io.write import write_text
from nociscope.pipeline.step import Provenance


def beside(provenance: Provenance) -> dict[str, Any]:
    """What every sidecar says: sources, step, parameters, software."""
    return {
        "Sources": list(provenance.sources),
        "GeneratedBy": {"Name": provenance.software, "Step": provenance.step, "StepVersion": provenance.version},
        "Parameters": dict(provenance.params),
    }


def record(path: Path, what: object, provenance: Provenance) -> None:
    """Any frozen record, as JSON."""
    write_record(path, what, **beside(provenance))


def tacs(path: Path, what: Tacs, provenance: Provenance) -> None:
    """Curves of regions."""
    write_tacs(path, what, beside(provenance))


def input_function(path: Path, what: InputFunction, provenance: Provenance) -> None:
    """An arterial input, with its ensemble."""
    write_input_function(path, what, beside(provenance))


def fits(path: Path, what: tuple[KineticFit, ...], provenance: Provenance) -> None:
    """Fits of one model."""
    write_kinpar(path, what, beside(provenance))


def page(path: Path, what: str, provenance: Provenance) -> None:
    """An HTML page."""
    write_text(path, what)
