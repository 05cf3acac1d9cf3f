"""How much the engine costs: per task, and when there is nothing to do."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tools.figures import Figure

SCANS = 200


def _measured(work: Callable[[Path], float]) -> float:
    """Give a measurement a folder, and take the folder away."""
    folder = Path(tempfile.mkdtemp(prefix="pipeline-"))
    try:
        return work(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _overhead(folder: Path) -> float:
    """Milliseconds of processor time per task around a step that does next to nothing, hashes and records included."""
    from nociscope.pipeline.execute import run_tasks
    from nociscope.pipeline.run import planned
    from nociscope.pipeline.store import Store
    from tests.unit.pipeline.toy import Toy
    from tests.unit.pipeline.toy_steps import STEPS

    steps = {step.name: step for step in STEPS}
    first = Toy(folder / "first", participants=1)  # imports and look-ups that a process does once
    run_tasks(planned(first.config, steps).tasks, steps, Store(first.out))
    toy = Toy(folder / "toy", participants=SCANS // 2)
    began = time.process_time()
    tasks = [t for t in planned(toy.config, steps).tasks if t.unit != "group"]
    outcomes = run_tasks(tasks, steps, Store(toy.out))
    spent = time.process_time() - began
    if any(outcome.state != "done" for outcome in outcomes):
        raise AssertionError("a task was not done, so its time says nothing")
    return 1e3 * spent / len(tasks)


def _nothing_to_do(folder: Path) -> float:
    """Seconds of processor time of a run over 100 participants (300 tasks) in which nothing has changed."""
    from nociscope.pipeline.execute import run_tasks
    from nociscope.pipeline.run import planned
    from nociscope.pipeline.store import Store
    from tests.unit.pipeline.toy import Toy
    from tests.unit.pipeline.toy_steps import STEPS

    toy = Toy(folder / "toy", participants=SCANS // 2)
    steps = {step.name: step for step in STEPS}
    run_tasks(planned(toy.config, steps).tasks, steps, Store(toy.out))
    began = time.process_time()
    result = toy.run()
    spent = time.process_time() - began
    if result.ran or result.exit_code:
        raise AssertionError("something was done in a run that had nothing to do")
    return spent


FIGURES = [
    Figure(
        id="pipeline.task_overhead",
        what="processor time per task around a step that does nothing: plan, hashes, atomic output, record",
        unit="ms",
        goal="<= 5",
        measure=lambda: min(_measured(_overhead) for _ in range(3)),  # others on the machine only ever add
    ),
    Figure(
        id="pipeline.noop_rerun",
        what="processor time of a run over 100 participants (300 tasks) that are all up to date",
        unit="s",
        goal="<= 2",
        measure=lambda: _measured(_nothing_to_do),
    ),
]
