"""When a task is current, and what is said when it is not."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import pytest

from nociscope.pipeline.execute import run_tasks
from nociscope.pipeline.run import planned, why
from nociscope.pipeline.store import Store
from tests.unit.pipeline.toy_steps import STEPS

TABLE = {s.name: s for s in STEPS}


class Bench:
    """The toy study, planned and run in this process: no child, no second."""

    def __init__(self, toy):
        self.toy = toy
        self.steps = dict(TABLE)

    def tasks(self, **options):
        return planned(replace(self.toy.config, **options), self.steps).tasks

    def run(self, **options):
        outcomes = run_tasks(self.tasks(**options), self.steps, Store(self.toy.out))
        return {o.task: o.state for o in outcomes}

    def why(self, rehash=False, **options):
        tasks = self.tasks(**options)
        return why(tasks, tasks, self.steps, Store(self.toy.out, rehash))

    def ran(self, **options):
        return sorted(task for task, state in self.run(**options).items() if state == "done")


@pytest.fixture
def bench(toy):
    return Bench(toy)


def test_first_everything_runs_then_nothing(bench):
    reasons = bench.why()
    assert {reasons[t] for t in reasons if t.endswith("scale")} == {"never run"}
    assert reasons["sub-01_mean"] == "sub-01_ses-a_scale will run"
    assert reasons["group_total"] == "sub-00_mean will run"
    assert set(bench.run().values()) == {"done"}
    assert set(bench.why().values()) == {""}
    assert set(bench.run().values()) == {"current"}


def test_a_touch_redoes_nothing(bench):
    bench.run()
    for path in (*bench.toy.data.rglob("*.txt"), bench.toy.data / "participants.tsv", *bench.toy.out.rglob("*.json")):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert bench.ran() == []


def test_an_edit_redoes_what_depends_on_it_and_no_more(bench):
    bench.run()
    bench.toy.put("01", "b", "10")
    assert bench.why()["sub-01_ses-b_scale"] == "input sub-01/ses-b/pet/sub-01_ses-b_pet.txt changed"
    assert bench.why()["sub-01_mean"] == "sub-01_ses-b_scale will run"
    assert bench.why()["sub-01_ses-a_scale"] == ""
    assert bench.ran() == ["group_notes", "group_total", "sub-01_mean", "sub-01_ses-b_scale"]
    assert bench.toy.value("sub-01/sub-01_mean.json") == 11


def test_a_row_of_participants_redoes_that_participant(bench):
    bench.run()
    table = bench.toy.data / "participants.tsv"
    table.write_text(table.read_text().replace("sub-02\t0", "sub-02\t5"))
    scans = [t for t in bench.ran() if t.endswith("scale")]
    assert scans == ["sub-02_ses-a_scale", "sub-02_ses-b_scale"]
    assert bench.toy.value("sub-02/sub-02_mean.json") == 9


def test_a_column_of_participants_redoes_everybody(bench):
    bench.run()
    table = bench.toy.data / "participants.tsv"
    table.write_text(table.read_text().replace("offset", "change"))
    assert len([t for t in bench.ran() if t.endswith("scale")]) == 6


def test_a_sidecar_counts_as_input(bench):
    bench.run()
    bench.toy.path("00", "a").with_suffix(".json").write_text('{"x": 1}')
    assert bench.why()["sub-00_ses-a_scale"].endswith("sub-00_ses-a_pet.json is new")


def test_a_parameter_is_named(bench):
    bench.run()
    assert bench.why(seed=3)["sub-00_ses-a_scale"] == "parameter factor changed"
    assert bench.ran(seed=3)
    assert bench.toy.value("sub-01/sub-01_mean.json") == 5


def test_a_parameter_deep_down_is_named_in_full():
    from nociscope.pipeline.assess import changed_params

    before = {"a": {"b": 1, "c": [1, 2]}, "gone": None, "same": 1}
    assert changed_params(before, {"a": {"b": 2, "c": [1, 2]}, "same": 1}) == ["a.b", "gone"]


def test_a_new_version_of_a_step_is_named(bench):
    bench.run()
    bench.steps["mean"] = replace(TABLE["mean"], version="2")
    assert bench.why()["sub-00_mean"] == "step version 1 → 2"
    assert bench.why()["sub-00_ses-a_scale"] == ""


def test_other_code_is_named(bench):
    bench.run()
    tasks = [replace(t, code="other") if t.step == "mean" else t for t in bench.tasks()]
    assert why(tasks, tasks, TABLE, Store(bench.toy.out))["sub-00_mean"] == "code changed"


def test_a_lost_output_is_made_again(bench):
    bench.run()
    (bench.toy.out / "sub-01" / "sub-01_mean.json").unlink()
    assert bench.why()["sub-01_mean"] == "output sub-01/sub-01_mean.json is missing"
    assert bench.ran() == ["sub-01_mean"]  # the same bytes again: the group need not know


def test_an_output_that_somebody_edited_is_made_again(bench):
    bench.run()
    path = bench.toy.out / "sub-01" / "sub-01_mean.json"
    path.write_text(path.read_text().replace("2", "7"))
    assert bench.why()["sub-01_mean"] == "output sub-01/sub-01_mean.json was changed"
    assert "sub-01_mean" in bench.ran()
    assert bench.toy.value("sub-01/sub-01_mean.json") == 2


def test_rehash_sees_an_edit_that_hides_behind_size_and_time(bench):
    for path in bench.toy.data.rglob("*.txt"):
        os.utime(path, (1_000_000_000, 1_000_000_000))  # long ago: such a file is trusted
    bench.run()
    path = bench.toy.put("01", "b", "9")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assert bench.why()["sub-01_ses-b_scale"] == ""
    assert "changed" in bench.why(rehash=True)["sub-01_ses-b_scale"]


def test_a_fresh_input_is_not_trusted_by_its_time(bench):
    bench.run()
    stat = bench.toy.path("01", "b").stat()
    path = bench.toy.put("01", "b", "9")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert "changed" in bench.why()["sub-01_ses-b_scale"]


def test_dataset_and_output_may_move(bench):
    bench.run()
    moved = bench.toy.folder / "elsewhere"
    shutil.copytree(bench.toy.data, moved / "raw")  # other times, other place
    shutil.copytree(bench.toy.out, moved / "results")
    shutil.rmtree(bench.toy.data)
    shutil.rmtree(bench.toy.out)
    bench.toy.out = moved / "results"
    bench.toy.config = replace(bench.toy.config, bids_dir=moved / "raw", output_dir=moved / "results")
    assert set(bench.why().values()) == {""}


def test_a_participant_who_left_leaves_the_group(bench):
    bench.run()
    shutil.rmtree(bench.toy.data / "sub-02")
    assert bench.why()["group_total"] == "input sub-02/sub-02_mean.json is gone"
    bench.run()
    assert bench.toy.value("group/total.json") == 2


def test_outputs_that_nothing_stands_for_go(bench):
    bench.run()
    toy_total = TABLE["total"]
    bench.steps["total"] = replace(
        toy_total, makes={"total": toy_total.makes["total"]}, run=lambda records, params: {"total": 1}
    )
    bench.run()
    assert (bench.toy.out / "group" / "total.json").exists()
    assert not (bench.toy.out / "group" / "table.tsv").exists()
    assert not (bench.toy.out / "group" / "table.json").exists()


def test_a_sidecar_of_an_output_comes_along_with_it(bench):
    bench.run()
    record = json.loads((bench.toy.out / "logs" / "group" / "group_total.json").read_text())
    assert [o["name"] for o in record["outputs"]] == ["group/total.json", "group/table.json", "group/table.tsv"]


def test_the_same_study_gives_the_same_bytes_anywhere(bench, tmp_path_factory):
    bench.run()
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(bench.toy.data, other / "data")
    config = replace(bench.toy.config, bids_dir=other / "data", output_dir=other / "out")
    run_tasks(planned(config, TABLE).tasks, TABLE, Store(other / "out"))
    outputs = sorted(p.relative_to(bench.toy.out) for p in bench.toy.out.rglob("*_scaled.json"))
    assert len(outputs) == 6
    for name in outputs:
        assert (bench.toy.out / name).read_bytes() == (other / "out" / name).read_bytes()
