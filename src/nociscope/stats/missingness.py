"""What is missing in a table: by column, by pattern, and how many people are complete. Nothing is filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import ShapeError


@dataclass(frozen=True)
class Missingness:
    """Missing values of a table.

    Parameters
    ----------
    n : people. complete : those with every column.
    by_column : column → people without it, in the order of the table.
    patterns : columns that are missing together → people, the commonest first; the empty pattern is the complete ones.
    """

    n: int
    complete: int
    by_column: Mapping[str, int]
    patterns: Mapping[tuple[str, ...], int]

    @property
    def sentence(self) -> str:
        """For the page."""
        gone = {c: k for c, k in self.by_column.items() if k}
        if not gone:
            return f"All {self.n} people are complete."
        worst = max(gone, key=lambda c: gone[c])
        return (
            f"{self.complete} of {self.n} people are complete; {len(gone)} of {len(self.by_column)} columns have gaps, "
            f"most of all {worst} ({gone[worst]}), in {len(self.patterns) - bool(self.complete)} patterns. "
            "Nothing is filled in."
        )


def missingness(columns: Mapping[str, NDArray[np.float64]]) -> Missingness:
    """Count what is missing.

    Parameters
    ----------
    columns : name → shape (person,), nan where missing.

    Raises
    ------
    ShapeError
        Columns differ in length.
    """
    sizes = {np.size(v) for v in columns.values()}
    if len(sizes) > 1:
        raise ShapeError("columns differ in length", got={c: np.size(v) for c, v in columns.items()})
    n = sizes.pop() if sizes else 0
    gone = {c: np.isnan(np.asarray(v, dtype=np.float64)) for c, v in columns.items()}
    counts = Counter(tuple(c for c in columns if gone[c][i]) for i in range(n))
    return Missingness(n, counts[()], {c: int(g.sum()) for c, g in gone.items()}, dict(counts.most_common()))
