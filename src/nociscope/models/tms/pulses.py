"""From a table of pulses to what the measures take: sizes of a condition, sites of a map, answers of a hunt."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.core.tms import Flags, MuscleMap, Pulses

Array = NDArray[np.float64]

RESPONSE_UV = 50.0
"""Peak to peak that counts as a response at rest."""


def sizes_mv(pulses: Pulses, condition: str) -> Array:
    """Sizes of a condition, mV, in the order of the table; nan where a pulse is not valid."""
    chosen = np.array([c == condition for c in pulses.condition], dtype=bool)
    return np.asarray(np.where(pulses.valid, pulses["mep_p2p_uv"], np.nan)[chosen] / 1000)


def hunted_pulses(pulses: Pulses, condition: str = "thr", response_uv: float = RESPONSE_UV) -> tuple[Array, Flags]:
    """Intensity and whether the muscle answered, of the valid pulses of a threshold.

    Raises
    ------
    InputError
        Intensities are not % of the stimulator's output.
    """
    chosen = np.array([c == condition for c in pulses.condition], dtype=bool) & pulses.valid
    units = {u for u, c in zip(pulses.intensity_unit, chosen, strict=True) if c}
    if units - {"%MSO"}:
        raise InputError("a threshold hunt", expected="intensities in %MSO", got=", ".join(sorted(units)),
                         where=pulses.where or None, do="write what the stimulator showed")  # fmt: skip
    return pulses["ts_intensity"][chosen], np.asarray(pulses["mep_p2p_uv"][chosen] >= response_uv)


def map_of(pulses: Pulses, cell_cm: float = math.nan, condition: str = "map", contracted: bool = False) -> MuscleMap:
    """Gather the pulses of each site.

    Parameters
    ----------
    cell_cm : distance of the grid; nan for places chosen by chance.
    contracted : whether the site's mean RMS before the stimulus is its background.

    Raises
    ------
    InputError
        No pulse of that condition has a place, or a site has two.
    """
    rows = [i for i, c in enumerate(pulses.condition) if c == condition and np.isfinite(pulses["site_x"][i])]
    if not rows:
        raise InputError(f"no pulse of condition {condition!r} has a place", where=pulses.where or None)
    sites = list(dict.fromkeys(pulses.site_id[i] or f"{pulses['site_x'][i]},{pulses['site_y'][i]}" for i in rows))
    members = {s: [i for i in rows if (pulses.site_id[i] or f"{pulses['site_x'][i]},{pulses['site_y'][i]}") == s]
               for s in sites}  # fmt: skip
    places = np.array([_place(pulses, own, name) for name, own in members.items()])
    table = np.full((len(sites), max(map(len, members.values()))), np.nan)
    for row, own in zip(table, members.values(), strict=True):
        row[: len(own)] = np.where(pulses.valid[own], pulses["mep_p2p_uv"][own], np.nan)
    background, spread = (None, None) if not contracted else _background(pulses, list(members.values()))
    return MuscleMap(pulses.muscle, places[:, 0], places[:, 1], table, cell_cm, background, spread, pulses.hemisphere,
                     pulses.where)  # fmt: skip


def _place(pulses: Pulses, own: list[int], site: str) -> tuple[float, float]:
    places = {(float(pulses["site_x"][i]), float(pulses["site_y"][i])) for i in own}
    if len(places) > 1:
        raise InputError(f"site {site!r} has two places", got=sorted(places), where=pulses.where or None,
                         do="give each place its own site_id")  # fmt: skip
    return places.pop()


def _background(pulses: Pulses, members: list[list[int]]) -> tuple[Array, Array]:
    """Mean and SD of the RMS before the stimulus, µV, of the valid pulses of each site."""
    columns = [pulses["pre_rms_uv"][[i for i in own if pulses.valid[i]]] for own in members]
    if not all(np.isfinite(c).all() for c in columns):
        raise InputError("a contracting muscle needs pre_rms_uv at every valid pulse", where=pulses.where or None)
    mean = np.array([c.mean() if c.size else 0.0 for c in columns])
    return mean, np.array([c.std(ddof=1) if c.size > 1 else np.nan for c in columns])
