"""The process in which steps run: ``python -m nociscope.pipeline.worker``.

Reads names of job files from standard input, one a line, and writes one JSON line per event to what was its standard
output; whatever a library prints goes to standard error. When standard input closes, the one who gave the orders is
gone, and the process ends at once, in the middle of a step if need be.
"""

from __future__ import annotations

import faulthandler
import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from nociscope.pipeline.execute import Outcome, outcome_json, run_tasks
from nociscope.pipeline.job import read_job, step_table
from nociscope.pipeline.task import Task


def main() -> int:
    """Serve until the orders end."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    orders: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    while True:
        serve(Path(orders.get()), events)


def _listen(orders: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        orders.put(line.rstrip("\n"))
    os._exit(0)


def serve(path: Path, events: TextIO) -> None:
    """Run one job and tell every beginning and end."""

    def tell(event: dict[str, Any]) -> None:
        events.write(json.dumps(event) + "\n")
        events.flush()

    def started(task: Task) -> None:
        tell({"event": "start", "task": task.id})

    def ended(outcome: Outcome) -> None:
        tell({"event": "end", "outcome": outcome_json(outcome)})

    job = read_job(path)
    run_tasks(job.tasks, step_table(job.table), job.store, started, ended)
    tell({"event": "unit", "unit": job.unit})


if __name__ == "__main__":
    raise SystemExit(main())
