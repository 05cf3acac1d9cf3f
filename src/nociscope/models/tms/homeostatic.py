"""Homeostatic response: after two blocks that excite, does the second bring the motor cortex down again.

A second block of anodal stimulation shortly after the first lowers excitability in healthy people; that it does not is
called impaired (Thapa and Schabrun 2018, 10.1155/2018/6207508). The test presupposes that the first block had raised
excitability, and the interval over single potentials decides how sure the class is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import RangeError
from nociscope.core.scores import Score
from nociscope.core.status import FitStatus
from nociscope.models.tms.mep import trial_status

Array = NDArray[np.float64]


def homeostatic_response(
    baseline: Array, interblock: Array | None, post: Sequence[Array], muscle: str, side: str = "n/a", *,
    cut: float = 0.0, draws: int = 2000, seed: int = 0, level: float = 0.95,
) -> dict[str, Score]:  # fmt: skip
    """Compare potentials after both blocks with those before.

    Parameters
    ----------
    baseline, interblock : shape (pulse,), mV, valid pulses; a single number is a mean and gives no interval.
    post : the same at each time after the second block; empty where a time is missing.
    cut : change from baseline below which the response is preserved.

    Returns
    -------
    ``homeostatic_index`` (mean(post)/baseline − 1, band ``preserved``, ``impaired`` or ``uncertain``),
    ``homeostatic_reversal`` (mean(post)/interblock − 1), and ``MEP_percent_interblock``, ``MEP_percent_post0`` … in %
    of baseline, measure ``MEP_percent``.
    """
    before, between = _pulses(baseline), _pulses(interblock)
    after = [p for p in map(_pulses, post) if p.size]
    n = before.size + between.size + sum(p.size for p in after)
    index = _change(after, before, draws, seed)
    reversal = _change(after, between, draws, seed)
    flags = _flags(before, between, [before, *after])
    first = _score("homeostatic_index", index, (muscle, side, n, flags), level, [before, *after])
    second = _score("homeostatic_reversal", reversal, (muscle, side, n, ()), level, [between, *after])
    scores = {"homeostatic_index": _classed(first, cut, before, between), "homeostatic_reversal": second}
    for name, pulses in (("interblock", between), *((f"post{i}", _pulses(p)) for i, p in enumerate(post))):
        percent = tuple(100 * (v + 1) for v in _change([pulses] if pulses.size else [], before, draws, seed))
        place = (f"{muscle} {name}", side, pulses.size, ())
        scores[f"MEP_percent_{name}"] = _score(
            "MEP_percent", (percent[0], percent[1]), place, level, [before, pulses], "%"
        )
    return scores


_Change = tuple["float | Array", "Array | float"]


def _pulses(values: Array | None) -> Array:
    if values is None:
        return np.zeros(0)
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    array = array[~np.isnan(array)]
    if (array < 0).any():
        raise RangeError("an amplitude", expected="0 mV or more", got=float(array.min()))
    return array


def _change(after: list[Array], base: Array, draws: int, seed: int) -> _Change:
    """Mean of the times over the base less one, and its draws."""
    if not after or not base.size or base.mean() == 0:
        return math.nan, np.zeros(0)
    value = float(np.mean([p.mean() for p in after]) / base.mean() - 1)
    if base.size < 2 or any(p.size < 2 for p in after):
        return value, np.zeros(0)
    rng = np.random.default_rng(seed)
    means = np.mean([_means(p, draws, rng) for p in after], axis=0)
    return value, means / np.maximum(_means(base, draws, rng), 1e-3 * base.mean()) - 1


def _means(pulses: Array, draws: int, rng: np.random.Generator) -> Array:
    """Resampled means, widened by √(n/(n−1)), which resampling of few loses."""
    drawn = pulses[rng.integers(0, pulses.size, (draws, pulses.size))].mean(axis=1)
    return np.asarray(pulses.mean() + (drawn - pulses.mean()) * math.sqrt(pulses.size / (pulses.size - 1)))


def _flags(before: Array, between: Array, needed: list[Array]) -> tuple[str, ...]:
    if not between.size or not before.size:
        primed = "primed_unknown"
    else:
        primed = "" if between.mean() > before.mean() else "not_primed"
    single = "no_interval" if any(p.size == 1 for p in needed) else ""
    return tuple(f for f in (primed, single) if f)


def _score(
    name: str, change: _Change, place: tuple[str, str, int, tuple[str, ...]], level: float, samples: list[Array],
    unit: str = "1",
) -> Score:  # fmt: skip
    (value, drawn), (part, side, n, flags) = (float(change[0]), np.asarray(change[1])), place
    status, detail, se = FitStatus.OK, {}, math.nan
    sizes = [s.size for s in samples]
    if math.isnan(value):
        zero = bool(samples[0].size) and samples[0].mean() == 0
        status = FitStatus.UNDEFINED_ZERO if zero else FitStatus.MISSING_DATA
    elif not drawn.size:
        status = FitStatus.NO_INTERVAL
    else:
        status = trial_status(min(sizes))
        if not status.keeps_value:
            value = math.nan
        else:
            low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
            detail, se = {"ci_low": float(low), "ci_high": float(high)}, float(drawn.std(ddof=1))
    method = "change of means, bootstrap over pulses, version 1"
    return Score(name, part, value, unit, status, method, side, se, value, value, n, n, flags=flags, detail=detail,
                 cites=("thapa2018",))  # fmt: skip


def _classed(score: Score, cut: float, before: Array, between: Array) -> Score:
    """Name the class: by the interval where there is one, else by the number."""
    if not score.status.keeps_value:
        return score
    low, high = score.detail.get("ci_low", score.value), score.detail.get("ci_high", score.value)
    if low == high:
        band = "preserved" if score.value < cut else "impaired"
    else:
        band = "preserved" if high < cut else "impaired" if low >= cut else "uncertain"
    primed = math.nan if not (before.size and between.size) else float(between.mean() > before.mean())
    detail = {**score.detail, "primed": primed, "cut": cut}
    return replace(score, band=band, detail=detail)
