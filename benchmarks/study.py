"""What a whole study costs, from blood to report, every process counted."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.figures import Figure, open_data


def _run(out: Path, level: str, *more: str) -> None:
    argv = [sys.executable, "-m", "nociscope.cli.main", "run", str(open_data("pbr28")), str(out), level]
    done = subprocess.run(
        [*argv, "--study", "pbr28-test-retest", "--jobs", "1", *more], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AssertionError(f"the {level} level failed, so its time says nothing: {done.stderr[-500:]}")


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _pbr28() -> float:
    """Seconds of processor time of both levels; one scan goes before, so that compiled kernels lie ready."""
    folder = Path(tempfile.mkdtemp(prefix="study-"))
    try:
        _run(folder / "warm", "participant", "--participant-label", "cgyu", "--session-label", "test")
        began = _children_s()
        _run(folder / "out", "participant")
        _run(folder / "out", "group")
        return _children_s() - began
    finally:
        shutil.rmtree(folder, ignore_errors=True)


FIGURES = [
    Figure(
        id="study.pbr28_cpu",
        what="14 [11C]PBR28 scans, 6 regions, 6 models, from raw blood to report, both levels, all processes",
        unit="s",
        goal="<= 60",
        measure=_pbr28,
    ),
]
