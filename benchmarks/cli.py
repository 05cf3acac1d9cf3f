"""How quick the command line answers, in processor time of a fresh interpreter."""

from __future__ import annotations

import resource
import subprocess
import sys

from tools.figures import Figure

CALLS = 5


def cpu_seconds(*argv: str) -> float:
    """Median processor time of one call, s; the first, which may compile byte code, does not count."""
    command = [sys.executable, "-m", "nociscope.cli.main", *argv]
    times = []
    for _ in range(CALLS + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return sorted(times[1:])[CALLS // 2]


FIGURES = [
    Figure("cli.help", "nociscope --help, processor time", "s", "<= 0.3", lambda: cpu_seconds("--help")),
    Figure("cli.run_help", "nociscope run --help, processor time", "s", "", lambda: cpu_seconds("run", "--help")),
]
