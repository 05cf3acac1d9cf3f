"""Truth as tables: one row a number, with the names that the cohort table uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nociscope.core.vocabulary import VOCABULARY
from nociscope.simulate.cohort import TrueRegion
from nociscope.simulate.scan import VirtualScan
from nociscope.simulate.spec import Simulation

Columns = dict[str, list[object]]
SCAN = "n/a"
"""Region of what belongs to the whole scan."""


def truth_columns(scans: Sequence[VirtualScan]) -> Columns:
    """One row per scan, region and quantity: V_T, K1 …, and per scan delay and the area under the input."""
    columns: Columns = {k: [] for k in ("participant_id", "session_id", "region", "measure", "value", "unit")}
    for scan in scans:
        ids = (f"sub-{scan.person.label}", f"ses-{scan.session}" if scan.session else "n/a")
        rows = [(SCAN, "AUC_AIF", scan.auc), (SCAN, "delay", scan.delay_min)]
        rows += [(r.region, symbol, value) for r in scan.regions for symbol, value in _parameters(r)]
        for region, symbol, value in rows:
            _append(columns, (*ids, region, symbol, float(f"{value:.9g}"), VOCABULARY[symbol].unit))
    return columns


def _parameters(r: TrueRegion) -> list[tuple[str, float]]:
    one_tissue = [("VT", r.VT), ("K1", r.K1), ("k2", r.k2)]
    if not r.k4:
        return one_tissue
    return [*one_tissue, ("k3", r.k3), ("k4", r.k4), ("VND", r.VND), ("BPND", r.VT / r.VND - 1)]


def effect_columns(spec: Simulation, scans: Sequence[VirtualScan]) -> Columns:
    """One row per declared effect and region: its ratio, and the mean difference in V_T that it makes.

    ``difference`` is the mean over all scans of V_T with the level minus V_T without it, everything else as it is:
    what a contrast adjusted for the other columns estimates.
    """
    names = ("column", "level", "region", "measure", "ratio", "difference", "unit")
    columns: Columns = {k: [] for k in names}
    for effect in spec.effect:
        for region in effect.regions or list(spec.region):
            without = [r.VT_without[effect.column] for s in scans for r in s.regions if r.region == region]
            difference = float(f"{(effect.ratio - 1) * float(np.mean(without)):.9g}")
            _append(
                columns,
                (effect.column, effect.level, region, "VT", effect.ratio, difference, VOCABULARY["VT"].unit),
            )
    return columns


def _append(columns: Columns, row: Sequence[object]) -> None:
    for values, value in zip(columns.values(), row, strict=True):
        values.append(value)
