"""A drawing to inline SVG: text stays text, ids are unique in the page, the same input gives the same bytes."""

from __future__ import annotations

import io
import re
from html import escape

from matplotlib.backends.backend_svg import FigureCanvasSVG

from nociscope.viz.drawing import Drawing
from nociscope.viz.style import CSS_NAMES, house

_COMMENT = re.compile(r"<!--.*?-->", re.S)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.S)
_STYLE = re.compile(r"<style[^>]*>.*?</style>", re.S)
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_TAG = re.compile(r"<[^>]*>")
_FONT = re.compile(r" font-family: [^;\"]*;?")  # the page's own face: see .fig in the style sheet
_UNTURNED = re.compile(r' transform="rotate\(-?0 [^"]*"')
_COLOUR = re.compile("|".join(CSS_NAMES), re.I)
_ID = re.compile(r' id="([^"]+)"')
_REFERENCE = re.compile(r'(?:xlink:)?href="#([^"]+)"|url\(#([^)]+)\)')
_PAIR = re.compile(r"\s*\n\s*")


def inline(drawing: Drawing, uid: str) -> str:
    """Return an ``<svg role="img">`` for a page that already holds others.

    Parameters
    ----------
    drawing : figure, title, words.
    uid : prefix of every id inside; letters, digits and hyphens, unique in the page.
    """
    body = _body(drawing)
    view_box = re.search(r'viewBox="([^"]+)"', body)
    assert view_box is not None  # matplotlib always writes one
    inner = body[body.index(">", body.index("<svg")) + 1 : body.rindex("</svg>")]
    return (
        f'<svg class="fig" role="img" aria-labelledby="{uid}-t {uid}-d" viewBox="{view_box[1]}">'
        f'<title id="{uid}-t">{escape(drawing.title)}</title><desc id="{uid}-d">{escape(drawing.words)}</desc>'
        f"{_unique(_slim(inner), uid)}</svg>"
    )


def _body(drawing: Drawing) -> str:
    buffer = io.StringIO()
    with house():
        FigureCanvasSVG(drawing.figure).print_svg(  # type: ignore[no-untyped-call]
            buffer, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    return buffer.getvalue()


def _slim(inner: str) -> str:
    for pattern in (_COMMENT, _METADATA, _STYLE):
        inner = pattern.sub("", inner)
    inner = _UNTURNED.sub("", _FONT.sub("", inner))
    inner = _COLOUR.sub(lambda m: f"var({CSS_NAMES[m[0].lower()]}, {m[0]})", inner)
    inner = _TAG.sub(_rounded, inner)
    return _PAIR.sub("\n", inner)


def _rounded(tag: re.Match[str]) -> str:
    """Shorten coordinates inside a tag; the numbers that people read stand between tags and stay."""
    return _NUMBER.sub(lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), tag[0])


def _unique(inner: str, uid: str) -> str:
    """Prefix the ids that something points to; drop the rest."""
    used = {a or b for a, b in _REFERENCE.findall(inner)}
    inner = _ID.sub(lambda m: f' id="{uid}-{m[1]}"' if m[1] in used else "", inner)
    return _REFERENCE.sub(lambda m: f'href="#{uid}-{m[1]}"' if m[1] else f"url(#{uid}-{m[2]})", inner)
