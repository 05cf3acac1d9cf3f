"""``nociscope models``: the kinetic models that can be asked for."""

from __future__ import annotations

from nociscope.cli.table import cited, show_table


def command() -> None:
    """List the kinetic models."""
    from nociscope.models.pet import MODELS

    rows = [(m.name, " ".join(p.name for p in m.params), " ".join(m.derived), cited(m.cites)) for m in MODELS.values()]
    show_table(("model", "parameters", "derived", "source"), rows)
