"""The study file: every fault with its line, and a template that is itself a valid study file."""

from __future__ import annotations

import re
import tomllib

import pytest

from nociscope.core.errors import MissingFile, StudyError
from nociscope.core.study import PetSettings, Study
from nociscope.io.index import index_dataset
from nociscope.io.study import line_of, pet_settings, read_study, write_study_template
from tests.broken import Dataset, sidecar, write_json

TEXT = """\
[study]
name = "x"

[pet."[11C]PBR28"]
models = ["2TCM"]
[[pet."[11C]PBR28".correction]]
field = "a"
value = 1
reason = "r"
[[pet."[11C]PBR28".correction]]
field = "b"
value = 1
reason = "r"

[[hypothesis]]
name = "h"
measure = "VT"
contrast = ["a", "b"]
"""


def study(tmp_path, text):
    path = tmp_path / "nociscope.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_reads_as_a_study(tmp_path):
    read = read_study(study(tmp_path, TEXT))
    assert isinstance(read, Study)
    assert [c.field for c in read.pet["[11C]PBR28"].correction] == ["a", "b"]


def test_an_absent_file_is_missing(tmp_path):
    with pytest.raises(MissingFile):
        read_study(tmp_path / "no.toml")


@pytest.mark.parametrize(
    ("loc", "line"),
    [
        (("study", "name"), 2),
        (("pet", "[11C]PBR28", "models", 0), 5),
        (("pet", "[11C]PBR28", "correction", 1, "field"), 11),
        (("hypothesis", 0, "contrast"), 18),
        (("hypothesis", 0, "absent"), 15),
        ((), 1),
    ],
)
def test_a_path_is_found_on_its_line(loc, line):
    assert line_of(TEXT, loc) == line


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("models =", "modles =", 5, "did you mean 'models'"),
        ('field = "b"', 'feild = "b"', 11, "did you mean 'field'"),
        ("[study]", "[stduy]", 1, "did you mean 'study'"),
        ('models = ["2TCM"]', "starts = 0", 5, "greater than or equal to 1"),
        ('models = ["2TCM"]', "vB = 7", 5, "'fit' or less than or equal to 0.3"),
        ('contrast = ["a", "b"]', "", 15, "exactly one of"),
        ('contrast = ["a", "b"]', "contrast = ", 18, "TOML"),
        ("[study]", "[spine]", 1, "not built yet"),
    ],
)
def test_a_fault_names_its_line_and_the_mend(tmp_path, old, new, line, says):
    assert old in TEXT
    with pytest.raises(StudyError) as caught:
        read_study(study(tmp_path, TEXT.replace(old, new)))
    assert f"nociscope.toml:{line}:" in str(caught.value)
    assert says.casefold() in str(caught.value).casefold()


def test_settings_are_found_under_any_spelling_of_the_tracer():
    asked = Study(pet={"11C-PBR28": PetSettings(starts=3)})
    assert pet_settings(asked, "[11C]PBR28").starts == 3
    assert pet_settings(asked, "[11C]MC1") == PetSettings()


def test_two_sections_of_one_tracer_are_refused():
    with pytest.raises(StudyError, match="same tracer"):
        pet_settings(Study(pet={"PBR28": PetSettings(), "pbr-28": PetSettings()}), "[11C]PBR28")


def test_the_template_is_valid_and_so_is_every_default_it_shows(tmp_path):
    dataset = Dataset(tmp_path / "tiny")
    path = write_study_template(index_dataset(dataset.root), tmp_path / "code" / "nociscope.toml")
    assert set(read_study(path).pet) == {"PBR28"}
    shown = [line.removeprefix("# ") for line in path.read_text().splitlines()]
    live = "\n".join(line for line in shown if re.match(r"(\w+ = |\[+\w+[\w.]*\]+$)", line))
    read = Study.model_validate(tomllib.loads(live))
    assert read.pet["PBR28"].window_min == (60, 90)
    assert read.hypothesis[0].kind == "paired"


def test_the_template_offers_the_mend_of_an_impossible_dose(tmp_path):
    dataset = Dataset(tmp_path / "tiny")
    broken = sidecar() | {"InjectedRadioactivityUnits": "Bq", "InjectedRadioactivity": 400000}
    write_json(dataset.path("pet.json"), broken)
    text = write_study_template(index_dataset(dataset.root), tmp_path / "n.toml").read_text()
    assert '# value = "kBq"' in text


@pytest.mark.parametrize(
    "groups",
    ['levels = ["a", "c"]', 'levels = ["a", "b"]\nlabels = { c = "controls" }'],
)
def test_a_group_that_the_study_does_not_have_is_an_error(tmp_path, groups):
    with pytest.raises(StudyError, match=r"groups\.levels names a"):
        read_study(study(tmp_path, f"[groups]\n{groups}\n{TEXT}"))
    other = TEXT + 'by = "sex"\n' if "labels" not in groups else TEXT
    accepted = groups.replace('\nlabels = { c = "controls" }', "")
    assert read_study(study(tmp_path, f"[groups]\n{accepted}\n{other}")).groups.levels
