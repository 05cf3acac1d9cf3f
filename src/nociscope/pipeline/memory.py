"""How much memory a process uses, in MB (10⁶ bytes)."""

from __future__ import annotations

import contextlib
import resource
import sys
from pathlib import Path

import psutil

MB = 1e6


def peak_mb() -> float:
    """Largest resident memory of this process since `reset_peak`."""
    if (found := _status_mb("self", "VmHWM")) is not None:
        return found
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / MB


def reset_peak() -> None:
    """Forget the peak so far; where the system cannot, the peak stays that of the whole process."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def used_mb(pid: int) -> float:
    """Resident memory of a process and of the programs it started; 0 when it is gone."""
    try:
        process = psutil.Process(pid)
        total = process.memory_info().rss
        for child in process.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                total += child.memory_info().rss
    except psutil.Error:
        return 0.0
    return float(total) / MB


def high_water_mb(pid: int) -> float:
    """Largest resident memory of another process so far; 0 where the system does not say."""
    return _status_mb(str(pid), "VmHWM") or 0.0


def _status_mb(pid: str, name: str) -> float | None:
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / MB
    return None
