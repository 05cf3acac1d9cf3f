"""Matrices of connections: tab-separated, names of the nodes in the first line, one line for each node."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import MalformedFile
from nociscope.core.image import ConnectionMatrix
from nociscope.io.table import MISSING_CELLS, read_text

MATRICES = ("_relmat.tsv", "_relmat.dense.tsv", "_conmat.tsv")
"""Ends of BIDS names of matrices; other names of tab-separated files need ``map.files``."""

_ASYMMETRY = 1e-5
"""Relative to the largest entry: what files with six digits round away."""


def read_connections(path: Path) -> ConnectionMatrix:
    """Read a square, symmetric matrix whose first line names the nodes.

    The first cell of every line may name the node of that line; the names then stand in the order of the header, over
    whose first cell anything may stand. The diagonal is read and has no meaning.

    Raises
    ------
    MissingFile
        There is no such file.
    MalformedFile
        The first line holds numbers; a node stands twice; a line has other cells than the header, or names another
        node; a cell is no number; the matrix is not symmetric. The message names line and node.
    """
    rows = [[c.strip() for c in line.split("\t")] for line in re.split(r"\r\n|\n|\r", read_text(path)) if line.strip()]
    if len(rows) < 3:
        raise MalformedFile("not a matrix of connections", expected="a header and two nodes or more", where=str(path))
    header, body = rows[0], rows[1:]
    if len(header) == len(body) + 1 and all(map(_is_number, header)):
        raise MalformedFile("the first line holds numbers", expected="names of the nodes", where=f"{path}, line 1")
    named = len(header) == len(body) + 1 or (len(header) == len(body) and len(body[0]) == len(header) + 1)
    nodes = header[1:] if len(header) == len(body) + 1 else header
    _check_nodes(nodes, len(body), path)
    values = np.array([_line(row, i, nodes, named, path) for i, row in enumerate(body)])
    _check_symmetric(values, nodes, path)
    return ConnectionMatrix(tuple(nodes), values)


def _check_nodes(nodes: list[str], lines: int, path: Path) -> None:
    where = f"{path}, line 1"
    if len(nodes) != lines:
        raise MalformedFile("not square", expected=f"{len(nodes)} lines below the header", got=lines, where=str(path))
    if twice := sorted({n for n in nodes if nodes.count(n) > 1}):
        raise MalformedFile(
            "a node stands twice", got=", ".join(twice[:5]), where=where, do="give it a name of its own"
        )
    if "" in nodes:
        raise MalformedFile("a node has no name", where=f"{where}, column {nodes.index('') + 1}")


def _line(row: list[str], i: int, nodes: list[str], named: bool, path: Path) -> NDArray[np.float64]:
    where = f"{path}, line {i + 2}"
    if len(row) != len(nodes) + named:
        raise MalformedFile(
            "a line does not fit the header", expected=f"{len(nodes) + named} cells", got=len(row), where=where
        )
    if named and row[0] != nodes[i]:
        raise MalformedFile("a line names another node", expected=nodes[i], got=row[0], where=where)
    try:
        cells = [np.nan if c in MISSING_CELLS else float(c) for c in row[named:]]
    except ValueError as error:
        raise MalformedFile("a cell is not a number", got=str(error).rpartition(": ")[2], where=where) from None
    return np.array(cells)


def _check_symmetric(values: NDArray[np.float64], nodes: list[str], path: Path) -> None:
    off = ~np.eye(len(nodes), dtype=bool)
    finite = np.isfinite(values)
    plain = np.where(finite & off, values, 0.0)
    unlike = np.abs(plain - plain.T) > _ASYMMETRY * np.abs(plain).max(initial=0.0)
    differs = off & (unlike | (finite ^ finite.T))
    if differs.any():
        a, b = (int(k) for k in np.argwhere(differs)[0])
        raise MalformedFile(
            "the matrix is not symmetric", got=f"{nodes[a]} – {nodes[b]}: {values[a, b]:g} and {values[b, a]:g}",
            where=str(path), do="give both halves; a connection with a direction cannot be asked about",
        )  # fmt: skip


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
