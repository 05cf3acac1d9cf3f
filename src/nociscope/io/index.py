"""What files a dataset and its derivatives hold, with sidecar inheritance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from nociscope.core.errors import AmbiguousQuery, InputError, MissingFile
from nociscope.core.problem import Problem
from nociscope.io.file import LABEL, RAW, SCAN_ENTITIES, File, ScanKey, Sidecar, safe_label, scan_key
from nociscope.io.table import read_json, read_tsv
from nociscope.io.walk import Walk, check_asked, datasets

__all__ = [
    "LABEL", "RAW", "SCAN_ENTITIES", "File", "Index", "ScanKey", "Sidecar", "index_dataset", "parse_derivatives",
    "safe_label", "scan_key",
]  # fmt: skip


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
    listed : bare labels of people in participants.tsv, where the dataset has phenotype tables: they may have no file.
    """

    root: Path
    files: tuple[File, ...]
    sidecars: Mapping[Path, tuple[File, ...]]
    datasets: Mapping[str, Path]
    problems: tuple[Problem, ...] = ()
    listed: tuple[str, ...] = ()

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
        """Return bare labels of everyone with a file, or with a row in a table where there are phenotype tables."""
        return tuple(sorted({f.entities["sub"] for f in self.files if "sub" in f.entities} | set(self.listed)))

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
    folders = datasets(root, derivatives or {})
    files: list[File] = []
    sidecars: dict[Path, tuple[File, ...]] = {}
    problems: list[Problem] = []
    for label, folder in folders.items():
        walked = Walk(label, folder, subs, visits)
        if label == RAW:
            check_asked(walked, subs, visits)
        files += walked.files
        sidecars |= walked.sidecars
        problems += walked.problems
    listed = _listed(root, subs) if visits is None else ()
    return Index(root, tuple(sorted(files, key=lambda f: str(f.path))), sidecars, folders, tuple(problems), listed)


def _listed(root: Path, only: set[str] | None) -> tuple[str, ...]:
    """People of participants.tsv; one whose id cannot be used is told by whoever reads the table."""
    table = root / "participants.tsv"
    if not table.is_file() or not (root / "phenotype").is_dir():
        return ()
    ids = [(p or "").removeprefix("sub-") for p in read_tsv(table, ("participant_id",)).text("participant_id")]
    return tuple(sorted({i for i in ids if LABEL.fullmatch(i) and (only is None or i in only)}))


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
