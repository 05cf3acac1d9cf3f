"""Who may change places with whom, as a tree: leaves are people, branches of a shuffled node change places whole."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError

Index = NDArray[np.int64]
Shape = tuple[object, ...]


@dataclass(frozen=True)
class Node:
    """A person, or branches of which those of the same shape change places where the node is shuffled.

    Parameters
    ----------
    branches : empty for a person.
    shuffled : whether branches change places (and, under sign flips, change sign) as a whole.
    person : row of the design, for a leaf.
    """

    branches: tuple[Node, ...] = ()
    shuffled: bool = False
    person: int = -1

    @property
    def people(self) -> list[int]:
        """Rows of the design below this node, in order."""
        return [p for b in self.branches for p in b.people] if self.branches else [self.person]

    @property
    def shape(self) -> Shape:
        """What two branches must share to be able to change places."""
        return (self.shuffled, *(b.shape for b in self.branches)) if self.branches else ()

    def alike(self) -> Iterator[list[int]]:
        """Places of branches with the same shape; each place of a fixed node is alone."""
        shapes = [b.shape for b in self.branches]
        for shape in dict.fromkeys(shapes):
            places = [i for i, other in enumerate(shapes) if other == shape]
            yield from [places] if self.shuffled else [[i] for i in places]


def exchange_tree(strata: Index, blocks: Index | None) -> Node:
    """Tree of one level of strata: people, or whole blocks of people, change places within their stratum.

    Raises
    ------
    InputError
        A block lies in more than one stratum.
    """
    if blocks is None:
        inner = [_shuffled_leaves(np.flatnonzero(strata == s)) for s in np.unique(strata)]
        return Node(tuple(inner))
    for block in np.unique(blocks):
        if np.unique(strata[blocks == block]).size > 1:
            raise InputError(
                f"block {block} has people of several strata", expected="each block within one stratum",
                do="stratify by something that does not divide blocks",
            )  # fmt: skip
    return Node(tuple(_whole_blocks(np.flatnonzero(strata == s), blocks) for s in np.unique(strata)))


def _shuffled_leaves(people: Index) -> Node:
    return Node(tuple(Node(person=int(p)) for p in people), shuffled=True)


def _whole_blocks(people: Index, blocks: Index) -> Node:
    inside = blocks[people]
    return Node(
        tuple(Node(tuple(Node(person=int(p)) for p in people[inside == b])) for b in np.unique(inside)), shuffled=True
    )


def tree_of_levels(levels: Index) -> Node:
    """Tree of a table of multi-level blocks (Winkler et al. 2015).

    Parameters
    ----------
    levels : shape (person, level), integer, none 0. Each column divides the blocks of the column before it; the first
        holds one number. Positive: the sub-blocks of this block change places as a whole. Negative: they stay, and
        only what is inside them is shuffled. People with the same number in the last column stay together.

    Raises
    ------
    InputError
        A zero, or a first column with several numbers.
    """
    levels = np.asarray(levels, dtype=np.int64)
    if levels.ndim != 2 or levels.shape[1] < 2 or (levels == 0).any():
        raise InputError(
            "not a table of block levels", expected="people × two levels or more, no zero", got=levels.shape
        )
    if np.unique(levels[:, 0]).size > 1:
        raise InputError("the first level holds several blocks", expected="one number", do="put one number before it")
    return _branch(levels, np.arange(levels.shape[0], dtype=np.int64))


def _branch(levels: Index, people: Index) -> Node:
    if levels.shape[1] == 1:
        leaves = tuple(Node(person=int(p)) for p in people)
        return leaves[0] if len(leaves) == 1 else Node(leaves)
    inner = levels[:, 1]
    branches = tuple(_branch(levels[inner == b, 1:], people[inner == b]) for b in np.unique(inner))
    return Node(branches, shuffled=bool(levels[0, 0] > 0))


def immovable(node: Node) -> list[list[int]]:
    """People of each branch of a shuffled node that has no partner of its shape, such as a block of another size."""
    found = [people for b in node.branches for people in immovable(b)]
    if node.shuffled and len(node.branches) > 1:
        found += [node.branches[places[0]].people for places in node.alike() if len(places) == 1]
    return found


def content(node: Node, cells: Index) -> Shape:
    """Canonical form of the rows of a design on a node: equal for what shuffling below it can turn into each other."""
    if not node.branches:
        return (int(cells[node.person]),)
    inner = [content(b, cells) for b in node.branches]
    return tuple(sorted(inner, key=repr) if node.shuffled else inner)


def count(node: Node, cells: Index) -> int:
    """Distinct ways to hand the rows of a design around; people in one cell have the same row."""
    total = math.prod(count(b, cells) for b in node.branches)
    for places in node.alike():
        repeats = np.unique(_contents(node, places, cells), return_counts=True)[1]
        total *= math.factorial(len(places)) // math.prod(math.factorial(int(c)) for c in repeats)
    return total


def arrangements(node: Node, cells: Index) -> Index:
    """Each distinct way once: who stands in the place of each of `Node.people`, shape (way, place)."""
    if not node.branches:
        return np.array([[node.person]], dtype=np.int64)
    starts = np.cumsum([0, *(len(b.people) for b in node.branches)])
    parts = [(places, _of_alike(node, places, cells)) for places in node.alike()]
    slots = np.concatenate([np.arange(starts[i], starts[i + 1]) for places, _ in parts for i in places])
    joined = _product([part for _, part in parts])
    out = np.empty_like(joined)
    out[:, slots] = joined
    return out


def _of_alike(node: Node, places: Sequence[int], cells: Index) -> Index:
    """Ways of branches that change places, the ways inside each branch included."""
    if len(places) == 1:
        return arrangements(node.branches[places[0]], cells)
    labels = _contents(node, places, cells)
    ways = multiset_arrangements(labels)
    chosen = np.empty_like(ways)
    # the k-th place with a label takes the k-th branch that has it
    np.put_along_axis(
        chosen, np.argsort(ways, axis=1, kind="stable"), np.argsort(labels, kind="stable")[None, :], axis=1
    )
    branches = [node.branches[i] for i in places]
    if not branches[0].branches:
        return np.array([b.person for b in branches], dtype=np.int64)[chosen]
    inside = [arrangements(b, cells) for b in branches]
    return np.concatenate([_product([inside[c] for c in row]) for row in chosen])


def _contents(node: Node, places: Sequence[int], cells: Index) -> Index:
    """Integer for each of some branches, the same where the content is the same."""
    known: dict[Shape, int] = {}
    return np.array([known.setdefault(content(node.branches[i], cells), len(known)) for i in places], dtype=np.int64)


def _product(parts: Sequence[Index]) -> Index:
    """Every combination of one row of each part, rows joined."""
    joined = parts[0]
    for part in parts[1:]:
        joined = np.hstack([np.repeat(joined, len(part), axis=0), np.tile(part, (len(joined), 1))])
    return joined


def multiset_arrangements(labels: Index) -> Index:
    """Distinct arrangements of a multiset, shape (arrangement, place)."""
    filled = np.full((1, labels.size), -1, dtype=np.int64)
    for label, size in zip(*np.unique(labels, return_counts=True), strict=True):
        free = np.argwhere(filled < 0)[:, 1].reshape(filled.shape[0], -1)
        choices = np.array(list(combinations(range(free.shape[1]), int(size))), dtype=np.int64)
        places = free[:, choices].reshape(-1, int(size))
        filled = np.repeat(filled, choices.shape[0], axis=0)
        np.put_along_axis(filled, places, label, axis=1)
    return filled


def drawn(node: Node, draws: int, rng: np.random.Generator) -> Index:
    """Random arrangements, shape (draw, place); a place is one of `Node.people`."""
    if not node.branches:
        return np.full((draws, 1), node.person, dtype=np.int64)
    starts = np.cumsum([0, *(len(b.people) for b in node.branches)])
    out = np.empty((draws, starts[-1]), dtype=np.int64)
    for places in node.alike():
        slots = np.concatenate([np.arange(starts[i], starts[i + 1]) for i in places])
        out[:, slots] = _drawn_alike([node.branches[i] for i in places], draws, rng)
    return out


def _drawn_alike(branches: Sequence[Node], draws: int, rng: np.random.Generator) -> Index:
    if not branches[0].branches:
        people = np.array([b.person for b in branches], dtype=np.int64)
        return rng.permuted(np.tile(people, (draws, 1)), axis=1) if len(branches) > 1 else np.tile(people, (draws, 1))
    inside = np.stack([drawn(b, draws, rng) for b in branches], axis=1)
    places = np.tile(np.arange(len(branches)), (draws, 1))
    chosen = rng.permuted(places, axis=1) if len(branches) > 1 else places
    return np.take_along_axis(inside, chosen[:, :, None], axis=1).reshape(draws, -1)


def flip_units(node: Node) -> list[list[int]]:
    """People who change sign together: whole branches of a shuffled node, else whoever is below."""
    if not node.branches:
        return [[node.person]]
    if node.shuffled:
        return [b.people for b in node.branches]
    return [unit for b in node.branches for unit in flip_units(b)]
