"""``map.tail``: a corrected p from a fitted tail, where that is allowed; and what an enhanced map says of places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nociscope.core.finding import Safeguard
from nociscope.stats.design import Array
from nociscope.stats.maps.corrections import Corrected, Tested
from nociscope.stats.safeguards import raised
from nociscope.stats.tails import STATUSES, TailP, tail_p

READ = ("fitted", "at_floor")
"""What may have become of a tail that gave a p."""


def with_tail(tested: Tested, corrected: Corrected) -> Corrected:
    """Replace corrected p that few relabellings reach by those of a fitted tail; `tail_told` says so, or why not.

    p never lies below what all relabellings of the design could give. A map of these p stands beside as ``p_tail``.
    """
    method = tested.settings.tail
    if method == "none":
        return corrected
    if tested.settings.statistic.startswith("cluster"):
        return corrected
    found = _tail(tested, corrected)
    read = np.isin(found.status, READ)
    if not read.any():
        return corrected
    p = np.where(read, found.p, corrected.p)
    return replace(corrected, p=p, maps={**corrected.maps, "p_tail": p})


def tail_told(tested: Tested, corrected: Corrected) -> tuple[Safeguard, ...]:
    """Say that p were read from a tail, or why none was; nothing where none was asked for or none is small."""
    method = tested.settings.tail
    if method == "none":
        return ()
    if tested.settings.statistic.startswith("cluster"):
        return (raised("tail-refused", values={"why": "p of clusters are counted"}),)
    found = _tail(tested, corrected)
    read = np.isin(found.status, READ)
    if not read.any():
        why = next((s for s in ("enumerated", "too_few", "no_fit", "beyond") if (found.status == s).any()), "")
        return (raised("tail-refused", values={"why": STATUSES[why]}),) if why else ()
    values = {
        "tail": {"gpd": "generalised Pareto", "gamma": "gamma"}[method], "count": tested.moves.count,
        "smallest": float(found.p[read].min()), "gof": float(found.gof_p[read][0]), "floor": _floor(tested),
    }  # fmt: skip
    return (raised("tail-extrapolated", values=values),)


def _tail(tested: Tested, corrected: Corrected) -> TailP:
    return tail_p(_oriented(tested, corrected.score), corrected.null, tested.settings.tail, _floor(tested))


def _oriented(tested: Tested, score: Array) -> Array:
    if tested.test.questions > 1 or tested.options.alternative == "two-sided":
        return np.asarray(np.abs(score))
    return score if tested.options.alternative == "greater" else -score


def _floor(tested: Tested) -> float:
    """At least the smallest attainable p: two-sided, a labelling and its mirror image may tie."""
    one = 1 / tested.moves.distinct
    if tested.moves.exact:
        return max(one, 1 / tested.moves.count)
    mirrored = tested.test.questions == 1 and tested.options.alternative == "two-sided"
    return min(1.0, one * (2 if mirrored else 1))


def about_places(tested: Tested, corrected: Corrected, alpha: float) -> tuple[Safeguard, ...]:
    """Say of an enhanced or clustered map that its significance has no place, beside the maximum of t, which has."""
    if tested.settings.statistic == "max-t":
        return ()
    alone = int((tested.test.p_max <= alpha).sum())
    how = corrected.notes.get("tfce") or corrected.notes.get("clusters") or tested.settings.statistic
    values = {"how": how, "hits": int((corrected.p <= alpha).sum()), "alone": alone}
    return (raised("no-localisation", values=values),)
