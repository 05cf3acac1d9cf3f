"""``nociscope models``: the kinetic models that can be asked for."""

from __future__ import annotations

from nociscope.cli.table import cited, show_table


def command() -> None:
    """List the kinetic models."""
    from nociscope.models.pet import MODELS

    rows = [(m.name, m.needs, m.outcome, " ".join(m.symbols), cited(m.cites)) for m in MODELS.values()]
    show_table(("model", "needs", "outcome", "estimates", "source"), rows)
