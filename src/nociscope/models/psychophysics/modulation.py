"""Conditioned pain modulation, with both signs by name and responders by the error of the test stimulus."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nociscope.core.errors import InputError, RangeError
from nociscope.core.scores import Array, Score, Trials
from nociscope.core.status import FitStatus
from nociscope.models.psychophysics.bounded import Bounded, bounded_mean

METHOD = "CPM 1"
THRESHOLD, RATING = "threshold", "rating"
INHIBITOR, FACILITATOR, NEITHER = "inhibitor", "facilitator", "non-responder"
CEILING = 0.9
"""Share of the device's range beyond which a baseline leaves no room to rise."""
BASELINE, CONDITIONED, SHAM_BASELINE, SHAM = "baseline", "conditioned", "sham_baseline", "sham"
_CITES = ("yarnitsky2015", "kemp2020")


@dataclass(frozen=True)
class ResponderRule:
    """When a change is one.

    Parameters
    ----------
    sem : standard error of measurement of the test stimulus in its unit, from repeated baselines; nan where not used.
    k : how many of them a change must exceed: 2 (Kemp et al. 2020), 1.96 or 1.
    percent : of the baseline, instead of an error; nan where not used.
    source : of the error.
    """

    sem: float = math.nan
    k: float = 2.0
    percent: float = math.nan
    source: str = ""

    def __post_init__(self) -> None:
        if math.isfinite(self.sem) == math.isfinite(self.percent) or not self.k > 0:
            raise InputError("what a responder is", expected="either an error (sem) with k, or percent", got=self)

    def cut(self, baseline: float) -> float:
        """Change beyond which somebody responds, in the unit of the test stimulus."""
        return self.k * self.sem if math.isfinite(self.sem) else self.percent / 100 * abs(baseline)

    @property
    def text(self) -> str:
        """As stored beside the decision."""
        return f"{self.k:g}·SEM" if math.isfinite(self.sem) else f"{self.percent:g} %"


def cpm_changes(baseline: Array, conditioned: Array, kind: str) -> dict[str, Array]:
    """Changes of many people at once, shapes (…).

    Parameters
    ----------
    baseline, conditioned : test stimulus alone and with conditioning.
    kind : ``threshold`` (a rise is inhibition) or ``rating`` (a fall is).

    Returns
    -------
    dict
        ``inhibition`` (positive inhibits), ``efic`` (negative inhibits), ``percent`` of the baseline and ``log_ratio``
        (natural, both positive where pain is inhibited; nan where the baseline, or for the ratio either, is 0).

    Raises
    ------
    InputError
        Another kind.
    """
    if kind not in (THRESHOLD, RATING):
        raise InputError("kind of test stimulus", expected=f"{THRESHOLD} or {RATING}", got=kind)
    b, c = np.broadcast_arrays(np.asarray(baseline, np.float64), np.asarray(conditioned, np.float64))
    sign = 1.0 if kind == THRESHOLD else -1.0
    inhibition = sign * (c - b)
    percent = np.divide(100 * inhibition, b, out=np.full(b.shape, np.nan), where=b > 0)
    ratio = np.divide(c, b, out=np.full(b.shape, np.nan), where=(b > 0) & (c > 0))
    return {"inhibition": inhibition, "efic": -inhibition, "percent": percent, "log_ratio": sign * np.log(ratio)}


def conditioned_modulation(
    trials: Trials, rule: ResponderRule | None = None, device_max: float = math.nan, needed: int = 1
) -> tuple[Score, ...]:
    """CPM of one person from trials whose phase says what they are.

    Parameters
    ----------
    trials : thresholds in ``reading`` or ratings in ``response``; phases ``baseline`` and ``conditioned``, and
        ``sham_baseline`` and ``sham`` of a control run where there was one.
    rule : of responders; without it nobody is one.
    device_max : of the test stimulus or the rating scale, for the flag ``ceiling``.
    needed : valid trials in each phase.

    Raises
    ------
    InputError
        Both thresholds and ratings, or a phase that is none of these.
    """
    kind, values = _kind(trials)
    phase = np.array(trials.phase)
    if unknown := set(trials.phase) - {BASELINE, CONDITIONED, SHAM_BASELINE, SHAM}:
        raise InputError("unknown phase", got=", ".join(sorted(unknown)), where=trials.where or None)
    side = trials.censored
    means = {
        p: bounded_mean(values[phase == p], side[phase == p], needed, needed)
        for p in (BASELINE, CONDITIONED, SHAM_BASELINE, SHAM)
    }
    flags = _flags(means[BASELINE], kind, device_max)
    scores = _changes(trials, kind, means[BASELINE], means[CONDITIONED], flags)
    if SHAM in trials.phase:
        scores = (*scores, _net(trials, kind, means, flags))
    return tuple(_judged(score, means[BASELINE].value, rule) for score in scores)


def responder(inhibition: float, baseline: float, rule: ResponderRule) -> str:
    """``inhibitor``, ``facilitator`` or ``non-responder``."""
    cut = rule.cut(baseline)
    return INHIBITOR if inhibition > cut else FACILITATOR if inhibition < -cut else NEITHER


def _kind(trials: Trials) -> tuple[str, Array]:
    thresholds, ratings = np.isfinite(trials.reading).any(), np.isfinite(trials.response).any()
    if thresholds == ratings:
        raise InputError(
            "CPM needs thresholds or ratings", expected="numbers in reading or in response, not in both",
            got="both" if thresholds else "neither", where=trials.where or None,
        )  # fmt: skip
    values = np.where(trials.valid, trials.reading if thresholds else trials.response, np.nan)
    if (values < 0).any():
        raise RangeError("a test stimulus below zero", got=float(np.nanmin(values)), where=trials.where or None)
    return (THRESHOLD if thresholds else RATING), values


def _flags(baseline: Bounded, kind: str, device_max: float) -> tuple[str, ...]:
    room = math.isnan(device_max) or not baseline.value >= CEILING * device_max
    return () if room or kind == RATING else ("ceiling",)


def _worst(*parts: Bounded) -> FitStatus:
    denied = next((p.status for p in parts if not p.status.keeps_value), None)
    return denied or next((p.status for p in parts if p.status is not FitStatus.OK), FitStatus.OK)


def _span(kind: str, baseline: Bounded, conditioned: Bounded) -> tuple[float, float]:
    low, high = conditioned.low - baseline.high, conditioned.high - baseline.low
    return (low, high) if kind == THRESHOLD else (-high, -low)


def _unit(trials: Trials, kind: str) -> str:
    return (trials.reading_unit if kind == THRESHOLD else trials.response_unit) or "1"


def _changes(
    trials: Trials, kind: str, baseline: Bounded, conditioned: Bounded, flags: tuple[str, ...]
) -> tuple[Score, ...]:
    changes = {k: float(v) for k, v in cpm_changes(baseline.value, conditioned.value, kind).items()}  # type: ignore[arg-type]
    status = _worst(baseline, conditioned)
    low, high = _span(kind, baseline, conditioned)
    unit = _unit(trials, kind)
    percent = tuple(100 * end / baseline.value for end in (low, high)) if baseline.value > 0 else (math.nan, math.nan)
    ends = {"inhibition": (low, high), "efic": (-high, -low), "percent": percent}
    n = (min(baseline.n_valid, conditioned.n_valid), max(baseline.n_asked, conditioned.n_asked))
    found = []
    for name, value in changes.items():
        own = FitStatus.UNDEFINED_ZERO if status.keeps_value and math.isnan(value) else status
        bounds = ends.get(name, (value, value)) if own.keeps_value else (math.nan, math.nan)
        found.append(
            Score(
                f"cpm_{name}", trials.part, value if own.keeps_value else math.nan,
                {"percent": "percent", "log_ratio": "1"}.get(name, unit), own, METHOD, trials.side, low=bounds[0],
                high=bounds[1], n_valid=n[0], n_asked=n[1], flags=flags, cites=_CITES,
            )
        )  # fmt: skip
    return tuple(found)


def _net(trials: Trials, kind: str, means: dict[str, Bounded], flags: tuple[str, ...]) -> Score:
    """Change with conditioning less the change in the control run."""
    real = _span(kind, means[BASELINE], means[CONDITIONED])
    control = _span(kind, means[SHAM_BASELINE], means[SHAM])
    status = _worst(*means.values())
    sign = 1.0 if kind == THRESHOLD else -1.0
    value = sign * (
        (means[CONDITIONED].value - means[BASELINE].value) - (means[SHAM].value - means[SHAM_BASELINE].value)
    )
    ends = (real[0] - control[1], real[1] - control[0]) if status.keeps_value else (math.nan, math.nan)
    return Score(
        "cpm_net_inhibition", trials.part, value, _unit(trials, kind), status, METHOD, trials.side, low=ends[0],
        high=ends[1], n_valid=min(m.n_valid for m in means.values()), n_asked=max(m.n_asked for m in means.values()),
        flags=flags, cites=_CITES,
    )  # fmt: skip


def _judged(score: Score, baseline: float, rule: ResponderRule | None) -> Score:
    """Put the responder's name into the band of the inhibitions; several where a limit leaves it open."""
    if rule is None or "inhibition" not in score.measure or not score.status.keeps_value:
        return score
    names = dict.fromkeys(responder(end, baseline, rule) for end in (score.low, score.value, score.high))
    return Score(
        **{**score.__dict__, "band": "|".join(names), "flags": (*score.flags, f"rule={rule.text}")},
    )
