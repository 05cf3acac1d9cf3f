"""``nociscope tracers``: what is known about each tracer."""

from __future__ import annotations

from nociscope.cli.table import cited, show_table


def command() -> None:
    """List the tracers and what they stand for."""
    from nociscope.io.tracers import TRACERS

    rows = [(t.name, t.target, t.radionuclide, " ".join(t.models), cited(t.cites)) for t in TRACERS.values()]
    show_table(("tracer", "target", "nuclide", "models", "source"), rows)
