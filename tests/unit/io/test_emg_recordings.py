"""EMG recordings: BrainVision and EDF written byte by byte here, read back through MNE-Python."""

import sys

import numpy as np
import pytest

from nociscope.core.errors import InputError, MalformedFile, MissingExtra, MissingFile, UnitError
from nociscope.io.emg import read_sweeps

RATE = 1000
SIGNAL = np.round(200 * np.sin(np.arange(4 * RATE) / 7)).astype(np.int16)  # µV
STIMULI = (1.0, 2.0, 3.0)


def brainvision(folder, unit="µV"):
    (folder / "a.eeg").write_bytes(SIGNAL.astype("<i2").tobytes())
    marks = "".join(f"Mk{i + 2}=Stimulus,S  1,{int(t * RATE) + 1},1,0\n" for i, t in enumerate(STIMULI))
    (folder / "a.vmrk").write_text(
        "Brain Vision Data Exchange Marker File, Version 1.0\n[Common Infos]\nCodepage=UTF-8\nDataFile=a.eeg\n"
        f"[Marker Infos]\nMk1=New Segment,,1,1,0,20200101000000000000\n{marks}",
        encoding="utf-8",
    )
    (folder / "a.vhdr").write_text(
        "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nCodepage=UTF-8\nDataFile=a.eeg\n"
        "MarkerFile=a.vmrk\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\nNumberOfChannels=1\n"
        f"SamplingInterval={1_000_000 // RATE}\n[Binary Infos]\nBinaryFormat=INT_16\n"
        f"[Channel Infos]\nCh1=FDI,,1,{unit}\n",
        encoding="utf-8",
    )
    return folder / "a.vhdr"


def edf(folder, unit="uV"):
    records = SIGNAL.size // RATE
    fixed = ["0".ljust(8), "X X X X".ljust(80), "Startdate X X X X".ljust(80), "01.01.20", "00.00.00", "512".ljust(8),
             "".ljust(44), str(records).ljust(8), "1".ljust(8), "1".ljust(4)]  # fmt: skip
    channel = ["FDI".ljust(16), "".ljust(80), unit.ljust(8), "-32768".ljust(8), "32767".ljust(8), "-32768".ljust(8),
               "32767".ljust(8), "".ljust(80), str(RATE).ljust(8), "".ljust(32)]  # fmt: skip
    path = folder / "a.edf"
    path.write_bytes("".join(fixed + channel).encode("ascii") + SIGNAL.astype("<i2").tobytes())
    return path


@pytest.mark.parametrize("write", [brainvision, edf])
def test_sweeps_are_what_was_written(tmp_path, write):
    pytest.importorskip("mne")
    found = read_sweeps(write(tmp_path), "FDI", STIMULI, "first dorsal interosseus", "L", (-50.0, 100.0))
    assert (found.rate, found.start_ms, found.emg.shape) == (RATE, -50.0, (3, 150))
    for sweep, t in zip(found.emg, STIMULI, strict=True):
        at = int(t * RATE)
        assert sweep == pytest.approx(SIGNAL[at - 50 : at + 100].astype(float), abs=1e-6)


def test_markers_by_name(tmp_path):
    pytest.importorskip("mne")
    path = brainvision(tmp_path)
    assert read_sweeps(path, "FDI", "Stimulus/S  1", "FDI").emg.shape[0] == 3
    with pytest.raises(InputError, match="Stimulus/S  1"):
        read_sweeps(path, "FDI", "TMS", "FDI")


def test_what_cannot_be_cut_is_named(tmp_path):
    pytest.importorskip("mne")
    path = brainvision(tmp_path)
    with pytest.raises(InputError, match="no channel 'APB'"):
        read_sweeps(path, "APB", STIMULI, "APB")
    with pytest.raises(InputError, match="too near to an end"):
        read_sweeps(path, "FDI", (0.01, 1.0), "FDI")
    with pytest.raises(InputError, match="no stimulus"):
        read_sweeps(path, "FDI", (0.01,), "FDI")


def test_a_channel_that_is_no_voltage(tmp_path):
    pytest.importorskip("mne")
    with pytest.raises(UnitError, match="V, mV"):
        read_sweeps(brainvision(tmp_path, "C"), "FDI", STIMULI, "FDI")


def test_broken_and_absent_recordings(tmp_path):
    pytest.importorskip("mne")
    broken = tmp_path / "b.edf"
    broken.write_bytes(b"not an EDF")
    with pytest.raises(MalformedFile):
        read_sweeps(broken, "FDI", STIMULI, "FDI")


def test_without_mne_the_command_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mne.io", None)
    path = tmp_path / "a.edf"
    path.write_bytes(b"")
    with pytest.raises(MissingExtra, match=r"pip install 'nociscope\[emg\]'"):
        read_sweeps(path, "FDI", STIMULI, "FDI")
    with pytest.raises(MissingFile):
        read_sweeps(tmp_path / "none.edf", "FDI", STIMULI, "FDI")
    with pytest.raises(InputError, match="no reader"):
        read_sweeps(tmp_path / "a.smr", "FDI", STIMULI, "FDI")
