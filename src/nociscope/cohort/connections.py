"""From everybody's matrix to connections in one order: whoever has other nodes is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import StudyError
from nociscope.core.hypothesis import Hypothesis, MapSettings
from nociscope.core.image import ConnectionMatrix
from nociscope.core.space import GraphSpace
from nociscope.io.maps import MapFile


@dataclass(frozen=True, eq=False)
class Connections:
    """Connections of everybody who fits.

    Parameters
    ----------
    values : file → shape (connection,), float32, nan where unknown.
    left_out : (participant, reason). words : how the connections were chosen.
    """

    values: dict[MapFile, NDArray[np.float32]]
    space: GraphSpace
    left_out: tuple[tuple[str, str], ...]
    words: str


def connections(files: Sequence[MapFile], hypothesis: Hypothesis) -> Connections:
    """Bring matrices into one order of nodes, by name.

    Nodes are those of most people, or those that ``map.nodes`` names. The diagonal is not asked about, and each
    connection once.

    Raises
    ------
    StudyError
        Fewer than two nodes; every matrix has nodes of its own; a node that nobody has.
    """
    where, settings = f"hypothesis {hypothesis.name!r}", hypothesis.map or MapSettings()
    matrices = {f: f.content for f in files if isinstance(f.content, ConnectionMatrix)}
    nodes = tuple(settings.nodes) or _commonest(list(matrices.values()), where)
    if len(set(nodes)) < 2 or len(set(nodes)) < len(nodes):
        raise StudyError(f"{where}: connections need two nodes or more, each once", got=", ".join(nodes))
    if nobody := [n for n in nodes if not any(n in m.nodes for m in matrices.values())]:
        known = next(iter(matrices.values())).nodes
        raise StudyError(f"{where}: no matrix has {', '.join(nobody)}", expected=f"of {', '.join(known[:20])}")
    differs = {f: _differs(m, nodes, bool(settings.nodes)) for f, m in matrices.items()}
    ends = np.argwhere(np.triu(np.ones((len(nodes), len(nodes)), dtype=bool), k=1))
    fitting = {f: _upper(m, nodes, ends) for f, m in matrices.items() if not differs[f]}
    empty = [f for f, v in fitting.items() if not np.isfinite(v).any()]
    left_out = [(f.participant_id, f"{f.name} is not a matrix of connections") for f in files if f not in matrices]
    left_out += [(f.participant_id, f"{f.name} {why}") for f, why in differs.items() if why]
    left_out += [(f.participant_id, f"{f.name} has no finite connection") for f in empty]
    kept = {f: v for f, v in fitting.items() if f not in empty}
    if not kept:
        raise StudyError(f"{where}: no matrix can be used", got=left_out[0][1])
    words = f"{len(ends):,} connections between {len(nodes)} nodes{' of map.nodes' if settings.nodes else ''}"
    return Connections(kept, GraphSpace(nodes, ends.astype(np.int64)), tuple(left_out), words)


def _commonest(matrices: Sequence[ConnectionMatrix], where: str) -> tuple[str, ...]:
    """The nodes that most matrices share, in the order of the first of these."""
    (most, count), *_ = Counter(frozenset(m.nodes) for m in matrices).most_common()
    if count == 1 and len(matrices) > 1:
        raise StudyError(f"{where}: every matrix has nodes of its own", do="name the shared ones as map.nodes")
    return next(m.nodes for m in matrices if frozenset(m.nodes) == most)


def _differs(matrix: ConnectionMatrix, nodes: Sequence[str], named: bool) -> str:
    """What a matrix lacks, and what it has beside, in words; empty where it fits."""
    lacks = [n for n in nodes if n not in matrix.nodes]
    beside = [] if named else [n for n in matrix.nodes if n not in nodes]
    told = [f"{what} {_few(own)}" for what, own in (("lacks", lacks), ("also has", beside)) if own]
    return f"has other nodes: {' and '.join(told)}" if told else ""


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _upper(matrix: ConnectionMatrix, nodes: Sequence[str], ends: NDArray[np.int64]) -> NDArray[np.float32]:
    place = {n: i for i, n in enumerate(matrix.nodes)}
    at = np.array([place[n] for n in nodes])
    return matrix.values[at[ends[:, 0]], at[ends[:, 1]]].astype(np.float32)
