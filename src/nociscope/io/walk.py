"""One pass over the folders of a dataset.

Names are parsed by bids2table. Its own `index_dataset` leaves sidecars out, turns ``run-01`` into 1 and imports pandas
(1.8 CPU s), so the folders are walked here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from nociscope.core.errors import MissingFile
from nociscope.core.problem import Problem
from nociscope.io import freesurfer
from nociscope.io.file import LABEL, RAW, File
from nociscope.io.table import read_json

_KNOWN_PIPELINES = ("petprep", "bloodstream", "fmriprep", "smriprep", "freesurfer", "petfit", "petsurfer")


def datasets(root: Path, given: Mapping[str, Path | str]) -> dict[str, Path]:
    """Return label → folder: the raw dataset, the derivatives that were named, and those that lie in it.

    Raises
    ------
    MissingFile
        A derivative that was named is not there.
    """
    found = {RAW: root}
    for label, folder in given.items():
        path = Path(folder).absolute()
        if not path.is_dir():
            raise MissingFile("no such derivative dataset", where=str(path), do=f"check --derivatives {label}=DIR")
        found[label] = path
    nested = root / "derivatives"
    for path in sorted(p for p in nested.iterdir() if p.is_dir()) if nested.is_dir() else ():
        label = _label(path)
        if label and path not in found.values() and label not in given:
            found[path.name if label in found else label] = path
    return found


def _label(folder: Path) -> str:
    """The generating program where it is one we know, else the folder's name; empty for our own output."""
    description = folder / "dataset_description.json"
    generated = read_json(description).get("GeneratedBy") if description.is_file() else None
    names = [str(g.get("Name", "")).lower() for g in generated or () if isinstance(g, dict)]
    if "nociscope" in names:
        return ""
    return next((n for n in names if n in _KNOWN_PIPELINES), folder.name)


class Walk:
    """One pass over the folders of one dataset."""

    def __init__(self, label: str, root: Path, subs: set[str] | None, sessions: set[str] | None) -> None:
        self.label, self.root, self.sessions = label, root, sessions
        self.seen: dict[str, set[str]] = {"sub": set(), "ses": set()}
        self.files: list[File] = []
        self.sidecars: dict[Path, tuple[File, ...]] = {}
        self.problems: list[Problem] = []
        self._read(root, [e for e in os.scandir(root) if e.is_file()])
        for entry in sorted(os.scandir(root), key=lambda e: e.name):
            if not (entry.name.startswith("sub-") and entry.is_dir()):
                continue
            if self.label != RAW and freesurfer.is_tree(Path(entry.path)):
                self._tree(Path(entry.path), subs)
            elif self._wanted(entry, "sub", subs):
                self._descend(Path(entry.path))

    def _tree(self, folder: Path, subs: set[str] | None) -> None:
        """FreeSurfer's folder of a person or a visit."""
        if problem := freesurfer.refused(folder):
            self.problems.append(problem)
        elif (own := freesurfer.labels(folder)) is None:
            self._unsafe(folder)
        elif (subs is None or own["sub"] in subs) and (
            self.sessions is None or own.get("ses") in {None, *self.sessions}
        ):
            self.seen["sub"].add(own["sub"])
            self.files += freesurfer.tables(folder, self.label, own)

    def _wanted(self, entry: os.DirEntry[str], prefix: str, only: set[str] | None) -> bool:
        bare = entry.name.removeprefix(f"{prefix}-")
        if LABEL.fullmatch(bare):
            self.seen[prefix].add(bare)
            return only is None or bare in only
        self._unsafe(Path(entry.path))
        return False

    def _unsafe(self, folder: Path) -> None:
        self.problems.append(
            Problem(
                "unsafe-name", str(folder), f"{folder.name!r} is not a BIDS label: expected letters and digits",
                ("all",), "rename the folder and the files in it", "error",
            )
        )  # fmt: skip

    def _descend(self, folder: Path) -> None:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
        self._read(folder, [e for e in entries if e.is_file()])
        for entry in entries:
            if not entry.is_dir() or entry.name.startswith("."):
                continue
            if not entry.name.startswith("ses-") or self._wanted(entry, "ses", self.sessions):
                self._descend(Path(entry.path))

    def _read(self, folder: Path, entries: Iterable[os.DirEntry[str]]) -> None:
        files = [f for e in entries if (f := self._parse(Path(e.path)))]
        sides = [f for f in files if f.extension == ".json"]
        if sides:
            self.sidecars[folder] = tuple(sides)
        data = [f for f in files if f.extension != ".json" and "sub" in f.entities]
        stems = {_stem(f) for f in data}
        alone = [s for s in sides if "sub" in s.entities and s.datatype and _stem(s) not in stems]
        self.files += data + alone

    def _parse(self, path: Path) -> File | None:
        from bids2table import parse_bids_entities

        found = dict(parse_bids_entities(path))
        suffix, extension = found.pop("suffix", ""), found.pop("ext", "")
        datatype = found.pop("datatype", "")
        if not suffix or not extension or path.name.startswith("."):
            return None
        if bad := [f"{k}-{v}" for k, v in found.items() if not LABEL.fullmatch(v)]:
            message = f"{', '.join(bad)} is not a BIDS entity: expected letters and digits"
            self.problems.append(Problem("unsafe-name", str(path), message, ("all",), "rename the file", "error"))
            return None
        return File(path, self.label, datatype, suffix, extension, found)


def _stem(file: File) -> tuple[Path, str]:
    return file.path.parent, file.path.name.removesuffix(file.extension)


def check_asked(raw: Walk, subs: set[str] | None, sessions: set[str] | None) -> None:
    """Whoever was asked for must be in the raw dataset."""
    here, visits = raw.seen["sub"], raw.seen["ses"]
    tables = (raw.root / "phenotype").is_dir()  # people may have nothing but tables
    if not here and not raw.problems and not tables:
        raise MissingFile(
            "the dataset holds no participant", expected="folders named sub-<label>, or phenotype/",
            where=str(raw.root),
            do="give the folder that holds dataset_description.json",
        )  # fmt: skip
    if absent := sorted((subs or set()) - here):
        raise MissingFile(
            "participants are not in the dataset", expected=", ".join(absent), got=", ".join(sorted(here)) or "none",
            where=str(raw.root), do="check --participant-label",
        )  # fmt: skip
    if absent := sorted((sessions or set()) - visits):
        raise MissingFile(
            "sessions are not in the dataset", expected=", ".join(absent), got=", ".join(sorted(visits)) or "none",
            where=str(raw.root), do="check --session-label",
        )  # fmt: skip
