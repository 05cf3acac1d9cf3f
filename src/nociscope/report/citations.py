"""Numbered citations: steps write sentences with keys, the page prints numbers and one list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nociscope.core.citations import CITATIONS
from nociscope.report.model import Paragraph


@dataclass(frozen=True)
class Reference:
    """A line of the reference list; ``doi`` is empty where there is none."""

    number: int
    key: str
    text: str
    doi: str


class Numbering:
    """Gives each cited key the next number, at its first appearance."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, key: str) -> int:
        """Return the number of a key, a new one where it was not seen before."""
        return self._numbers.setdefault(key, len(self._numbers) + 1)

    def references(self) -> tuple[Reference, ...]:
        """Return the list in the order of numbers; a key without an entry stands there by name, never silently gone."""
        return tuple(_reference(number, key) for key, number in self._numbers.items())


def number_paragraphs(paragraphs: Iterable[Paragraph], extra: Iterable[str] = ()) -> Numbering:
    """Number every citation of the methods in reading order, then further keys."""
    numbering = Numbering()
    for paragraph in paragraphs:
        for sentence in paragraph.sentences:
            for key in sentence.cites:
                numbering.number(key)
    for key in extra:
        numbering.number(key)
    return numbering


def _reference(number: int, key: str) -> Reference:
    source = CITATIONS.get(key)
    if source is None:
        return Reference(number, key, f"{key} (not in the table of sources)", "")
    text = f"{source.authors} ({source.year}). {source.title}. {source.journal}."
    return Reference(number, key, text, source.doi)
