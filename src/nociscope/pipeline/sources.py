"""Files of the datasets as steps ask for them: by query, with sidecars, named relative to their dataset."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nociscope.core.errors import DatasetError
from nociscope.io.index import RAW, File, Index, Sidecar
from nociscope.io.table import read_json
from nociscope.pipeline.step import Query, Source, Table


class Finder:
    """Looks files up once per query and hands them out per scan.

    Parameters
    ----------
    index : of the raw dataset and its derivatives.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self._found: dict[str, dict[str, list[Source]]] = {}
        self._sidecars: dict[Path, tuple[Path, ...]] = {}
        self._troubles: dict[Path, DatasetError] = {}

    def files(self, query: Query, entities: Mapping[str, str] | None = None) -> list[Source]:
        """Files of a query; with ``entities`` those in which nothing contradicts them.

        Raises
        ------
        DatasetError
            The sidecars of a file that is handed out for a scan cannot be read.
        """
        by_sub = self._all(query)
        if not entities:
            return [source for sources in by_sub.values() for source in sources]
        near = [*by_sub.get(entities["sub"], ()), *by_sub.get("", ())]
        fit = [s for s in near if all(entities.get(k, v) == v for k, v in s.entities.items() if k in entities)]
        for source in fit:
            if source.path in self._troubles:
                raise self._troubles[source.path]
        return fit

    def table(self, table: Table, entities: Mapping[str, str]) -> list[Source]:
        """The file at a fixed place, if it is there."""
        try:
            name = table.path.format_map(entities)
        except KeyError:
            return []
        path = self.index.root / name
        if not path.is_file():
            return []
        beside = path.with_suffix(".json")
        own = {"sub": entities["sub"]} if table.own_row and "sub" in entities else {}
        more = (p for pattern in table.beside for p in sorted(self.index.root.glob(pattern.format_map(entities))))
        return [Source(RAW, name, path, own, (beside,) if beside.is_file() else (), companions=tuple(more))]

    def _all(self, query: Query) -> dict[str, list[Source]]:
        key = str(query)
        if key not in self._found:
            by_sub: dict[str, list[Source]] = {}
            for file in self.index.find(**query.where()):
                by_sub.setdefault(file.entities.get("sub", ""), []).append(self.source(file))
            self._found[key] = by_sub
        return self._found[key]

    def source(self, file: File) -> Source:
        """One file with its sidecars, named relative to its dataset."""
        name = file.path.relative_to(self.index.datasets[file.dataset]).as_posix()
        return Source(file.dataset, name, file.path, file.entities, self._sidecars_of(file))

    def _sidecars_of(self, file: File) -> tuple[Path, ...]:
        """Sidecars without the file itself; one that cannot be read is kept for whoever needs the file."""
        if file.path not in self._sidecars:
            try:
                found = self.index.sidecar(file).paths
            except DatasetError as error:
                self._troubles[file.path] = error
                found = ()
            self._sidecars[file.path] = tuple(p for p in found if p != file.path)
        return self._sidecars[file.path]


def sidecar(source: Source) -> Sidecar:
    """Metadata of a source after inheritance; of a JSON file its own content comes last."""
    own = (source.path,) if source.path.suffix == ".json" else ()
    paths = (*(p for p in source.sidecars if p not in own), *own)
    data: dict[str, Any] = {}
    for path in paths:
        data |= read_json(path)
    return Sidecar(data, paths)
