"""EMG recordings (EDF, BDF, BrainVision) cut into sweeps around each stimulus, through MNE-Python."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from nociscope.core.errors import InputError, MalformedFile, MissingExtra, MissingFile, UnitError
from nociscope.core.tms import Sweeps

READERS = {".edf": "read_raw_edf", ".bdf": "read_raw_bdf", ".vhdr": "read_raw_brainvision"}


def read_sweeps(
    path: Path, channel: str, event: str | Sequence[float], muscle: str, side: str = "n/a",
    window_ms: tuple[float, float] = (-100.0, 300.0),
) -> Sweeps:  # fmt: skip
    """Read one channel around each stimulus.

    Parameters
    ----------
    path : ``.edf``, ``.bdf`` or ``.vhdr``.
    channel : name in the file.
    event : text of the marker, or times of the stimuli after the start of the recording, s.
    window_ms : before and after the stimulus.

    Raises
    ------
    MissingExtra
        MNE-Python is not installed.
    MissingFile, MalformedFile
        No such recording, or none that can be read.
    InputError
        The channel, the marker or whole sweeps are absent; the message lists what there is.
    UnitError
        The channel is no voltage.
    """
    raw = _recording(path)
    if channel not in raw.ch_names:
        raise InputError(f"no channel {channel!r}", expected=", ".join(raw.ch_names), where=str(path))
    unit = (getattr(raw, "_orig_units", {}) or {}).get(channel, "")
    if unit and unit.replace("µ", "u").replace("μ", "u") not in ("V", "mV", "uV", "nV"):
        raise UnitError(f"channel {channel!r} is in {unit!r}", expected="V, mV or µV", where=str(path),
                        do="write the unit of the channel into the header")  # fmt: skip
    rate = float(raw.info["sfreq"])
    signal = raw.get_data(picks=[channel])[0] * 1e6  # MNE gives volts
    onsets = _onsets(raw, event, path)
    first, last = (math.floor(t * rate / 1000 + 0.5) for t in window_ms)
    at = np.round(np.asarray(onsets) * rate).astype(np.int64)
    whole = (at + first >= 0) & (at + last <= signal.size)
    if not whole.any():
        raise InputError("no stimulus has a whole sweep", got=f"{at.size} stimuli", where=str(path),
                         do="choose a shorter window")  # fmt: skip
    emg = signal[at[whole, None] + np.arange(first, last)]
    if not whole.all():
        raise InputError(
            "a stimulus is too near to an end of the recording", got=f"{np.flatnonzero(~whole).tolist()} of {at.size}",
            where=str(path), do="name the times of the stimuli without it, or choose a shorter window",
        )  # fmt: skip
    return Sweeps(emg, rate, 1000 * first / rate, muscle, side, str(path))


def _recording(path: Path) -> Any:
    if path.suffix.lower() not in READERS:
        raise InputError(f"no reader for {path.suffix!r}", expected=", ".join(READERS), where=str(path))
    if not path.exists():
        raise MissingFile("no such recording", where=str(path), do="check the path")
    try:
        reader = getattr(import_module("mne.io"), READERS[path.suffix.lower()])
    except ImportError:
        raise MissingExtra("EMG recordings need MNE-Python", do="run: pip install 'nociscope[emg]'") from None
    try:
        return reader(path, preload=True, verbose="error")
    except (ValueError, RuntimeError, OSError, KeyError, IndexError, AssertionError) as error:
        raise MalformedFile("the recording cannot be read", got=str(error), where=str(path)) from None


def _onsets(raw: Any, event: str | Sequence[float], path: Path) -> list[float]:
    if not isinstance(event, str):
        return [float(t) for t in event]
    marks = raw.annotations
    found = [float(t) for t, d in zip(marks.onset, marks.description, strict=True) if d == event]
    if not found:
        there = ", ".join(sorted(set(marks.description))) or "no marker"
        raise InputError(f"no marker {event!r}", expected=there, where=str(path), do="name one of these")
    return found
