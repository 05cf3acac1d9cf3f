"""Small pieces of Markdown for generated pages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence


def page(title: str, *parts: str) -> str:
    """Join a title and paragraphs; empty ones fall out."""
    return "\n\n".join([f"# {title}", *(p.strip("\n") for p in parts if p)]) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Draw a table; a line break or a bar inside a cell does not break it."""
    lines = [_row(columns), _row(["---"] * len(columns)), *(_row([_cell(c) for c in row]) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def code(value: object) -> str:
    """Set as code; nothing for nothing."""
    text = str(value)
    return f"`{text}`" if text else ""


def number(value: float) -> str:
    """Write a number for a reader; an open end is a dash."""
    return "–" if math.isinf(value) else f"{value:g}"


def cited(keys: Iterable[str]) -> str:
    """Links to the page of citations, in short form."""
    from nociscope.core.citations import CITATIONS

    def short(key: str) -> str:
        citation = CITATIONS[key]
        first = citation.authors.split(",")[0].rsplit(" ", 1)[0]
        return f"[{first} {citation.year}](citations.md#{key})"

    return ", ".join(short(key) for key in keys)
