"""Which of several files, and which regions, are meant: one rule for whoever checks and whoever computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from nociscope.core.errors import AmbiguousQuery
from nociscope.core.problem import Problem
from nociscope.core.records import Tacs
from nociscope.core.study import Correction
from nociscope.io.file import ScanKey, Sidecar
from nociscope.io.regions import brain, canonical, members
from nociscope.io.sidecar import corrected
from nociscope.io.tacs import combine_regions

WHOLE_BRAIN = "WB"
"""Name of the whole brain where it had to be made."""

CURVE_FIELDS = ("Units", "FrameWeights")
"""Fields of the curves' own JSON that a correction of the study file may mend."""


class Named(Protocol):
    """A file with what its name says."""

    @property
    def path(self) -> Path:
        """Where it is."""
        ...

    @property
    def dataset(self) -> str:
        """``raw`` or the derivative's label."""
        ...

    @property
    def entities(self) -> Mapping[str, str]:
        """BIDS entities of the name."""
        ...


F = TypeVar("F", bound=Named)


def curves(found: Sequence[F], wanted: Mapping[str, str]) -> F | None:
    """Return the one table of curves that the study means; None where none is.

    Parameters
    ----------
    found : tables of one scan. wanted : ``[pet.<tracer>] curves``; what it does not name is ``desc-preproc``, or no
        ``desc`` at all.

    Raises
    ------
    AmbiguousQuery
        Several answer.
    """
    asked = {"desc": "preproc"} | dict(wanted)
    absent = {"desc": "preproc"}
    fit = [f for f in found if all(f.entities.get(k, absent.get(k, "")) == v for k, v in asked.items())]
    if len(fit) > 1:
        raise AmbiguousQuery(
            f"{len(fit)} tables of curves answer where one is needed", expected=dict(wanted) or "one for each scan",
            got=", ".join(f"{f.path.name} of {f.dataset}" for f in fit),
            do='name the entities that tell them apart in the study file: [pet.<tracer>] curves = {seg = "…"}',
        )  # fmt: skip
    return fit[0] if fit else None


def volumes(found: Sequence[F], table: Named) -> F | None:
    """Return the table of volumes of the same segmentation, session and derivative; None where none is sure."""
    here = [f for f in found if f.dataset == table.dataset and f.entities.get("seg") == table.entities.get("seg")]
    ses = table.entities.get("ses")
    own = [f for f in here if f.entities.get("ses", ses) == ses]
    return own[0] if len(own) == 1 else None


def curve_sidecar(own: Sidecar, key: ScanKey, corrections: Sequence[Correction], where: str) -> Sidecar:
    """Return the metadata of curves; a correction of the study file holds for them too, where they have the field."""
    fixes = [c for c in corrections if c.field in CURVE_FIELDS and c.field in own.data]
    return Sidecar(corrected(own.data, key, fixes, where)[0], own.paths)


def place(name: str, regions: Sequence[str]) -> tuple[str, ...]:
    """Return the regions that make up a place; the whole brain, where nobody drew it, is all that lies in the brain."""
    return members(name, regions) or (brain(regions) if canonical(name) == "whole brain" else ())


def whole_brain(named: str, regions: Sequence[str]) -> tuple[str, ...]:
    """Return the regions whose mean stands for the whole brain: as the study names it, else as `place` finds it."""
    return members(named, regions) if named else place("whole brain", regions)


def with_place(tacs: Tacs, name: str, parts: Sequence[str], where: str) -> tuple[Tacs, str, list[Problem]]:
    """Return curves in which a place is one region, and its name: the region itself, or the mean of its parts.

    The name is empty where there are no parts.
    """
    if not parts:
        return tacs, "", []
    if len(parts) == 1:
        return tacs, parts[0], []
    if name in tacs.regions:
        return tacs, name, []
    tacs, problems = combine_regions(tacs, {name: parts}, where)
    return tacs, name, problems
