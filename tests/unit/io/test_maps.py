"""Which file is whose map."""

import numpy as np
import pytest

from nociscope.core.errors import MissingFile
from nociscope.core.hypothesis import MapSettings
from nociscope.io.images import write_volume
from nociscope.io.index import index_dataset
from nociscope.io.maps import Owner, chosen, is_map, owner


@pytest.fixture
def dataset(tmp_path):
    for who in ("a", "b"):
        for name in (f"sub-{who}/pet/sub-{who}_space-MNI_mimap.nii.gz", f"func/sub-{who}/sub-{who}.x-y_suvr.nii.gz"):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_volume(path, np.ones((2, 2, 2), np.float32), np.eye(4))
    write_volume(tmp_path / "mask.nii.gz", np.ones((2, 2, 2), np.float32), np.eye(4))
    return index_dataset(tmp_path)


def test_a_pattern_names_the_person_twice_the_same():
    settings = MapSettings(files="{participant}/{session}/{participant}_*.nii.gz")
    assert owner(settings, "raw", "sub-a/ses-1/sub-a_x.nii.gz", {}) == Owner("sub-a", "ses-1")
    assert owner(settings, "raw", "sub-a/ses-1/sub-b_x.nii.gz", {}) is None
    assert owner(settings, "raw", "sub-a/ses-1/deeper/sub-a_x.nii.gz", {}) is None


def test_entities_choose():
    settings = MapSettings(entities={"suffix": "mimap", "space": "MNI"})
    entities = {"sub": "a", "suffix": "mimap", "space": "MNI"}
    assert owner(settings, "raw", "x", entities) == Owner("sub-a", "n/a")
    assert owner(settings, "raw", "x", entities | {"space": "T1w"}) is None
    assert owner(settings.model_copy(update={"derivative": "d"}), "raw", "x", entities) is None


def test_files_are_found_by_name_and_by_pattern(dataset):
    by_name = chosen(dataset, MapSettings(entities={"suffix": "mimap"}))
    assert [f.entities["sub"] for f in by_name] == ["a", "b"]
    by_pattern = chosen(dataset, MapSettings(files="func/{participant}/*_suvr.nii.gz", mask="mask.nii.gz"))
    assert [f.path.name for f in by_pattern] == ["sub-a.x-y_suvr.nii.gz", "sub-b.x-y_suvr.nii.gz", "mask.nii.gz"]


def test_what_is_not_there_is_named(dataset):
    with pytest.raises(MissingFile, match=r"absent\.nii"):
        chosen(dataset, MapSettings(mask="absent.nii"))
    with pytest.raises(MissingFile, match="no derivative 'cat12'"):
        chosen(dataset, MapSettings(derivative="cat12"))


def test_tables_are_no_maps():
    assert is_map("a_mimap.nii.gz")
    assert is_map("lh.shape.gii")
    assert not is_map("a_mimap.json")


def test_suffix_and_folder_of_a_name_are_known_without_being_handed_over():
    settings = MapSettings(entities={"suffix": "relmat", "datatype": "func", "extension": ".dense.tsv"})
    name = "sub-a/func/sub-a_task-rest_relmat.dense.tsv"
    assert owner(settings, "x", name, {"sub": "a", "task": "rest"}).participant_id == "sub-a"
    assert owner(settings, "x", name.replace("relmat", "bold"), {"sub": "a", "task": "rest"}) is None
