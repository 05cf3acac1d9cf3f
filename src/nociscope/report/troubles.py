"""Problems as the page shows them: what stops a measure first, each with its mend in a form that can be copied."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nociscope.core.problem import Problem

_SETTING = re.compile(r"\[\[[^\]]+\]\]")
_ENTRY = re.compile(r",\s+(?=[A-Za-z_]+ = )")
_ORDER = ("error", "warn", "note")


@dataclass(frozen=True)
class Mend:
    """What to do, in words, and the lines to write into the study file; either may be empty."""

    words: str
    lines: tuple[str, ...] = ()


def stopping(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems that block a measure or a person, the worst first."""
    return _sorted(p for p in problems if p.blocks or p.severity == "error")


def further(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems that block nothing, cautions before notes."""
    return _sorted(p for p in problems if not (p.blocks or p.severity == "error"))


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda p: _ORDER.index(p.severity) if p.severity in _ORDER else len(_ORDER)))


def mend(text: str) -> Mend:
    """Part words from settings: ``… write in the study file: [[pet.X.correction]] field = "…", value = "…"``."""
    found = _SETTING.search(text)
    if found is None:
        return Mend(text)
    entries = _ENTRY.split(text[found.end() :].strip().rstrip("."))
    return Mend(text[: found.start()].strip(), (found[0], *(e for e in entries if e)))
