"""What one file's name says: entities, the scan that it belongs to, and labels that are safe to use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nociscope.core.errors import UnsafeName

RAW = "raw"
LABEL = re.compile(r"[0-9A-Za-z+]+")
SCAN_ENTITIES = ("sub", "ses", "task", "trc", "rec", "run")


@dataclass(frozen=True)
class File:
    """One file: where it is, and what its name says. ``dataset`` is ``raw`` or the derivative's label."""

    path: Path
    dataset: str
    datatype: str
    suffix: str
    extension: str
    entities: Mapping[str, str] = field(default_factory=dict)

    def get(self, key: str) -> str | None:
        """Value of an entity or of ``dataset``, ``datatype``, ``suffix``, ``extension``; None where absent."""
        if key in ("dataset", "datatype", "suffix", "extension"):
            return str(getattr(self, key))
        return self.entities.get(key)


@dataclass(frozen=True, order=True)
class ScanKey:
    """One PET scan; labels are bare, and empty where the name does not have the entity."""

    sub: str
    ses: str = ""
    task: str = ""
    trc: str = ""
    rec: str = ""
    run: str = ""

    @property
    def entities(self) -> dict[str, str]:
        """The entities that are present, in BIDS order."""
        return {k: v for k in SCAN_ENTITIES if (v := getattr(self, k))}

    @property
    def label(self) -> str:
        """Return the name stem, such as ``sub-01_ses-baseline``."""
        return "_".join(f"{k}-{v}" for k, v in self.entities.items())

    @property
    def participant_id(self) -> str:
        """As in participants.tsv."""
        return f"sub-{self.sub}"

    @property
    def session_id(self) -> str:
        """As in sessions.tsv; empty where the dataset has no sessions."""
        return f"ses-{self.ses}" if self.ses else ""


@dataclass(frozen=True)
class Sidecar:
    """Metadata of one file after inheritance: later ``paths`` overrule earlier ones."""

    data: Mapping[str, Any]
    paths: tuple[Path, ...] = ()

    @property
    def where(self) -> str:
        """The file to mend: the most specific that contributed."""
        return str(self.paths[-1]) if self.paths else "sidecar"


def scan_key(file: File) -> ScanKey:
    """Return the scan that a file belongs to."""
    return ScanKey(**{k: file.entities.get(k, "") for k in SCAN_ENTITIES})


def safe_label(label: str, prefix: str = "sub") -> str:
    """Return a label without its prefix.

    Raises
    ------
    UnsafeName
        Anything but letters, digits and ``+``: it could leave the dataset or break a page.
    """
    bare = label.removeprefix(f"{prefix}-")
    if not LABEL.fullmatch(bare):
        raise UnsafeName(
            f"not a BIDS label for {prefix!r}", expected="letters and digits only", got=repr(label),
            do="rename it",
        )  # fmt: skip
    return bare
