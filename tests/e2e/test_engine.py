"""The engine from outside: whole runs in processes of their own, and what kills them."""

from __future__ import annotations

import json
import os
import shutil
import time

import pytest

from nociscope.core.errors import InputError, MissingFile
from tests.unit.pipeline.toy import Toy, kill_group, outcome, states


@pytest.fixture
def toy(tmp_path):
    """Return six participants with two sessions."""
    return Toy(tmp_path, participants=6)


def test_run_then_nothing_then_only_what_changed(toy):
    assert toy.run().exit_code == 0
    assert toy.run(level="group").exit_code == 0
    records = {p: p.read_bytes() for p in toy.logs()}
    for path in toy.data.rglob("*.txt"):
        os.utime(path)
    assert toy.run().ran == toy.run(level="group").ran == ()
    assert {p: json.loads(b)["started"] for p, b in records.items()} == {
        p: json.loads(p.read_bytes())["started"] for p in toy.logs()
    }
    toy.put("04", "b", "40")
    assert sorted(toy.run().ran) == ["sub-04_mean", "sub-04_ses-b_scale"]
    assert toy.run(level="group").exit_code == 0
    assert toy.value("group/total.json") == 2 * (0 + 1 + 2 + 3 + 22 + 5)


def test_resume_after_everything_was_killed(toy):
    process = toy.start({"TOY_PAUSE": "0.3"})
    until = time.monotonic() + 30
    while len(done := [p for p in toy.logs() if p.name.endswith("scale.json")]) < 3:
        assert time.monotonic() < until
        time.sleep(0.02)
    kill_group(process)
    before = {p.stem: p.stat().st_mtime_ns for p in toy.logs()}
    assert 3 <= len(before) < 18
    assert all(json.loads(p.read_text())["state"] == "done" for p in done)
    result = toy.run()
    assert result.exit_code == 0
    assert set(before) & set(result.ran) == set()  # nothing that was done is done again
    assert len(result.ran) + len(before) == 18
    assert not list(toy.out.glob(".staging*"))
    assert toy.run().ran == ()


def test_one_raises_one_is_killed_one_eats_too_much_and_the_others_finish(toy):
    toy.put("01", "a", "raise")
    toy.put("02", "a", "kill")
    toy.put("03", "a", "eat 600")
    result = toy.run(mem_mb=600, jobs=2)
    assert result.exit_code == 1
    bad = {o.unit: o.reason for o in result.outcomes if o.state == "failed"}
    assert bad["sub-01"] == "RuntimeError: the number said so"
    assert bad["sub-02"].startswith("killed by signal 9")
    assert "out of memory" in bad["sub-03"]
    assert "raise --mem-mb" in bad["sub-03"]
    assert {states(result)[f"sub-{i}_mean"] for i in ("00", "04", "05")} == {"done"}
    assert "3 of 6 units complete" in toy.said
    for unit in ("sub-01", "sub-02", "sub-03"):
        assert f"logs/{unit}/{unit}_ses-a_scale.crash.json" in toy.said
    for name in ("01", "02", "03"):
        toy.put(name, "a", str(int(name)))
    assert toy.run().exit_code == 0
    assert not list(toy.out.rglob("*.crash.json"))


def test_fail_fast_starts_nobody_after_the_first_failure(toy):
    toy.put("00", "a", "raise")
    result = toy.run(fail_fast=True, jobs=1)
    assert result.exit_code == 1
    assert {o.unit for o in result.outcomes} == {"sub-00"}


def test_dry_run_says_why_and_touches_nothing(toy):
    result = toy.run(dry_run=True)
    assert result.exit_code == 0
    assert result.reasons["sub-00_ses-a_scale"] == "never run"
    assert "group_total" not in result.reasons
    assert not toy.out.exists()
    assert "18 tasks: 0 up to date, 18 would run" in toy.said


def test_two_runs_at_once_do_not_spoil_each_other(toy):
    first, second = toy.start({"TOY_PAUSE": "0.05"}), toy.start({"TOY_PAUSE": "0.05"})
    for process in (first, second):
        said, errors = process.communicate(timeout=60)
        assert json.loads(said)["exit_code"] == 0, errors
    assert not list(toy.out.glob(".staging*"))
    assert not list(toy.out.rglob("*.tmp"))
    assert toy.run().ran == ()
    assert {toy.value(f"sub-0{i}/sub-0{i}_mean.json") for i in range(6)} == {0, 2, 4, 6, 8, 10}


def test_two_runs_at_once_with_different_settings_end_in_one_of_them(toy):
    runs = [toy.start({"TOY_PAUSE": "0.02"}, seed=seed) for seed in (0, 1)]
    for process in runs:
        process.communicate(timeout=60)
    assert toy.run().exit_code == 0  # what is mixed is noticed and mended
    assert {toy.value(f"sub-0{i}/sub-0{i}_mean.json") for i in range(6)} == {0, 2, 4, 6, 8, 10}


def test_data_and_results_may_move(toy):
    toy.run()
    shutil.move(toy.folder / "data", toy.folder / "moved-data")
    shutil.move(toy.folder / "out", toy.folder / "moved-out")
    result = toy.run(bids_dir=toy.folder / "moved-data", output_dir=toy.folder / "moved-out")
    assert result.exit_code == 0
    assert result.ran == ()


def test_only_the_participants_sessions_and_steps_asked_for(toy):
    result = toy.run(participant_labels=("01",), session_labels=("b",), steps=("scale",))
    assert states(result) == {"sub-01_ses-b_scale": "done"}


def test_a_group_without_participants_is_unusable_and_says_why(toy):
    result = toy.run(level="group", steps=("total",))
    assert result.exit_code == 2
    assert "sub-00_mean was never run" in outcome(result, "group_total").reason


def test_a_group_that_is_behind_is_told(toy):
    toy.run()
    toy.put("01", "a", "5")
    toy.run(level="group")
    assert "not up to date: sub-01; run the participant level" in toy.said


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"level": "session"}, InputError, "participant or group"),
        ({"jobs": 0}, InputError, "--jobs"),
        ({"steps": ("fit-all",)}, InputError, "fit-all"),
        ({"executor": "cloud"}, InputError, "local, slurm or dask"),
        ({"participant_labels": ("99",)}, MissingFile, "99"),
    ],
)
def test_what_cannot_be_used_is_an_error(toy, options, error, message):
    with pytest.raises(error, match=message):
        toy.run(**options)


def test_results_do_not_go_into_the_raw_dataset(toy):
    with pytest.raises(InputError, match="raw dataset"):
        toy.run(output_dir=toy.data)


def test_odd_places_are_fine(tmp_path):
    toy = Toy(tmp_path / "sub-01 näme (1)", participants=2, sessions="a")
    assert toy.run().exit_code == 0
    assert toy.run(level="group").exit_code == 0
