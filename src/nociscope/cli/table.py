"""Tables on standard output: drawn for a terminal, plain TSV for a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print rows; a pipe gets one header line and one line a row, tabs between."""
    if not sys.stdout.isatty():
        print("\t".join(columns))
        for row in rows:
            print("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, title=title or None, title_justify="left", header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def cited(keys: Iterable[str]) -> str:
    """Citations in short form, ``Innis 2007``, with their DOI."""
    from nociscope.core.citations import CITATIONS

    def short(key: str) -> str:
        c = CITATIONS.get(key)
        if c is None:
            return key
        return f"{c.authors.split()[0]} {c.year}" + (f" doi:{c.doi}" if c.doi else "")

    return "; ".join(short(k) for k in keys)
