"""The safeguards of a prediction: what so few people cannot show, said before or beside the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.finding import Safeguard
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.hypothesis_data import MISSING_LABELS, HypothesisData
from nociscope.stats.design import Array
from nociscope.stats.prediction.calibration import FEWEST as FEWEST_TO_CALIBRATE
from nociscope.stats.prediction.chance import outcome_orders
from nociscope.stats.prediction.entrants import Entrants
from nociscope.stats.prediction.folds import Fold
from nociscope.stats.safeguards import raised
from nociscope.stats.sample import LOW_AFFINITY
from nociscope.stats.settings import TestSettings

Raised = tuple[Safeguard, ...]

FEWEST_COMPARED = 2
"""People of each label who must be compared with somebody for an interval."""

FEWEST_WITHOUT_PERMUTATION = 20
"""People of each label below which a prediction is not shown unless the whole pipeline is permuted."""


def before(entered: Entrants, data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings) -> Raised:
    """What can be said before anything is predicted."""
    return (
        *_genotype(entered, data, hypothesis),
        *_sites(entered, hypothesis),
        *_few(entered, hypothesis),
        *_floor(entered, hypothesis, settings),
        *(() if data.baseline else (raised("no-baseline"),)),
    )


def _genotype(entered: Entrants, data: HypothesisData, hypothesis: Hypothesis) -> Raised:
    if not data.genotype_sensitive or not entered.people:
        return ()
    out = []
    low = [p.participant for p in data.people if p.genotype == LOW_AFFINITY]
    if low:
        name = "lab-included" if "lab-included" in hypothesis.override else "lab-excluded"
        out.append(raised(name, hypothesis.override, {"count": len(low), "who": ", ".join(low)}))
    levels = [p.genotype for p in entered.people]
    unknown = sum(g in MISSING_LABELS for g in levels)
    if unknown:
        code = "genotype-unadjusted" if data.scale == "ratio" else "genotype-missing"
        values = {"unknown": unknown, "n": len(levels), "measure": hypothesis.measure}
        return (*out, raised(code, hypothesis.override, values))
    modelled = data.genotype_covariate in data.baseline or set(levels) <= {p.stratum for p in entered.people}
    return tuple(out) if modelled or len(set(levels)) == 1 else (*out, raised("genotype-not-modelled"))


def _sites(entered: Entrants, hypothesis: Hypothesis) -> Raised:
    """Outcome that cannot be told apart from site."""
    if not entered.labels or entered.sites is None or np.unique(entered.sites).size < 2:
        return ()
    lonely = [s for s in np.unique(entered.sites) if np.ptp(entered.y[entered.sites == s]) == 0]
    if len(lonely) == np.unique(entered.sites).size:
        return (raised("site-aliased", hypothesis.override),)
    names = sorted({p.site for p, s in zip(entered.people, entered.sites, strict=True) if s in lonely})
    return (raised("site-confounded", values={"sites": ", ".join(names)}),) if lonely else ()


def _few(entered: Entrants, hypothesis: Hypothesis) -> Raised:
    asked = hypothesis.predict
    if entered.fewest >= FEWEST_WITHOUT_PERMUTATION or asked is None or asked.permutations > 0:
        return ()
    counts = " and ".join(f"{count} {name}" for name, count in entered.n.items())
    values = {"counts": counts, "fewest": FEWEST_WITHOUT_PERMUTATION}
    return (raised("few-to-predict", hypothesis.override, values),)


def _floor(entered: Entrants, hypothesis: Hypothesis, settings: TestSettings) -> Raised:
    asked = hypothesis.predict
    if asked is None or asked.permutations == 0 or entered.y.size < 2:
        return ()
    orders, exact, _ = outcome_orders(entered.y, entered.strata, entered.columns.blocks, asked.permutations, 0)
    floor = 1 / len(orders)
    if floor > settings.alpha:
        values = {"count": len(orders), "floor": floor, "alpha": settings.alpha}
        return (raised("floor-above-alpha", hypothesis.override, values),)
    how = f"{len(orders):,} permutations of the outcome, {'all there are' if exact else 'drawn at random'}"
    return (raised("floor", values={"floor": floor, "how": how}),)


def possible(kind: str, entered: Entrants, hypothesis: Hypothesis) -> None:
    """Refuse folds that cannot be made.

    Raises
    ------
    InputError
        A whole site is left out, and ComBat needs to have seen it.
    """
    if kind == "leave-site-out" and entered.columns.batch is not None:
        raise InputError(
            "a site that is left out is one that ComBat has never seen", expected="repeated-k-fold",
            got="leave-site-out with harmonise", do="drop one of the two", where=hypothesis.name,
        )  # fmt: skip


def harmonisable(entered: Entrants, made: Sequence[Fold]) -> Raised:
    """Sites that ComBat could not learn in some fold."""
    batch = entered.columns.batch
    if batch is None:
        return ()
    from nociscope.stats.prediction.harmonise import small_in_training

    small = small_in_training(batch, made)
    named = ", ".join(f"{site} ({count} in training)" for site, count in small.items())
    return (raised("site-too-small", values={"sites": named}),) if small else ()


def compared(seen: Array) -> Raised:
    """Nothing to compare unless folds hold out both labels: scores of different folds must not be pooled.

    Parameters
    ----------
    seen : shape (positive, negative), how often each pair is held out together.
    """
    enough = min(int(seen.any(axis=1).sum()), int(seen.any(axis=0).sum())) >= FEWEST_COMPARED
    return () if enough else (raised("pooled-loo"),)


def afterwards(entered: Entrants, details: Mapping[str, object], probability: bool) -> Raised:
    """What only the numbers can raise."""
    out = []
    if entered.labels and probability and entered.fewest < FEWEST_TO_CALIBRATE:
        counts = " and ".join(f"{count} {name}" for name, count in entered.n.items())
        out.append(raised("cannot-calibrate", values={"counts": counts, "fewest": FEWEST_TO_CALIBRATE}))
    low, high = details.get("difference_ci_low"), details.get("difference_ci_high")
    if isinstance(low, float) and isinstance(high, float) and low <= 0:
        name = "AUC" if entered.labels else "R²"
        key = "baseline_auc" if entered.labels else "baseline_r2"
        values = {"name": name, "baseline": details[key], "low": low, "high": high}
        out.append(
            raised(
                "baseline-as-good",
                values={**values, "columns": ", ".join(dict.fromkeys(c.split("=")[0] for c in entered.baseline_names))},
            )
        )
    return tuple(out)
