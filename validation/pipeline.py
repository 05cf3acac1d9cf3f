"""What the engine loses when something dies, and whether it knows what changed."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tools.figures import Figure, Measured

UNITS = 10


def _measured(work: Callable[[Path], Measured]) -> Measured:
    folder = Path(tempfile.mkdtemp(prefix="pipeline-"))
    try:
        return work(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _units_lost(folder: Path) -> tuple[float, float]:
    """Of ten participants on two workers the fourth is SIGKILLed; how many are lost, here and in a process pool."""
    from tests.unit.pipeline.toy import Toy

    toy = Toy(folder / "toy", participants=UNITS, sessions="a")
    toy.put("03", "a", "kill")
    result = toy.run(jobs=2)
    lost = {o.unit for o in result.outcomes if o.state not in ("done", "current")}
    return float(len(lost)), float(_lost_in_a_pool())


def _lost_in_a_pool() -> int:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_unit, i) for i in range(UNITS)]
        return sum(future.exception() is not None for future in futures)


def _unit(i: int) -> int:
    import os
    import signal

    time.sleep(0.3)
    if i == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return i


def _redone_after_kill(folder: Path) -> float:
    """Tasks done a second time after a SIGKILL of the whole process group in the middle of a run."""
    from tests.unit.pipeline.toy import Toy, kill_group

    toy = Toy(folder / "toy", participants=6)
    process = toy.start({"TOY_PAUSE": "0.3"})
    while len(toy.logs()) < 4:
        time.sleep(0.02)
    kill_group(process)
    done = {path.stem for path in toy.logs()}
    return float(len(done & set(toy.run().ran)))


def _redone_after_touch(folder: Path) -> float:
    """Tasks done again after every input got a new date and the dataset a new place."""
    from tests.unit.pipeline.toy import Toy

    toy = Toy(folder / "toy", participants=3)
    toy.run()
    shutil.copytree(toy.data, folder / "elsewhere")  # new dates, new place
    return float(len(toy.run(bids_dir=folder / "elsewhere").ran))


FIGURES = [
    Figure(
        id="pipeline.units_lost",
        what="participants lost of 10 when the process of one is SIGKILLed, on 2 workers",
        unit="1",
        goal="== 1",
        measure=lambda: _measured(_units_lost),
        peer="concurrent.futures.ProcessPoolExecutor",
    ),
    Figure(
        id="pipeline.redone_after_kill",
        what="finished tasks that are done again after a SIGKILL of the whole run",
        unit="1",
        goal="== 0",
        measure=lambda: _measured(_redone_after_kill),
    ),
    Figure(
        id="pipeline.redone_after_move",
        what="tasks that are done again after the dataset was copied elsewhere, with new dates",
        unit="1",
        goal="== 0",
        measure=lambda: _measured(_redone_after_touch),
    ),
]
