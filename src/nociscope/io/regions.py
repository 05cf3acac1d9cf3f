"""Names that atlases give to the same place, so that a reference region is found whatever the segmentation."""

from __future__ import annotations

import re
from collections.abc import Sequence

NOT_BRAIN = re.compile(
    r"skull|aircavity|extracerebral|vessel|choroid|ventricle|inf-lat-vent|^csf$|optic-chiasm|background|eye",
    re.IGNORECASE,
)

PLACES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "whole brain": r"WB|brain|whole[ _-]?brain|global",
        "grey matter": r"GM|(total[ _-]?)?gr[ae]y[ _-]?matter|total ?gm",
        "white matter": r"WM|(left|right)-cerebral-white-matter|(cerebral[ _-]?)?white[ _-]?matter",
        "cerebellum": r"CBL|CER|cerebellum|(left|right)-cerebellum-cortex|(cerebell(um|ar)[ _-]?(gr[ae]y|gm|cortex).*)",
        "cerebellar grey matter": r"(left|right)-cerebellum-cortex|cerebell(um|ar)[ _-]?(gr[ae]y|gm|cortex).*|CBL",
        "occipital cortex": r"OC|OCC|occipital([ _-]?(lobe|cortex))?"
        r"|ctx-[lr]h-(lateraloccipital|cuneus|lingual|pericalcarine)",
        "pons": r"pons",
        "brain stem": r"brain[ _-]?stem",
        "frontal cortex": r"FC|frontal([ _-]?(lobe|cortex))?",
        "thalamus": r"THA|thalamus|(left|right)-thalamus(-proper)?",
    }.items()
}


def members(place: str, regions: Sequence[str]) -> tuple[str, ...]:
    """Regions that make up a place.

    A region of that very name comes first; then whatever the pattern of the place matches. A name that stands for
    the whole (``CBL``) beats its parts, so nothing is counted twice.
    """
    if place in regions:
        return (place,)
    same = [r for r in regions if r.casefold() == place.casefold()]
    pattern = PLACES.get(canonical(place))
    found = same or [r for r in regions if pattern is not None and pattern.fullmatch(r)]
    whole = [r for r in found if not re.match(r"(left|right|ctx|lh|rh)[-_]", r, re.IGNORECASE)]
    return tuple(whole[:1] or found)


def canonical(place: str) -> str:
    """Name of a place as in `PLACES`, or the text itself where it is none."""
    text = place.casefold().replace("_", " ").replace("gray", "grey").strip()
    synonyms = {"wb": "whole brain", "gm": "grey matter", "occipital": "occipital cortex", "cbl": "cerebellum"}
    return synonyms.get(text, text)


def brain(regions: Sequence[str]) -> tuple[str, ...]:
    """Regions of a segmentation that lie in the brain, for a whole-brain curve where none was drawn."""
    return tuple(r for r in regions if not NOT_BRAIN.search(r))


def sided(name: str) -> tuple[str, str]:
    """Region and side from a name that begins with ``Left`` or ``Right``: ``thalamus-left`` and ``L``.

    FreeSurfer 7 dropped the ``Proper`` of the thalamus without another region being meant. What lies in the middle
    keeps its name, with ``n/a`` as side.
    """
    text = re.sub(r"[ _]+", "-", name.strip()).casefold()
    side, dash, rest = text.partition("-")
    if side not in ("left", "right") or not dash:
        return text, "n/a"
    return f"{rest.removesuffix('-proper')}-{side}", side[0].upper()
