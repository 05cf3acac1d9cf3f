"""Truth files: a fault is named with its key; study files that ship are valid and fit their truth."""

import pytest

from nociscope.core.errors import MissingFile, StudyError
from nociscope.io.study import read_study
from nociscope.simulate.spec import read_simulation
from nociscope.studies import SIMULATION, names, shipped


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("people = 12", "people = 0"), "people"),
        (("noise = 0.3", "nose = 0.3"), "scan.nose"),
        (('model = "2TCM"', 'model = "3TCM"'), "scan.model"),
        (('regions = ["thalamus"]', 'regions = ["cord"]'), "cord"),
        (("[blood]", "[blood"), "TOML"),
        (("VT = 4.3", "VT = -4.3"), "region.frontal.VT"),
    ],
)
def test_a_fault_is_named(tmp_path, change, named):
    text = shipped("demo", SIMULATION).read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "bad.simulate.toml"
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(StudyError, match=named):
        read_simulation(path)


def test_a_missing_truth_file_is_named(tmp_path):
    with pytest.raises(MissingFile, match="nowhere"):
        read_simulation(tmp_path / "nowhere.simulate.toml")


@pytest.mark.parametrize("name", names())
def test_every_study_that_ships_is_valid_and_introduces_itself(name):
    study = read_study(shipped(name))
    assert study.study.name == name
    assert study.study.title
    assert study.hypothesis


def test_the_demo_asks_only_for_what_its_truth_holds():
    study, truth = read_study(shipped("demo")), read_simulation(shipped("demo", SIMULATION))
    assert {r for h in study.hypothesis for r in h.regions} <= set(truth.region)
    assert set(study.groups.levels) == set(truth.cohort.groups)
    assert study.pet["PBR28"].reference_region in truth.region


def test_the_dose_of_mc1_is_not_corrected_until_the_user_says_so(tmp_path):
    path = shipped("mc1-blocking")
    assert read_study(path).pet["MC1"].correction == []
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("# [[pet.MC1.correction]]"))
    mended = [line.removeprefix("# ") if start <= i < start + 4 else line for i, line in enumerate(lines)]
    own = tmp_path / "mine.toml"
    own.write_text("\n".join(mended), encoding="utf-8")
    (correction,) = read_study(own).pet["MC1"].correction
    assert (correction.field, correction.value) == ("InjectedRadioactivityUnits", "kBq")
