"""Job arrays on a real controller: nobody stays, and files tell how it went."""

from __future__ import annotations

import subprocess
import time
from dataclasses import replace

import pytest

from tests.unit.pipeline.toy import ROOT, Toy, outcome, states

pytestmark = [pytest.mark.slurm, pytest.mark.usefixtures("slurm")]


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """Return four participants, for the slurm executor."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    study = Toy(tmp_path, participants=4, sessions="a")
    study.config = replace(study.config, jobs=4)
    return study


def until_ended(toy, seconds=120):
    """Run the same command again until nothing waits any more; the last result."""
    until = time.monotonic() + seconds
    while (result := toy.run(executor="slurm")).pending:
        assert time.monotonic() < until, toy.said
        time.sleep(0.3)
    return result


def test_submit_returns_at_once_and_the_same_command_collects(toy):
    toy.put("01", "a", "raise")
    toy.put("02", "a", "kill")
    first = toy.run(executor="slurm")
    assert first.exit_code == 0
    assert first.pending == ("sub-00", "sub-01", "sub-02", "sub-03")
    assert "submitted 4 units as SLURM array" in toy.said

    second = until_ended(toy)
    assert second.exit_code == 1
    assert outcome(second, "sub-01_ses-a_scale").reason == "RuntimeError: the number said so"
    assert outcome(second, "sub-02_ses-a_scale").reason.startswith("killed by signal 9")
    assert states(second)["sub-00_mean"] == states(second)["sub-03_mean"] == "current"
    assert "as SLURM array" not in toy.said  # failures are shown before they are tried again

    toy.put("01", "a", "1")
    toy.put("02", "a", "2")
    third = toy.run(executor="slurm", wait=True)
    assert third.exit_code == 0, toy.said
    assert sorted(third.ran) == ["sub-01_mean", "sub-01_ses-a_scale", "sub-02_mean", "sub-02_ses-a_scale"]
    assert "submitted 2 units" in toy.said
    assert toy.run(executor="slurm").ran == ()
    assert toy.run(executor="slurm", level="group", wait=True).exit_code == 0
    assert toy.value("group/total.json") == 12


def test_a_job_that_slurm_ends_without_a_word_is_missed_and_made_again(toy):
    toy.put("03", "a", "sleep 60")
    toy.run(executor="slurm")
    (submission,) = (toy.out / ".work" / "slurm").glob("*/submission.json")
    until = time.monotonic() + 90
    while len(list((toy.out / "logs").glob("sub-0[012]/sub-0?_mean.json"))) < 3:
        assert time.monotonic() < until
        time.sleep(0.2)
    job = submission.read_text().split('"job_id": "')[1].split('"')[0]
    subprocess.run(["scancel", "--signal=KILL", f"{job}_3"], check=True)
    subprocess.run(["scancel", f"{job}_3"], check=True)
    result = until_ended(toy)
    lost = outcome(result, "sub-03_ses-a_scale")
    assert lost.state == "failed"
    assert "killed by signal" in lost.reason or "without a word" in lost.reason
    toy.put("03", "a", "3")
    assert toy.run(executor="slurm", wait=True).exit_code == 0


def test_no_more_at_a_time_than_asked_for(toy):
    for i in range(4):
        toy.put(f"{i:02d}", "a", "sleep 20")
    toy.run(executor="slurm", jobs=1)
    text = subprocess.run(["scontrol", "show", "job"], capture_output=True, text=True, check=True).stdout
    assert "ArrayTaskThrottle=1" in text
    subprocess.run(["scancel", "--name=nociscope"], check=True)


def test_what_the_site_refuses_is_shown(toy, monkeypatch):
    from nociscope.core.errors import InputError

    monkeypatch.setenv("SBATCH_PARTITION", "no-such-partition")
    with pytest.raises(InputError, match="invalid partition"):
        toy.run(executor="slurm")
