"""Permutation over maps: t, F or Welch-type t in every element, with exact counts, by matrix products."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, ShapeError
from nociscope.stats.design import Array, Design
from nociscope.stats.maps import exact, kernels
from nociscope.stats.maps.reduction import Reduction, Rows, reduction, rows_of
from nociscope.stats.relabelling import Relabellings

Values = NDArray[np.float32] | NDArray[np.float64]
Progress = Callable[[int, int], None]

BLOCK = 512
"""Elements of a block: with a batch of relabellings it stays in the second cache."""

_PRODUCT_ROWS = 640
"""Matrix rows of a batch."""

_MAPS_HELD, _MAP_BYTES = 32, 64_000_000

LEAD = 2048
"""Elements, largest first, that step-down orders one by one; all others share the last step, which is conservative."""


@dataclass(frozen=True)
class EngineOptions:
    """How a map is tested.

    Parameters
    ----------
    alternative : ``two-sided``, ``greater`` or ``less``; an F has no direction.
    error : ``pooled`` or ``hc2``.
    counts : whether each element gets its own p; the null of the maximum needs none.
    step_down : whether to step down (Westfall & Young 1993).
    threads : 0 is one per core; the bytes do not depend on it.
    progress : called with (relabellings done, of all).
    """

    alternative: str = "two-sided"
    error: str = "pooled"
    counts: bool = True
    step_down: bool = False
    threads: int = 0
    progress: Progress | None = None

    @property
    def workers(self) -> int:
        """Threads that are used: those asked for, or one for each core that this process may use."""
        if self.threads:
            return self.threads
        allowed = getattr(os, "sched_getaffinity", None)  # only Linux has it
        return len(allowed(0)) if allowed else os.cpu_count() or 1


@dataclass(frozen=True, eq=False)
class MapTest:
    """Result of one test in every element.

    Parameters
    ----------
    statistic : shape (element,), signed t, Welch-type t, or F.
    p : shape (element,); nan where not counted. p_max : by the maximum over the map. p_step : by step-down, or nan.
    null_max : shape (relabelling,), maximum over elements, towards the alternative, the observed one first.
    dof : residual degrees of freedom; questions : of an F, 1 for a t.
    """

    statistic: Array
    p: Array
    p_max: Array
    p_step: Array
    null_max: Array
    dof: int
    questions: int


def map_test(design: Design, values: Values, moves: Relabellings, options: EngineOptions | None = None) -> MapTest:
    """Test one question in every element of a map by relabelling (Freedman & Lane 1983; Winkler 2014).

    Parameters
    ----------
    values : shape (person, element), float32 or float64, finite, each element with spread beyond the nuisance.
    moves : row 0 leaves everybody in place.

    Raises
    ------
    ShapeError, InputError
        Values do not fit the design, are not finite, or an element does not vary.

    Notes
    -----
    The nuisance space is projected out of the data once. What is left, n − rank(nuisance) numbers an element scaled to
    unit length, is held in float32; a relabelling then is one matrix row for the numerator and one for each nuisance
    direction that it mixes in. float32 only sorts: every comparison closer than its error bound, and every maximum, is
    decided in float64 from the data as they came, so that p is what float64 gives, ties included.

    Memory beyond `values`: 4 bytes × (n − rank) × elements, 40 bytes an element, and 10 MB a thread.
    """
    options = options or EngineOptions()
    with _Run(design, values, moves, options) as run:
        return run.test()


def null_summaries(
    design: Design,
    values: Values,
    moves: Relabellings,
    summary: Callable[[NDArray[np.float32]], Array],
    options: EngineOptions | None = None,
) -> Array:
    """Give one number of the map of t under each relabelling, such as its largest TFCE score; the observed one first.

    Parameters
    ----------
    summary : given maps of shape (map, element), signed t whatever the alternative, gives an array of shape (map,).

    Notes
    -----
    Maps are in float64 where the design is enumerated, so that relabellings that are the same tie to round-off.
    """
    with _Run(design, values, moves, options or EngineOptions()) as run:
        return run.summaries(summary)


def reached(null: Array, observed: Array, tolerance: float = 1e-9) -> Array:
    """Share of a null at or above each observed value, ties being ties; p values of shape (observed,)."""
    ordered = np.sort(null)
    below = np.searchsorted(ordered, observed - tolerance * np.abs(observed) - 1e-12, side="left")
    return np.asarray((null.size - below) / null.size)


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1, user_api="blas"):
        yield


class _Run:
    """Data reduced once, and the threads that go over them."""

    def __init__(self, design: Design, values: Values, moves: Relabellings, options: EngineOptions) -> None:
        self.reduced: Reduction = reduction(design, moves, options.error)
        self.values = _checked(values, len(design.interest))
        self.moves, self.options = moves, options
        self.signed = options.alternative != "two-sided" and self.reduced.questions == 1
        self.turn = -1.0 if options.alternative == "less" and self.reduced.questions == 1 else 1.0
        self.threads = options.workers
        self.batch = max(16, _PRODUCT_ROWS // self.reduced.rows)
        cross = self.reduced.directions * self.reduced.weights @ self.reduced.directions.T if self.reduced.hc2 else None
        self.cross = np.zeros((1, 1)) if cross is None else cross

    def __enter__(self) -> _Run:
        self._pool = ThreadPoolExecutor(self.threads)
        self._blas = _one_blas_thread()
        self._blas.__enter__()
        self._reduce()
        return self

    def __exit__(self, *_: object) -> None:
        self._blas.__exit__(None, None, None)
        self._pool.shutdown()

    # -- data

    def _reduce(self) -> None:
        blocks = -(-self.values.shape[1] // BLOCK)
        self.data = np.zeros((blocks, self.reduced.basis.shape[1], BLOCK), dtype=np.float32)
        self.inverse = np.empty(self.values.shape[1])
        self.over_blocks(self._reduce_blocks)

    def _reduce_blocks(self, blocks: range) -> None:
        for b in blocks:
            part = slice(b * BLOCK, min((b + 1) * BLOCK, self.values.shape[1]))
            left = self.reduced.basis.T @ self.values[:, part].astype(np.float64)
            length = np.linalg.norm(left, axis=0)
            size = np.abs(self.values[:, part]).max(axis=0)
            if not (np.isfinite(length).all() and (length > 1e-12 * size).all()):
                raise InputError(
                    "an element of the map has no finite spread", expected="finite numbers that differ",
                    do="leave elements out that hold nan or do not vary",
                )  # fmt: skip
            self.inverse[part] = 1 / length
            self.data[b, :, : left.shape[1]] = left / length

    def over_blocks(self, task: Callable[[range], None]) -> None:
        self._over(task, len(self.data))

    def _over(self, task: Callable[[range], None], count: int) -> None:
        """Cut a range into pieces for the threads; every piece writes its own part of what is made."""
        step = max(1, -(-count // (4 * self.threads)))
        for _ in self._pool.map(task, [range(i, min(i + step, count)) for i in range(0, count, step)]):
            pass

    def rows(self, start: int, stop: int) -> Rows:
        made = rows_of(self.reduced, self.moves.order[start:stop], self.moves.signs[start:stop])
        return made if self.turn > 0 else Rows(-made.reduced, -made.people, made.squares)

    @property
    def _model(self) -> tuple[object, ...]:
        return self.cross, self.reduced.questions, self.signed, self.reduced.nuisance

    # -- exact scores

    def observed(self, signed: bool) -> Array:
        """Score of the observed labelling, float64, shape (element,)."""
        return self._scores(self.rows(0, 1), 0, signed)

    def _scores(self, rows: Rows, p: int, signed: bool) -> Array:
        out = np.empty(self.values.shape[1])
        model = (self.cross, self.reduced.questions, signed, self.reduced.nuisance)

        def fill(blocks: range) -> None:
            for b in blocks:
                span = (b * BLOCK, min((b + 1) * BLOCK, out.size))
                exact.score(
                    self.values, span, rows.people[p], rows.squares[p], model, self.inverse, out[span[0] : span[1]]
                )

        self.over_blocks(fill)
        return out

    def statistic(self, score: Array) -> Array:
        """Turn scores into t, Welch-type t or F."""
        size = np.abs(score)
        if not self.reduced.hc2:
            size = self.reduced.dof * size / np.maximum(1 - size, 1e-15)
        return size / self.reduced.questions if self.reduced.questions > 1 else np.copysign(np.sqrt(size), score)

    # -- the test

    def test(self) -> MapTest:
        directed = self.observed(signed=True)
        self.seen = directed if self.signed else np.abs(directed)
        lead = np.argsort(-self.seen, kind="stable")[:LEAD] if self.options.step_down else np.zeros(0, dtype=np.int64)
        self._set_lead(lead)
        self.counts = np.ones(self.values.shape[1], dtype=np.int32)
        null = np.empty(self.moves.count)
        rest = np.empty(self.moves.count)
        stepped = np.zeros(lead.size)
        for start in range(0, self.moves.count, self.batch):
            stop = min(start + self.batch, self.moves.count)
            best, ahead = self._batch(start, stop)
            rest[start:stop] = best
            null[start:stop] = np.maximum(best, ahead.max(axis=1)) if lead.size else best
            stepped += self._steps(ahead, best)
            self.counts[lead] += (ahead >= _tied(self.seen[lead], not self.reduced.hc2)).sum(axis=0)
            if self.options.progress:
                self.options.progress(stop, self.moves.count)
        self.counts[lead] -= 1  # the observed labelling, counted from the start
        null[0] = self.seen.max()
        return self._result(directed, null, rest, (lead, stepped))

    def _result(self, directed: Array, null: Array, rest: Array, steps: tuple[NDArray[np.int64], Array]) -> MapTest:
        count, bounded = self.moves.count, not self.reduced.hc2
        p = self.counts / count if self.options.counts else np.full(self.seen.size, np.nan)
        p_step = np.full(self.seen.size, np.nan)
        if self.options.step_down:
            lead, stepped = steps
            p_step = np.maximum(_share(rest, self.seen, bounded), stepped.max() / count)
            p_step[lead] = np.maximum.accumulate(stepped / count)
        turned = self.turn * self.statistic(directed)
        return MapTest(
            turned, p, _share(null, self.seen, bounded), p_step, self.statistic(null),
            self.reduced.dof, self.reduced.questions,
        )  # fmt: skip

    def _set_lead(self, lead: NDArray[np.int64]) -> None:
        """Take the leading elements out of the blocks: they are followed one by one."""
        self.left_out = np.zeros(self.values.shape[1], dtype=np.bool_)
        self.left_out[lead] = True
        self.data[lead // BLOCK, :, lead % BLOCK] = 0
        self.lead_values = np.ascontiguousarray(self.values[:, lead])
        self.lead_inverse, self.lead = np.ascontiguousarray(self.inverse[lead]), lead
        self.threshold = np.full(len(self.data) * BLOCK, kernels.NEVER, dtype=np.float32)
        self.threshold[: self.seen.size][~self.left_out] = self.seen[~self.left_out]

    def _batch(self, start: int, stop: int) -> tuple[Array, Array]:
        """Largest score outside the lead, shape (relabelling,), and the scores of the lead."""
        rows = self.rows(start, stop)
        upper = np.empty((len(self.data), stop - start), dtype=np.float32)
        self.over_blocks(lambda blocks: self._scan(blocks, rows, upper, start == 0))
        bounds = np.ascontiguousarray(upper.T)
        best = np.empty(stop - start)
        ahead = np.empty((stop - start, self.lead.size))

        def finish(chunk: range) -> None:
            part = slice(chunk.start, chunk.stop)
            exact.maxima(
                bounds[part], BLOCK, self.values, (rows.people[part], rows.squares[part]), self._model,
                (self.inverse, self.left_out), best[part],
            )  # fmt: skip
            for p in chunk if self.lead.size else ():
                exact.score(
                    self.lead_values, (0, self.lead.size), rows.people[p], rows.squares[p], self._model,
                    self.lead_inverse, ahead[p],
                )  # fmt: skip

        self._over(finish, stop - start)
        return best, ahead

    def _scan(self, blocks: range, rows: Rows, upper: NDArray[np.float32], has_observed: bool) -> None:
        count, wide, m = rows.reduced.shape
        left = rows.reduced.reshape(-1, m).astype(np.float32)
        product = np.empty((count * wide, BLOCK), dtype=np.float32)
        plain = self.reduced.questions == 1 and not self.options.counts and not self.reduced.hc2
        slack, slack_den = self._limits
        for b in blocks:
            np.matmul(left, self.data[b], out=product)
            if plain and wide == 1:
                kernels.largest(product, slack, self.signed, upper[b])
            elif plain and not self.signed:
                kernels.largest_held(product.reshape(count, wide, BLOCK), slack, slack_den, upper[b])
            else:
                self._count(b, rows, product.reshape(count, wide, BLOCK), upper[b], has_observed)

    @property
    def _limits(self) -> tuple[np.float32, np.float32]:
        """Error of a product of unit vectors in float32, and of a sum of their squares."""
        unit = 2.0**-24
        slack = (self.reduced.basis.shape[1] + 2) * unit
        many = 6 * len(self.reduced.directions) if self.reduced.hc2 else 2 * np.sqrt(max(1, len(self.reduced.held)))
        return np.float32(slack), np.float32(many * slack + 8 * unit)

    def _count(
        self, b: int, rows: Rows, products: NDArray[np.float32], upper: NDArray[np.float32], has_observed: bool
    ) -> None:
        part = slice(b * BLOCK, (b + 1) * BLOCK)
        squares = self._squares(b, rows)
        threshold = self.threshold[part if self.options.counts else slice(0, 0)]
        counts = np.zeros(BLOCK, dtype=np.int32)
        model = self.cross.astype(np.float32), self.reduced.questions, self.signed
        if has_observed:  # counted once, by definition
            first = np.empty(1, dtype=np.float32)
            kernels.scan(products[:1], squares[:1], model, self._limits, threshold[:0], counts, first)
            upper[0], products, squares = first[0], products[1:], squares[1:]
        pairs = kernels.scan(
            products, squares, model, self._limits, threshold, counts, upper[1:] if has_observed else upper
        )
        self.counts[part] += counts[: self.counts[part].size]
        if len(pairs):
            pairs += np.array([int(has_observed), part.start])
            made = rows.people, rows.squares
            exact.settle(pairs, self.values, made, self._model, self.inverse, self.seen, self.counts)

    def _squares(self, b: int, rows: Rows) -> NDArray[np.float32]:
        """Weighted sums of squared residuals, shape (relabelling, element); none where the error is pooled."""
        if not self.reduced.hc2:
            return np.zeros((len(rows.reduced), 0), dtype=np.float32)
        residuals = self.reduced.basis.astype(np.float32) @ self.data[b]
        return np.asarray(rows.squares.astype(np.float32) @ residuals**2)

    def _steps(self, ahead: Array, rest: Array) -> Array:
        """How often the largest score from each rank down reaches the observed one, shape (lead,)."""
        if not self.lead.size:
            return np.zeros(0)
        down = np.maximum.accumulate(np.column_stack([ahead, rest])[:, ::-1], axis=1)[:, ::-1][:, :-1]
        return np.asarray((down >= _tied(self.seen[self.lead], not self.reduced.hc2)).sum(axis=0), dtype=np.float64)

    # -- a summary of each map

    def summaries(self, summary: Callable[[NDArray[np.float32]], Array]) -> Array:
        out = np.empty(self.moves.count)
        self.signed, self.turn, step = True, 1.0, max(4, min(_MAPS_HELD, _MAP_BYTES // (4 * self.values.shape[1])))
        for start in range(0, self.moves.count, step):
            stop = min(start + step, self.moves.count)
            out[start:stop] = summary(self._maps(self.rows(start, stop), start))
            if self.options.progress:
                self.options.progress(stop, self.moves.count)
        return out

    def _maps(self, rows: Rows, start: int) -> NDArray[np.float32]:
        """Maps of t, shape (relabelling, element)."""
        maps = np.empty((len(rows.reduced), self.values.shape[1]), dtype=np.float32)
        if self.moves.exact:
            for p in range(len(maps)):
                maps[p] = self.statistic(self._scores(rows, p, signed=True))
            return maps
        self.over_blocks(lambda blocks: self._fill(blocks, rows, maps))
        if start == 0:
            maps[0] = self.statistic(self._scores(rows, 0, signed=True))
        return maps

    def _fill(self, blocks: range, rows: Rows, maps: NDArray[np.float32]) -> None:
        count, wide, m = rows.reduced.shape
        left = rows.reduced.reshape(-1, m).astype(np.float32)
        for b in blocks:
            part = slice(b * BLOCK, min((b + 1) * BLOCK, maps.shape[1]))
            products = (left @ self.data[b]).reshape(count, wide, BLOCK)
            kernels.statistics(
                products, self._squares(b, rows), (self.cross.astype(np.float32), self.reduced.questions, True),
                self.reduced.dof, maps[:, part],
            )  # fmt: skip


def _checked(values: Values, n: int) -> Values:
    values = np.ascontiguousarray(values)  # type: ignore[assignment]
    if values.ndim != 2 or values.shape[0] != n or values.dtype not in (np.float32, np.float64):
        raise ShapeError("a map's values", expected=f"({n}, element) of float32 or float64", got=values.shape)
    return values


def _tied(observed: Array, bounded: bool) -> Array:
    """Smallest score that counts as reaching the observed one."""
    room = np.maximum(1 - np.abs(observed), 0) if bounded else 1.0
    return np.asarray(observed - kernels.RELATIVE_TIE * np.abs(observed) * room - kernels.ABSOLUTE_TIE)


def _share(null: Array, observed: Array, bounded: bool) -> Array:
    ordered = np.sort(null)
    return np.asarray((null.size - np.searchsorted(ordered, _tied(observed, bounded), side="left")) / null.size)
