"""One task at a time: failures become records, and what does not depend on them goes on."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace

import pytest

from nociscope.core.errors import StepFailed
from nociscope.pipeline.execute import run_tasks
from nociscope.pipeline.log import read_log
from nociscope.pipeline.run import planned
from nociscope.pipeline.step import Produced
from nociscope.pipeline.store import Store
from tests.unit.pipeline.toy_steps import STEPS

TABLE = {s.name: s for s in STEPS}


def run(toy, **changed):
    """Run everything with some steps changed; task → outcome."""
    steps = TABLE | {name: replace(TABLE[name], **fields) for name, fields in changed.items()}
    return {o.task: o for o in run_tasks(planned(toy.config, steps).tasks, steps, Store(toy.out))}


def test_a_step_that_raises_costs_itself(toy):
    toy.put("01", "a", "raise")
    outcomes = run(toy)
    failed = outcomes["sub-01_ses-a_scale"]
    assert (failed.state, failed.reason) == ("failed", "RuntimeError: the number said so")
    record = read_log(toy.out / failed.log)
    assert "in scaled" in record.traceback
    assert record.inputs[0].name == "sub-01/ses-a/pet/sub-01_ses-a_pet.txt"
    assert {o.state for t, o in outcomes.items() if t != "sub-01_ses-a_scale"} == {"done"}


def test_what_needs_it_is_skipped_with_the_reason(toy):
    toy.put("01", "a", "raise")
    toy.put("01", "b", "raise")
    outcome = run(toy)["sub-01_mean"]
    assert outcome.state == "skipped"
    assert "the number said so" in outcome.reason


def test_what_can_do_without_goes_on_and_says_what_lacks(toy):
    toy.put("01", "a", "raise")
    outcome = run(toy)["sub-01_mean"]
    (problem,) = read_log(toy.out / outcome.log).problems
    assert problem.code == "input-absent"
    assert "the number said so" in problem.message


def test_the_group_is_told_who_failed(toy):
    toy.put("01", "a", "raise")
    run(toy)
    assert "sub-01 scale failed" in toy.value("group/notes.json")


def test_the_crash_record_goes_with_success_and_the_old_result_with_failure(toy):
    run(toy)
    output = toy.out / "sub-01" / "sub-01_ses-a_scaled.json"
    assert output.exists()
    toy.put("01", "a", "raise")
    run(toy)
    assert not output.exists()  # it stood for another number
    crash = toy.out / "logs" / "sub-01" / "sub-01_ses-a_scale.crash.json"
    assert crash.exists()
    assert not (crash.parent / "sub-01_ses-a_scale.json").exists()
    toy.put("01", "a", "1")
    run(toy)
    assert output.exists()
    assert not crash.exists()


def test_a_reader_that_raises_is_a_failure_of_the_step(toy):
    toy.put("01", "a", "unreadable")
    assert "not a number" in run(toy)["sub-01_ses-a_scale"].reason


def test_an_input_that_vanished_is_a_failure_of_the_step(toy):
    tasks = planned(toy.config, TABLE).tasks
    toy.path("01", "a").unlink()
    outcomes = {o.task: o for o in run_tasks(tasks, TABLE, Store(toy.out))}
    assert outcomes["sub-01_ses-a_scale"].state == "failed"
    assert "sub-01_ses-a_pet.txt" in outcomes["sub-01_ses-a_scale"].reason
    assert outcomes["sub-02_mean"].state == "done"


def test_a_library_that_exits_takes_nothing_along(toy):
    def leave(records, params):
        raise SystemExit(3)

    outcomes = run(toy, scale={"run": leave})
    assert outcomes["sub-00_ses-a_scale"].reason == "SystemExit: 3"
    assert outcomes["sub-02_ses-b_scale"].state == "failed"


def test_too_little_memory_is_said_in_words(toy):
    def hungry(records, params):
        raise MemoryError

    assert run(toy, scale={"run": hungry})["sub-00_ses-a_scale"].reason == "out of memory"


@pytest.mark.parametrize(("made", "message"), [({}, "did not make scaled"), ({"scaled": 1, "more": 2}, "more")])
def test_a_step_keeps_its_promise(toy, made, message):
    outcome = run(toy, scale={"run": lambda records, params: made})["sub-00_ses-a_scale"]
    assert outcome.state == "failed"
    assert message in outcome.reason


def test_a_writer_that_fails_leaves_nothing_behind(toy):
    def half(path, record, about):
        path.write_text("half")
        raise StepFailed("disk full")

    makes = {"scaled": replace(TABLE["scale"].makes["scaled"], write=half)}
    outcome = run(toy, scale={"makes": makes})["sub-00_ses-a_scale"]
    assert "disk full" in outcome.reason
    assert not list(toy.out.rglob("*_scaled.json"))
    assert not list(toy.out.glob(".staging*"))


def test_an_optional_make_may_be_left_out_and_the_record_says_so(toy):
    makes = {k: replace(make, optional=True) for k, make in TABLE["total"].makes.items()}
    outcome = run(toy, total={"makes": makes, "run": lambda records, params: {"total": 1}})["group_total"]
    assert read_log(toy.out / outcome.log).absent == ("table",)


def test_the_record_holds_what_the_report_needs(toy):
    toy.put("01", "a", "1.5")

    def warn(records, params):
        warnings.warn("careful", stacklevel=1)
        return Produced(TABLE["scale"].run(records, params).records, (), ("Said in this run.",))

    outcome = run(toy, scale={"run": warn})["sub-01_ses-a_scale"]
    record = read_log(toy.out / outcome.log)
    assert record.warnings == ("UserWarning: careful",)
    assert record.methods == ("Said in this run.",)
    assert record.params == {"factor": 2.0}
    assert record.versions["nociscope"]
    assert record.peak_mb > 1
    assert record.seconds > 0
    assert read_log(toy.out / "logs/sub-01/sub-01_mean.json").methods == ("Scans were averaged.",)


def test_problems_of_a_step_are_kept(toy):
    toy.put("01", "a", "1.5")
    outcome = run(toy)["sub-01_ses-a_scale"]
    assert read_log(toy.out / outcome.log).problems[0].message == "odd number"


def test_the_journal_has_a_line_per_step(toy):
    run(toy)
    lines = (toy.out / "logs" / "sub-01" / "journal.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    assert [e["step"] for e in entries] == ["scale", "scale", "mean"]
    assert {"versions", "params", "seconds", "peak_mb", "key", "host"} <= set(entries[0])


def test_a_blocked_task_leaves_a_record_that_goes_with_the_cause(toy):
    (toy.data / "sub-01" / "ses-a" / "pet" / "sub-01_ses-a_desc-again_pet.txt").write_text("1")
    outcome = run(toy)["sub-01_ses-a_scale"]
    assert outcome.state == "blocked"
    record = toy.out / outcome.log
    assert record.name.endswith(".blocked.json")
    (toy.data / "sub-01" / "ses-a" / "pet" / "sub-01_ses-a_desc-again_pet.txt").unlink()
    run(toy)
    assert not record.exists()
