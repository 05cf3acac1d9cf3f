"""The table of executors, and what each says when it cannot."""

from __future__ import annotations

import importlib.util

import pytest

from nociscope.core.errors import InputError, MissingExtra
from nociscope.pipeline.executors import Fleet, executor
from nociscope.pipeline.executors import slurm as slurm_module
from nociscope.pipeline.job import Job, read_job, step_table, write_job
from nociscope.pipeline.run import planned
from tests.unit.pipeline.toy import TABLE


@pytest.fixture
def jobs(toy):
    """Return one job per participant."""
    units = planned(toy.config, step_table(TABLE)).units()
    return [Job(u, t, TABLE, toy.out) for u, t in units.items() if u != "group"]


def test_every_name_of_the_interface_is_there_and_no_other():
    assert {executor(name).__module__.rsplit(".")[-1] for name in ("local", "slurm", "dask")} == {
        "local", "slurm", "dask",
    }  # fmt: skip
    with pytest.raises(InputError, match="local, slurm or dask"):
        executor("cloud")


def test_a_job_survives_its_file(jobs, tmp_path):
    for job in jobs:
        assert read_job(write_job(tmp_path / "job.json", job)) == job


def test_a_table_that_is_not_there_is_named():
    for reference in ("nociscope.nowhere:STEPS", "nociscope.pipeline.step:NOTHING", "nociscope"):
        with pytest.raises(InputError, match="no such table of steps"):
            step_table(reference)


def test_dask_names_its_install_command(jobs, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'nociscope\[dask\]'"):
        executor("dask")(jobs, Fleet(1, tmp_path))


def test_no_sbatch_is_said_in_words(jobs, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="no sbatch here"):
        executor("slurm")(jobs, Fleet(1, tmp_path / "work"))


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """Return a function that makes ``sbatch`` and ``squeue`` say what it is told; nothing runs."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def say(sbatch="echo 42", squeue="exit 1"):
        for name, text in {"sbatch": sbatch, "squeue": squeue}.items():
            (folder / name).write_text(f'#!/bin/sh\necho "$@" >> {folder}/{name}.calls\n{text}\n')
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
        monkeypatch.setattr(slurm_module, "CHUNK", 2)
        monkeypatch.setattr(slurm_module.queued, "__defaults__", (3, 0.0))
        return folder

    return say


def test_a_squeue_that_does_not_answer_is_asked_again_and_then_taken_as_waiting(jobs, tmp_path, cluster):
    folder = cluster()
    fleet = Fleet(2, tmp_path / "work")
    assert executor("slurm")(jobs, fleet).pending == ("sub-00", "sub-01", "sub-02")
    harvest = executor("slurm")(jobs, fleet)
    assert harvest.pending == ("sub-00", "sub-01", "sub-02")  # and none submitted twice
    assert any("squeue does not answer" in note for note in harvest.notes)
    assert len((folder / "squeue.calls").read_text().splitlines()) == 6  # three times for each of two arrays
    assert len((folder / "sbatch.calls").read_text().splitlines()) == 2


def test_many_units_become_several_arrays_with_a_cap(jobs, tmp_path, cluster):
    folder = cluster()
    executor("slurm")(jobs, Fleet(7, tmp_path / "work"))
    calls = (folder / "sbatch.calls").read_text().splitlines()
    assert ["--array=0-1%7" in calls[0], "--array=0-0%7" in calls[1]] == [True, True]


def test_a_job_that_slurm_has_forgotten_is_lost(jobs, tmp_path, cluster):
    cluster(squeue="echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1")
    fleet = Fleet(2, tmp_path / "work")
    executor("slurm")(jobs, fleet)
    harvest = executor("slurm")(jobs, fleet)
    assert harvest.pending == ()
    assert {o.unit for o in harvest.outcomes} == {"sub-00", "sub-01", "sub-02"}
    assert all("lost" in o.reason for o in harvest.outcomes)
    assert (tmp_path / "out" / harvest.outcomes[0].log).exists()


def test_an_id_with_a_cluster_name_is_understood(jobs, tmp_path, cluster):
    cluster(sbatch="echo '77;big'", squeue="echo '0 RUNNING'; echo '1 COMPLETED'")
    submission = slurm_module.submit(jobs[:2], tmp_path / "work", 1)
    assert submission.job_id == "77"
    assert slurm_module.queued("77") == {0}
