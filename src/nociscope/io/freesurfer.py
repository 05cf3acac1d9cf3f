"""Folders of FreeSurfer and FastSurfer: one a person or session, whose files do not carry BIDS names."""

from __future__ import annotations

import re
from pathlib import Path

from nociscope.core.problem import Problem
from nociscope.io.file import File

STATS = "stats"
_FOLDER = re.compile(r"sub-(?P<sub>[0-9A-Za-z+]+)(?:_ses-(?P<ses>[0-9A-Za-z+]+))?")
_TABLE = re.compile(
    r"aseg\.stats|aseg\+DKT(\.VINN)?\.stats|[lr]h\.aparc(\.DKTatlas)?(\.mapped)?\.stats|[lr]h\.BA_exvivo\.stats"
    r"|synthseg\.vol\.csv"
)


def is_tree(folder: Path) -> bool:
    """Whether a folder of a person is FreeSurfer's, seen by its tables or by the mark of a longitudinal template."""
    return (folder / "base-tps").is_file() or (
        (folder / STATS).is_dir() and any(_TABLE.fullmatch(p.name) for p in (folder / STATS).iterdir())
    )


def labels(folder: Path) -> dict[str, str] | None:
    """``sub`` and ``ses`` of ``sub-X`` or ``sub-X_ses-Y``; None where the name says something else."""
    found = _FOLDER.fullmatch(folder.name)
    return {k: v for k, v in found.groupdict().items() if v} if found else None


def refused(folder: Path) -> Problem | None:
    """Why a tree is not read: it belongs to the longitudinal stream, whose numbers lean on the other visits."""
    if ".long." in folder.name:
        what = "a visit of the longitudinal stream"
    elif (folder / "base-tps").is_file():
        what = "a template of several visits"
    else:
        return None
    return Problem(
        "longitudinal-freesurfer", str(folder), f"{what}: only cross-sectional visits are read",
        ("volume", "thickness"), "keep the cross-sectional folders sub-X_ses-Y beside it",
    )  # fmt: skip


def tables(folder: Path, dataset: str, entities: dict[str, str]) -> list[File]:
    """Tables of volumes and thicknesses that can be read; the rest of the folder is passed over."""
    found = sorted(p for p in (folder / STATS).iterdir() if _TABLE.fullmatch(p.name) and p.is_file())
    return [File(p, dataset, "anat", STATS, p.suffix, entities) for p in found]
