"""The log of every hypothesis that was ever asked of an output folder."""

from __future__ import annotations

from nociscope.core.study import Hypothesis, Study
from nociscope.pipeline.hypothesis_log import PLACE, asked_before, fingerprint, remember, resolved, tried
from nociscope.pipeline.run import RunConfig, _with_history
from nociscope.pipeline.store import Store
from nociscope.pipeline.task import GROUP, Plan, Task


def asks(**keys):
    return Hypothesis.model_validate({"name": "h", "measure": "VT", "contrast": ["a", "b"], **keys})


def test_wording_is_not_another_question_but_everything_else_is():
    one = fingerprint(asks())
    assert one == fingerprint(asks(name="other", question="Or so?", family="f", override=["covariates-many"]))
    others = [asks(contrast=["b", "a"]), asks(covariates=["age"]), asks(regions=["thalamus"]), asks(adjust="holm")]
    assert len({one, *map(fingerprint, others)}) == 5


def test_a_question_is_kept_once_and_for_ever(tmp_path):
    assert asked_before(tmp_path) == () and tried((), []) == ()
    first = remember(tmp_path, [asks(), asks(name="again")], "study.toml")
    assert len(first) == 1 and (tmp_path / PLACE).read_text().startswith(
        "hypothesis\tname\tasks\tfirst_run\tstudy_file\n"
    )
    before = (tmp_path / PLACE).read_bytes()
    assert remember(tmp_path, [asks(name="new-name")], "study.toml") == first
    assert (tmp_path / PLACE).read_bytes() == before
    both = remember(tmp_path, [asks(covariates=["age"], question="x")], "second\tone.toml")
    assert both[0] == first[0] and len(both) == 2 and (tmp_path / PLACE).read_bytes().startswith(before)
    kept = asked_before(tmp_path)
    assert [k.hypothesis for k in kept] == list(both) and kept[0].asks == "VT contrast a − b"
    assert kept[1].study_file == "second one.toml" and kept[0].first_run.endswith("+00:00")


def test_what_is_no_longer_asked_is_told():
    ever = [fingerprint(asks()), fingerprint(asks(covariates=["age"]))]
    (said,) = tried(ever, [asks()])
    assert (
        said.code == "forking-paths" and said.message.startswith("2 distinct") and "1 of them no longer" in said.message
    )
    (said,) = tried(ever[:1], [asks()])
    assert said.code == "hypotheses-run" and said.severity == "note"
    assert tried([], [asks()])[0].message.startswith("1 distinct")


def test_covariates_of_the_whole_study_are_part_of_the_question():
    def one(**sections):
        return fingerprint(resolved(Study.model_validate({"hypothesis": [asks().model_dump()], **sections}))[0])

    assert one() == one() != one(covariates={"use": ["age"]}) and one() != one(groups={"variable": "arm"})
    own = Study.model_validate({"hypothesis": [asks(covariates=[]).model_dump()], "covariates": {"use": ["age"]}})
    assert resolved(own)[0].covariates == [], "a hypothesis that says none means none"


STUDY = """
[study]
name = "x"
{}
"""


def test_pages_are_told_and_a_dry_run_writes_nothing(tmp_path):
    study = tmp_path / "study.toml"
    out = tmp_path / "out"
    page = Plan((Task("report-cohort", "group", GROUP, {}, params={"seed": 1}), Task("fit", "group", GROUP, {})))

    def told(*contrasts, **options):
        blocks = [f'[[hypothesis]]\nname = "h{i}"\nmeasure = "VT"\ncontrast = {c}' for i, c in enumerate(contrasts)]
        study.write_text(STUDY.format("\n".join(blocks)))
        config = RunConfig(tmp_path, out, level="group", study_file=study, **options)
        page_task, other = _with_history(page, config, Store(out)).tasks
        assert "ever_asked" not in other.params
        return page_task.params["ever_asked"]

    assert len(told('["a", "b"]', dry_run=True)) == 1 and not (out / PLACE).exists()
    first = told('["a", "b"]')
    assert told('["a", "b"]') == first, "the same again gives the same bytes"
    assert len(told('["a", "c"]')) == 2 and told('["a", "b"]')[0] == first[0] and len(told('["a", "b"]')) == 2
