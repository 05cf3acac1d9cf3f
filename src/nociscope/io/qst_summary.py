"""Summaries of sensory testing: one row a test, body site, side and session, value beside z."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nociscope.core.scores import Score
from nociscope.io.write import write_json, write_tsv
from nociscope.models.psychophysics.battery import BATTERY

COLUMNS: Mapping[str, str] = {
    "participant_id": "person", "session_id": "session", "test": "test of the battery", "body_site": "where",
    "side": "L, R or M",
    "n_valid": "trials that entered", "n_asked": "trials of the protocol",
    "value": "in value_unit; n/a where status denies it",
    "value_low": "least that it can be, where a limit of the device was reached",
    "value_high": "most that it can be",
    "value_unit": "unit of value", "status": "why the value needs care or is missing",
    "transformed": "value on the scale of z",
    "transform": "log10 or none", "z": "positive is gain of function, negative loss", "z_low": "least that z can be",
    "z_high": "most that z can be", "z_status": "why z needs care or is missing",
    "z_sign_rule": "+1 where a larger value is more sensitive, -1 where it is less, n/a where there is no z",
    "ref_id": "reference", "ref_n": "people of the cell", "ref_cell": "body site, sex and ages of the cell",
    "ref_low": "lower end of the middle 95 % of healthy people, in value_unit", "ref_high": "upper end of it",
    "abnormal": "loss, gain or none; several joined by | where it is open", "flags": "what else must be known",
    "method": "rule with version",
}  # fmt: skip

Row = tuple[str, str, Score, Score]
"""Participant, session, value and z."""


def write_summary(path: Path, rows: Sequence[Row]) -> None:
    """Write values with their z, and a sidecar that explains every column.

    Parameters
    ----------
    rows : participant, session, value of `participant_value` and its `z_score`.
    """
    cells = [_cells(*row) for row in rows]
    write_tsv(path, {name: [c[name] for c in cells] for name in COLUMNS})
    write_json(path.with_suffix(".json"), {name: {"Description": text} for name, text in COLUMNS.items()})


def _cells(participant: str, session: str, value: Score, z: Score) -> dict[str, Any]:
    test = BATTERY[value.measure]
    named = dict(flag.split("=", 1) for flag in z.flags if "=" in flag)
    flags = [flag for flag in dict.fromkeys((*value.flags, *z.flags)) if "=" not in flag]
    detail = {name: z.detail.get(name, float("nan")) for name in ("transformed", "ref_n", "ref_low", "ref_high")}
    return {
        "participant_id": participant, "session_id": session, "test": value.measure, "body_site": value.part,
        "side": value.side, "n_valid": value.n_valid, "n_asked": value.n_asked, "value": value.value,
        "value_low": value.low, "value_high": value.high, "value_unit": value.unit, "status": value.status,
        "transform": test.transform, "z": z.value, "z_low": z.low, "z_high": z.high, "z_status": z.status,
        "z_sign_rule": f"{test.sign:+d}" if test.has_z else "n/a", "ref_id": named.get("ref", ""),
        "ref_cell": named.get("cell", ""), "abnormal": z.band, "flags": " ".join(flags),
        "method": f"{value.method}; {z.method}", **detail,
    }  # fmt: skip
