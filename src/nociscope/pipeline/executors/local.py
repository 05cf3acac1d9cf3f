"""On this machine: N children at a time, each watched."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence

from nociscope.pipeline.execute import Outcome
from nociscope.pipeline.executors import Fleet, Harvest
from nociscope.pipeline.job import Job
from nociscope.pipeline.supervise import Child


def execute(jobs: Sequence[Job], fleet: Fleet) -> Harvest:
    """Run all jobs here; a child that dies is replaced, and only its own step is lost."""
    orders: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for job in jobs:
        orders.put(job)
    outcomes: list[Outcome] = []
    troubles: list[BaseException] = []
    stop = threading.Event()
    talk = threading.Lock()

    def ended(outcome: Outcome) -> None:
        with talk:
            outcomes.append(outcome)
            fleet.ended(outcome)
        if fleet.fail_fast and outcome.state == "failed":
            stop.set()

    def serve(child: Child) -> None:
        try:
            while not stop.is_set():
                child.run(orders.get_nowait(), fleet.work_dir, ended)
        except queue.Empty:
            pass
        except BaseException as error:  # handed to the caller below
            troubles.append(error)
            stop.set()
        finally:
            child.close()

    children = [Child() for _ in range(min(fleet.jobs, len(jobs)))]
    threads = [threading.Thread(target=serve, args=(child,), daemon=True) for child in children]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        stop.set()
        for child in children:
            child.stop()
        raise
    if troubles:
        raise troubles[0]
    return Harvest(tuple(outcomes))
