"""Children that die, and what is known of it."""

from __future__ import annotations

import time

import psutil
import pytest

from nociscope.pipeline.job import Job, step_table
from nociscope.pipeline.log import read_log
from nociscope.pipeline.run import planned
from nociscope.pipeline.supervise import Child
from tests.unit.pipeline.toy import ROOT, TABLE


@pytest.fixture
def unit(toy, monkeypatch, tmp_path):
    """Return a function that runs sub-01 in a child; scans come before the mean."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    child = Child()

    def run(**limits):
        tasks = planned(toy.config, step_table(TABLE)).units()["sub-01"]
        outcomes = child.run(Job("sub-01", tasks, TABLE, toy.out, **limits), tmp_path)
        return {o.task: o for o in outcomes}

    yield run
    child.close()


def test_a_killed_child_costs_one_step_and_the_rest_goes_on(toy, unit):
    toy.put("01", "a", "kill")
    outcomes = unit()
    lost = outcomes["sub-01_ses-a_scale"]
    assert lost.state == "failed"
    assert lost.reason.startswith("killed by signal 9")
    assert lost.peak_mb > 10
    assert lost.seconds > 0.2
    assert outcomes["sub-01_ses-b_scale"].state == "done"
    assert read_log(toy.out / lost.log).state == "failed"


def test_a_child_that_eats_too_much_is_ended_with_its_peak(toy, unit):
    toy.put("01", "a", "eat 600")
    lost = unit(mem_mb=300)["sub-01_ses-a_scale"]
    assert "out of memory" in lost.reason
    assert "raise --mem-mb" in lost.reason
    assert 300 < lost.peak_mb < 1000


def test_a_child_that_hangs_is_ended(toy, unit):
    toy.put("01", "a", "sleep 30")
    outcomes = unit(timeout_s=1)
    assert outcomes["sub-01_ses-a_scale"].reason == "took longer than 1 s and was ended"
    assert outcomes["sub-01_ses-b_scale"].state == "done"


def test_a_child_that_leaves_is_missed(toy, unit):
    toy.put("01", "b", "exit")
    outcomes = unit()
    assert "ended with code 7" in outcomes["sub-01_ses-b_scale"].reason
    assert outcomes["sub-01_mean"].state == "done"


def test_what_a_library_prints_does_not_disturb(toy, unit):
    toy.put("01", "a", "say")
    assert {o.state for o in unit().values()} == {"done"}


def test_orphans_do_not_live(toy):
    toy.put("01", "a", "sleep 60")
    parent = toy.start()
    try:
        worker = _wait_for(lambda: [p for p in psutil.Process(parent.pid).children() if _asleep(toy)])[0]
        parent.kill()  # only the parent: the child must notice by itself
        parent.communicate()
        assert _wait_for(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
    finally:
        parent.kill()


def _asleep(toy):
    return (toy.out / "logs" / "sub-00" / "sub-00_mean.json").exists()


def _wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.05)
    return found
