"""What our texts may not say, held by machine: ``python -m tools.prose``.

TSPO sits on microglia, astrocytes, vessel walls and blood cells, and in people its level does not tell an activated
cell from a resting one. A text of ours therefore says *TSPO signal*; naming what the signal does **not** show is
allowed, in a sentence that says so.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.figures import ROOT

FOLDERS = ("src", "docs")
FILES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff", "codemeta.json")
SUFFIXES = (".py", ".md", ".toml", ".html", ".j2", ".jinja", ".json", ".cff", ".txt", ".css", ".js")

# Titles of other people's papers are quoted as they were printed.
QUOTES = ("src/nociscope/core/citations.py",)

CONCLUSION = re.compile(
    r"(micro|astro)?gli(al|a|osis)[\s-]+activation|activation\s+of\s+(micro)?glia"
    r"|(micro)?glial\s+cells?\s+(are|is|were|was)\s+activated|neuro-?inflammation|neuro-?inflammatory",
    re.IGNORECASE,
)
DENIAL = re.compile(r"\b(not|never|no|nor|neither|cannot|without|nothing|instead of|rather than)\b", re.IGNORECASE)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|[Ll]orem ipsum|[Cc]oming soon)\b")

# A sentence ends at a full stop, question or exclamation mark before white space, or at an empty line.
_SENTENCE = re.compile(r"(?:[^.!?\n]|[.!?](?!\s)|\n(?!\s*\n))+")


@dataclass(frozen=True)
class Fault:
    """A phrase where it should not be."""

    where: str
    line: int
    phrase: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}:{self.line}: {self.phrase!r}: {self.reason}"


def faults(text: str, where: str) -> Iterator[Fault]:
    """Find what a text may not say."""
    for sentence in _SENTENCE.finditer(text):
        if where in QUOTES or DENIAL.search(sentence[0]):
            continue
        for match in CONCLUSION.finditer(sentence[0]):
            line = text.count("\n", 0, sentence.start() + match.start()) + 1
            yield Fault(where, line, match[0], "say TSPO signal, or say what it does not show")
    for match in UNFINISHED.finditer(text):
        yield Fault(where, text.count("\n", 0, match.start()) + 1, match[0], "finish it or open an issue")


def texts(root: Path = ROOT) -> Iterator[Path]:
    """Every text of the package and the documentation."""
    yield from (root / name for name in FILES if (root / name).exists())
    for folder in FOLDERS:
        yield from (p for p in sorted((root / folder).rglob("*")) if p.suffix in SUFFIXES and p.is_file())


def main() -> int:
    """Print every fault; exit code 1 where there is one."""
    found = [
        fault
        for path in texts()
        for fault in faults(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    ]
    print(*found or ["wording: nothing to mend"], sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
