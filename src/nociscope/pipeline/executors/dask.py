"""Dask: any ``distributed`` scheduler, one unit a call.

The worker only watches: the unit runs in the same child process as elsewhere, so what kills it does not kill the
worker, and no innocent unit is blamed. Files must be seen under the same paths by all workers.
"""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nociscope.core.errors import MissingExtra
from nociscope.pipeline.execute import Outcome, outcome_json
from nociscope.pipeline.executors import Fleet, Harvest
from nociscope.pipeline.job import Job
from nociscope.pipeline.supervise import lost, run_supervised


def execute(jobs: Sequence[Job], fleet: Fleet) -> Harvest:
    """Run all jobs on the scheduler at ``fleet.address``, at Dask's ``scheduler-address``, or on a cluster of our own.

    Raises
    ------
    MissingExtra
        Dask is not installed.
    """
    if importlib.util.find_spec("distributed") is None:
        raise MissingExtra("the dask executor needs Dask", do="run: pip install 'nociscope[dask]'")
    import dask
    from distributed import Client, LocalCluster

    address = fleet.address or dask.config.get("scheduler-address", None)
    if address:
        with Client(address, set_as_default=False) as client:
            return _run(client, jobs, fleet)
    workers = min(fleet.jobs, len(jobs))
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        return _run(client, jobs, fleet)


def _run(client: Any, jobs: Sequence[Job], fleet: Fleet) -> Harvest:
    from distributed import as_completed

    futures = {client.submit(serve, job, pure=False, key=f"{job.unit}-{i}"): job for i, job in enumerate(jobs)}
    outcomes: list[Outcome] = []
    for future in as_completed(list(futures), loop=client.loop):
        if future.cancelled():
            continue
        for outcome in _outcomes(future, futures[future]):
            outcomes.append(outcome)
            fleet.ended(outcome)
        if fleet.fail_fast and any(o.state == "failed" for o in outcomes):
            client.cancel(list(futures))
            break
    return Harvest(tuple(outcomes))


def _outcomes(future: Any, job: Job) -> list[Outcome]:
    error = future.exception()
    if error is None:
        return [Outcome(**plain) for plain in future.result()]
    return lost(job, 0, f"lost with its Dask worker: {type(error).__name__}: {error}", "")


def serve(job: Job) -> list[dict[str, Any]]:
    """Run one unit in a watched child; called by a Dask worker."""
    with tempfile.TemporaryDirectory() as scratch:
        return [outcome_json(outcome) for outcome in run_supervised(job, Path(scratch))]
