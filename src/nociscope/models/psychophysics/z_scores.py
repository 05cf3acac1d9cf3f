"""How far a person lies from healthy people: positive is gain of function, negative loss."""

from __future__ import annotations

import math

from nociscope.core.scores import Score
from nociscope.core.status import FitStatus
from nociscope.models.psychophysics.battery import LIMIT, SensoryTest, find_test, transformed
from nociscope.models.psychophysics.reference import Reference, ReferenceCell

METHOD = "DFNS z 1"
LOSS, GAIN, NORMAL = "loss", "gain", "none"
_CITES = ("rolke2006", "magerl2010")


def z_score(value: Score, reference: Reference | None, sex: str = "", age: float = math.nan) -> Score:
    """The z of one value, with the bounds that a limit of the device leaves.

    Parameters
    ----------
    value : of `participant_value`.
    sex, age : of the person; a cell must hold for both, nothing is extrapolated.

    Returns
    -------
    Score
        ``measure`` ends in ``_z``; ``band`` is ``loss``, ``gain``, ``none``, or several joined by ``|`` where bounds
        leave it open; ``detail`` holds the transformed value and the cell. PHS and DMA have a band but no z.
    """
    test = find_test(value.measure)
    cell = reference.cell(value.measure, value.part, sex, age) if reference else None
    if not test.has_z:
        return _without_z(value, cell)
    if not value.status.keeps_value:
        return _denied(value, value.status)
    if reference is None or cell is None:
        return _denied(value, FitStatus.NO_REFERENCE)
    middle = transformed(value.value, test.transform)
    if not math.isfinite(middle):
        return _denied(value, FitStatus.UNDEFINED_ZERO)
    ends = [_z(end, test, cell) for end in (value.low, value.high)]
    low, high = min(ends), max(ends)
    return Score(
        f"{value.measure}_z", value.part, _z(value.value, test, cell), "1", value.status, METHOD, value.side, low=low,
        high=high, n_valid=value.n_valid, n_asked=value.n_asked, band=band(low, high),
        flags=(*value.flags, *_origin(reference, cell)), detail=_detail(middle, cell), cites=_CITES,
    )  # fmt: skip


def band(low: float, high: float) -> str:
    """``loss``, ``none``, ``gain``, or those of them that a z between the bounds can be."""
    reachable = ((LOSS, low < -LIMIT), (NORMAL, low <= LIMIT and high >= -LIMIT), (GAIN, high > LIMIT))
    return "|".join(name for name, can in reachable if can)


def _z(value: float, test: SensoryTest, cell: ReferenceCell) -> float:
    return test.sign * (transformed(value, test.transform) - cell.mean) / cell.sd


def _denied(value: Score, status: FitStatus, band: str = "") -> Score:
    return Score(
        f"{value.measure}_z", value.part, math.nan, "1", status, METHOD, value.side, n_valid=value.n_valid,
        n_asked=value.n_asked, band=band, flags=value.flags, cites=_CITES,
    )  # fmt: skip


def _without_z(value: Score, cell: ReferenceCell | None) -> Score:
    """A band alone: healthy people do not report allodynia, and paradoxical heat only as often as the cell says."""
    if not value.status.keeps_value:
        return _denied(value, value.status)
    if value.measure == "DMA":
        return _denied(value, FitStatus.NOT_APPLICABLE, GAIN if "allodynia" in value.flags else NORMAL)
    if cell is None:
        return _denied(value, FitStatus.NO_REFERENCE)
    most = cell.mean + LIMIT * cell.sd
    above = [value.low > most, value.high > most]
    name = GAIN if all(above) else f"{NORMAL}|{GAIN}" if any(above) else NORMAL
    return _denied(value, FitStatus.NOT_APPLICABLE, name)


def _origin(reference: Reference, cell: ReferenceCell) -> tuple[str, ...]:
    synthetic = ("synthetic_reference",) if reference.synthetic else ()
    return (f"ref={reference.id}", f"cell={cell.name}", *synthetic)


def _detail(middle: float, cell: ReferenceCell) -> dict[str, float]:
    low, high = cell.interval
    return {
        "transformed": middle, "ref_mean": cell.mean, "ref_sd": cell.sd, "ref_n": float(cell.n), "ref_low": low,
        "ref_high": high,
    }  # fmt: skip
