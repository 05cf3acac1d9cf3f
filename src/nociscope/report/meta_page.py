"""A meta-analysis as one self-contained page: forest plots, numbers in words, what must be said beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from nociscope.viz.drawing import Drawing
from nociscope.viz.svg import inline

_XMLNS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'

_STYLE = "svg.fig { max-width: 58rem; } main > section:first-child h2 { border: 0; padding: 0; margin-top: 1rem; }"


@dataclass(frozen=True, eq=False)
class MetaSection:
    """One outcome: its forest, sentences below it, and a table (header first)."""

    heading: str
    drawing: Drawing
    sentences: tuple[str, ...]
    table: Sequence[Sequence[str]]


def meta_page(title: str, sections: Sequence[MetaSection], made_by: str) -> str:
    """Return the page as HTML; the same sections give the same bytes."""
    css = files("nociscope.report").joinpath("templates", "style.css").read_text(encoding="utf-8")
    body = "".join(_section(s, f"o{i}") for i, s in enumerate(sections))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)}</title>'
        f"<style>{css}\n{_STYLE}</style></head>\n"
        f'<body><div class="page"><header class="top"><h1>{escape(title)}</h1>'
        f'<p class="meta">{escape(made_by)}</p></header><main>{body}</main></div></body></html>\n'
    )


def standalone_svg(drawing: Drawing) -> str:
    """Return a drawing as a file of its own, colours as they are on a light page."""
    return inline(drawing, "meta").replace("<svg ", f'<svg {_XMLNS} font-family="sans-serif" ', 1) + "\n"


def _section(section: MetaSection, uid: str) -> str:
    said = "".join(f"<li>{escape(s)}</li>" for s in section.sentences)
    return (
        f"<section><h2>{escape(section.heading)}</h2><figure>{inline(section.drawing, uid)}"
        f"<figcaption>{escape(section.drawing.caption)}</figcaption></figure><ul>{said}</ul>"
        f'<div class="scroll">{_table(section.table)}</div></section>\n'
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
