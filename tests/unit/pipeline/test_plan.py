"""What planning makes of an index and a step table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nociscope.core.errors import InputError, MissingFile
from nociscope.core.study import Study
from nociscope.io.index import index_dataset
from nociscope.pipeline.plan import Selection, needed, plan
from nociscope.pipeline.sources import Finder, sidecar
from nociscope.pipeline.step import Make, Need, Output, Query, Step
from nociscope.pipeline.task import from_json, to_json
from tests.unit.pipeline.toy_steps import MEAN, SCALE, STEPS


def planned(toy, steps=STEPS, **selection):
    return plan(Finder(index_dataset(toy.data)), Study(), steps, {}, Selection(**selection))


def by_id(toy, *args, **kwargs):
    return {t.id: t for t in planned(toy, *args, **kwargs).tasks}


def test_one_task_per_scan_participant_and_group(toy):
    ids = list(by_id(toy))
    assert ids[:3] == ["sub-00_ses-a_scale", "sub-00_ses-b_scale", "sub-01_ses-a_scale"]
    assert ids[6:] == ["sub-00_mean", "sub-01_mean", "sub-02_mean", "group_total", "group_notes"]


def test_units_hold_their_tasks_in_order_and_the_group_comes_last(toy):
    units = planned(toy).units()
    assert list(units) == ["sub-00", "sub-01", "sub-02", "group"]
    assert [t.step for t in units["sub-01"]] == ["scale", "scale", "mean"]


def test_planning_writes_nothing(toy):
    before = sorted(toy.folder.rglob("*"))
    planned(toy)
    assert sorted(toy.folder.rglob("*")) == before


def test_a_task_comes_after_those_whose_output_it_takes(toy):
    assert by_id(toy)["sub-01_mean"].after == ("sub-01_ses-a_scale", "sub-01_ses-b_scale")


def test_names_that_say_less_are_not_scans_of_their_own(toy):
    (toy.data / "sub-00" / "ses-a" / "pet" / "sub-00_ses-a_trc-X_pet.txt").write_text("1")
    (toy.data / "sub-00" / "ses-a" / "pet" / "sub-00_ses-a_pet.txt").unlink()
    extra = Need(Query(suffix="other", extension=".txt"), str)
    (toy.data / "sub-00" / "ses-a" / "pet" / "sub-00_ses-a_other.txt").write_text("1")
    step = replace(SCALE, needs={**SCALE.needs, "other": extra})
    tasks = by_id(toy, (step,))
    assert [i for i in tasks if i.startswith("sub-00_ses-a")] == ["sub-00_ses-a_trc-X_scale"]
    assert not tasks["sub-00_ses-a_trc-X_scale"].blocked


def test_a_missing_input_blocks_one_scan_and_says_what(toy):
    other = Need(Query(suffix="tacs", extension=".tsv"), str)
    (toy.data / "sub-01" / "ses-a" / "pet" / "sub-01_ses-a_tacs.tsv").write_text("x\n")
    tasks = by_id(toy, (replace(SCALE, needs={**SCALE.needs, "curves": other}),))
    assert not tasks["sub-01_ses-a_scale"].blocked
    reason = tasks["sub-01_ses-b_scale"].blocked
    assert "curves" in reason
    assert "suffix=tacs" in reason


def test_two_files_for_one_role_block_the_task_by_name(toy):
    (toy.data / "sub-01" / "ses-a" / "pet" / "sub-01_ses-a_desc-again_pet.txt").write_text("1")
    reason = by_id(toy)["sub-01_ses-a_scale"].blocked
    assert "sub-01_ses-a_desc-again_pet.txt" in reason
    assert "several" in reason


def test_the_first_query_that_finds_something_is_taken(toy):
    choice = (Query(suffix="pet", extension=".nii"), Query(suffix="pet", extension=".txt"))
    tasks = by_id(toy, (replace(SCALE, needs={"number": Need(choice, str)}),))
    assert tasks["sub-00_ses-a_scale"].inputs["number"][0].path.suffix == ".txt"


def test_what_blocks_a_step_blocks_those_that_need_it(toy):
    nothing = Need(Query(suffix="absent"), str)
    tasks = by_id(toy, (replace(SCALE, needs={**SCALE.needs, "absent": nothing}), MEAN))
    assert "step scale cannot run" in tasks["sub-00_mean"].blocked


def test_parameters_that_cannot_be_settled_block_only_their_scan(toy):
    def params(context):
        if context.entities["sub"] == "01":
            raise KeyError("TracerName")
        return {"factor": 1}

    tasks = by_id(toy, (replace(SCALE, params=params),))
    assert "TracerName" in tasks["sub-01_ses-a_scale"].blocked
    assert not tasks["sub-00_ses-a_scale"].blocked


def test_a_broken_sidecar_blocks_only_its_scan(toy):
    toy.path("01", "a").with_suffix(".json").write_text("{broken")
    tasks = by_id(toy)
    assert "sub-01_ses-a_pet.json" in tasks["sub-01_ses-a_scale"].blocked
    assert not tasks["sub-01_ses-b_scale"].blocked


def test_sidecars_are_inputs_the_nearest_last(toy):
    (toy.data / "pet.json").write_text('{"a": 1, "b": 1}')
    own = toy.path("01", "a").with_suffix(".json")
    own.write_text('{"a": 2}')
    source = by_id(toy)["sub-01_ses-a_scale"].inputs["number"][0]
    assert source.sidecars[-1] == own
    assert sidecar(source).data["a"] == 2


def test_steps_asked_for_bring_what_they_need():
    assert needed(STEPS, ("total",)) == {"scale", "mean", "total"}
    with pytest.raises(InputError, match="no step fit-all"):
        needed(STEPS, ("fit-all",))


def test_a_step_before_what_it_needs_is_refused(toy):
    with pytest.raises(InputError, match="step mean needs scale"):
        planned(toy, (MEAN, SCALE))


def test_two_makers_of_one_file_are_refused(toy):
    same = {"scaled": Make("group/same.json", print)}
    with pytest.raises(InputError, match=r"two tasks make group/same\.json"):
        planned(toy, (replace(SCALE, makes=same),))


def test_a_pattern_needs_many():
    with pytest.raises(InputError, match="many=True"):
        Step("x", "1", "scan", {"a": Need(Output("y", "kinpar-*"), str)}, {}, dict)


def test_an_unknown_participant_is_named(toy):
    with pytest.raises(MissingFile, match="99"):
        index_dataset(toy.data, participants=["99"])


def test_a_task_survives_json(toy):
    for task in planned(toy).tasks:
        assert from_json(to_json(task)) == task
