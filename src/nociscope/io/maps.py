"""Which files are the maps of a hypothesis, whose they are, and what is in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nociscope.core.errors import DatasetError, MissingFile
from nociscope.core.hypothesis import MapSettings
from nociscope.core.image import ConnectionMatrix, VertexValues, Volume
from nociscope.io.connections import MATRICES, read_connections
from nociscope.io.file import File
from nociscope.io.images import VERTICES, VOLUMES, read_vertex_values, read_volume
from nociscope.io.index import Index

Content = Volume | VertexValues | ConnectionMatrix

_FIELDS = {"{participant}": r"(?P<participant>sub-[0-9A-Za-z+]+)", "{session}": r"(?P<session>ses-[0-9A-Za-z+]+)"}
_PIECES = re.compile(r"(\{participant\}|\{session\}|\*)")


@dataclass(frozen=True, eq=False)
class MapFile:
    """The map of one person at one session.

    Parameters
    ----------
    session_id : ``n/a`` where the name has none.
    content : None where the file cannot be read; ``trouble`` then says why.
    """

    participant_id: str
    session_id: str
    name: str
    content: Content | None
    trouble: str = ""


@dataclass(frozen=True)
class Owner:
    """Whose map a file is."""

    participant_id: str
    session_id: str


def owner(settings: MapSettings, dataset: str, name: str, entities: Mapping[str, str]) -> Owner | None:
    """Whose map a file is; None where it is not one of those that the settings mean.

    Parameters
    ----------
    dataset : label of the data set. name : path relative to it, with forward slashes.
    entities : BIDS entities of the name; ``suffix``, ``extension`` and ``datatype`` are read from the name itself.
    """
    if settings.derivative and dataset != settings.derivative:
        return None
    if settings.files:
        match = _regex(settings.files).fullmatch(name)
        if match is None:
            return None
        found = match.groupdict()
        return Owner(found["participant"], found.get("session") or "n/a")
    known = {**_parts(name), **entities}
    if "sub" not in entities or any(known.get(k) != v for k, v in settings.entities.items()):
        return None
    return Owner(f"sub-{entities['sub']}", f"ses-{entities['ses']}" if "ses" in entities else "n/a")


def _parts(name: str) -> dict[str, str]:
    path = PurePosixPath(name)
    suffix, _, extension = path.name.rpartition("_")[2].partition(".")
    return {"suffix": suffix, "extension": f".{extension}", "datatype": path.parent.name}


def chosen(index: Index, settings: MapSettings) -> list[File]:
    """Files that the settings mean: everybody's map, then mask, surface and labels.

    Raises
    ------
    MissingFile
        No such derivative, no map at all, or a mask or surface that is not there.
    """
    if settings.derivative and settings.derivative not in index.datasets:
        raise MissingFile(
            f"no derivative {settings.derivative!r}", expected=", ".join(index.datasets),
            do="name it with --derivatives NAME=DIR, or put it into derivatives/",
        )  # fmt: skip
    folders = {k: v for k, v in index.datasets.items() if settings.derivative in ("", k)}
    maps = _by_pattern(folders, settings) if settings.files else _by_entities(index, settings)
    if not maps:
        raise MissingFile(
            "no map was found", expected=settings.files or str(dict(settings.entities)),
            where=", ".join(map(str, folders.values())), do="look at map.files or map.entities, and at --derivatives",
        )  # fmt: skip
    return [*maps, *(_fixed(folders, name) for name in (settings.mask, settings.surface, settings.labels) if name)]


def is_map(name: str) -> bool:
    """Whether the file is an image, holds numbers on vertices, or is a matrix of connections by its BIDS name."""
    return name.endswith((*VOLUMES, *VERTICES, *MATRICES))


def read_map(path: Path) -> Content:
    """Read a volume, numbers on vertices or a matrix of connections, by the file's name.

    Raises
    ------
    MissingFile, MalformedFile
        As in `nociscope.io.images` and `nociscope.io.connections`.
    """
    if path.name.endswith(".tsv"):
        return read_connections(path)
    return read_volume(path) if path.name.endswith(VOLUMES) else read_vertex_values(path)


def map_file(path: Path, whose: Owner, name: str) -> MapFile:
    """Read somebody's map; what cannot be read is that person's trouble, not everybody's."""
    try:
        return MapFile(whose.participant_id, whose.session_id, name, read_map(path))
    except DatasetError as error:
        said = f"{error.message}: {error.got}" if error.got is not None else error.message
        return MapFile(whose.participant_id, whose.session_id, name, None, said)


def _by_entities(index: Index, settings: MapSettings) -> list[File]:
    return [
        f for f in index.find(**settings.entities) if is_map(f.path.name) and settings.derivative in ("", f.dataset)
    ]


def _by_pattern(folders: Mapping[str, Path], settings: MapSettings) -> list[File]:
    glob = re.sub(r"\{participant\}|\{session\}", "*", settings.files)
    found: list[File] = []
    for label, folder in folders.items():
        for path in sorted(folder.glob(glob)):
            whose = owner(settings, label, path.relative_to(folder).as_posix(), {})
            if whose is not None and path.is_file():
                found.append(_file(path, label, whose))
    return found


def _file(path: Path, dataset: str, whose: Owner) -> File:
    entities = {"sub": whose.participant_id.removeprefix("sub-")}
    if whose.session_id != "n/a":
        entities["ses"] = whose.session_id.removeprefix("ses-")
    return File(path, dataset, "", "", "".join(path.suffixes[-2:]), entities)


def _fixed(folders: Mapping[str, Path], name: str) -> File:
    for label, folder in folders.items():
        if (folder / name).is_file():
            return File(folder / name, label, "", "", "", {})
    raise MissingFile(
        f"no file {name!r}", expected="a path relative to the data set",
        where=", ".join(dict.fromkeys(map(str, folders.values()))),
        do="mend map.mask, map.surface or map.labels in the study file",
    )  # fmt: skip


def _regex(pattern: str) -> re.Pattern[str]:
    """Turn a pattern into a regular expression; a field that stands twice must repeat its label."""
    seen: set[str] = set()
    parts = []
    for piece in _PIECES.split(pattern):
        if piece == "*":
            parts.append("[^/]*")
        elif piece in _FIELDS:
            name = piece.strip("{}")
            parts.append(f"(?P={name})" if name in seen else _FIELDS[piece])
            seen.add(name)
        else:
            parts.append(re.escape(piece))
    return re.compile("".join(parts))
