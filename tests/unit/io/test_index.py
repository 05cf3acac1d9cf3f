"""Files, sidecar inheritance, and what the index says when it does not find what was asked for."""

from __future__ import annotations

import pickle
import shutil
import warnings

import pytest

from nociscope.core.errors import AmbiguousQuery, InputError, MissingFile, UnsafeName
from nociscope.io.index import RAW, ScanKey, index_dataset, parse_derivatives, safe_label
from tests.broken import Dataset, write_json


@pytest.fixture
def dataset(tmp_path):
    return Dataset(tmp_path / "tiny")


def touch(path, text="{}"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_scans_are_found_without_images(dataset):
    keys = index_dataset(dataset.root).scans()
    assert keys == [ScanKey(s, v) for s in ("01", "02") for v in ("a", "b")]
    assert (keys[0].label, keys[0].participant_id, keys[0].session_id) == ("sub-01_ses-a", "sub-01", "ses-a")


def test_scan_entities_are_kept_as_written(tmp_path):
    name = "sub-1_task-rest_trc-PBR28_rec-osem_run-01_pet"
    touch(tmp_path / f"sub-1/pet/{name}.json")
    touch(tmp_path / f"sub-1/pet/{name}.nii.gz")
    (key,) = index_dataset(tmp_path).scans()
    assert key == ScanKey("1", "", "rest", "PBR28", "osem", "01")
    assert key.label + "_pet" == name


def test_an_image_and_its_sidecar_are_one_file(tmp_path):
    touch(tmp_path / "sub-1/pet/sub-1_pet.json")
    touch(tmp_path / "sub-1/pet/sub-1_pet.nii.gz")
    assert [f.extension for f in index_dataset(tmp_path).find(suffix="pet")] == [".nii.gz"]


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ({"suffix": "blood"}, 8),
        ({"suffix": "blood", "recording": "manual"}, 4),
        ({"suffix": "blood", "sub": "sub-01", "ses": "ses-a"}, 2),
        ({"suffix": "blood", "recording": ["manual", "autosampler"], "sub": "02"}, 4),
        ({"suffix": "blood", "recording": None}, 0),
        ({"dataset": "petprep", "suffix": "tacs", "desc": "preproc"}, 4),
        ({"dataset": RAW, "suffix": "tacs"}, 0),
    ],
)
def test_queries(dataset, query, n):
    assert len(index_dataset(dataset.root).find(**query)) == n


def test_one_names_what_comes_near(dataset):
    index = index_dataset(dataset.root)
    assert index.one(suffix="pet", sub="01", ses="a").path.name == "sub-01_ses-a_pet.json"
    with pytest.raises(MissingFile, match=r"suffix=pet, sub=01, ses=z.*sub-01_ses-a_pet.json"):
        index.one(suffix="pet", sub="01", ses="z")
    with pytest.raises(MissingFile, match="nothing of that kind"):
        index.one(suffix="bold")
    with pytest.raises(AmbiguousQuery, match=r"2 files answer.*ses-a_pet.*ses-b_pet"):
        index.one(suffix="pet", sub="01")


def test_metadata_is_inherited_and_the_nearest_overrules(dataset):
    write_json(dataset.root / "pet.json", {"A": "root", "B": "root"})
    write_json(dataset.root / "sub-01" / "sub-01_pet.json", {"B": "person", "TracerName": "overruled"})
    write_json(dataset.root / "ses-b_pet.json", {"C": "other session"})
    index = index_dataset(dataset.root)
    side = index.sidecar(index.one(suffix="pet", sub="01", ses="a"))
    assert (side.data["A"], side.data["B"], side.data["TracerName"]) == ("root", "person", "PBR28")
    assert "C" not in side.data
    assert [p.name for p in side.paths] == ["pet.json", "sub-01_pet.json", "sub-01_ses-a_pet.json"]


def test_inheritance_does_not_cross_into_another_dataset(dataset):
    write_json(dataset.root / "tacs.json", {"Units": "Bq/mL"})
    index = index_dataset(dataset.root)
    assert index.sidecar(index.one(suffix="tacs", sub="01", ses="a")).data["Units"] == "kBq/mL"


def test_two_equally_near_sidecars_are_ambiguous(tmp_path):
    touch(tmp_path / "sub-1/pet/sub-1_trc-a_rec-b_pet.nii.gz")
    touch(tmp_path / "sub-1/sub-1_trc-a_pet.json")
    touch(tmp_path / "sub-1/sub-1_rec-b_pet.json")
    index = index_dataset(tmp_path)
    with pytest.raises(AmbiguousQuery, match="neither is more specific"):
        index.sidecar(index.one(suffix="pet", extension=".nii.gz"))


def test_derivatives_are_found_named_and_given(dataset, tmp_path):
    shutil.move(dataset.root / "derivatives" / "petprep", tmp_path / "elsewhere")
    assert list(index_dataset(dataset.root).datasets) == [RAW]
    index = index_dataset(dataset.root, {"mine": tmp_path / "elsewhere"})
    assert len(index.find(dataset="mine", suffix="tacs")) == 4
    assert index.relative(index.find(suffix="tacs")[0].path).startswith("mine:sub-01/")
    with pytest.raises(MissingFile, match="--derivatives"):
        index_dataset(dataset.root, {"mine": tmp_path / "nowhere"})


def test_a_derivative_is_called_after_its_program(dataset):
    (dataset.root / "derivatives" / "petprep").rename(dataset.root / "derivatives" / "run-3")
    assert "run-3" in index_dataset(dataset.root).datasets
    write_json(
        dataset.root / "derivatives" / "run-3" / "dataset_description.json", {"GeneratedBy": [{"Name": "PETPrep"}]}
    )
    assert "petprep" in index_dataset(dataset.root).datasets


def test_our_own_output_is_not_an_input(dataset):
    own = dataset.root / "derivatives" / "nociscope"
    shutil.copytree(dataset.root / "derivatives" / "petprep", own)
    write_json(own / "dataset_description.json", {"GeneratedBy": [{"Name": "nociscope"}]})
    assert {f.dataset for f in index_dataset(dataset.root).find(suffix="tacs")} == {"petprep"}


def test_only_the_people_and_sessions_that_were_asked_for(dataset):
    index = index_dataset(dataset.root, participants=["sub-02"], sessions=["b"])
    assert index.participants() == ("02",)
    assert index.sessions("02") == ("b",)
    assert len(index.scans()) == 1


@pytest.mark.parametrize("label", ["../x", "a/b", "a b", "", "a_b", "<i>", "a-b", "a\n", "٣"])
def test_unsafe_labels_are_refused(label):
    with pytest.raises(UnsafeName):
        safe_label(label)


def test_an_index_can_be_sent_to_another_process(dataset):
    index = index_dataset(dataset.root)
    assert pickle.loads(pickle.dumps(index)) == index


def test_derivatives_of_the_command_line():
    assert {k: str(v) for k, v in parse_derivatives(["a=/x", "b=y=z"]).items()} == {"a": "/x", "b": "y=z"}
    with pytest.raises(InputError, match="NAME=DIR"):
        parse_derivatives(["/x"])


@pytest.mark.parametrize("name", ["pbr28", "mc1-blocking", "mc1-blocking/derivatives/petprep"])
def test_the_walk_finds_what_bids2table_finds_and_the_lone_sidecars(open_data, name):
    """The peer's index leaves sidecars out; beyond them nothing may differ."""
    import bids2table

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = {row["path"] for row in bids2table.index_dataset(open_data(name)).to_pylist()}
    index = index_dataset(open_data(name))
    ours = {f.path.relative_to(index.root).as_posix() for f in index.find(dataset=RAW)}
    assert peer <= ours
    assert {path.rsplit(".", 1)[1] for path in ours - peer} <= {"json"}


def test_the_real_sets_are_read_as_they_are(open_data):
    pbr28, mc1 = index_dataset(open_data("pbr28")), index_dataset(open_data("mc1-blocking"))
    assert set(pbr28.datasets) == {RAW, "petprep", "bloodstream"}
    assert (len(pbr28.scans()), len(mc1.scans())) == (14, 20)
    assert len(pbr28.find(suffix="blood")) == 28
    assert mc1.sessions("sub-04") == ("baseline", "blocked")
    for folder in open_data("pet-bids-sidecars").glob("pet0*"):
        assert index_dataset(folder).scans()
