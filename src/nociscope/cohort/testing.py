"""From trials and pulses of one person to scores: which test is scored by which rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from nociscope.core.assessment import QstSettings, TmsSettings
from nociscope.core.scores import Score, Trials
from nociscope.core.tms import MapRules, Pulses, SessionMap
from nociscope.models.psychophysics.acuity import letters_on_skin, localisation_error, two_point_limits
from nociscope.models.psychophysics.battery import BATTERY
from nociscope.models.psychophysics.modulation import ResponderRule, conditioned_modulation
from nociscope.models.psychophysics.profile import profile
from nociscope.models.psychophysics.reference import Reference
from nociscope.models.psychophysics.summation import temporal_summation
from nociscope.models.tms.homeostatic import homeostatic_response
from nociscope.models.tms.map_overlap import map_overlap
from nociscope.models.tms.muscle_map import map_metrics
from nociscope.models.tms.paired_pulse import INTERVALS_MS, paired_pulse
from nociscope.models.tms.pulses import hunted_pulses, map_of, sizes_mv
from nociscope.models.tms.recruitment import recruitment_curve
from nociscope.models.tms.threshold import hunted_threshold, relative_frequency

Scores = tuple[Score, ...]


def sensory_scores(
    trials: Iterable[Trials], settings: QstSettings, reference: Reference | None, sex: str = "", age: float = math.nan
) -> Scores:
    """Everything that one session of sensory testing says.

    Parameters
    ----------
    reference : healthy people; None gives values without z. sex, age : of the person, as the reference has them.
    """
    trials = tuple(trials)
    battery = [t for t in trials if t.test in BATTERY and t.test not in _OTHERS]
    scores = profile(battery, reference, sex, age).scores if battery else ()
    return (*scores, *(s for t in trials if t.test in _OTHERS for s in _OTHERS[t.test](t, settings)))


def _modulation(trials: Trials, settings: QstSettings) -> Scores:
    rule = None
    if settings.cpm_sem is not None:
        rule = ResponderRule(sem=settings.cpm_sem, k=settings.cpm_k, source="study file")
    elif settings.cpm_percent is not None:
        rule = ResponderRule(percent=settings.cpm_percent, source="study file")
    return conditioned_modulation(trials, rule, settings.device_max or math.nan)


_OTHERS: dict[str, Callable[[Trials, QstSettings], Scores]] = {
    "TSP": lambda trials, settings: temporal_summation(trials),
    "CPM": _modulation,
    "TPD": lambda trials, settings: (two_point_limits(trials),),
    "GRA": lambda trials, settings: (letters_on_skin(trials),),
    "LOC": lambda trials, settings: (localisation_error(trials),),
}
"""Tests beside the battery, and who scores them."""


def stimulation_scores(
    pulses: Iterable[Pulses], settings: TmsSettings, seed: int, maps: Iterable[SessionMap] = ()
) -> Scores:
    """Everything that one session of stimulation says: muscle by muscle, then maps and pairs that share their sites.

    Parameters
    ----------
    maps : of `stimulation_maps`, of the same session.
    """
    maps = tuple(maps)
    found = [score for own in pulses for name, scored in _CONDITIONS.items() if name in own.condition
             for score in scored(own, settings, seed)]  # fmt: skip
    found += [score for own in maps for score in own.metrics.scores.values()]
    for first, second in pairs_of(maps):
        found += map_overlap(first.map, second.map, map_rules(settings), settings.draws, seed).values()
    return tuple(found)


def stimulation_maps(pulses: Iterable[Pulses], settings: TmsSettings, seed: int) -> tuple[SessionMap, ...]:
    """Every map of every session, with its numbers."""
    out = []
    for own in pulses:
        if "map" in own.condition:
            stimulated = map_of(own, settings.cell_cm or math.nan, contracted=own.muscle in settings.contracted)
            metrics = map_metrics(stimulated, map_rules(settings), settings.draws, seed)
            # where the file lay is for messages; a record that is kept must not know this machine
            out.append(SessionMap(own.session or "n/a", replace(stimulated, where=""), metrics))
    return tuple(out)


def pairs_of(maps: Sequence[SessionMap]) -> tuple[tuple[SessionMap, SessionMap], ...]:
    """Maps of two muscles of one session and side whose sites are the same."""
    return tuple(
        (a, b) for i, a in enumerate(maps) for b in maps[i + 1 :]
        if (a.session, a.map.side) == (b.session, b.map.side) and a.map.x.shape == b.map.x.shape
        and np.allclose(a.map.x, b.map.x) and np.allclose(a.map.y, b.map.y)
    )  # fmt: skip


def map_rules(settings: TmsSettings) -> MapRules | None:
    """Rules of the study file; None where it names no threshold, so that the default says what it is."""
    if not settings.map_threshold:
        return None
    area = "cell" if settings.cell_cm is not None else "voronoi"
    return MapRules(threshold=settings.map_threshold, level=settings.map_level, area=area)


def _threshold(pulses: Pulses, settings: TmsSettings, seed: int) -> Scores:
    intensity, response = hunted_pulses(pulses, "thr", settings.response_uv)
    find = relative_frequency if settings.threshold == "relative-frequency" else hunted_threshold
    return (find(intensity, response, "RMT", pulses.muscle, pulses.hemisphere),)


def _pairs(pulses: Pulses, settings: TmsSettings, seed: int) -> Scores:
    """Every paired condition against the single pulses; the interval is that of its pulses."""
    out: list[Score] = []
    test = sizes_mv(pulses, "single")
    for measure in INTERVALS_MS:
        chosen = np.array([c == measure for c in pulses.condition])
        if chosen.any():
            intervals = pulses["isi_ms"][chosen]
            interval = float(intervals[0]) if np.ptp(intervals) == 0 else math.nan
            out += paired_pulse(
                measure, sizes_mv(pulses, measure), test, pulses.muscle, pulses.hemisphere, interval,
                draws=max(settings.draws, 200), seed=seed,
            ).values()  # fmt: skip
    return tuple(out)


def _recruitment(pulses: Pulses, settings: TmsSettings, seed: int) -> Scores:
    chosen = np.array([c == "io" for c in pulses.condition]) & pulses.valid & (pulses["mep_p2p_uv"] > 0)
    units = {u for u, c in zip(pulses.intensity_unit, chosen, strict=True) if c}
    if not chosen.any() or len(units) != 1:
        return ()
    curve = recruitment_curve(
        pulses["ts_intensity"][chosen], pulses["mep_p2p_uv"][chosen] / 1000, pulses.muscle, pulses.hemisphere,
        intensity_unit=units.pop(),
    )  # fmt: skip
    return tuple(curve.scores.values())


def _homeostatic(pulses: Pulses, settings: TmsSettings, seed: int) -> Scores:
    """Blocks before, between and after; what is called post counts as one time."""
    between = sizes_mv(pulses, "interblock") if "interblock" in pulses.condition else None
    return tuple(
        homeostatic_response(
            sizes_mv(pulses, "baseline"), between, [sizes_mv(pulses, "post")], pulses.muscle, pulses.hemisphere,
            draws=max(settings.draws, 200), seed=seed,
        ).values()
    )  # fmt: skip


_CONDITIONS: dict[str, Callable[[Pulses, TmsSettings, int], Scores]] = {
    "thr": _threshold, "single": _pairs, "io": _recruitment, "baseline": _homeostatic,
}  # fmt: skip
"""Condition of a pulse whose presence asks for a measure."""
