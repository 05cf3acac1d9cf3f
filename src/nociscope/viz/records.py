"""What figures need beside the records of `nociscope.core`: small, frozen, already computed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Truth:
    """A simulated number whose true value is known."""

    participant_id: str
    session_id: str
    region: str
    measure: str
    model: str
    truth: float
    estimate: float
    se: float = float("nan")
    unit: str = "1"
