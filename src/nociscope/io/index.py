"""What files a dataset and its derivatives hold, with sidecar inheritance.

Names are parsed by bids2table. Its own `index_dataset` leaves sidecars out, turns ``run-01`` into 1 and imports pandas
(1.8 CPU s), so the folders are walked here, once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from nociscope.core.errors import AmbiguousQuery, InputError, MissingFile, UnsafeName
from nociscope.core.problem import Problem
from nociscope.io.table import read_json

RAW = "raw"
LABEL = re.compile(r"[0-9A-Za-z+]+")
SCAN_ENTITIES = ("sub", "ses", "task", "trc", "rec", "run")
_KNOWN_PIPELINES = ("petprep", "bloodstream", "fmriprep", "smriprep", "freesurfer", "petfit", "petsurfer")


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


@dataclass(frozen=True)
class Index:
    """A raw dataset with its derivatives.

    Parameters
    ----------
    root : the raw dataset.
    files : every data file, and sidecars that stand alone (``_pet.json`` of a set shared without images).
    sidecars : JSON files by folder, for inheritance.
    datasets : label → folder; ``raw`` is the dataset itself.
    problems : names on disk that cannot be used.
    """

    root: Path
    files: tuple[File, ...]
    sidecars: Mapping[Path, tuple[File, ...]]
    datasets: Mapping[str, Path]
    problems: tuple[Problem, ...] = ()

    def find(self, **query: str | Sequence[str] | None) -> list[File]:
        """Return the files that answer, in path order.

        Parameters
        ----------
        query : ``dataset``, ``datatype``, ``suffix``, ``extension`` or an entity (``sub``, ``ses``, ``trc``,
            ``recording``, ``seg``, ``desc`` …) → a value, several values (any of them), or None (entity absent).
        """
        wanted = {key: _values(key, value) for key, value in query.items()}
        return [f for f in self.files if all(f.get(key) in values for key, values in wanted.items())]

    def one(self, **query: str | Sequence[str] | None) -> File:
        """Return the only file that answers.

        Raises
        ------
        MissingFile
            None does; the message says what was looked for and what comes near.
        AmbiguousQuery
            Several do; the message lists them.
        """
        found = self.find(**query)
        if len(found) == 1:
            return found[0]
        asked = ", ".join(f"{k}={v}" for k, v in query.items())
        if found:
            raise AmbiguousQuery(
                f"{len(found)} files answer where one is needed", expected=asked, where=str(self.root),
                got=", ".join(self.relative(f.path) for f in found), do="name one more entity",
            )  # fmt: skip
        near = self._near(query)
        raise MissingFile(
            "no file answers", expected=asked, where=str(self.root),
            got=", ".join(self.relative(f.path) for f in near[:5]) or "nothing of that kind",
            do="add the file, or check its name",
        )  # fmt: skip

    def _near(self, query: Mapping[str, str | Sequence[str] | None]) -> list[File]:
        """Files of the same kind for the same person: what the asker may have meant."""
        for keys in (("suffix", "sub", "ses"), ("suffix", "sub"), ("suffix",)):
            narrowed = {k: query[k] for k in keys if k in query}
            if narrowed and (found := self.find(**narrowed)):
                return found
        return []

    def for_scan(self, key: ScanKey, suffix: str, **query: str | Sequence[str] | None) -> list[File]:
        """Return files of one scan: same person and session; ``task trc rec run`` must agree where named."""
        found = self.find(sub=key.sub, ses=key.ses or None, suffix=suffix, **query)
        own = key.entities
        return [f for f in found if all(f.entities.get(k, own.get(k)) == own.get(k) for k in SCAN_ENTITIES[2:])]

    def scans(self) -> list[ScanKey]:
        """Return every PET scan: raw images or sidecars, else curves of a derivative, in order."""
        raw = {scan_key(f) for f in self.find(dataset=RAW, datatype="pet", suffix="pet")}
        seen = {(k.sub, k.ses) for k in raw}
        curves = {scan_key(f) for f in self.files if f.suffix == "tacs" and f.dataset != RAW}
        return sorted(raw | {k for k in curves if (k.sub, k.ses) not in seen})

    def participants(self) -> tuple[str, ...]:
        """Return bare labels of everyone with a file."""
        return tuple(sorted({f.entities["sub"] for f in self.files if "sub" in f.entities}))

    def sessions(self, participant: str) -> tuple[str, ...]:
        """Return bare session labels of one person; empty where there are none."""
        files = self.find(sub=participant)
        return tuple(sorted({f.entities["ses"] for f in files if "ses" in f.entities}))

    def sidecar(self, file: File) -> Sidecar:
        """Return metadata by the inheritance principle: from the dataset's root down, the nearest overrules.

        Raises
        ------
        AmbiguousQuery
            Two sidecars of one folder apply and neither is more specific.
        """
        root = self.datasets[file.dataset]
        chain = [p for p in (file.path.parent, *file.path.parent.parents) if p == root or root in p.parents]
        data: dict[str, Any] = {}
        paths: list[Path] = []
        for folder in reversed(chain):
            for side in _applicable(self.sidecars.get(folder, ()), file):
                data.update(read_json(side.path))
                paths.append(side.path)
        return Sidecar(data, tuple(paths))

    def relative(self, path: Path) -> str:
        """Return the path relative to the raw dataset, or to its derivative where that lies elsewhere."""
        for label, folder in self.datasets.items():
            if path.is_relative_to(self.root):
                break
            if path.is_relative_to(folder):
                return f"{label}:{path.relative_to(folder).as_posix()}"
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)


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


def index_dataset(
    bids_dir: Path | str,
    derivatives: Mapping[str, Path | str] | None = None,
    participants: Iterable[str] | None = None,
    sessions: Iterable[str] | None = None,
) -> Index:
    """Index a BIDS dataset and its derivatives.

    Parameters
    ----------
    bids_dir : the raw dataset. ``derivatives/*`` in it are found alone; what nociscope itself wrote is left out.
    derivatives : label → folder, for those that lie elsewhere.
    participants, sessions : only these; with or without ``sub-``/``ses-``.

    Raises
    ------
    MissingFile
        The folder is not there or holds no ``sub-*``; a participant or session that was asked for is not there.
    UnsafeName
        A label that was asked for is not a BIDS label.
    """
    root = Path(bids_dir).absolute()
    if not root.is_dir():
        raise MissingFile("no such dataset", expected="a BIDS folder", where=str(root), do="check the path")
    subs = None if participants is None else {safe_label(p, "sub") for p in participants}
    visits = None if sessions is None else {safe_label(s, "ses") for s in sessions}
    datasets = _datasets(root, derivatives or {})
    files: list[File] = []
    sidecars: dict[Path, tuple[File, ...]] = {}
    problems: list[Problem] = []
    for label, folder in datasets.items():
        walked = _Walk(label, folder, subs, visits)
        if label == RAW:
            _check_asked(walked, subs, visits)
        files += walked.files
        sidecars |= walked.sidecars
        problems += walked.problems
    return Index(root, tuple(sorted(files, key=lambda f: str(f.path))), sidecars, datasets, tuple(problems))


def scan_key(file: File) -> ScanKey:
    """Return the scan that a file belongs to."""
    return ScanKey(**{k: file.entities.get(k, "") for k in SCAN_ENTITIES})


def _values(key: str, value: str | Sequence[str] | None) -> tuple[str | None, ...]:
    values = (value,) if value is None or isinstance(value, str) else tuple(value)
    if key in ("sub", "ses"):
        return tuple(v if v is None else safe_label(v, key) for v in values)
    return values


def _applicable(sidecars: Iterable[File], file: File) -> list[File]:
    """Sidecars of one folder that apply, the less specific first."""
    own = set(file.entities.items())
    apply = [s for s in sidecars if s.suffix == file.suffix and set(s.entities.items()) <= own]
    apply.sort(key=lambda s: len(s.entities))
    for a, b in pairwise(apply):
        if len(a.entities) == len(b.entities):
            raise AmbiguousQuery(
                "two sidecars apply and neither is more specific", got=f"{a.path.name}, {b.path.name}",
                where=str(a.path.parent), do="remove one",
            )  # fmt: skip
    return apply


def _datasets(root: Path, given: Mapping[str, Path | str]) -> dict[str, Path]:
    datasets = {RAW: root}
    for label, folder in given.items():
        path = Path(folder).absolute()
        if not path.is_dir():
            raise MissingFile("no such derivative dataset", where=str(path), do=f"check --derivatives {label}=DIR")
        datasets[label] = path
    nested = root / "derivatives"
    for path in sorted(p for p in nested.iterdir() if p.is_dir()) if nested.is_dir() else ():
        label = _label(path)
        if label and path not in datasets.values() and label not in given:
            datasets[path.name if label in datasets else label] = path
    return datasets


def _label(folder: Path) -> str:
    """The generating program where it is one we know, else the folder's name; empty for our own output."""
    description = folder / "dataset_description.json"
    generated = read_json(description).get("GeneratedBy") if description.is_file() else None
    names = [str(g.get("Name", "")).lower() for g in generated or () if isinstance(g, dict)]
    if "nociscope" in names:
        return ""
    return next((n for n in names if n in _KNOWN_PIPELINES), folder.name)


class _Walk:
    """One pass over the folders of one dataset."""

    def __init__(self, label: str, root: Path, subs: set[str] | None, sessions: set[str] | None) -> None:
        self.label, self.root, self.sessions = label, root, sessions
        self.seen: dict[str, set[str]] = {"sub": set(), "ses": set()}
        self.files: list[File] = []
        self.sidecars: dict[Path, tuple[File, ...]] = {}
        self.problems: list[Problem] = []
        self._read(root, [e for e in os.scandir(root) if e.is_file()])
        for entry in sorted(os.scandir(root), key=lambda e: e.name):
            if entry.name.startswith("sub-") and entry.is_dir() and self._wanted(entry, "sub", subs):
                self._descend(Path(entry.path))

    def _wanted(self, entry: os.DirEntry[str], prefix: str, only: set[str] | None) -> bool:
        bare = entry.name.removeprefix(f"{prefix}-")
        if LABEL.fullmatch(bare):
            self.seen[prefix].add(bare)
            return only is None or bare in only
        self.problems.append(
            Problem(
                "unsafe-name", entry.path, f"{entry.name!r} is not a BIDS label: expected letters and digits",
                ("all",), "rename the folder and the files in it", "error",
            )
        )  # fmt: skip
        return False

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


def _check_asked(raw: _Walk, subs: set[str] | None, sessions: set[str] | None) -> None:
    """Whoever was asked for must be in the raw dataset."""
    here, visits = raw.seen["sub"], raw.seen["ses"]
    if not here and not raw.problems:
        raise MissingFile(
            "the dataset holds no participant", expected="folders named sub-<label>", where=str(raw.root),
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


def parse_derivatives(pairs: Iterable[str]) -> dict[str, Path]:
    """Read ``NAME=DIR`` of the command line.

    Raises
    ------
    InputError
        A pair has no ``=``.
    """
    out: dict[str, Path] = {}
    for pair in pairs:
        name, equals, folder = pair.partition("=")
        if not equals or not name or not folder:
            raise InputError("not a derivative", expected="NAME=DIR", got=repr(pair), do="write petprep=/data/petprep")
        out[name] = Path(folder)
    return out
