"""A child process that is watched: when it dies, one step is lost, and what is lost is known.

A pool of processes that breaks takes everybody's work with it; the system's answer to too little memory is to kill
without a word. So every unit runs in a child of its own, its memory is looked at while it runs, and its death becomes
the record of the step that it was in. The rest of the unit goes on in a new child.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import psutil

from nociscope.pipeline.execute import Outcome, blank, finish
from nociscope.pipeline.job import Job, step_table, write_job
from nociscope.pipeline.memory import high_water_mb, used_mb
from nociscope.pipeline.task import Task

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_LOOK_EVERY_S = 0.1


@dataclass
class Death:
    """How a child ended: why, the most memory it was seen to use, how long the step had run, its last words."""

    cause: str
    peak_mb: float = 0.0
    seconds: float = 0.0
    said: str = ""


@dataclass
class Child:
    """One worker process, which takes units one after another until it is closed or dies."""

    process: subprocess.Popen[str] | None = None
    stopped: bool = False
    _events: queue.SimpleQueue[str | None] = field(default_factory=queue.SimpleQueue)
    _errors: IO[bytes] | None = None

    def run(self, job: Job, folder: Path, ended: Callable[[Outcome], None] = lambda outcome: None) -> list[Outcome]:
        """Run a unit to its end, whatever happens to the process.

        Parameters
        ----------
        job : the unit. folder : where its job file goes. ended : told of every outcome as it comes.
        """
        outcomes: list[Outcome] = []

        def note(outcome: Outcome) -> None:
            outcomes.append(outcome)
            ended(outcome)

        left = job.tasks
        while left:
            path = write_job(folder / f"{job.unit}.json", replace(job, tasks=left))
            before = len(outcomes)
            death = self._serve(path, job, note)
            if death is None or self.stopped:
                break
            done = len(outcomes) - before
            note(fallen(left[done], job, death))
            left = left[done + 1 :]
        return outcomes

    def close(self) -> None:
        """Let the worker go."""
        if self.process and self.process.stdin:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()
        self._forget()

    def stop(self) -> None:
        """End the work at the user's wish; no step is called failed for it."""
        self.stopped = True
        self.kill()

    def kill(self) -> None:
        """End the worker and the programs that it started, and no others."""
        if self.process is None or self.process.poll() is not None:
            return
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(self.process.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    child.kill()
        self.process.kill()

    def _serve(self, path: Path, job: Job, note: Callable[[Outcome], None]) -> Death | None:
        """Send one job; None when it was served, how the child died when it was not."""
        self._start()
        assert self.process and self.process.stdin
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{path}\n")
            self.process.stdin.flush()
        watch = _Watch(self, job)
        while True:
            try:
                line = self._events.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                watch.look()
                continue
            if line is None:
                return watch.death(self._wait(), self._said())
            event = json.loads(line)
            if event["event"] == "unit":
                return None
            watch.heard(event)
            if event["event"] == "end":
                note(Outcome(**event["outcome"]))

    def _start(self) -> None:
        if self.process and self.process.poll() is None:
            return
        self._forget()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed with the child
        self._events = queue.SimpleQueue()
        environment = dict.fromkeys(THREADS, "1") | dict(os.environ)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nociscope.pipeline.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True, encoding="utf-8",
            env=environment,
        )  # fmt: skip
        threading.Thread(target=_pump, args=(self.process.stdout, self._events), daemon=True).start()

    def _wait(self) -> int:
        assert self.process
        return self.process.wait()

    def _said(self) -> str:
        """The last lines that the child wrote to standard error."""
        if self._errors is None:
            return ""
        self._errors.seek(0)
        return "\n".join(self._errors.read()[-4000:].decode(errors="replace").strip().splitlines()[-20:])

    def _forget(self) -> None:
        if self._errors:
            self._errors.close()
        self.process, self._errors = None, None


@dataclass
class _Watch:
    """Looks at a running child: its memory, its time."""

    child: Child
    job: Job
    since: float | None = None  # no task yet: the time that a child needs to come up is nobody's
    peak_mb: float = 0.0
    verdict: str = ""

    def heard(self, event: Mapping[str, Any]) -> None:
        """The child began or ended a task."""
        if event["event"] == "start":
            self.since, self.peak_mb = time.monotonic(), 0.0

    def look(self) -> None:
        """Note the memory; end a child that goes over a limit."""
        assert self.child.process
        pid = self.child.process.pid
        used = used_mb(pid)
        self.peak_mb = max(self.peak_mb, used, high_water_mb(pid))
        if self.job.mem_mb and used > self.job.mem_mb:
            self._end(f"out of memory: used {used:.0f} MB of {self.job.mem_mb:.0f} MB; raise --mem-mb")
        elif self.job.timeout_s and self._seconds() > self.job.timeout_s:
            self._end(f"took longer than {self.job.timeout_s:.0f} s and was ended")

    def _seconds(self) -> float:
        return 0.0 if self.since is None else time.monotonic() - self.since

    def _end(self, verdict: str) -> None:
        self.verdict = self.verdict or verdict
        self.child.kill()

    def death(self, code: int, said: str) -> Death:
        """Put into words how the child ended."""
        cause = self.verdict or _cause(code, self.peak_mb)
        return Death(cause, self.peak_mb, self._seconds(), said)


def _cause(code: int, peak_mb: float) -> str:
    peak = f"peak memory {peak_mb:.0f} MB" if peak_mb else "peak memory unknown"
    if code == -signal.SIGKILL:
        return f"killed by signal 9, which mostly means out of memory; {peak}; give fewer --jobs or more memory"
    if code < 0:
        return f"killed by signal {-code} ({signal.Signals(-code).name}); {peak}"
    return f"the process ended with code {code} in the middle of the work; {peak}"


def _pump(stream: IO[str], events: queue.SimpleQueue[str | None]) -> None:
    """Hand lines over as they come; None when there will be no more."""
    for line in stream:
        events.put(line)
    events.put(None)


def run_supervised(job: Job, folder: Path, ended: Callable[[Outcome], None] = lambda outcome: None) -> list[Outcome]:
    """Run one unit in a child of its own."""
    child = Child()
    try:
        return child.run(job, folder, ended)
    finally:
        child.kill()
        child.close()


def fallen(task: Task, job: Job, death: Death) -> Outcome:
    """Leave the record of a step whose process died."""
    log = replace(
        blank(task, step_table(job.table)[task.step]),
        state="failed",
        reason=death.cause,
        peak_mb=round(death.peak_mb, 1),
        seconds=round(death.seconds, 3),
        traceback=death.said,
    )
    return finish(task, log, job.store)


def lost(job: Job, done: int, cause: str, said: str) -> list[Outcome]:
    """Leave the record of a unit of which nobody knows more than how many tasks it had done."""
    left = job.tasks[done : done + 1]
    return [fallen(task, job, Death(cause, said=said)) for task in left]
