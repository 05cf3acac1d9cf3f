"""Dask for real: a cluster of our own, and one that somebody else started."""

from __future__ import annotations

import pytest

from tests.unit.pipeline.toy import ROOT, Toy, outcome, states

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.dask


@pytest.fixture
def scheduler(monkeypatch):
    """Return the address of a cluster with one worker process."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster


def test_a_killed_unit_costs_itself_and_the_worker_lives(tmp_path, scheduler):
    toy = Toy(tmp_path, participants=4, sessions="a")
    toy.put("01", "a", "kill")
    toy.put("02", "a", "raise")
    workers = {w.pid for w in scheduler.workers.values()}
    result = toy.run(executor="dask", scheduler=scheduler.scheduler_address)
    assert result.exit_code == 1
    assert outcome(result, "sub-01_ses-a_scale").reason.startswith("killed by signal 9")
    assert outcome(result, "sub-02_ses-a_scale").reason == "RuntimeError: the number said so"
    assert states(result)["sub-00_mean"] == states(result)["sub-03_mean"] == "done"
    assert {w.pid for w in scheduler.workers.values()} == workers


def test_a_cluster_of_our_own(tmp_path):
    toy = Toy(tmp_path, participants=2, sessions="a")
    assert toy.run(executor="dask").exit_code == 0
    assert toy.value("sub-01/sub-01_mean.json") == 2
    assert toy.run(executor="dask").ran == ()  # and no cluster is started for nothing
