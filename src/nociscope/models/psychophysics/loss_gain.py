"""Loss and gain of a sensory profile in one label, such as ``L1G2`` (Maier et al. 2010, 10.1016/j.pain.2010.05.002)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from nociscope.core.errors import InputError
from nociscope.core.scores import LossGain, Score
from nociscope.models.psychophysics.z_scores import GAIN, LOSS, band

__all__ = ["LossGain", "bands_of", "loss_gain"]

THERMAL_LOSS, MECHANICAL_LOSS = ("CDT", "WDT", "TSL"), ("MDT", "VDT")
THERMAL_GAIN, MECHANICAL_GAIN = ("CPT", "HPT"), ("PPT", "MPT", "MPS", "DMA")

Bands = Mapping[str, str]
Pair = tuple[Sequence[str], Sequence[str]]


def loss_gain(
    bands: Bands,
    losses: Pair = (THERMAL_LOSS, MECHANICAL_LOSS),
    gains: Pair = (THERMAL_GAIN, MECHANICAL_GAIN),
) -> LossGain:
    """Loss and gain from what each test is.

    Parameters
    ----------
    bands : test → ``loss``, ``none``, ``gain`` or several joined by ``|``; absent or empty where missing.
    losses, gains : the thermal and the mechanical tests that count.
    """
    counted = [test for pair in (losses, gains) for tests in pair for test in tests]
    return LossGain(
        _levels(bands, losses, LOSS), _levels(bands, gains, GAIN), _certain(bands, losses, LOSS),
        _certain(bands, gains, GAIN), tuple(dict.fromkeys(t for t in counted if _open(bands.get(t, "")))),
    )  # fmt: skip


def bands_of(z: Mapping[str, float] | Sequence[Score]) -> dict[str, str]:
    """Bands of plain z (test → number; DMA as a rating, any above 0 is gain) or of the scores of `z_score`."""
    if not isinstance(z, Mapping):
        return {score.measure.removesuffix("_z"): score.band for score in z}
    if unknown := set(z) - {*_ALL}:
        raise InputError("unknown tests", got=", ".join(sorted(unknown)), expected=", ".join(_ALL))
    return {
        test: "" if math.isnan(value) else (GAIN if value > 0 else "none") if test == "DMA" else band(value, value)
        for test, value in z.items()
    }


_ALL = ("CDT", "WDT", "TSL", "PHS", "CPT", "HPT", "PPT", "MPT", "MPS", "DMA", "WUR", "MDT", "VDT")


def _open(name: str) -> bool:
    return name == "" or "|" in name


def _levels(bands: Bands, pair: Pair, what: str) -> tuple[int, ...]:
    thermal, mechanical = (_reachable(bands, tests, what) for tests in pair)
    return tuple(sorted(t + 2 * m for t in thermal for m in mechanical))


def _reachable(bands: Bands, tests: Sequence[str], what: str) -> tuple[int, ...]:
    """Whether a set is abnormal: (1,), (0,), or (0, 1) where a missing test could decide it."""
    found = [bands.get(test, "") for test in tests]
    if what in found:
        return (1,)
    return (0, 1) if any(name == "" or what in name.split("|") for name in found) else (0,)


def _certain(bands: Bands, pair: Pair, what: str) -> tuple[str, ...]:
    return tuple(test for tests in pair for test in tests if bands.get(test) == what)
