"""``nociscope measures``: every quantity that can be computed, written or drawn."""

from __future__ import annotations

from nociscope.cli.table import cited, show_table


def command() -> None:
    """List the quantities, units and ranges."""
    from nociscope.core.vocabulary import VOCABULARY

    rows = [(q.symbol, q.name, q.unit, f"{q.low:g}", f"{q.high:g}", cited(q.cites)) for q in VOCABULARY.values()]
    show_table(("symbol", "name", "unit", "low", "high", "source"), rows)
