"""What figures need beside the records of `nociscope.core`: small, frozen, already computed."""

from __future__ import annotations

from dataclasses import dataclass

from nociscope.core.records import Array


@dataclass(frozen=True, eq=False)
class ParentModel:
    """One candidate for the parent fraction, drawn beside the samples.

    Parameters
    ----------
    name : such as ``hill``.
    time, value : (sample,), min after injection and fraction 0 to 1.
    aicc : corrected Akaike criterion; nan where there is none (an interpolation).
    chosen : whether the input function used this one.
    """

    name: str
    time: Array
    value: Array
    aicc: float = float("nan")
    chosen: bool = False


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
